import { describe, expect, test } from 'vitest'
import type { Queue, Status } from '../../shared/protocol.ts'
import { frames, key, opened, says, socketOf, texts, world } from '../fake/world.ts'

test('S1.22: Send without a word is told once, and not while a session is open', async () => {
  const { browser, hub, tab } = await opened()
  tab.core.write('')
  tab.core.write('')
  await browser.pass(1_000)
  expect(frames(hub, 'empty')).toEqual([{ type: 'empty', id: expect.any(String) }])
  const { browser: elsewhere, hub: other, tab: talking } = await opened()
  talking.write('hello')
  await elsewhere.pass(1_000)
  talking.core.write('')
  await elsewhere.pass(1_000)
  expect(frames(other, 'empty')).toEqual([])
})

describe('connecting', () => {
  test('a visitor who never opens the panel costs nothing', async () => {
    const { browser, hub } = world()
    const tab = browser.open()
    await browser.pass(60_000)
    expect([tab.sockets.size, hub.received.length, browser.storage.size]).toEqual([0, 0, 0])
  })

  test('a visitor who was here before is connected at once, with token and without a cursor', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    browser.close(tab)
    const later = browser.open()
    await browser.flow()
    expect(texts(later.core.state.conversation.events)).toEqual(['hello'])
    const [first, second] = frames(hub, 'hello')
    expect(first).toEqual({ type: 'hello', versions: [1] })
    expect(second).toEqual({ type: 'hello', versions: [1], token: browser.storage.get(key('token')) })
  })

  test('a connection that comes back continues from its cursor', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    const { cursor } = tab.core.state.conversation
    socketOf(tab).end(1006)
    says(hub, 'meanwhile')
    await browser.pass(2_000)
    expect(frames(hub, 'hello').at(-1)?.after).toBe(cursor)
    expect(texts(tab.core.state.conversation.events)).toEqual(['hello', 'meanwhile'])
  })

  test('a frame that does not continue is dropped, and hello is said again with the cursor held', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    const { cursor } = tab.core.state.conversation
    says(hub, 'lost on the way')
    socketOf(tab).down.pop()
    says(hub, 'arrives')
    await browser.flow()
    expect(texts(tab.core.state.conversation.events)).toEqual(['hello'])
    await browser.pass(1_000)
    expect(frames(hub, 'hello').at(-1)?.after).toBe(cursor)
    expect(texts(tab.core.state.conversation.events)).toEqual(['hello', 'lost on the way', 'arrives'])
  })

  test('an answer to older that a snapshot overtook is not put before the wrong beginning', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    for (let i = 0; i < 40; i++) says(hub, `answer ${i}`)
    await browser.flow()
    socketOf(tab).end(1006)
    for (let i = 40; i < 80; i++) says(hub, `answer ${i}`)
    await browser.pass(2_000)
    const { start, cursor, events } = tab.core.state.conversation
    tab.core.older()
    const socket = socketOf(tab)
    socket.deliverUp()
    socket.down.unshift({ type: 'events', cursor: cursor ?? '', start: `${start}`, more: true, events: [...events] })
    await browser.pass(1_000)
    expect(texts(tab.core.state.conversation.events)).toEqual(texts(hub.log.slice(-events.length)))
  })

  test('older events that nobody asked for are dropped', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    socketOf(tab).down.push({ type: 'older', start: 'x', more: true, events: [{ kind: 'started', at: hub.at() }] })
    await browser.flow()
    expect(tab.core.state.conversation.events).toEqual(hub.log)
  })

  test('two tabs that meet the hub at the same time become one visitor', async () => {
    const { browser, hub } = world()
    const [a, b] = [browser.open(), browser.open()]
    for (const tab of [a, b]) tab.core.open()
    for (const tab of [a, b]) socketOf(tab).open()
    for (const tab of [a, b]) socketOf(tab).deliverUp()
    // b learns of the token of a, which is already in use, before its own welcome comes.
    socketOf(a).deliverDown()
    a.write('from a')
    socketOf(a).deliverUp()
    b.core.wake()
    await browser.pass(2_000)
    b.write('from b')
    await browser.pass(3_000)
    expect(texts(hub.log).sort()).toEqual(['from a', 'from b'])
    expect(a.core.state.conversation.events).toEqual(b.core.state.conversation.events)
  })

  test('with a server that speaks a newer protocol it stays away and says so', async () => {
    const { browser, tab } = await opened()
    socketOf(tab).end(4406)
    await browser.pass(60_000)
    expect([tab.core.state.isOutdated, tab.core.state.link, tab.sockets.size]).toEqual([true, 'closed', 0])
  })
})

