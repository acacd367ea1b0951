// Timers are a clock, its alarms and chance, handed to whoever waits, so that a test can turn them.
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, not before ms have passed, and gives what clear takes. */
  set(callback: () => void, ms: number): number
  clear(id: number | undefined): void
  /** At least 0, below 1. */
  random(): number
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  // Node, in tests, gives an object that is taken back as well.
  set: (callback, ms) => setTimeout(callback, ms) as unknown as number,
  clear: (id) => clearTimeout(id),
  random: () => Math.random(),
}
