import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Comeback, type RawSocket, Socket, type SocketState } from './socket.ts'
import { systemTimers } from './timers.ts'

type Frame = { type: string }

class FakeSocket implements RawSocket {
  static made: FakeSocket[] = []
  static failures = 0
  onopen: ((event: unknown) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  sent: string[] = []
  closedWith: number | undefined
  readonly url: string

  constructor(url: string) {
    if (FakeSocket.failures-- > 0) throw new Error('refused by policy')
    this.url = url
    FakeSocket.made.push(this)
  }
  static get last(): FakeSocket {
    const last = FakeSocket.made.at(-1)
    if (!last) throw new Error('nothing was dialled')
    return last
  }
  send(data: string) {
    this.sent.push(data)
  }
  close(code?: number) {
    this.closedWith = code
  }
}

const comebacks: Record<number, Comeback> = { 1000: 'stay', 1001: [200, 2000], 4409: 'now', 4429: [5000, 6000] }

// half is a chance of one half, so that every delay is half of its window.
function make(random = 0.5) {
  const states: [SocketState, number | undefined][] = []
  const frames: Frame[] = []
  let opened = 0
  const socket = new Socket<Frame, Frame>({
    url: () => `wss://hub.test/socket?n=${FakeSocket.made.length}`,
    WebSocket: FakeSocket,
    comebacks,
    timers: { ...systemTimers, random: () => random },
    onOpen: () => {
      opened++
      socket.send({ type: 'hello' })
    },
    onFrame: (frame) => frames.push(frame),
    onState: (state, code) => states.push([state, code]),
  })
  return { socket, states, frames, opens: () => opened }
}

const pass = (ms: number) => vi.advanceTimersByTime(ms)
const open = () => FakeSocket.last.onopen?.({})
const hear = (data: unknown) => FakeSocket.last.onmessage?.({ data })
const end = (code: number) => FakeSocket.last.onclose?.({ code })

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made = []
  FakeSocket.failures = 0
})
afterEach(() => vi.useRealTimers())

// dialsAfter gives after how many milliseconds the next attempt is made, at most 60 s.
function dialsAfter(): number {
  const before = FakeSocket.made.length
  for (let ms = 0; ms <= 60_000; ms++) {
    if (FakeSocket.made.length > before) return ms
    pass(1)
  }
  throw new Error('no attempt within a minute')
}

