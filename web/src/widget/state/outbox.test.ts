import { describe, expect, test } from 'vitest'
import { frames, key, marks, opened, rates, says, socketOf, texts, world } from '../fake/world.ts'
import type { Core } from './core.ts'
import { askedOf } from './rating.ts'
import { rowsOf } from './row.ts'
import { textOf } from './text.ts'

describe('A20: sending', () => {
  test('what is busy is kept in its place and goes out again after the time that the server gave', async () => {
    const { browser, hub, tab } = await opened()
    let refusals = 2
    hub.refuses = (text) =>
      text === 'one' && refusals-- > 0 ? { kind: 'throttled', retry_after_ms: 4_000 } : undefined
    tab.write('one')
    tab.write('two')
    await browser.pass(3_900)
    expect([frames(hub, 'message').length, marks(tab)]).toEqual([1, ['sending', 'sending']])
    await browser.pass(12_000)
    expect(texts(hub.log)).toEqual(['one', 'two'])
    expect(tab.core.state.conversation.pending).toEqual([])
  })

  test.each(['invalid', 'forbidden', 'ended', 'gone', 'something new'])(
    '%s is final: the words stay, the next goes on',
    async (kind) => {
      const { browser, hub, tab } = await opened()
      hub.refuses = (text) => (text === 'one' ? { kind, reason: 'so it is' } : undefined)
      tab.write('one')
      tab.write('two')
      await browser.pass(5_000)
      expect(texts(hub.log)).toEqual(['two'])
      expect(marks(tab)).toEqual(['so it is'])
      const [id = ''] = tab.core.state.conversation.pending.map((p) => p.id)
      browser.close(tab)
      const later = browser.open()
      await browser.pass(5_000)
      expect(marks(later)).toEqual(['so it is'])
      expect(frames(hub, 'message').filter((f) => f.text === 'one')).toHaveLength(1)
      later.core.remove(id)
      expect(marks(later)).toEqual([])
      expect([...browser.storage.keys()].filter((k) => k.includes(':out:'))).toEqual([])
    },
  )

  test('a refusal without an id is of the message in flight', async () => {
    const { browser, tab } = await opened()
    tab.write('one')
    const socket = socketOf(tab)
    socket.up.pop()
    socket.down.push({ type: 'refused', kind: 'invalid', reason: 'unreadable' })
    await browser.flow()
    expect(marks(tab)).toEqual(['unreadable'])
  })

  test('a frame too big for the server is not sent for ever', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('one')
    socketOf(tab).end(1009)
    tab.write('two')
    await browser.pass(5_000)
    expect(marks(tab)).toEqual([''])
    expect(texts(hub.log)).toEqual(['two'])
  })

  test('an open connection that does not answer is made anew', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('one')
    const stuck = socketOf(tab)
    stuck.up.pop()
    await browser.pass(25_000)
    expect(tab.sockets.has(stuck)).toBe(false)
    expect(texts(hub.log)).toEqual(['one'])
  })

  test('one message is under way at a time', async () => {
    const { browser, tab } = await opened()
    tab.write('one')
    browser.clock.advance(3_000)
    tab.write('two')
    browser.clock.advance(3_000)
    expect(socketOf(tab).up.map((data) => JSON.parse(data).text)).toEqual(['one'])
  })

  test('a hundred messages stay below the limits of the server', async () => {
    const { browser, hub, tab } = await opened()
    const times: number[] = []
    hub.refuses = () => {
      times.push(browser.clock.now)
      return undefined
    }
    for (let i = 0; i < 100; i++) tab.write(`text ${i}`)
    await browser.pass(150_000)
    expect(texts(hub.log)).toHaveLength(100)
    for (const [span, most] of [
      [5_000, 12],
      [60_000, 60],
    ] as const) {
      const counts = times.map((from) => times.filter((t) => t >= from && t < from + span).length)
      expect(Math.max(...counts)).toBeLessThanOrEqual(most)
    }
  })

  test('what a closed tab left is sent by one of the others, which ends the wait of all', async () => {
    const { browser, hub, tab } = await opened()
    const [b, c] = [browser.open(), browser.open()]
    await browser.pass(1_000)
    socketOf(tab).end(1006)
    tab.write('left behind')
    browser.close(tab)
    await browser.flow()
    expect([marks(b), marks(c)]).toEqual([['sending'], ['sending']])
    await browser.pass(12_000)
    expect(frames(hub, 'message')).toHaveLength(1)
    expect([b, c].map((t) => texts(t.core.state.conversation.events))).toEqual([['left behind'], ['left behind']])
    expect([...marks(b), ...marks(c)]).toEqual([])
    expect(browser.locks.size).toBe(0)
  })

  test('a tab that dies while it sends for others lets the next one do it', async () => {
    const { browser, hub, tab } = await opened()
    const b = browser.open()
    await browser.pass(1_000)
    socketOf(tab).end(1006)
    tab.write('left behind')
    browser.close(tab)
    const c = browser.open()
    const d = browser.open()
    for (const t of [b, c, d]) if (t.sockets.size > 0 && !socketOf(t).isOpen) socketOf(t).open()
    hub.refuses = () => ({ kind: 'unavailable', retry_after_ms: 100 })
    await browser.pass(6_000)
    browser.close(b)
    browser.close(c)
    hub.refuses = () => undefined
    await browser.pass(12_000)
    expect(texts(hub.log)).toEqual(['left behind'])
    expect(marks(d)).toEqual([])
  })

  test('with storage blocked everything works in this tab', async () => {
    const { browser, hub } = world()
    browser.isStorageBlocked = true
    const tab = browser.open()
    tab.core.open()
    await browser.flow()
    tab.write('one')
    socketOf(tab).end(1006)
    tab.write('two')
    tab.core.draft('three')
    await browser.pass(5_000)
    expect(texts(hub.log)).toEqual(['one', 'two'])
    expect(tab.core.state.draft).toBe('three')
    expect(hub.visitors.size).toBe(1)
  })

  test('rubbish in storage is no message', async () => {
    const { browser, hub } = world()
    for (const [name, value] of [
      ['out:a', '{'],
      ['out:b', '7'],
      ['out:c', '{"text":3}'],
      ['out:d', 'null'],
      ['seen', 'x'],
      ['open', '{}'],
    ]) {
      browser.storage.set(key(name ?? ''), value ?? '')
    }
    const tab = browser.open()
    tab.core.open()
    await browser.pass(10_000)
    expect([marks(tab), frames(hub, 'message')]).toEqual([[], []])
  })

  test('texts at the limit pass and those over it do not, counted in bytes of the text and of its frame', () => {
    expect(textOf(' x\n')).toBe('x')
    expect(textOf('\0 \n')).toBe('')
    expect(textOf('x'.repeat(65_536))).toHaveLength(65_536)
    expect(textOf('x'.repeat(65_537))).toBeUndefined()
    expect(textOf('\u20ac'.repeat(21_845))).toHaveLength(21_845)
    expect(textOf('\u20ac'.repeat(21_846))).toBeUndefined()
    expect(textOf('"'.repeat(60_000))).toBeUndefined()
  })
})

