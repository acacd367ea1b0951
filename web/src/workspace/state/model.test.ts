import { expect, test } from 'vitest'
import type { Me } from '../../api/wire.ts'
import { chance, Hub } from '../sample/hub.ts'
import { anna, oleg, sofia, support } from '../sample/session.ts'
import { apply } from './apply.ts'
import { comparePlaces, type ListKey, listKey, listsOf, noList, placeOf, splitKey } from './list.ts'
import { inDoubt } from './log.ts'
import { Rows } from './rows.ts'
import { listInDoubt, rows } from './select.ts'
import { beginning, type News, type State } from './state.ts'

const steps = 400

/** Client does what the workspace does with the stream and its fetches, each of which may be overtaken by any other. */
class Client {
  state: State
  readonly hub: Hub
  readonly keys: ListKey[]
  readonly kept: Map<ListKey, Rows>
  readonly fetches = new Map<string, News>()

  constructor(me: Me, hub: Hub) {
    this.state = beginning(me)
    this.hub = hub
    const [role] = me.roles
    this.keys = role ? listsOf(role).map((name) => listKey(support.id, name)) : []
    this.kept = new Map(this.keys.map((key) => [key, new Rows(key)]))
  }

  hear(news: News): void {
    this.state = apply(this.state, news, 0)
    if (this.state.lost) this.reconnect(true)
    if (news.type === 'hello') this.hub.follow(Object.keys(this.state.logs))
  }

  reconnect(canResume: boolean): void {
    this.hub.disconnect()
    this.hub.connect(this.state.cursor, canResume)
  }

  open(id: string): void {
    this.hear({ type: 'opened', session: id })
    this.hub.follow(Object.keys(this.state.logs))
  }

  /** Rows that followed every step are those that are made from the state alone. */
  look(): void {
    for (const [key, kept] of this.kept) {
      const want = rows(this.state, key)
      const got = kept.of(this.state)
      if (got.length !== want.length || got.some((row, i) => row !== want[i])) expect(got, key).toEqual(want)
    }
  }

  /** Begins to fetch what is in doubt: the server looks now, the answer comes some time. */
  tend(): void {
    const { state, hub } = this
    for (const key of this.keys)
      if (listInDoubt(state, key) && !this.fetches.has(key)) {
        this.hear({ type: 'listed', key })
        const held = state.lists[key] ?? noList
        const name = splitKey(key).name
        const items = []
        let next = ''
        do {
          const page = hub.page(key, next)
          items.push(...page.items)
          next = page.next
          const last = items.at(-1)
          const covered = held.reach && last && comparePlaces(placeOf(last, name), held.reach) >= 0
          if (held.generation < 0 || covered) break
        } while (next)
        this.fetches.set(key, { type: 'list', key, generation: state.generation, doubts: held.doubts, items, next })
      }
    for (const [id, log] of Object.entries(state.logs))
      if (inDoubt(log) && !state.gone.has(id) && !this.fetches.has(id)) this.fetches.set(id, hub.log(id, state))
    if (!state.counters && !this.fetches.has('counters'))
      this.fetches.set('counters', { type: 'counters', counters: hub.counters(), counted: state.counted })
  }

  more(key: ListKey): void {
    const list = this.state.lists[key]
    if (!list?.next || listInDoubt(this.state, key) || this.fetches.has(`more ${key}`)) return
    const page = this.hub.page(key, list.next)
    this.fetches.set(`more ${key}`, { type: 'more', key, generation: this.state.generation, ...page })
  }

  arrive(at: number): void {
    const name = [...this.fetches.keys()][at % Math.max(1, this.fetches.size)]
    const news = name !== undefined && this.fetches.get(name)
    if (!news) return
    this.fetches.delete(name)
    this.hear(news)
  }

  frame(): boolean {
    const frame = this.hub.frames.shift()
    if (frame) this.hear(frame)
    return frame !== undefined
  }
}

function step(client: Client, any: (below: number) => number): void {
  const { hub } = client
  switch (any(15)) {
    case 0:
      hub.pay()
      return
    case 1:
      client.tend()
      return
    case 2:
      client.arrive(any(10))
      return
    case 3:
      client.more(client.keys[any(client.keys.length)] as ListKey)
      return
    case 4: {
      const id = [...hub.sessions.keys()][any(Math.max(1, hub.sessions.size))]
      if (id !== undefined && any(3) === 0) client.open(id)
      return
    }
    case 5: // the connection ends, or events are lost on a way that keeps all else
      if (any(12) === 0) client.reconnect(any(3) > 0)
      return
    case 6:
      if (any(12) === 0 && hub.frames[0]?.type === 'events') hub.frames.shift()
      return
    case 7:
    case 8:
    case 9:
    case 10:
      client.frame()
      return
    default:
      hub.act()
  }
}

// settle lets everything arrive: at its end the client must know what a fresh one would fetch.
function settle(client: Client): void {
  // A frame lost at the very end would show with the next one; a new connection shows it here.
  client.reconnect(true)
  for (let round = 0; round < 100; round++) {
    client.hub.pay()
    while (client.frame());
    client.tend()
    if (client.fetches.size === 0) return
    while (client.fetches.size > 0) client.arrive(0)
  }
  throw new Error('it never settles')
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1)

test.each([
  ['an operator', anna],
  ['a supervisor', sofia],
  ['who is both', oleg],
])('for %s, any coalescing, loss and overtaking ends in what a fresh snapshot shows', (_, me) => {
  for (const seed of seeds) {
    const any = chance(seed)
    const hub = new Hub(me, any)
    const client = new Client(me, hub)
    for (let i = 0; i < 20; i++) hub.act()
    hub.connect(undefined, false)
    for (let i = 0; i < steps; i++) {
      step(client, any)
      if (i % 16 === 0) client.look()
    }
    settle(client)
    const { state } = client
    for (const key of client.keys) {
      const { name } = splitKey(key)
      const { reach } = state.lists[key] ?? noList
      const want = hub.list(key).filter((row) => !reach || comparePlaces(placeOf(row, name), reach) <= 0)
      const ids = (of: readonly { id: string }[]) => of.map((row) => row.id).join(' ')
      expect(ids(rows(state, key)), `${key}, seed ${seed}`).toBe(ids(want))
      expect(rows(state, key), `${key}, seed ${seed}`).toEqual(want)
      // A list that is not held to its end knows how to go on.
      if (want.length < hub.list(key).length) expect(state.lists[key]?.next, `${key}, seed ${seed}`).not.toBe('')
    }
    for (const [id, log] of Object.entries(state.logs)) {
      expect(state.gone.has(id), `${id} gone, seed ${seed}`).toBe(!hub.seen(id))
      if (!hub.seen(id)) continue
      const all = hub.logs.get(id) ?? []
      expect(log.events, `${id}, seed ${seed}`).toEqual(all.slice((log.events[0]?.seq ?? 1) - 1))
      expect(log.ahead).toEqual([])
    }
    expect(state.counters, `counters, seed ${seed}`).toEqual(hub.counters())
  }
})
