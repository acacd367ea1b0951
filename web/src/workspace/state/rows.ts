import type { Me, Session } from '../../api/wire.ts'
import { belongs, comparePlaces, type ListKey, type Place, placeOf, splitKey } from './list.ts'
import type { State } from './state.ts'
import type { Table } from './table.ts'

interface Placed {
  session: Session
  place: Place
}

/**
 * Rows keeps the rows of one list in order from state to state. It looks only at what has changed since it was asked
 * last, so that a list of 100,000 goes on at the pace of its news.
 */
export class Rows {
  readonly #key: ListKey
  #me: Me | undefined
  #took: ReadonlySet<string> = new Set()
  #table: Table<Session> | undefined
  #reach: Place | undefined
  // All rows that belong to the list and their places, in order; those beyond its reach are not shown.
  #sessions: readonly Session[] = []
  #places: readonly Place[] = []
  #shown: readonly Session[] = []

  constructor(key: ListKey) {
    this.#key = key
  }

  /** The rows as far as the list has been fetched; the same array while nothing in it changes. */
  of(state: State): readonly Session[] {
    const list = state.lists[this.#key]
    if (!list) return []
    const before = this.#sessions
    if (!this.#table || this.#me !== state.me) this.#begin(state)
    else if (this.#table !== state.sessions || this.#took !== state.took) this.#amend(state, this.#table)
    this.#me = state.me
    this.#took = state.took
    this.#table = state.sessions
    const { reach } = list
    if (before !== this.#sessions || reach !== this.#reach) {
      this.#reach = reach
      this.#shown = reach ? this.#sessions.slice(0, end(this.#places, reach)) : this.#sessions
    }
    return this.#shown
  }

  #begin(state: State): void {
    const all: Placed[] = []
    for (const [, session] of state.sessions)
      if (belongs(session, this.#key, state.me, state.took) === true) all.push(this.#placed(session))
    all.sort((a, b) => comparePlaces(a.place, b.place))
    this.#sessions = all.map(({ session }) => session)
    this.#places = all.map(({ place }) => place)
  }

  #amend(state: State, before: Table<Session>): void {
    const left: Session[] = []
    const came: Session[] = []
    const look = (was: Session | undefined, is: Session | undefined) => {
      if (was && belongs(was, this.#key, state.me, this.#took) === true) left.push(was)
      if (is && belongs(is, this.#key, state.me, state.took) === true) came.push(is)
    }
    const changed = new Set<string>()
    state.sessions.changes(before, (id, was, is) => {
      changed.add(id)
      look(was, is)
    })
    // What one took part in belongs to one's closed sessions as soon as that is known.
    if (this.#took !== state.took)
      for (const id of state.took)
        if (!this.#took.has(id) && !changed.has(id)) look(state.sessions.get(id), state.sessions.get(id))
    if (left.length === 0 && came.length === 0) return
    const sessions = [...this.#sessions]
    const places = [...this.#places]
    for (const session of left) {
      const at = end(places, this.#placed(session).place) - 1
      sessions.splice(at, 1)
      places.splice(at, 1)
    }
    for (const { session, place } of came.map((row) => this.#placed(row))) {
      const at = end(places, place)
      sessions.splice(at, 0, session)
      places.splice(at, 0, place)
    }
    this.#sessions = sessions
    this.#places = places
  }

  #placed(session: Session): Placed {
    return { session, place: placeOf(session, splitKey(this.#key).name) }
  }
}

// end gives how many of the places stand at one or before it. No two rows have the same.
function end(places: readonly Place[], place: Place): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (comparePlaces(places[middle] as Place, place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
