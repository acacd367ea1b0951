import type { RawSocket } from '../../shared/socket.ts'
import type { Timers } from '../../shared/timers.ts'

type Maker = new (url: string) => RawSocket

const enough = 2
const firstWord = 6_000

/**
 * Gives a socket that is a WebSocket as long as those work, and else the other kind: after two in a row on which nothing
 * was heard, every second one is of the kind that was not heard last, until one is. The page then keeps to that kind. Until
 * anything was heard, one that hangs is given up after seconds.
 */
export function dialler(WebSocket: Maker, Other: Maker, timers: Timers): Maker {
  let misses = 0
  let isOther = false
  let wasHeard = false
  return class implements RawSocket {
    onopen: RawSocket['onopen'] = null
    onmessage: RawSocket['onmessage'] = null
    onclose: RawSocket['onclose'] = null
    readonly #raw: RawSocket
    readonly #timer: number | undefined

    constructor(url: string) {
      const tries = misses >= enough && misses % 2 === 0 ? !isOther : isOther
      misses++
      this.#raw = new (tries ? Other : WebSocket)(url)
      if (!wasHeard && !tries) this.#timer = timers.set(() => this.#giveUp(), firstWord)
      this.#raw.onopen = (event) => this.onopen?.(event)
      this.#raw.onmessage = (event) => {
        timers.clear(this.#timer)
        misses = 0
        isOther = tries
        wasHeard = true
        this.onmessage?.(event)
      }
      this.#raw.onclose = (event) => {
        timers.clear(this.#timer)
        this.onclose?.(event)
      }
    }

    send(data: string): void {
      this.#raw.send(data)
    }

    close(code?: number): void {
      timers.clear(this.#timer)
      this.#raw.close(code)
    }

    #giveUp(): void {
      const { onclose } = this
      this.#raw.onclose = null
      this.#raw.close(1000)
      onclose?.({ code: 1006 })
    }
  }
}
