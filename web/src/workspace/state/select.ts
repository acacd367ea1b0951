import type { Event, Session } from '../../api/wire.ts'
import { type ListKey, noList } from './list.ts'
import type { Log } from './log.ts'
import { Rows } from './rows.ts'
import type { State } from './state.ts'

/** The rows of a list, in its order, as far as it has been fetched. Who asks again and again keeps Rows. */
export const rows = (state: State, key: ListKey): readonly Session[] => new Rows(key).of(state)

/** Whether the server says that the customer has waited for longer than they should (FEATURES C18). */
export const isLate = ({ marks }: Pick<Session, 'marks'>): boolean =>
  marks.some((mark) => mark === 'waiting_maximum' || mark === 'idle_critical' || mark === 'handed_off')

/** Since when the one of them waits that has waited longest, to the second; the queue may serve others first. */
export function longestWaiting(rows: readonly Session[]): string | undefined {
  let oldest: string | undefined
  for (const { waiting_since } of rows) {
    if (waiting_since !== null && (oldest === undefined || waiting_since < oldest)) oldest = waiting_since
  }
  return oldest
}

/** Whether a list has rows to show: its first page came. */
export const isLoaded = (state: State, key: ListKey): boolean => (state.lists[key] ?? noList).generation >= 0

/** Whether a list has to be fetched, again or at all. */
export function listInDoubt(state: State, key: ListKey): boolean {
  const list = state.lists[key] ?? noList
  return list.generation !== state.generation || list.doubts !== list.cleared
}

const comings = new Set([
  'taken',
  'assigned',
  'released',
  'handed_off',
  'transferred',
  'joined',
  'left',
  'ended',
  'reopened',
])

/** Whether it has to be fetched who takes part in a session: never fetched, or somebody came or went since. */
export function presentInDoubt(state: State, session: string): boolean {
  const asOf = state.participants[session]?.asOf ?? -1
  return asOf < 0 || (state.logs[session]?.events.some((event) => event.seq > asOf && comings.has(event.kind)) ?? false)
}

/** The newest of the customer's messages in a log; 0 if it holds none. */
export function newestOfCustomer(log: Log | undefined): number {
  return log?.events.findLast((event) => event.kind === 'message' && event.actor.kind === 'customer')?.seq ?? 0
}

/** The newest that somebody else has said to the customer, or the customer, after a place in the log. */
export function saidAfter(log: Log | undefined, seq: number, me: string): Event | undefined {
  const events = log?.events ?? []
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i] as Event
    if (event.seq <= seq) return undefined
    const { kind, audience, actor } = event
    if (kind === 'message' && audience === 'everyone' && actor.kind !== 'system' && actor.id !== me) return event
  }
  return undefined
}

/** The blue counter: sessions that nobody holds, where the agent is operator. Undefined for who is none anywhere (RULES S3.4). */
export function blue(state: State): number | undefined {
  const operated = state.me.roles.filter((role) => role.operator).map((role) => role.department.id)
  if (operated.length === 0) return undefined
  const counted = state.counters?.departments.filter((d) => operated.includes(d.department)) ?? []
  return counted.reduce((sum, d) => sum + d.unassigned, 0)
}

/** The red counter (RULES S3.3). */
export const red = (state: State): number => state.counters?.badge ?? 0
