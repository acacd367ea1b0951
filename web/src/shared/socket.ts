import { backoff } from './backoff.ts'
import { systemTimers, type Timers } from './timers.ts'

// As a method, since only a method's parameter may be narrower than the browser's own event.
interface Listener<E> {
  call(event: E): void
}

/** What Socket uses of a WebSocket; the browser's fits. */
export interface RawSocket {
  onopen: Listener<unknown>['call'] | null
  onmessage: Listener<{ data: unknown }>['call'] | null
  onclose: Listener<{ code: number }>['call'] | null
  send(data: string): void
  close(code?: number): void
}

/**
 * What follows the end of a connection: 'stay' closes the socket for good; 'backoff' waits after 0.5 s doubling to 30 s;
 * 'now' comes back at once; [a, b] waits between a and b milliseconds. A connection that ends again before it has held
 * for 10 s waits at least the backoff, so that no answer of a server can make its clients hammer it.
 */
export type Comeback = 'stay' | 'backoff' | 'now' | readonly [number, number]

/**
 * 'idle': not started, or paused. 'connecting': on the way, or waiting for the next attempt. 'open': frames can be sent.
 * 'closed': final.
 */
export type SocketState = 'idle' | 'connecting' | 'open' | 'closed'

export interface SocketOptions<In> {
  /** Asked before every attempt, as the address may carry a cursor. */
  url: () => string
  /** The browser's WebSocket, or a test's. What it throws counts as a failed attempt. */
  WebSocket: new (
    url: string,
  ) => RawSocket
  /** What follows which close code; the others come back with backoff. */
  comebacks: Readonly<Record<number, Comeback>>
  /** Called each time the socket has opened, after onState: say hello here. */
  onOpen: () => void
  /** Called with each frame that is a JSON object with a type. */
  onFrame: (frame: In) => void
  /** Called after each change of state, with the close code where a connection ended. */
  onState?: (state: SocketState, code?: number) => void
  timers?: Timers
}

const pingAfter = 40_000
const pongWithin = 10_000
const openWithin = 15_000
const steadyAfter = 10_000
const probeAfter = 5_000

/**
 * Socket is a WebSocket of JSON frames that comes back. It never queues: what could not be sent is the caller's to say
 * again after onOpen. Frames of a connection that was given up are not delivered.
 */
export class Socket<In extends { type: string }, Out extends { type: string }> {
  state: SocketState = 'idle'
  readonly #options: SocketOptions<In>
  readonly #timers: Timers
  #raw: RawSocket | undefined
  #attempt = 0 // attempts since a connection last held
  #timer: number | undefined // the next attempt, the end of patience with this one, or the next heartbeat
  #steady: number | undefined
  #since = 0 // of the attempt under way
  #heard = 0
  #probing = false

  constructor(options: SocketOptions<In>) {
    this.#options = options
    this.#timers = options.timers ?? systemTimers
  }

  /** Connects. Without effect unless idle. */
  start(): void {
    if (this.state !== 'idle') return
    this.#set('connecting')
    this.#dial()
  }

  /** Sends a frame, or says false where the socket is not open. True does not mean that it arrived. */
  send(frame: Out): boolean {
    if (this.state !== 'open' || !this.#raw) return false
    this.#raw.send(JSON.stringify(frame))
    return true
  }

  /**
   * Tells that the network or the reader is back: comes back at once instead of waiting, gives up an attempt that hangs,
   * asks whether an open connection still lives. Starts again after pause.
   */
  wake(): void {
    const now = this.#timers.now()
    if (this.state === 'idle') this.start()
    else if (this.state === 'connecting' && (!this.#raw || now - this.#since > probeAfter)) this.#dial()
    else if (this.state === 'open' && !this.#probing && now - this.#heard > probeAfter) this.#probe()
  }

  /** Drops the connection and makes a new one, with backoff if the old one did not hold. */
  reconnect(): void {
    if (this.state !== 'open' && this.state !== 'connecting') return
    this.#drop(1000)
    this.#wait('now')
  }

  /** Closes until wake or start. */
  pause(): void {
    if (this.state === 'closed') return
    this.#drop(1000)
    this.#set('idle')
  }

  /** Closes for good. */
  stop(): void {
    this.#drop(1000)
    this.#set('closed')
  }

  #set(state: SocketState, code?: number): void {
    if (this.state === state && code === undefined) return
    this.state = state
    this.#options.onState?.(state, code)
  }

  #dial(): void {
    this.#drop(1000)
    this.#attempt++
    this.#since = this.#timers.now()
    let raw: RawSocket
    try {
      raw = new this.#options.WebSocket(this.#options.url())
    } catch {
      this.#wait('backoff')
      return
    }
    this.#raw = raw
    this.#timer = this.#timers.set(() => this.#lost(), openWithin)
    raw.onopen = () => {
      this.#steady = this.#timers.set(() => {
        this.#attempt = 0
      }, steadyAfter)
      this.#listen()
      this.#set('open')
      if (this.#raw === raw) this.#options.onOpen()
    }
    raw.onmessage = ({ data }) => {
      this.#listen()
      const frame = parse<In>(data)
      if (frame) this.#options.onFrame(frame)
    }
    raw.onclose = ({ code }) => {
      this.#drop()
      this.#wait(this.#options.comebacks[code] ?? 'backoff', code)
    }
  }

  // listen begins the silence anew: something was heard.
  #listen(): void {
    this.#heard = this.#timers.now()
    this.#probing = false
    this.#timers.clear(this.#timer)
    this.#timer = this.#timers.set(() => this.#probe(), pingAfter)
  }

  #probe(): void {
    this.#probing = true
    this.#timers.clear(this.#timer)
    this.#timer = this.#timers.set(() => this.#lost(), pongWithin)
    this.#raw?.send('{"type":"ping"}')
  }

  // lost gives up a connection that does not answer. Its close may take minutes, so nobody waits for it.
  #lost(): void {
    this.#drop(1000)
    this.#wait('backoff')
  }

  #wait(how: Comeback, code?: number): void {
    if (how === 'stay') {
      this.#set('closed', code)
      return
    }
    const { random } = this.#timers
    const again = Math.max(1, this.#attempt)
    let delay = how === 'backoff' || again > 1 ? backoff(again, random) : 0
    if (typeof how === 'object') delay = Math.max(delay, how[0] + random() * (how[1] - how[0]))
    this.#timer = this.#timers.set(() => this.#dial(), delay)
    this.#set('connecting', code)
  }

  // drop lets go of the connection: nothing of it is heard any more, no timer of it rings.
  #drop(code?: number): void {
    this.#timers.clear(this.#timer)
    this.#timers.clear(this.#steady)
    this.#probing = false
    const raw = this.#raw
    this.#raw = undefined
    if (!raw) return
    raw.onopen = raw.onmessage = raw.onclose = null
    if (code) raw.close(code)
  }
}

function parse<In>(data: unknown): In | undefined {
  try {
    const frame = JSON.parse(data as string)
    return typeof frame?.type === 'string' ? frame : undefined
  } catch {
    return undefined
  }
}