describe('answers', () => {
  test('A10: the first one opens a minimised panel, the second does not', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    tab.core.minimise()
    await browser.pass(1_000)
    says(hub, 'first')
    await browser.flow()
    expect(tab.core.state.isOpen).toBe(true)
    tab.core.attend(true)
    tab.core.minimise()
    says(hub, 'second')
    await browser.flow()
    expect([tab.core.state.isOpen, tab.core.state.unread]).toEqual([false, 1])
  })

  test('A10: one that came while the customer was on the way to another page opens it there', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    tab.core.minimise()
    await browser.pass(1_000)
    browser.close(tab)
    says(hub, 'first')
    const next = browser.open()
    await browser.flow()
    expect(next.core.state.isOpen).toBe(true)
    next.core.minimise()
    browser.close(next)
    const last = browser.open()
    await browser.flow()
    expect(last.core.state.isOpen).toBe(false)
  })

  test('A10: one that was seen in another tab does not open this one', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    const other = browser.open()
    other.isFocused = true
    await browser.flow()
    other.core.minimise()
    await browser.flow()
    tab.core.open()
    tab.core.attend(true)
    says(hub, 'first')
    socketOf(tab).deliverDown()
    for (const news of other.news.splice(0)) news()
    await browser.flow()
    expect(other.core.state.isOpen).toBe(false)
  })

  test('what came after the customer looked away is not told as seen', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    tab.core.attend(true)
    says(hub, 'seen')
    await browser.flow()
    tab.core.attend(false)
    says(hub, 'not seen')
    await browser.pass(3_000)
    expect([frames(hub, 'seen').length, tab.core.state.unread]).toEqual([0, 1])
    tab.core.attend(true)
    await browser.pass(3_000)
    expect([frames(hub, 'seen').length, tab.core.state.unread]).toEqual([1, 0])
  })

  test('are unread until they are before the eyes, then seen in all tabs and at the hub, with few frames', async () => {
    const { browser, hub, tab } = await opened()
    const other = browser.open()
    tab.write('hello')
    await browser.pass(1_000)
    for (let i = 0; i < 5; i++) says(hub, `answer ${i}`)
    await browser.flow()
    expect([tab.core.state.unread, other.core.state.unread]).toEqual([5, 5])
    tab.core.attend(true)
    await browser.pass(2_000)
    expect([tab.core.state.unread, other.core.state.unread]).toEqual([0, 0])
    expect(frames(hub, 'seen').map((f) => f.cursor)).toEqual([tab.core.state.conversation.cursor])
    says(hub, 'one more')
    await browser.pass(2_000)
    expect(frames(hub, 'seen')).toHaveLength(2)
    tab.core.attend(false)
    says(hub, 'another')
    await browser.pass(2_000)
    expect([frames(hub, 'seen').length, tab.core.state.unread]).toEqual([2, 1])
  })
})

