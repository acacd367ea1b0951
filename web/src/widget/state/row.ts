import type { Media, VisitorEvent } from '../../shared/protocol.ts'
import { dayOf } from '../../shared/time.ts'
import type { Conversation, Pending } from './conversation.ts'
import { folded } from './fold.ts'

/** What stands under an own message: the server has it once it is 'delivered'; 'kept' is 'sending' without a connection. */
export type Mark = 'read' | 'delivered' | 'sending' | 'kept' | 'refused'

/** A message as the panel shows it. */
export interface Said {
  readonly kind: 'message'
  readonly key: string
  readonly at: number
  /** '' for the customer's own, else the agent's name. */
  readonly by: string
  readonly isMine: boolean
  readonly text: string
  readonly media: readonly Media[]
  readonly isEdited: boolean
  readonly isDeleted: boolean
  /** Emoji that somebody shows on it. */
  readonly reactions: readonly string[]
  readonly mark: Mark
  /** Of a refused one. */
  readonly id: string
  readonly reason: string
  /** The last of those that one person said in a row: author, time and mark stand below it. */
  readonly isLast: boolean
}

export type Row =
  | Said
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'connected'; readonly key: string; readonly name: string }
  | {
      readonly kind: 'ended'
      readonly key: string
      readonly at: number
      readonly by: 'you' | 'agent' | 'nobody'
      readonly name: string
    }

const together = 5 * 60_000

/** The conversation from top to bottom: what was said and happened, then what waits to be sent, with a line a day. */
export function rowsOf(c: Conversation, isOffline: boolean): Row[] {
  const rows: Row[] = []
  let day = 0
  const add = (row: Row | undefined, at: number) => {
    if (!row) return
    if (dayOf(at) !== day) {
      day = dayOf(at)
      rows.push({ kind: 'day', key: `day ${row.key}`, at })
    }
    const before = rows.at(-1)
    if (before?.kind === 'message' && row.kind === 'message' && belongs(before, row)) {
      rows[rows.length - 1] = { ...before, isLast: false }
    }
    rows.push(row)
  }
  // One that is not held is further up, or on its way: then nothing here has been read.
  const read = c.events.findLastIndex((e) => e.kind === 'message' && e.ref !== undefined && e.ref === c.read)
  folded(c.events).forEach((event, i) => {
    const at = Date.parse(event.at)
    add(rowOf(event, `event ${c.first + i}`, at, i <= read), at)
  })
  for (const p of c.pending) if (!p.about) add(waiting(p, isOffline), p.at)
  return rows
}

function belongs(before: Said, row: Said): boolean {
  return (
    before.isMine === row.isMine &&
    before.by === row.by &&
    before.mark === row.mark &&
    row.mark !== 'refused' &&
    row.at - before.at < together
  )
}

function rowOf(event: VisitorEvent, key: string, at: number, isRead: boolean): Row | undefined {
  switch (event.kind) {
    case 'message': {
      const rest = {
        kind: 'message',
        at,
        text: event.text ?? '',
        media: event.deleted ? [] : (event.media ?? []),
        isEdited: (event.edited ?? false) && !event.deleted,
        isDeleted: event.deleted ?? false,
        reactions: event.reactions?.map((r) => r.emoji) ?? [],
        mark: isRead && event.mine ? 'read' : 'delivered',
        reason: '',
        isLast: true,
      } as const
      // The key of a pending one is the same: what was sent does not blink.
      if (event.mine) return { ...rest, key: event.id, id: event.id, by: '', isMine: true }
      return { ...rest, key, id: '', by: event.name ?? '', isMine: false }
    }
    case 'taken':
    case 'joined':
      return event.name ? { kind: 'connected', key, name: event.name } : undefined
    case 'ended': {
      const name = event.name ?? ''
      const by = event.outcome === 'completed_by_customer' ? 'you' : name ? 'agent' : 'nobody'
      return { kind: 'ended', key, at, by, name }
    }
    default:
      return undefined
  }
}

function waiting({ id, text, files = [], at, stored, refused }: Pending, isOffline: boolean): Said {
  const mark = stored ? 'delivered' : refused !== undefined ? 'refused' : isOffline ? 'kept' : 'sending'
  const rest = { isEdited: false, isDeleted: false, reactions: [], reason: refused ?? '', isLast: true }
  return { kind: 'message', key: id, id, at, text, media: files, mark, by: '', isMine: true, ...rest }
}
