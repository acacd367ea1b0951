import { expect, test } from 'vitest'
import type { VisitorEvent } from '../../shared/protocol.ts'
import { FakeBrowser, type FakeSocket, settle, type Tab } from '../fake/browser.ts'
import { Chance } from '../fake/chance.ts'
import { FakeHub } from '../fake/hub.ts'
import { noConversation } from './conversation.ts'
import { folded } from './fold.ts'
import { askedOf } from './rating.ts'

// Plays random days of a customer with bad luck: tabs come and go, pages reload in mid-send, connections break with
// frames under way, storage news come late, the hub is busy, acknowledgements get lost. Then the network heals, and
// everything written must be there: once, in order, the same in every tab, and of the ratings the last one.

const seeds = 250
const steps = 160

class Day {
  readonly chance: Chance
  readonly hub = new FakeHub()
  readonly browser: FakeBrowser
  readonly texts: string[] = []
  readonly pages: string[][] = []
  readonly comments: string[] = []
  isHealed = false

  constructor(seed: number) {
    this.chance = new Chance(seed)
    this.browser = new FakeBrowser(this.hub, this.chance)
    this.browser.hasLocks = seed % 3 !== 0
    this.hub.ackFirst = () => this.chance.is(0.5)
    this.hub.refuses = (text) => {
      if (text.startsWith('bad')) return { kind: 'invalid', field: 'text', reason: 'no such words' }
      if (this.isHealed || this.chance.is(0.85)) return undefined
      return {
        kind: this.chance.pick(['busy', 'throttled', 'unavailable']) ?? '',
        retry_after_ms: this.chance.below(900),
      }
    }
    this.browser.open()
  }

  get tab(): Tab {
    return this.chance.pick(this.browser.tabs) ?? this.open()
  }

  open(): Tab {
    const tab = this.browser.open()
    this.pages.push(tab.written)
    return tab
  }

  socket(isOpen: boolean): FakeSocket | undefined {
    return this.chance.pick(this.browser.tabs.flatMap((t) => [...t.sockets].filter((s) => s.isOpen === isOpen)))
  }

  write(prefix = 'text'): void {
    const text = `${prefix} ${this.texts.length}`
    this.texts.push(text)
    this.tab.write(text)
  }

  rate(): void {
    const { core } = this.tab
    const asked = askedOf(core.state.conversation)
    if (!asked) return
    const comment = `comment ${this.comments.length}`
    this.comments.push(comment)
    core.rate(asked.about, this.chance.pick(['good', 'bad', ''] as const) ?? '', comment)
  }

  // What can happen, and how often against each other.
  readonly deeds: [number, () => void][] = [
    [12, () => this.write()],
    [1, () => this.write('bad')],
    [
      4,
      () => this.hub.happen({ kind: 'message', at: this.hub.at(), name: 'Anna', text: `answer ${this.chance.next()}` }),
    ],
    [3, () => this.hub.change((from) => this.chance.pick(from))],
    [1, () => this.hub.happen({ kind: 'joined', at: this.hub.at(), name: 'Anna' })],
    [1, () => this.hub.happen({ kind: 'ended', at: this.hub.at(), outcome: 'completed_by_operator', name: 'Anna' })],
    [1, () => this.tab.core.end()],
    [12, () => this.rate()],
    [10, () => this.socket(false)?.open()],
    [30, () => this.socket(true)?.deliverUp()],
    [40, () => this.socket(true)?.deliverDown()],
    [4, () => this.socket(this.chance.is(0.7))?.end(this.chance.pick([1006, 1001, 4400, 4409, 4429]) ?? 1006)],
    [1, () => this.socket(true)?.down.shift()],
    [20, () => this.tab.news.shift()?.()],
    [20, () => this.browser.clock.advance(this.chance.below(3000))],
    [2, () => this.tab.core.older()],
    [2, () => this.tab.core.wake()],
    [1, () => this.tab.core.pause()],
    [2, () => this.tab.core.attend(this.chance.is(0.5))],
    [2, () => this.reload()],
    [1, () => this.browser.tabs.length < 4 && this.open()],
    [1, () => this.browser.tabs.length > 1 && this.browser.close(this.tab)],
  ]

  reload(): void {
    this.browser.close(this.tab)
    this.open()
  }

