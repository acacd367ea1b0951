import { expect, test } from 'vitest'
import type { Link } from '../../api/wire.ts'
import { linkCommand, linkedSince, linkKinds } from './link.ts'

const link = (id: string, linked_at = '2026-01-05T10:00:00Z'): Link => ({
  id,
  channel: 'team',
  kind: 'slack',
  linked_at,
})

test('accounts can be linked on some kinds of channels only', () => {
  expect(linkKinds(['slack', 'telegram', 'widget'])).toEqual(['slack'])
  expect(linkKinds(['telegram', 'widget'])).toEqual([])
  expect(linkKinds()).toEqual([])
})

test('the command has the code', () => {
  expect(linkCommand('slack', 'ABC')).toBe('/parley link ABC')
})

test.each([
  ['nothing', [], [], false],
  ['the same', [link('a')], [link('a')], false],
  ['one that was taken away', [link('a'), link('b')], [link('b')], false],
  ['the first', [], [link('a')], true],
  ['another', [link('a')], [link('a'), link('b')], true],
  ['the same account anew', [link('a')], [link('a', '2026-01-05T10:00:01Z')], true],
])('%s', (_, before, now, want) => {
  expect(linkedSince(before, now)).toBe(want)
})
