import type { Brought, Event, Media, RecordMark } from '../../api/wire.ts'
import { dayOf } from '../../shared/time.ts'
import { isChange } from './change.ts'
import { mediaOf } from './file.ts'
import { millis } from './time.ts'

/** A message that is on its way from here. */
export interface Outgoing {
  clientId: string
  kind: 'reply' | 'note'
  text: string
  files?: readonly Brought[]
  at: number
  /** The message that it answers. */
  replyTo?: string
  /** Why the server did not take it. */
  failed?: string
}

/** How far a message to the customer has come: refused is by the server, failed on the way to the customer. */
export type Mark = 'sending' | 'refused' | 'queued' | 'sent' | 'read' | 'uncertain' | 'failed'

/** The beginning of a message that another one answers. */
export interface Quote {
  message: string
  /** Undefined where it is not held. */
  event: Event | undefined
}

export interface Said {
  key: string
  text: string
  /** What comes with it. */
  media?: readonly Media[]
  at: number
  /** What the server has of it; undefined while it is on its way there. */
  event?: Event
  quote?: Quote
}

/** What the dialogue shows, from top to bottom. */
export type Item =
  | { type: 'day'; key: string; at: number }
  | { type: 'unread'; key: string; count: number }
  /** Where a record was created, it tells how that stands now. */
  | { type: 'system'; key: string; event: Event; record?: RecordMark }
  /** A message that was taken back; the event says by whom, where it is held. */
  | { type: 'deleted'; key: string; message: Event; event: Event | undefined }
  | { type: 'note'; key: string; by: string; said: Said; mark?: Mark; reason?: string; clientId?: string }
  /** What the customer said, one message after the other. */
  | { type: 'in'; key: string; messages: Said[] }
  /** What an agent said; `by` is '' for the reader. */
  | {
      type: 'out'
      key: string
      agent: string
      by: string
      messages: Said[]
      mark: Mark
      /** Why it was refused or failed; of a message that was sent, what of it did not arrive. */
      reason?: string
      clientId?: string
    }

export interface ThreadInput {
  events: readonly Event[]
  /** Events beyond a gap: of these only the reader's own are shown, as they were here before. */
  ahead: readonly Event[]
  outgoing: readonly Outgoing[]
  me: { id: string; name: string }
  /** What colleagues are called here, by id; events carry the names that customers see. */
  names: ReadonlyMap<string, string>
  customerReadSeq: number
  /** The unread line stands before the first of the customer's messages after this; nowhere without it. */
  unreadAfter: number | undefined
}

/** Messages of one person within this time are one group, with one line of time under it. */
const together = 5 * 60_000

/** A group that is this long ends where the seq is a multiple of it, whatever older messages come before it. */
const longGroup = 20

/** Makes a session's thread of its log and of what is on its way. */
export function thread(input: ThreadInput): Item[] {
  const { events, ahead, outgoing, me, names, customerReadSeq, unreadAfter } = input
  const items: Item[] = []
  let day = 0
  let lined = unreadAfter === undefined
  const onDay = (at: number) => {
    if (dayOf(at) === day) return
    day = dayOf(at)
    items.push({ type: 'day', key: `day${day}`, at })
  }
  const own = ahead.filter((event) => event.kind === 'message' && event.actor.id === me.id && event.client_id)
  const shown = [...events, ...own].map((event) => named(event, names))
  const stored = new Set(shown.map((event) => event.client_id))
  const held = new Map(shown.map((event) => [event.id, event]))
  const deletions = new Map(shown.filter((event) => event.kind === 'deleted').map((event) => [event.about, event]))
  const records = new Map(shown.flatMap(({ record }) => (record ? [[record.id, record]] : [])))
  const quoted = (about: string | undefined) =>
    about ? { quote: { message: about, event: held.get(about) } } : undefined
  for (const event of shown) {
    // These are seen at the message that they are about.
    if (isChange(event)) continue
    const at = millis(event.at)
    onDay(at)
    const fromCustomer = event.kind === 'message' && event.actor.kind === 'customer'
    if (!lined && fromCustomer && event.seq > (unreadAfter ?? 0)) {
      lined = true
      items.push({ type: 'unread', key: 'unread', count: countAfter(shown, unreadAfter ?? 0) })
    }
    // A key that the message had while it was on its way keeps its place on the screen.
    const key = event.client_id || `${event.seq}`
    if (event.kind !== 'message') items.push({ type: 'system', key, event, ...standing(event, records) })
    else if (event.deleted_at) items.push({ type: 'deleted', key, message: event, event: deletions.get(event.id) })
    else
      add(
        items,
        event,
        { key, text: event.text ?? '', at, event, ...bearing(event.media), ...quoted(event.about) },
        me,
        customerReadSeq,
      )
  }
  for (const message of outgoing) {
    if (stored.has(message.clientId)) continue
    onDay(message.at)
    const { clientId, text, files, at, replyTo } = message
    addOutgoing(items, message, { key: clientId, text, at, ...bearing(files?.map(mediaOf)), ...quoted(replyTo) }, me)
  }
  return items
}

