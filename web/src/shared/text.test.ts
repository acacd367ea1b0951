import { expect, test } from 'vitest'
import { hue, initials } from './person.ts'
import { translator } from './texts/catalogue.ts'
import { launcher } from './texts/en/launcher.ts'
import { widget } from './texts/en/widget.ts'
import { clockTime, dayName, dayOf } from './time.ts'
import { byteLength, clean } from './utf8.ts'
import { uuid7 } from './uuid.ts'

test('UUIDs are version 7 and sort by time, also when the clock is set back', () => {
  const now = Date.parse('2026-11-20T10:00:00Z')
  const ids = [0, 0, 0, 1, -60_000, 2, 5000].map((ms) => uuid7(now + ms))
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Number.parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16)).toBe(now)
})

test.each([
  ['plain letters', 'abc', 3],
  ['umlauts', '\u00e4\u00f6', 4],
  ['the euro', '\u20ac', 3],
  ['an emoji', '\u{1f600}', 4],
  ['half a character', '\ud83d', 3],
  ['nothing', '', 0],
])('%s are counted in bytes', (_, text, want) => {
  expect(byteLength(text)).toBe(want)
  expect(byteLength(text)).toBe(Buffer.byteLength(text))
})

test('what no message may hold is taken out', () => {
  expect(clean('a\0b\ud83dc\u{1f600}\n')).toBe('ab\ufffdc\u{1f600}\n')
})

test.each([
  ['Anna', 'A'],
  ['Anna Berg', 'AB'],
  ['anna maria van der Berg', 'AB'],
  ['  ', ''],
  ['\u{1f600}', ''],
  ['\u00c9lodie O\u2019Neill', '\u00c9N'],
  ['\u5f20\u4f1f', '\u5f20'],
])('%j has the initials %j', (name, want) => {
  expect(initials(name)).toBe(want)
})

test('a name always has the same hue', () => {
  expect(hue('Anna')).toBe(hue('Anna'))
  for (const name of ['', 'Anna', '\u{1f600}', 'x'.repeat(500)]) {
    expect(hue(name)).toBeGreaterThanOrEqual(0)
    expect(hue(name)).toBeLessThan(360)
  }
})

const words = { today: 'Today', yesterday: 'Yesterday' }
const at = (text: string) => new Date(text).getTime()

test.each([
  ['the same day', '2026-11-20T00:00:00', '2026-11-20T23:59:59', 'Today'],
  ['just before midnight', '2026-11-19T23:59:59', '2026-11-20T00:00:00', 'Yesterday'],
  ['a day before that', '2026-11-18T23:59:59', '2026-11-20T00:00:00', 'Wednesday 18 November'],
  ['over the new year', '2025-12-30T10:00:00', '2026-01-02T10:00:00', 'Tuesday 30 December 2025'],
  ['over the day when clocks are moved', '2026-03-28T23:30:00', '2026-03-29T23:30:00', 'Yesterday'],
])('%s has its name', (_, then, now, want) => {
  // Some versions of the locale data have a comma.
  expect(dayName(at(then), at(now), words, 'en-GB').replace(',', '')).toBe(want)
})

test('times are those of the reader', () => {
  expect(clockTime(at('2026-11-20T15:04:00'), 'en-GB')).toBe('15:04')
  expect(clockTime(at('2026-11-20T15:04:00'), 'en-US')).toMatch(/^3:04\sPM$/)
  expect(dayOf(at('2026-11-20T15:04:00'))).toBe(at('2026-11-20T00:00:00'))
})

test('texts are filled, and their number decides the form', () => {
  const t = translator(
    { plain: 'No slot', hello: 'Hello {name}, {name}', new: { one: '{count} new', other: '{count} news' } },
    'en',
  )
  expect(t('plain')).toBe('No slot')
  expect(t('hello', { name: '{count} $& Anna' })).toBe('Hello {count} $& Anna, {count} $& Anna')
  expect([1, 2, 0].map((count) => t('new', { count }))).toEqual(['1 new', '2 news', '0 news'])
})

test('a text without its form for a number has the other one', () => {
  const t = translator({ few: { other: '{count} x' } }, 'ru')
  expect([1, 3, 5].map((count) => t('few', { count }))).toEqual(['1 x', '3 x', '5 x'])
})

test('no text of the product shouts', () => {
  const all = [...Object.values(widget), ...Object.values(launcher)].flatMap((e) =>
    typeof e === 'string' ? e : Object.values(e),
  )
  expect(all.filter((text) => text.includes('!'))).toEqual([])
})
