import { expect, test } from 'vitest'
import { type Snooze, snoozedUntil } from './snooze.ts'

const at = (day: number, hour: number) => new Date(2026, 10, day, hour)

test.each<[Snooze, string, Date, Date | undefined]>([
  ['hour', 'an hour', at(18, 17), at(18, 18)],
  ['hour', 'into the next day', at(18, 23), at(19, 0)],
  ['tomorrow', 'the next morning', at(18, 17), at(19, 9)],
  ['tomorrow', 'at night too', at(18, 1), at(19, 9)],
  ['monday', 'from a Wednesday', at(18, 17), at(23, 9)],
  ['monday', 'from a Sunday', at(22, 17), at(23, 9)],
  ['monday', 'a Monday is not its own next', at(23, 8), at(30, 9)],
  ['write', 'no time', at(18, 17), undefined],
])('C26: %s is %s', (snooze, _, now, want) => {
  expect(snoozedUntil(snooze, now.getTime())).toEqual(want)
})