// standing is how a record that was created has come on since, as far as the log is held.
function standing({ kind, record }: Event, records: ReadonlyMap<string, RecordMark>): { record?: RecordMark } {
  const now = kind === 'record_created' && record ? records.get(record.id) : undefined
  return now ? { record: now } : {}
}

const bearing = (media: readonly Media[] | null | undefined) => (media ? { media } : undefined)

function named(event: Event, names: ReadonlyMap<string, string>): Event {
  const name = event.actor.id && names.get(event.actor.id)
  return name ? { ...event, actor: { ...event.actor, name } } : event
}

const countAfter = (events: readonly Event[], seq: number) =>
  events.filter((event) => event.kind === 'message' && event.actor.kind === 'customer' && event.seq > seq).length

function add(items: Item[], event: Event, said: Said, me: ThreadInput['me'], customerReadSeq: number): void {
  const { actor, reason } = event
  const { key } = said
  if (event.audience === 'agents') {
    items.push({ type: 'note', key, by: actor.name ?? '', said })
    return
  }
  const last = items.at(-1)
  if (actor.kind === 'customer') {
    if (last?.type === 'in' && near(last.messages, said)) last.messages.push(said)
    else items.push({ type: 'in', key, messages: [said] })
    return
  }
  const mark = markOf(event, customerReadSeq)
  const agent = actor.id ?? ''
  const own = mark === 'uncertain' || mark === 'failed' || reason // has a line of its own below it
  if (!own && last?.type === 'out' && last.agent === agent && joins(last, mark) && near(last.messages, said)) {
    last.messages.push(said)
    return
  }
  const by = agent === me.id ? '' : (actor.name ?? '')
  items.push({ type: 'out', key, agent, by, messages: [said], mark, ...(reason ? { reason } : {}) })
}

const joins = (last: Extract<Item, { type: 'out' }>, mark: Mark) => last.mark === mark && !last.reason

function markOf({ seq, state }: Event, customerReadSeq: number): Mark {
  if (state === 'queued' || state === 'uncertain' || state === 'failed') return state
  return seq <= customerReadSeq ? 'read' : 'sent'
}

function near(messages: readonly Said[], { at, event }: Said): boolean {
  if (event && event.seq % longGroup === 0 && messages.length >= longGroup / 2) return false
  return at - (messages.at(-1)?.at ?? 0) < together
}

function addOutgoing(items: Item[], message: Outgoing, said: Said, me: ThreadInput['me']): void {
  const { clientId, failed } = message
  const mark: Mark = failed ? 'refused' : 'sending'
  const fault = failed ? { reason: failed } : {}
  if (message.kind === 'note') {
    items.push({ type: 'note', key: clientId, by: me.name, said, mark, clientId, ...fault })
    return
  }
  const last = items.at(-1)
  if (!failed && last?.type === 'out' && last.mark === 'sending') last.messages.push(said)
  else items.push({ type: 'out', key: clientId, agent: me.id, by: '', messages: [said], mark, clientId, ...fault })
}
