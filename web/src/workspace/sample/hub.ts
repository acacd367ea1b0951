import type { Counters, Event, Frame, Me, Session } from '../../api/wire.ts'
import { changed } from '../state/change.ts'
import { comparePlaces, type ListKey, placeOf, roleIn, splitKey } from '../state/list.ts'
import type { News, State } from '../state/state.ts'
import { anna, message, oleg, placed, sales, session, sofia, support } from './session.ts'

/** Chance from a seed, so that a failure can be had again. */
export function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const people = [anna, sofia, oleg]
const rowsAPage = 4

/** Hub is a small model of the server: sessions, their logs, and the stream of one agent who reads them. */
export class Hub {
  readonly sessions = new Map<string, Session>()
  readonly logs = new Map<string, Event[]>()
  readonly took = new Map<string, Set<string>>()
  readonly me: Me
  readonly #any: (below: number) => number
  #clock = 1_760_000_000
  #touched: string[] = [] // by position in the history
  // The stream: what is underway to the client, and what it is owed.
  frames: Frame[] = []
  #followed = new Set<string>()
  #held = 0
  #owed = new Set<string>()
  connected = false

  constructor(me: Me, any: (below: number) => number) {
    this.me = me
    this.#any = any
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#any(Math.max(1, from.length))]
  }

  #now(): string {
    this.#clock++
    return new Date(this.#clock * 1000).toISOString()
  }

  #change(row: Session, change: Partial<Session>, event?: Partial<Event>): void {
    const log = this.logs.get(row.id) ?? []
    let next = placed({ ...row, ...change })
    if (event) {
      const made = message(row.id, log.length + 1, { at: this.#now(), ...event })
      log.push(made)
      const about = log.findIndex((event) => event.id === made.about)
      if (about >= 0) log[about] = changed(log[about] as Event, made)
      next = { ...next, last_seq: made.seq }
      const seen = row.department === support.id || next.department === support.id
      if (this.connected && this.#followed.has(row.id) && seen) {
        const at = `c${this.#held}`
        this.frames.push({ type: 'events', after: at, cursor: at, events: [made] })
      }
    }
    this.logs.set(row.id, log)
    this.sessions.set(row.id, next)
    this.#touched.push(row.id)
    if (this.connected) this.#owed.add(row.id)
  }

  /** Something happens, whatever it is. */
  act(): void {
    const row = this.#pick([...this.sessions.values()])
    const who = this.#pick(people) ?? anna
    const actor: Event['actor'] = { kind: 'agent', id: who.id, name: who.name }
    const operator = who !== sofia
    switch (row && row.state !== 'ended' ? this.#any(14) : 0) {
      case 0: {
        const id = `ses_${(this.sessions.size + 34).toString(36)}`
        const now = this.#now()
        const begun = session(id, { number: this.sessions.size + 1, started_at: now, last_at: now, waiting_since: now })
        this.#change({ ...begun, last_seq: 0, unread: 0, messages: 0 }, {}, { kind: 'started' })
        return
      }
      case 1:
      case 2:
        if (row) this.#change(row, { unread: row.unread + 1, messages: row.messages + 1, last_at: this.#now() }, {})
        return
      case 3:
        if (row) this.#change(row, { messages: row.messages + 1, last_at: this.#now() }, { actor })
        return
      case 4:
        if (row) this.#change(row, {}, { actor, audience: 'agents' })
        return
      case 5: // read, without an event
        if (row)
          this.#change(row, {
            read_seq: row.last_seq,
            unread: 0,
            customer_read_seq: Math.max(row.customer_read_seq, this.#any(row.last_seq + 1)),
          })
        return
      case 6:
        if (row && operator && row.state === 'waiting') {
          this.#join(row.id, who)
          const held: Partial<Session> = {
            state: 'active',
            assignee: { id: who.id, name: who.name },
            present: [...new Set([...row.present, who.id])],
            waiting_since: null,
          }
          this.#change(row, { ...held, read_seq: 0, version: row.version + 1 }, { kind: 'taken', actor })
        }
        return
      case 7:
        if (row && row.state !== 'waiting') {
          const present = row.present.filter((id) => id !== row.assignee?.id)
          const back: Partial<Session> = { state: 'waiting', assignee: null, present, waiting_since: this.#now() }
          this.#change(row, { ...back, version: row.version + 1 }, { kind: 'released', actor })
        }
        return
      case 8: // a colleague comes, or goes
        if (!row || row.state === 'waiting' || row.assignee?.id === who.id) return
        if (row.present.includes(who.id)) {
          this.#change(row, { present: row.present.filter((id) => id !== who.id) }, { kind: 'left', actor })
          return
        }
        this.#join(row.id, who)
        this.#change(row, { present: [...row.present, who.id] }, { kind: 'joined', actor })
        return
      case 9:
      case 10: {
        const amendment = row && this.#amendment(row.id)
        if (amendment) this.#change(row, {}, { actor, ...amendment })
        return
      }
      case 11: {
        const priority = this.#pick(['low', 'normal', 'high', 'urgent'] as const) ?? 'normal'
        if (row) this.#change(row, { priority }, { kind: 'prioritised', actor, audience: 'agents', priority })
        return
      }
      case 12: // to another department, which this agent does not see, or back
        if (row) {
          const [from, to] = row.department === support.id ? [support, sales] : [sales, support]
          const queued: Partial<Session> = { state: 'waiting', assignee: null, present: [], waiting_since: this.#now() }
          this.#change(
            row,
            { ...queued, department: to.id, version: row.version + 1 },
            { kind: 'transferred', actor, audience: 'agents', from, to },
          )
        }
        return
      default:
        if (row)
          this.#change(row, { state: 'ended', ended_at: this.#now(), waiting_since: null }, { kind: 'ended', actor })
    }
  }

  // amendment is something that happens to one of a session's messages.
  #amendment(id: string): Partial<Event> | undefined {
    const about = this.#pick((this.logs.get(id) ?? []).filter((event) => event.kind === 'message'))?.id
    if (about === undefined) return undefined
    const text = `changed at ${this.#clock}`
    return this.#pick<Partial<Event>>([
      { kind: 'edited', about, text },
      { kind: 'deleted', about, text: undefined },
      { kind: 'reacted', about, text: this.#pick(['👍', '🎉', '']) },
      { kind: 'delivery', about, text: undefined, state: this.#pick(['queued', 'sent', 'failed'] as const) },
    ])
  }

