import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Asked, Asking } from './wire.ts'

/** When a connection is cut: before the server hears what is asked, or after it has answered and before the answer arrives. */
export type Moment = 'before' | 'after'

interface Cut {
  moment: Moment
  who: string
  text: string
  done: () => void
}

interface Line {
  who: string
  near: Socket
  far: Socket
  asking: Asking
  /** What the server says is kept from the client, and the connection ends with it. */
  cut: Cut | undefined
  /** What the server said while the line was frozen. */
  held: Buffer[]
}

/**
 * Network is what lies between browsers and the server. It knows people apart by a word in their browser's user agent,
 * `e2e/NAME`, and can lose what they say or hear.
 */
export class Network {
  /** The server's port. */
  target = 0
  readonly #server: Server
  readonly #lines = new Set<Line>()
  readonly #away = new Set<string>()
  readonly #frozen = new Set<string>()
  readonly #socketless = new Set<string>()
  #cuts: Cut[] = []

  private constructor() {
    this.#server = createServer((near) => this.#accept(near))
  }

  static async listen(): Promise<Network> {
    const network = new Network()
    network.#server.listen(0, '127.0.0.1')
    await once(network.#server, 'listening')
    return network
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Cuts somebody off when they say a text; they stay away until mend. Resolves when it has happened. */
  cut(moment: Moment, who: string, text: string): Promise<void> {
    return new Promise((done) => this.#cuts.push({ moment, who, text, done }))
  }

  /** Cuts somebody off, until mend. */
  cutOff(who: string): void {
    this.#away.add(who)
    for (const line of this.#lines) if (line.who === who) end(line)
  }

  /** Lets somebody come back. */
  mend(who: string): void {
    this.#away.delete(who)
  }

  /** Lets no WebSocket of somebody's begin any more, as some proxies do, and ends those there are. */
  refuseSockets(who: string): void {
    this.#socketless.add(who)
    for (const line of this.#lines) if (line.who === who && line.asking.isSocket) end(line)
  }

  /** Holds back what somebody's sockets are told, until thaw. What they ask by HTTP is answered. */
  freeze(who: string): void {
    this.#frozen.add(who)
  }

  thaw(who: string): void {
    this.#frozen.delete(who)
    for (const line of this.#lines) {
      if (line.who !== who) continue
      for (const bytes of line.held.splice(0)) line.near.write(bytes)
    }
  }

  async close(): Promise<void> {
    for (const line of this.#lines) end(line)
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(near: Socket): void {
    const far = connect(this.target, '127.0.0.1')
    const line: Line = { who: '', near, far, asking: new Asking(), cut: undefined, held: [] }
    this.#lines.add(line)
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      socket.on('error', () => end(line))
    }
    far.on('close', () => near.end())
    near.on('close', () => {
      far.destroy()
      this.#lines.delete(line)
    })
    near.on('data', (bytes) => {
      for (const asked of line.asking.take(bytes)) if (!this.#ask(line, asked)) return
    })
    far.on('data', (bytes) => this.#answer(line, bytes))
  }

  // ask passes on what a client asks; false where it ends the line.
  #ask(line: Line, asked: Asked): boolean {
    line.who ||= /\r\nuser-agent:.* e2e\/(\w+)/i.exec(asked.head)?.[1] ?? ''
    const cut = this.#cuts.find(({ who, text }) => who === line.who && asked.text.includes(text))
    if (this.#away.has(line.who) || (this.#socketless.has(line.who) && line.asking.isSocket)) {
      end(line)
      return false
    }
    if (cut?.moment === 'before') {
      this.#finish(cut)
      return false
    }
    line.cut ??= cut
    line.far.write(asked.bytes)
    return true
  }

  #answer(line: Line, bytes: Buffer): void {
    if (line.cut) {
      // On a socket other news may come before the answer.
      if (!line.asking.isSocket || bytes.includes('"ack"')) this.#finish(line.cut)
    } else if (line.asking.isSocket && this.#frozen.has(line.who)) line.held.push(bytes)
    else line.near.write(bytes)
  }

  #finish(cut: Cut): void {
    this.#cuts = this.#cuts.filter((c) => c !== cut)
    this.cutOff(cut.who)
    cut.done()
  }
}

function end({ near, far }: Line): void {
  near.resetAndDestroy()
  far.destroy()
}
