import { expect, test } from 'vitest'
import { instant, millis, rowTime, span } from './time.ts'

test.each([
  ['no time is 0', null, 0],
  ['a whole second', '2025-10-09T08:53:20Z', 1_760_000_000_000_000],
  ['microseconds', '2025-10-09T08:53:20.123456Z', 1_760_000_000_123_456],
  ['a fraction without its trailing zeros', '2025-10-09T08:53:20.1Z', 1_760_000_000_100_000],
  ['what is finer than a microsecond is cut', '2025-10-09T08:53:20.1234569Z', 1_760_000_000_123_456],
  ['what is no time is 0', 'soon', 0],
])('instant: %s', (_, time, want) => {
  expect(instant(time)).toBe(want)
})

test('milliseconds are cut, so that they never lie in the future', () => {
  expect(millis('2025-10-09T08:53:20.9999Z')).toBe(1_760_000_000_999)
})

test.each([
  [-5000, '0:00'],
  [0, '0:00'],
  [42_999, '0:42'],
  [372_000, '6:12'],
  [3_600_000, '1:00:00'],
  [3_729_000, '1:02:09'],
  [26 * 3_600_000, '1 d 2 h'],
])('span: %i ms is %s', (ms, want) => {
  expect(span(ms)).toBe(want)
})

test('a row says the clock today, then the day, then the year too', () => {
  const now = new Date(2025, 9, 9, 12, 0).getTime()
  expect(rowTime(new Date(2025, 9, 9, 10, 41).getTime(), now, 'en-GB')).toBe('10:41')
  expect(rowTime(new Date(2025, 2, 3).getTime(), now, 'en-GB')).toBe('3 Mar')
  expect(rowTime(new Date(2024, 2, 3).getTime(), now, 'en-GB')).toBe('3 Mar 24')
})
