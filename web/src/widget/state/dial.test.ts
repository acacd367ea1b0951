import { beforeEach, expect, test, vi } from 'vitest'
import type { RawSocket } from '../../shared/socket.ts'
import { systemTimers } from '../../shared/timers.ts'
import { dialler } from './dial.ts'

class Fake implements RawSocket {
  onopen: RawSocket['onopen'] = null
  onmessage: RawSocket['onmessage'] = null
  onclose: RawSocket['onclose'] = null
  isClosed = false
  send() {}
  close() {
    this.isClosed = true
  }
}
const made: [kind: string, socket: Fake][] = []
const kind = (name: string) =>
  class extends Fake {
    constructor(_: string) {
      super()
      made.push([name, this])
    }
  }

let Dial: ReturnType<typeof dialler>
beforeEach(() => {
  vi.useFakeTimers()
  made.length = 0
  Dial = dialler(kind('socket'), kind('stream'), systemTimers)
})

// dial makes a connection on which something is heard, or not, and gives its kind.
function dial(isHeard: boolean): string | undefined {
  const closed = vi.fn()
  const line = new Dial('wss://hub.test/')
  line.onclose = closed
  const [name, raw] = made.at(-1) ?? []
  raw?.onopen?.({})
  if (isHeard) raw?.onmessage?.({ data: '{}' })
  raw?.onclose?.({ code: 1006 })
  expect(closed).toHaveBeenCalledExactlyOnceWith({ code: 1006 })
  return name
}

test('sockets that work are kept to, also when one fails now and then', () => {
  expect([true, false, true, false].map(dial)).toEqual(['socket', 'socket', 'socket', 'socket'])
})

test('after two on which nothing is heard comes a stream, which is kept to while it works (A20)', () => {
  expect([false, false, true, true, false, true].map(dial)).toEqual([
    'socket',
    'socket',
    'stream',
    'stream',
    'stream',
    'stream',
  ])
})

test('while nothing works at all, each is tried in turn', () => {
  const all = [false, false, false, false, false, true, true].map(dial)
  expect(all).toEqual(['socket', 'socket', 'stream', 'socket', 'stream', 'socket', 'socket'])
})

test('one that hangs before anything was heard is given up after seconds', () => {
  const line = new Dial('wss://hub.test/')
  const closed = vi.fn()
  line.onclose = closed
  vi.advanceTimersByTime(5_999)
  expect(closed).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(closed).toHaveBeenCalledExactlyOnceWith({ code: 1006 })
  expect(made[0]?.[1].isClosed).toBe(true)

  dial(true)
  const later = new Dial('wss://hub.test/')
  later.onclose = closed
  vi.advanceTimersByTime(60_000)
  expect(closed).toHaveBeenCalledOnce()
})
