import {
  type Brought,
  type Rated,
  type Rating,
  retried,
  type ServerFrame,
  type VisitorEvent,
} from '../../shared/protocol.ts'

/** An own message that no event shows yet, or a rating. */
export interface Pending {
  /** Its UUIDv7, by which the event, the acknowledgement and the server know it again. */
  readonly id: string
  /** Of a rating the comment. */
  readonly text: string
  /** Files that it says, which the server has. */
  readonly files?: readonly Brought[]
  /** Of a rating only: the ref of a message of the session that it rates, and how. */
  readonly about?: string
  readonly rating?: Rating
  /** When it was written, in milliseconds. */
  readonly at: number
  /** The server has it: since this connection, or since one before. */
  readonly stored?: 'now' | 'before'
  /** Why the server will never take it, in its words or ''. */
  readonly refused?: string
}

/** A conversation as one tab holds it. A value: apply makes the next one. */
export interface Conversation {
  readonly department: string
  /** The channel's own texts: whom customers write to, and what asks them to. */
  readonly title?: string | undefined
  readonly greeting?: string | undefined
  /** The largest file that may be sent, in bytes; undefined: none may. */
  readonly maxFile?: number | undefined
  /** The newest place held; undefined before the first snapshot. */
  readonly cursor: string | undefined
  /** The oldest place held, and whether there is something before it. */
  readonly start: string | undefined
  readonly more: boolean
  /** In the server's order, with the changes of messages as they came: fold applies them. */
  readonly events: readonly VisitorEvent[]
  /** The number of events[0]. It falls as older ones come, so that an event keeps its number. */
  readonly first: number
  /** Own messages that are not among events, and ratings, in the order of their ids. The messages are shown after the events. */
  readonly pending: readonly Pending[]
  /** What the newest own message that agents have read is called. */
  readonly read?: string
  /** The agent who wrote last, as of this very object: it holds 5 s, or until their message. */
  readonly typing: { readonly name: string } | undefined
}

/** What changes a conversation besides the server's frames. */
export type Happening =
  | { type: 'wrote'; message: Pending }
  /** Another tab has sent it, and knows that the server has it. */
  | { type: 'stored'; id: string }
  | { type: 'removed'; id: string }

export const noConversation: Conversation = {
  department: '',
  cursor: undefined,
  start: undefined,
  more: false,
  events: [],
  first: 0,
  pending: [],
  typing: undefined,
}

/** Whether a frame does not continue what is held: then it is dropped, and hello is said again. */
export function isGap(c: Conversation, frame: ServerFrame): boolean {
  return frame.type === 'events' && frame.after !== undefined && frame.after !== c.cursor
}

/** The conversation after something happened. What does not fit changes nothing. */
export function apply(c: Conversation, now: ServerFrame | Happening): Conversation {
  switch (now.type) {
    case 'welcome':
      return {
        ...c,
        department: now.department ?? c.department,
        title: now.title,
        greeting: now.greeting,
        maxFile: now.max_file,
        typing: undefined,
        pending: c.pending.map((p) => (p.stored ? { ...p, stored: 'before' } : p)),
      }
    case 'events': {
      if (isGap(c, now)) return c
      const events = now.events ?? []
      if (now.after === undefined) {
        // Stored before this connection and not in its snapshot: older than what the snapshot shows.
        const pending = without(c.pending, events).filter((p) => p.stored !== 'before')
        return {
          ...c,
          cursor: now.cursor,
          start: now.start,
          more: now.more ?? false,
          events,
          first: 0,
          pending,
          typing: undefined,
        }
      }
      return {
        ...c,
        cursor: now.cursor,
        events: events.length > 0 ? [...c.events, ...events] : c.events,
        pending: without(c.pending, events),
        typing: events.some((e) => e.kind === 'message' && !e.mine && e.name === c.typing?.name) ? undefined : c.typing,
      }
    }
    case 'older': {
      const events = now.events ?? []
      return {
        ...c,
        start: now.start ?? c.start,
        more: now.more ?? false,
        events: [...events, ...c.events],
        first: c.first - events.length,
        pending: without(c.pending, events),
      }
    }
    case 'ack':
    case 'stored':
      // A rating that changed nothing is not told again.
      return change({ ...c, pending: without(c.pending, c.events) }, now.id, ({ refused: _, ...p }) => ({
        ...p,
        stored: 'now',
      }))
    case 'refused':
      if (retried.has(now.kind)) return c
      return change(c, now.id, (p) => (p.stored ? p : { ...p, refused: now.reason ?? '' }))
    case 'read':
      return { ...c, read: now.about }
    case 'typing':
      return { ...c, typing: now.name ? { name: now.name } : undefined }
    case 'wrote': {
      const { message } = now
      if (c.pending.some((p) => p.id === message.id) || c.events.some((e) => isOwn(e, message.id))) return c
      return { ...c, pending: [...c.pending, message].sort((a, b) => (a.id < b.id ? -1 : 1)) }
    }
    case 'removed':
      return { ...c, pending: c.pending.filter((p) => p.id !== now.id) }
    default:
      return c
  }
}

