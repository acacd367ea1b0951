import type { Timers } from '../../shared/timers.ts'

/** A clock that a test turns by hand. Chance is always its greatest, so that waits are as long as they may be. */
export class HandTimers implements Timers {
  #now = 1_760_000_000_000
  #next = 1
  readonly #alarms = new Map<number, { at: number; ring: () => void }>()

  now = () => this.#now
  random = () => 1
  set = (ring: () => void, ms: number) => {
    this.#alarms.set(this.#next, { at: this.#now + ms, ring })
    return this.#next++
  }
  clear = (id: number | undefined) => {
    if (id !== undefined) this.#alarms.delete(id)
  }

  /** Turns the clock on, ringing what is due in its order, and lets what follows at once come to rest. */
  async turn(ms: number): Promise<void> {
    const until = this.#now + ms
    await rest()
    for (;;) {
      const due = [...this.#alarms].filter(([, alarm]) => alarm.at <= until).sort(([, a], [, b]) => a.at - b.at)[0]
      if (!due) break
      const [id, alarm] = due
      this.#alarms.delete(id)
      this.#now = Math.max(this.#now, alarm.at)
      alarm.ring()
      await rest()
    }
    this.#now = until
  }
}

/** Lets promises that are settled be heard of. */
export async function rest(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

/** What localStorage is, in memory. */
export class MemoryStore {
  readonly #items = new Map<string, string>()
  get length(): number {
    return this.#items.size
  }
  key = (at: number) => [...this.#items.keys()][at] ?? null
  getItem = (key: string) => this.#items.get(key) ?? null
  setItem = (key: string, value: string) => void this.#items.set(key, value)
  removeItem = (key: string) => void this.#items.delete(key)
}