describe('writing', () => {
  test('A12: typing is told at most once in 3 s, and only while a session goes on', async () => {
    const { browser, hub, tab } = await opened()
    tab.core.draft('h')
    await browser.flow()
    expect(frames(hub, 'typing')).toHaveLength(0)
    tab.write('hello')
    await browser.pass(1_000)
    for (let i = 0; i < 24; i++) {
      tab.core.draft(`x${i}`)
      await browser.pass(250)
    }
    expect(frames(hub, 'typing')).toHaveLength(2)
  })

  test('a draft outlives the page and follows into tabs that are not in use', async () => {
    const { browser, tab } = await opened()
    const other = browser.open()
    const used = browser.open()
    used.isFocused = true
    used.core.draft('mine')
    await browser.flow()
    tab.core.draft('half a sen')
    await browser.flow()
    expect([other, used].map((t) => t.core.state.draft)).toEqual(['half a sen', 'mine'])
    browser.close(tab)
    expect(browser.open().core.state.draft).toBe('half a sen')
    other.write('half a sentence')
    await browser.flow()
    expect(browser.open().core.state.draft).toBe('')
  })

  test('open and minimised follow into tabs that are not in use, and into the next page', async () => {
    const { browser, tab } = await opened()
    const other = browser.open()
    const used = browser.open()
    used.isFocused = true
    await browser.flow()
    expect(other.core.state.isOpen).toBe(true)
    tab.core.minimise()
    await browser.flow()
    expect([other, used].map((t) => t.core.state.isOpen)).toEqual([false, true])
  })
})

test('A6: the place in the queue is what was told last, and forgotten with the connection that told it', async () => {
  const { browser, tab } = await opened()
  const told = async (frame: Queue) => {
    socketOf(tab).down.push(frame)
    await browser.flow()
    return tab.core.state.queue?.place
  }
  expect(await told({ type: 'queue', waiting: true, place: 2 })).toBe(2)
  expect(await told({ type: 'queue', waiting: true, place: 1 })).toBe(1)
  expect(await told({ type: 'queue' })).toBeUndefined()
  await told({ type: 'queue', waiting: true, place: 1 })
  socketOf(tab).end(1006)
  await browser.pass(2_000)
  expect(tab.core.state.queue).toBeUndefined()
})

describe('a closed department', () => {
  const closed = { kind: 'closed', reason: 'Chat is currently disabled.' }

  test('S1.12, A3: what is refused because it has closed goes back to where it was written', async () => {
    const { browser, hub, tab } = await opened()
    hub.refuses = () => closed
    tab.write('hello')
    tab.core.draft('and more')
    await browser.pass(1_000)
    const { draft, closed: shown, conversation } = tab.core.state
    expect([draft, shown, conversation.pending, tab.core.canWrite]).toEqual(['hello\nand more', 'notice', [], false])
    browser.close(tab)
    const later = browser.open()
    await browser.pass(60_000)
    expect([later.core.state.draft, frames(hub, 'message').length]).toEqual(['hello\nand more', 1])
  })

  test('S1.11: it is told, and told again when it opens', async () => {
    const { browser, tab } = await opened()
    const told = async (frame: Status) => {
      socketOf(tab).down.push(frame)
      await browser.flow()
      return [tab.core.state.closed, tab.core.canWrite]
    }
    expect(await told({ type: 'status', closed: 'hidden' })).toEqual(['hidden', false])
    tab.core.hide(false)
    expect(tab.core.state.closed).toBe('hidden')
    expect(await told({ type: 'status' })).toEqual(['', true])
  })

  test('S1.13: who is in a session writes on', async () => {
    const { browser, hub, tab } = await opened()
    tab.write('hello')
    await browser.pass(1_000)
    socketOf(tab).down.push({ type: 'status', closed: 'notice' })
    await browser.flow()
    expect(tab.core.canWrite).toBe(true)
    tab.write('still here')
    await browser.pass(2_000)
    expect(texts(hub.log)).toEqual(['hello', 'still here'])
  })

  test('a connection that comes back is open unless it says otherwise', async () => {
    const { browser, tab } = await opened()
    socketOf(tab).down.push({ type: 'status', closed: 'notice' })
    await browser.flow()
    socketOf(tab).end(1006)
    await browser.pass(2_000)
    expect(tab.core.state.closed).toBe('')
  })
})