  #join(id: string, who: Me): void {
    this.took.set(id, (this.took.get(id) ?? new Set()).add(who.id))
  }

  /** Pays what is owed: rows, counters, and then the cursor. */
  pay(): void {
    if (!this.connected) return
    const rows = [...this.#owed].map((id) => this.seen(id) ?? { id, gone: true as const })
    this.#owed.clear()
    this.frames.push({ type: 'summaries', sessions: rows, counters: this.counters() })
    const after = `c${this.#held}`
    this.#held = this.#touched.length
    this.frames.push({ type: 'events', after, cursor: `c${this.#held}`, events: [] })
  }

  connect(cursor: string | undefined, canResume: boolean): void {
    this.connected = true
    const from = cursor && canResume ? Number(cursor.slice(1)) : undefined
    this.#held = from ?? this.#touched.length
    this.#owed = new Set(from === undefined ? [] : this.#touched.slice(from))
    this.#followed.clear()
    this.frames = [{ type: 'hello', cursor: `c${this.#held}`, resumed: from !== undefined }]
  }

  disconnect(): void {
    this.connected = false
    this.frames = []
  }

  follow(ids: readonly string[]): void {
    this.#followed = new Set(ids)
    this.frames.push({ type: 'following', sessions: [...ids], cursor: `c${this.#touched.length}` })
  }

  /** The row of a session that the agent sees. */
  seen(id: string): Session | undefined {
    const row = this.sessions.get(id)
    return row?.department === support.id ? row : undefined
  }

  /** All rows of a list, in its order. */
  list(key: ListKey): Session[] {
    const { name } = splitKey(key)
    const role = roleIn(this.me, support.id)
    const inList = (row: Session): boolean => {
      if (!this.seen(row.id)) return false
      if (name === 'my')
        return row.state === 'active' && (row.assignee?.id === this.me.id || row.present.includes(this.me.id))
      if (name === 'unassigned') return row.state === 'waiting'
      if (name === 'active') return row.state === 'active'
      return row.state === 'ended' && (role?.supervisor || (this.took.get(row.id)?.has(this.me.id) ?? false))
    }
    return [...this.sessions.values()].filter(inList).sort((a, b) => comparePlaces(placeOf(a, name), placeOf(b, name)))
  }

  /** A page of a list, as it is now. */
  page(key: ListKey, after: string): { items: Session[]; next: string } {
    const { name } = splitKey(key)
    const rows = this.list(key)
    const from = after ? rows.findIndex((row) => comparePlaces(placeOf(row, name), JSON.parse(after)) > 0) : 0
    const items = from < 0 ? [] : rows.slice(from, name === 'my' ? undefined : from + rowsAPage)
    const last = items.at(-1)
    return { items, next: last && rows.at(-1) !== last ? JSON.stringify(placeOf(last, name)) : '' }
  }

  counters(): Counters {
    const rows = [...this.sessions.values()].filter((row) => this.seen(row.id))
    const role = roleIn(this.me, support.id)
    const unread = role?.operator
      ? rows.filter((row) => row.state === 'active' && row.assignee?.id === this.me.id && row.unread > 0).length
      : 0
    const unassigned = rows.filter((row) => row.state === 'waiting').length
    return {
      unread,
      unassigned,
      badge: unread + (role?.supervisor ? unassigned : 0),
      departments: [{ department: support.id, unread, unassigned }],
    }
  }

  /** What a fetch of a log finds now. */
  log(id: string, state: State): News {
    if (!this.seen(id)) return { type: 'unseen', session: id, asOf: state.heard.get(id)?.seq ?? 0 }
    const all = this.logs.get(id) ?? []
    const held = state.logs[id]
    const doubts = held?.doubts ?? 0
    const newest = held?.events.at(-1)?.seq ?? 0
    if (held?.loaded && all.length - newest <= rowsAPage)
      return { type: 'newer', session: id, doubts, page: { items: all.slice(newest), more: false } }
    const items = all.slice(-rowsAPage)
    return { type: 'newest', session: id, doubts, page: { items, more: all.length > items.length } }
  }
}
