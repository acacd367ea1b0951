/** For how long a session can be put aside from here; until any other time over the API (FEATURES C26). */
export const snoozes = ['hour', 'tomorrow', 'monday', 'write'] as const
export type Snooze = (typeof snoozes)[number]

const morning = 9

/** When a session comes back by itself, by the reader's clock; undefined where only the customer brings it back. */
export function snoozedUntil(snooze: Snooze, now: number): Date | undefined {
  const then = new Date(now)
  switch (snooze) {
    case 'hour':
      return new Date(now + 3_600_000)
    case 'tomorrow':
      then.setDate(then.getDate() + 1)
      break
    case 'monday':
      then.setDate(then.getDate() + ((8 - then.getDay()) % 7 || 7))
      break
    case 'write':
      return undefined
  }
  then.setHours(morning, 0, 0, 0)
  return then
}