describe('a reconnecting socket', () => {
  test('says hello on every opening and hands over frames with a type', () => {
    const { socket, frames, opens } = make()
    socket.start()
    expect(socket.send({ type: 'early' })).toBe(false)
    open()
    for (const data of [
      '{"type":"welcome"}',
      'not json',
      'null',
      '[]',
      '{"kind":"x"}',
      '{"type":7}',
      new Uint8Array(2),
    ]) {
      hear(data)
    }
    expect(frames).toEqual([{ type: 'welcome' }])
    expect(FakeSocket.last.sent).toEqual(['{"type":"hello"}'])
    end(1006)
    dialsAfter()
    open()
    expect(opens()).toBe(2)
  })

  test('waits longer and longer while nobody answers, at most 30 s, and asks for the address anew', () => {
    const { socket } = make()
    socket.start()
    const waits = []
    for (let i = 0; i < 9; i++) {
      end(1006)
      waits.push(dialsAfter())
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
    expect(FakeSocket.last.url).toBe('wss://hub.test/socket?n=9')
  })

  test.each<[string, number, number, number]>([
    ['a server that restarts is visited after 0.2 s at the earliest', 1001, 0, 200],
    ['a server that restarts is visited after 2 s at the latest', 1001, 0.9999, 2000],
    ['a socket too slow comes back at once', 4409, 0.9999, 0],
    ['too many frames cost 5 s', 4429, 0, 5000],
    ['an unknown code has backoff', 4999, 0.5, 250],
  ])('%s', (_, code, random, want) => {
    const { socket } = make(random)
    socket.start()
    open()
    pass(11_000)
    end(code)
    expect(Math.abs(dialsAfter() - want)).toBeLessThanOrEqual(2)
  })

  test('a server that opens and closes again is not hammered, whatever the code', () => {
    const { socket } = make()
    socket.start()
    const waits = []
    for (let i = 0; i < 6; i++) {
      open()
      hear('{"type":"welcome"}')
      end(4409)
      waits.push(dialsAfter())
    }
    expect(waits).toEqual([0, 500, 1000, 2000, 4000, 8000].map((ms) => expect.closeTo(ms, -1)))
  })

  test('a connection that held for 10 s begins the backoff anew', () => {
    const { socket } = make()
    socket.start()
    for (let i = 0; i < 5; i++) {
      end(1006)
      dialsAfter()
    }
    open()
    pass(10_000)
    end(1006)
    expect(dialsAfter()).toBe(250)
  })

  test('a final code closes for good', () => {
    const { socket, states } = make()
    socket.start()
    open()
    end(1000)
    socket.wake()
    socket.reconnect()
    socket.start()
    pass(600_000)
    expect(FakeSocket.made).toHaveLength(1)
    expect(states).toEqual([
      ['connecting', undefined],
      ['open', undefined],
      ['closed', 1000],
    ])
  })

  test('after 40 s of silence it pings, and any answer within 10 s will do', () => {
    const { socket } = make()
    socket.start()
    open()
    pass(39_999)
    expect(FakeSocket.last.sent).toEqual(['{"type":"hello"}'])
    pass(1)
    expect(FakeSocket.last.sent).toEqual(['{"type":"hello"}', '{"type":"ping"}'])
    pass(9_000)
    hear('{"type":"events"}')
    pass(39_000)
    expect(FakeSocket.made).toHaveLength(1)
    expect(FakeSocket.last.sent).toHaveLength(2)
  })

  test('without an answer it gives the connection up and hears nothing more of it', () => {
    const { socket, frames } = make()
    socket.start()
    open()
    const dead = FakeSocket.last
    pass(50_000)
    expect(socket.state).toBe('connecting')
    expect(dead.closedWith).toBe(1000)
    dialsAfter()
    dead.onmessage?.({ data: '{"type":"late"}' })
    expect(frames).toEqual([])
  })

  test('an attempt that hangs is given up after 15 s', () => {
    make().socket.start()
    pass(15_000)
    dialsAfter()
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('an attempt that throws is a failed attempt', () => {
    FakeSocket.failures = 2
    const { socket } = make()
    socket.start()
    expect(socket.state).toBe('connecting')
    expect(dialsAfter()).toBe(250 + 500)
  })

  test('waking ends a wait, leaves a young attempt alone and gives up one that hangs', () => {
    const { socket } = make()
    socket.start()
    end(1006)
    socket.wake()
    expect(FakeSocket.made).toHaveLength(2)
    socket.wake()
    expect(FakeSocket.made).toHaveLength(2)
    pass(5_001)
    socket.wake()
    expect(FakeSocket.made).toHaveLength(3)
  })

  test('waking an open connection asks whether it lives, once', () => {
    const { socket } = make()
    socket.start()
    open()
    socket.wake()
    expect(FakeSocket.last.sent).toHaveLength(1)
    pass(6_000)
    socket.wake()
    pass(6_000)
    socket.wake()
    expect(FakeSocket.last.sent).toEqual(['{"type":"hello"}', '{"type":"ping"}'])
    pass(4_000)
    expect(socket.state).toBe('connecting')
  })

  test('a paused socket rests until it is woken', () => {
    const { socket } = make()
    socket.start()
    open()
    socket.pause()
    pass(600_000)
    expect([socket.state, FakeSocket.made.length, FakeSocket.last.closedWith]).toEqual(['idle', 1, 1000])
    socket.wake()
    open()
    expect(socket.state).toBe('open')
  })

  test('reconnecting leaves nothing of the old connection, and takes no time unless repeated', () => {
    const { socket, frames } = make()
    socket.start()
    open()
    const old = FakeSocket.last
    socket.reconnect()
    old.onmessage?.({ data: '{"type":"events"}' })
    old.onclose?.({ code: 1000 })
    expect(dialsAfter()).toBeLessThanOrEqual(1)
    open()
    socket.reconnect()
    expect(dialsAfter()).toBe(500)
    expect(frames).toEqual([])
    expect(socket.state).toBe('connecting')
  })

  test('stopping within the hello leaves no timer behind', () => {
    const { socket } = make()
    socket.start()
    open()
    socket.stop()
    expect(vi.getTimerCount()).toBe(0)
    expect(socket.state).toBe('closed')
  })
})