describe('A17: ending', () => {
  test('the end comes after what was written before it, also when it was asked for without a connection', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('one')
    await browser.pass(1_000)
    socketOf(tab).end(1006)
    tab.write('two')
    tab.core.end()
    tab.core.end()
    tab.write('three')
    expect(tab.core.state.isEnding).toBe(true)
    await browser.pass(6_000)
    const kinds = hub.log.map((e) => (e.kind === 'message' ? e.text : e.kind))
    expect(kinds).toEqual(['started', 'one', 'two', 'ended', 'started', 'three'])
    expect(tab.core.state.isEnding).toBe(false)
  })

  test('there was nothing to end any more', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('one')
    await browser.pass(2_000)
    hub.happen({ kind: 'ended', at: hub.at(), outcome: 'completed_by_operator', name: 'Anna' })
    tab.core.end()
    await browser.pass(2_000)
    expect([tab.core.state.isEnding, marks(tab)]).toEqual([false, []])
  })
})

describe('A18: rating', () => {
  // answered is a world with one tab in whose session Anna has answered.
  async function answered() {
    const all = await opened()
    all.tab.write('hello')
    await all.browser.pass(2_000)
    says(all.hub, 'here I am')
    await all.browser.pass(1_000)
    return all
  }
  const asked = (tab: { core: Core }) => {
    const it = askedOf(tab.core.state.conversation)
    if (!it) throw new Error('nothing is asked')
    return it
  }
  const stands = (tab: { core: Core }) => [asked(tab).rating, asked(tab).comment]

  test('it is sent at once, changed, and taken back, and every tab shows it', async () => {
    const { browser, hub, tab } = await answered()
    const other = browser.open()
    await browser.pass(1_000)
    const { about } = asked(tab)
    tab.core.rate(about, 'good', '')
    expect([asked(tab).rating, asked(tab).pending?.stored]).toEqual(['good', undefined])
    await browser.pass(2_000)
    expect([stands(tab), stands(other)]).toEqual([
      ['good', ''],
      ['good', ''],
    ])
    tab.core.rate(about, 'bad', 'too slow')
    await browser.pass(2_000)
    expect(stands(other)).toEqual(['bad', 'too slow'])
    other.core.rate(about, '', '')
    await browser.pass(2_000)
    expect([stands(tab), stands(other)]).toEqual([
      ['', ''],
      ['', ''],
    ])
    expect(frames(hub, 'rate')).toHaveLength(3)
    expect([...browser.storage.keys()].filter((k) => k.includes(':out:'))).toEqual([])
    expect([...tab.core.state.conversation.pending, ...other.core.state.conversation.pending]).toEqual([])
  })

  test.each(['before', 'after'] as const)('the acknowledgement comes %s the event', async (when) => {
    const { browser, hub, tab } = await answered()
    hub.ackFirst = () => when === 'before'
    const seen = new Set<string>()
    tab.core.rate(asked(tab).about, 'good', '')
    tab.core.subscribe(() => seen.add(asked(tab).rating))
    await browser.pass(20_000)
    expect([...seen]).toEqual(['good'])
    expect(frames(hub, 'hello')).toHaveLength(1)
  })

  test('one that changes nothing is acknowledged without an event, and that is that', async () => {
    const { browser, hub, tab } = await answered()
    const { about } = asked(tab)
    for (const rating of ['good', 'bad', 'good', 'good'] as const) {
      tab.core.rate(about, rating, '')
      await browser.pass(2_000)
    }
    await browser.pass(20_000)
    expect([frames(hub, 'rate').length, hub.log.filter((e) => e.kind === 'rated').length]).toEqual([4, 3])
    expect([asked(tab).rating, asked(tab).pending, frames(hub, 'hello').length]).toEqual(['good', undefined, 1])
  })

  test('of several without a connection the last one goes, once, also after a reload', async () => {
    const { browser, hub, tab } = await answered()
    const { about } = asked(tab)
    socketOf(tab).end(1006)
    tab.core.rate(about, 'good', '')
    tab.core.rate(about, 'bad', '')
    tab.core.rate(about, 'bad', 'too slow')
    expect(stands(tab)).toEqual(['bad', 'too slow'])
    browser.close(tab)
    const later = browser.open()
    later.core.open()
    await browser.pass(10_000)
    expect(rates(hub)).toEqual([['bad', 'too slow']])
    expect(stands(later)).toEqual(['bad', 'too slow'])
  })

  test('one that is in doubt goes again with its id, and one that took its place comes after it', async () => {
    const { browser, hub, tab } = await answered()
    const { about } = asked(tab)
    tab.core.rate(about, 'good', '')
    const socket = socketOf(tab)
    socket.deliverUp()
    socket.end(1006)
    await browser.pass(5_000)
    const [first, again] = frames(hub, 'rate')
    expect(again).toEqual(first)
    tab.core.rate(about, 'bad', '')
    tab.core.rate(about, '', '')
    await browser.pass(5_000)
    expect(rates(hub).slice(2)).toEqual([
      ['bad', ''],
      ['', ''],
    ])
    expect(hub.log.filter((e) => e.kind === 'rated')).toHaveLength(3)
    expect(stands(tab)).toEqual(['', ''])
  })

  test('it keeps its place among what is said and the end, and another session is rated by itself', async () => {
    const { browser, hub, tab } = await answered()
    const { about } = asked(tab)
    socketOf(tab).end(1006)
    tab.write('thank you')
    tab.core.rate(about, 'good', '')
    tab.core.end()
    tab.write('one more thing')
    await browser.pass(8_000)
    const kinds = hub.log.slice(3).map((e) => (e.kind === 'message' ? e.text : e.kind))
    expect(kinds).toEqual(['thank you', 'rated', 'ended', 'started', 'one more thing'])
    says(hub, 'what is it?')
    await browser.flow()
    expect(stands(tab)).toEqual(['', ''])
    expect(asked(tab).about).not.toBe(about)
  })

  test('what is busy is kept; a final refusal shows why and leaves what was written, until the next one', async () => {
    const { browser, hub, tab } = await answered()
    const { about } = asked(tab)
    hub.refuses = () => ({ kind: 'busy', retry_after_ms: 100 })
    tab.core.rate(about, 'bad', 'dreadful')
    await browser.pass(3_000)
    expect([asked(tab).pending?.refused, frames(hub, 'rate').length > 1]).toEqual([undefined, true])
    hub.refuses = () => ({ kind: 'forbidden', reason: 'so it is' })
    await browser.pass(5_000)
    expect([...stands(tab), asked(tab).pending?.refused]).toEqual(['bad', 'dreadful', 'so it is'])
    browser.close(tab)
    const later = browser.open()
    await browser.pass(5_000)
    expect([...stands(later), asked(later).pending?.refused]).toEqual(['bad', 'dreadful', 'so it is'])
    hub.refuses = () => undefined
    later.core.rate(about, 'bad', 'not good')
    await browser.pass(5_000)
    expect([...stands(later), asked(later).pending]).toEqual(['bad', 'not good', undefined])
    expect([...browser.storage.keys()].filter((k) => k.includes(':out:'))).toEqual([])
  })

  test('one that was refused is not kept for ever', async () => {
    const { browser, hub, tab } = await answered()
    hub.refuses = () => ({ kind: 'forbidden' })
    tab.core.rate(asked(tab).about, 'bad', '')
    await browser.pass(2_000)
    hub.refuses = () => undefined
    hub.happen({ kind: 'ended', at: hub.at() })
    tab.write('again')
    await browser.pass(2_000)
    says(hub, 'yes?')
    await browser.flow()
    expect(stands(tab)).toEqual(['', ''])
    tab.core.rate(asked(tab).about, 'good', '')
    await browser.pass(2_000)
    expect([...browser.storage.keys()].filter((k) => k.includes(':out:'))).toEqual([])
  })

  test('one that another tab keeps gives way to one of this tab', async () => {
    const { browser, hub, tab } = await answered()
    const other = browser.open()
    await browser.pass(1_000)
    const { about } = asked(tab)
    socketOf(tab).end(1006)
    tab.core.rate(about, 'good', '')
    for (const news of other.news.splice(0)) news()
    expect(asked(other).rating).toBe('good')
    other.core.rate(about, 'bad', '')
    await browser.pass(10_000)
    expect(rates(hub)).toEqual([['bad', '']])
    expect([asked(tab).rating, asked(other).rating]).toEqual(['bad', 'bad'])
  })

  test('a rating is no message: nothing of it stands in the log', async () => {
    const { browser, tab } = await answered()
    const shown = rowsOf(tab.core.state.conversation, false)
    socketOf(tab).end(1006)
    tab.core.rate(asked(tab).about, 'good', 'fine')
    expect(rowsOf(tab.core.state.conversation, false)).toEqual(shown)
    await browser.pass(5_000)
    expect(rowsOf(tab.core.state.conversation, false)).toEqual(shown)
  })
})
