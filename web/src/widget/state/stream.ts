import { maxFrame } from '../../shared/protocol.ts'
import type { RawSocket } from '../../shared/socket.ts'
import { byteLength } from '../../shared/utf8.ts'

const lost = 1006

/**
 * Stream is a socket of server-sent events and posts, for networks through which no WebSocket comes: what the server says is the
 * answer to the first frame, which goes on and on; every other frame is posted, one post after the other.
 */
export class Stream implements RawSocket {
  onopen: RawSocket['onopen'] = null
  onmessage: RawSocket['onmessage'] = null
  onclose: RawSocket['onclose'] = null
  readonly #url: string
  readonly #life = new AbortController()
  readonly #waiting: string[] = []
  #hello: { token?: string } | undefined
  #isPosting = false

  constructor(url: string) {
    this.#url = url.replace(/^ws/, 'http')
    // Nothing is sent before it is known that something arrives.
    this.#attempt(async () => {
      await this.#fetch('look')
      this.onopen?.({})
    })
  }

  send(data: string): void {
    const frame = JSON.parse(data)
    // A stream shows by itself that it lives, and no answer to a post could.
    if (frame.type === 'ping') return
    if (this.#hello) {
      this.#waiting.push(data)
      this.#post()
    } else {
      this.#hello = frame
      this.#attempt(() => this.#listen(data))
    }
  }

  close(): void {
    this.#life.abort()
  }

  async #fetch(path: string, body?: string): Promise<Response> {
    const { signal } = this.#life
    const url = this.#url.replace('/socket?', `/${path}?`)
    const response = await fetch(url, { method: body ? 'POST' : 'GET', body: body ?? null, signal, cache: 'no-store' })
    if (!response.ok) throw new Error(String(response.status))
    return response
  }

  // attempt ends the connection when what it does fails.
  #attempt(work: () => Promise<void>): void {
    work().catch(() => this.#end(lost))
  }

  #end(code: number): void {
    if (this.#life.signal.aborted) return
    this.#life.abort()
    this.onclose?.({ code })
  }

  async #listen(hello: string): Promise<void> {
    const { body } = await this.#fetch('events', hello)
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true }
      if (done) break
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line) this.#hear(line.replace(/^data: |^:.*/, ''))
    }
    this.#end(lost)
  }

  #hear(data: string): void {
    const frame = data ? JSON.parse(data) : {}
    if (this.#life.signal.aborted) return
    if (frame.type === 'welcome') this.#hello = { ...this.#hello, token: frame.token }
    // A sign of life is told, too.
    if (frame.type === 'close') this.#end(frame.code)
    else this.onmessage?.({ data })
  }

  #post(): void {
    if (this.#isPosting || this.#waiting.length === 0) return
    this.#isPosting = true
    this.#attempt(async () => {
      let size = 0
      const fits = this.#waiting.filter((frame) => {
        size += byteLength(frame) + 1
        return size <= maxFrame
      })
      // One that is larger than any may be is refused as such.
      const frames = this.#waiting.splice(0, Math.max(1, fits.length))
      const answer = await this.#fetch('frames', [JSON.stringify(this.#hello), ...frames].join('\n'))
      for (const line of (await answer.text()).split('\n')) if (line) this.#hear(line)
      this.#isPosting = false
      this.#post()
    })
  }
}