// What a session consists of. Changes of messages come after its end, too, and other kinds may.
const steps: ReadonlySet<string> = new Set<VisitorEvent['kind']>(['started', 'message', 'taken', 'joined', 'ended'])

const isOwn = (e: VisitorEvent, id: string): boolean => e.kind === 'message' && e.mine === true && e.id === id

function without(pending: readonly Pending[], events: readonly VisitorEvent[]): readonly Pending[] {
  if (pending.length === 0) return pending
  const shown = new Set(events.map((e) => (e.kind === 'message' && e.mine ? e.id : '')))
  const rated = events.findLast((e) => e.kind === 'rated')
  return pending.filter((p) => !shown.has(p.id) && !(rated && p.about && isTold(p, rated)))
}

// A rating that the server has is told, and perhaps another one after it; what it does not have yet is not overtaken.
function isTold({ about, rating, text, stored }: Pending, e: Rated): boolean {
  return !!stored || (e.about === about && (e.rating ?? '') === rating && (e.comment ?? '') === text)
}

function change(c: Conversation, id: string | undefined, to: (p: Pending) => Pending): Conversation {
  return { ...c, pending: c.pending.map((p) => (p.id === id ? to(p) : p)) }
}

/** Whether the newest session still goes on. */
export function isOpen(c: Conversation): boolean {
  const last = c.events.findLast((e) => steps.has(e.kind))
  return last !== undefined && last.kind !== 'ended'
}

/** Whether it does, or one is about to begin. */
export function isOngoing(c: Conversation): boolean {
  return isOpen(c) || c.pending.some((p) => !p.about && p.refused === undefined)
}

/** Until when the customer is kept out, in milliseconds: Infinity for good, 0 if they are not. Who began a session since was let in. */
export function blockedUntil(c: Conversation): number {
  const last = c.events.findLast((e) => e.kind === 'blocked' || e.kind === 'unblocked' || e.kind === 'started')
  if (last?.kind !== 'blocked') return 0
  return last.until ? Date.parse(last.until) : Number.POSITIVE_INFINITY
}

/** The agent whom the customer was last connected to in the newest session, '' if to none. */
export function agentOf(c: Conversation): string {
  for (let i = c.events.length - 1; i >= 0; i--) {
    const e = c.events[i]
    if (e?.kind === 'started') break
    if ((e?.kind === 'taken' || e?.kind === 'joined') && e.name) return e.name
  }
  return ''
}

/** What the agents said, told in milliseconds. */
export interface Answers {
  /** When the newest one was said; 0 if there is none. */
  readonly newest: number
  /** When the newest session's first one was said; 0 if there is none, or if older events may hold it. */
  readonly first: number
  /** How many were said after the given instant, and not taken back. */
  readonly unread: number
}

/** Looks the agents' messages over. */
export function answersOf({ events, more }: Conversation, seen: number): Answers {
  let newest = 0
  let first = 0
  let unread = 0
  let isSession = !more
  for (const e of events) {
    if (e.kind === 'started') {
      isSession = true
      first = 0
    }
    if (e.kind !== 'message' || e.mine) continue
    newest = Date.parse(e.at)
    if (isSession) first ||= newest
    if (newest > seen && !events.some((d) => d.kind === 'deleted' && d.about === e.ref)) unread++
  }
  return { newest, first, unread }
}
