import { describe, expect, test } from 'vitest'
import { frames, key, marks, opened, socketOf, texts, world } from '../fake/world.ts'
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