  async step(): Promise<void> {
    const total = this.deeds.reduce((sum, [weight]) => sum + weight, 0)
    let at = this.chance.below(total)
    for (const [weight, deed] of this.deeds) {
      at -= weight
      if (at >= 0) continue
      deed()
      break
    }
    await settle()
  }

  // holds is what must be true at every moment.
  holds(): void {
    const sent = new Set(this.hub.log.map(textOf))
    const kept = [...this.browser.storage].filter(([key]) => key.includes(':out:')).map(([, v]) => JSON.parse(v).text)
    expect(this.texts.filter((t) => !sent.has(t) && !kept.includes(t))).toEqual([])
    for (const { core } of this.browser.tabs) {
      const { events, pending, cursor } = core.state.conversation
      const shown = [...events.map(textOf), ...pending.map((p) => p.text)].filter((t) => t !== '')
      expect(shown.length, 'each message is shown once').toBe(new Set(shown).size)
      const ids = pending.map((p) => p.id)
      expect(ids, 'pending ones are in the order of writing').toEqual([...ids].sort())
      const end =
        cursor === undefined ? this.hub.log.indexOf(events.at(-1) as VisitorEvent) + 1 : Number(cursor.split('/')[1])
      if (cursor)
        expect(events.map(nameOf), 'in the order of the log').toEqual(
          this.hub.log.slice(end - events.length, end).map(nameOf),
        )
    }
  }

  // heal lets everything come to rest, and looks at the result.
  async heal(): Promise<void> {
    this.isHealed = true
    for (const tab of this.browser.tabs) for (const socket of [...tab.sockets]) socket.end(1006)
    for (const tab of this.browser.tabs) tab.core.wake()
    await this.browser.pass(120_000)
    this.holds()
    const { log } = this.hub
    const said = log.filter((e) => e.kind === 'message' && e.mine).map(textOf)
    const good = this.texts.filter((t) => !t.startsWith('bad'))
    expect([...said].sort(), 'what was written was sent, once').toEqual([...good].sort())
    expect([...this.hub.visitors.values()].filter((v) => v.log.length > 0).length).toBeLessThanOrEqual(1)
    for (const page of this.pages) {
      const order = page.filter((t) => said.includes(t)).map((t) => said.indexOf(t))
      expect(order, 'in the order in which a page wrote it').toEqual([...order].sort((a, b) => a - b))
    }
    const rated = log.flatMap((e) => (e.kind === 'rated' ? [e.comment] : []))
    expect(new Set(rated).size, 'each rating was sent once').toBe(rated.length)
    if (this.comments.length > 0) expect(rated, 'the last rating was sent').toContain(this.comments.at(-1))
    for (const { core } of this.browser.tabs) {
      const { events, pending } = core.state.conversation
      const held = { ...noConversation, events: log.slice(log.length - events.length) }
      expect(askedOf(core.state.conversation), 'rated as the last one says').toEqual(askedOf(held))
      expect(core.state.link, 'connected').toBe(this.texts.length > 0 ? 'open' : core.state.link)
      expect(folded(events), 'as everything stands').toEqual(folded(log).slice(log.length - events.length))
      if (log.length > 0) expect(events.length).toBeGreaterThan(0)
      expect(
        pending.filter((p) => p.refused === undefined),
        'nothing waits',
      ).toEqual([])
      expect(pending.every((p) => p.text.startsWith('bad'))).toBe(true)
    }
  }
}

const nameOf = (e: VisitorEvent): string => `${e.kind} ${e.at}`

const textOf = (e: VisitorEvent): string => (e.kind === 'message' && e.text) || ''

test(`A18, A20: nothing is lost, doubled or out of order on ${seeds} random days`, { timeout: 120_000 }, async () => {
  let written = 0
  let pages = 0
  let rated = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const day = new Day(seed)
    try {
      for (let i = 0; i < steps; i++) {
        await day.step()
        day.holds()
      }
      await day.heal()
    } catch (error) {
      throw new Error(`on the day of seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
    written += day.texts.length
    pages += day.pages.length
    rated += day.comments.length
  }
  // The days were not empty ones.
  expect(written).toBeGreaterThan(seeds * 8)
  expect(pages).toBeGreaterThan(seeds)
  expect(rated).toBeGreaterThan(seeds)
})
