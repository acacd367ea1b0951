import type { Event } from '../../api/wire.ts'
import { changed, isChange } from './change.ts'

/**
 * A session's log as far as it is held: one run without a gap, and what came beyond a gap. The messages of the run stand
 * as all events of the run have left them.
 */
export interface Log {
  /** Ascending by seq, without a gap. */
  events: readonly Event[]
  /** Events beyond a gap, ascending; they join the run when the gap is filled. */
  ahead: readonly Event[]
  /** Whether the server has older ones. */
  more: boolean
  /** Whether the newest page was fetched. */
  loaded: boolean
  /** Counts the times when something newer may be missing. */
  doubts: number
  /** The doubts that the last fetch has cleared. */
  cleared: number
}

export const noLog: Log = { events: [], ahead: [], more: false, loaded: false, doubts: 1, cleared: 0 }

export const newestSeq = (log: Log): number => log.events.at(-1)?.seq ?? 0

/** Whether newer events have to be fetched: nothing was fetched yet, or a gap shows. */
export const inDoubt = (log: Log): boolean => log.doubts !== log.cleared

/** Adds events that the stream tells of. A gap is kept open and put in doubt. */
export function hear(log: Log, events: readonly Event[]): Log {
  const next = join(log, log.events, log.loaded ? events : [], log.loaded ? log.ahead : [...log.ahead, ...events])
  const gap = log.loaded && next.ahead.length > log.ahead.length
  return gap ? { ...next, doubts: log.doubts + 1 } : next
}

/**
 * Adds the newest page. One that does not touch what is held replaces it, as the events between are many; older ones
 * are fetched again when they are looked at.
 */
export function putNewest(log: Log, page: readonly Event[], more: boolean, cleared: number): Log {
  const first = page[0]?.seq ?? 1
  const touches = log.loaded && first <= newestSeq(log) + 1
  const base: Log = touches ? log : { ...log, events: [], more }
  const ahead = log.ahead.filter((event) => event.seq >= first)
  return { ...join(base, base.events, page, ahead, seqOf(page.at(-1))), loaded: true, cleared }
}

/** Adds what was fetched after the newest held. */
export function putNewer(log: Log, page: readonly Event[], cleared: number): Log {
  return { ...join(log, log.events, page, log.ahead, seqOf(page.at(-1))), cleared }
}

/**
 * Adds the page before the oldest held; one that does not touch it is dropped. Its messages stand as they were when it
 * was fetched: what was held when it was asked for, up to `asOf`, is in them.
 */
export function putOlder(log: Log, page: readonly Event[], more: boolean, asOf: number): Log {
  const first = log.events[0]?.seq ?? 1
  if (page.length === 0) return { ...log, more }
  if (page.at(-1)?.seq !== first - 1) return log
  const events = [...page, ...log.events]
  fold(events, page.length, (event, message) => event.seq > asOf && message.seq < first)
  return { ...log, events, more }
}

// join appends to a run what continues it, and keeps the rest ahead. What of it was fetched stands as of the event `asOf`
// at least; what was heard stands as it was said.
function join(log: Log, run: readonly Event[], more: readonly Event[], ahead: readonly Event[], asOf = 0): Log {
  const newest = run.at(-1)?.seq
  const bySeq = new Map<number, Event>()
  for (const event of [...ahead, ...more]) if (newest === undefined || event.seq > newest) bySeq.set(event.seq, event)
  if (bySeq.size === 0) return ahead.length === 0 && run === log.events ? log : { ...log, events: run, ahead: [] }
  const rest = [...bySeq.values()].sort((a, b) => a.seq - b.seq)
  // A run begins with what was fetched, never with what was only heard.
  if (more.length === 0 && run.length === 0) return { ...log, events: run, ahead: rest }
  const events = [...run]
  let expected = newest === undefined ? (rest[0]?.seq ?? 1) : newest + 1
  let at = 0
  for (; rest[at]?.seq === expected; at++, expected++) events.push(rest[at] as Event)
  if (at === 0) return { ...log, events: run, ahead: rest }
  fold(events, run.length, (event, message) => event.seq > asOf || message.seq <= (newest ?? 0))
  return { ...log, events, ahead: rest.slice(at) }
}

// fold lets the events from a place on change the messages before them, where they may.
function fold(events: Event[], from: number, may: (event: Event, message: Event) => boolean): void {
  for (let i = from; i < events.length; i++) {
    const event = events[i] as Event
    if (!isChange(event)) continue
    const at = events.findLastIndex((message) => message.id === event.about)
    const message = events[at]
    if (message && message.seq < event.seq && may(event, message)) events[at] = changed(message, event)
  }
}

const seqOf = (event: Event | undefined): number => event?.seq ?? 0
