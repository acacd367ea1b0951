import { expect, test } from 'vitest'
import type { VisitorEvent } from '../../shared/protocol.ts'
import { apply, noConversation, type Pending } from './conversation.ts'
import { type Row, rowsOf } from './row.ts'

const day = new Date(2026, 10, 20).getTime()
const at = (minutes: number) => new Date(day + minutes * 60_000).toISOString()
const own = (id: string, minutes: number): VisitorEvent => ({
  kind: 'message',
  at: at(minutes),
  mine: true,
  id,
  text: id,
})
const anna = (minutes: number, name: string | undefined = 'Anna'): VisitorEvent => ({
  kind: 'message',
  at: at(minutes),
  name,
  text: 'x',
})
const waits = (id: string, minutes: number, more: Partial<Pending> = {}): Pending => ({
  id,
  text: id,
  at: day + minutes * 60_000,
  ...more,
})

// One word a row: whose, how, and a dot where author and time stand below.
function words(rows: Row[]): string {
  return rows
    .map((row) => {
      if (row.kind !== 'message') return row.kind === 'ended' ? `ended by ${row.by}` : row.kind
      return (row.isMine ? `me-${row.mark}` : row.by || 'somebody') + (row.isLast ? '.' : '')
    })
    .join(' ')
}

test.each<[string, VisitorEvent[], Pending[], boolean, string]>([
  ['nothing', [], [], false, ''],
  [
    'what one person says in a row stands together',
    [own('a', 1), own('b', 2), anna(3), anna(4)],
    [],
    false,
    'day me-delivered me-delivered. Anna Anna.',
  ],
  ['what two say does not', [anna(1), anna(2, 'Boris')], [], false, 'day Anna. Boris.'],
  ['nor what is far apart', [anna(1), anna(9)], [], false, 'day Anna. Anna.'],
  ['nor over midnight', [anna(-1), anna(1)], [], false, 'day Anna. day Anna.'],
  [
    'nor around a line',
    [anna(1), { kind: 'joined', at: at(2), name: 'Boris' }, anna(3)],
    [],
    false,
    'day Anna. connected Anna.',
  ],
  [
    'what waits has its own mark',
    [own('a', 1)],
    [waits('b', 2), waits('c', 3)],
    false,
    'day me-delivered. me-sending me-sending.',
  ],
  [
    'what is stored counts as delivered',
    [own('a', 1)],
    [waits('b', 2, { stored: 'now' })],
    false,
    'day me-delivered me-delivered.',
  ],
  ['what waits without a connection is kept', [], [waits('b', 2)], true, 'day me-kept.'],
  [
    'every refused one has its own words',
    [],
    [waits('b', 2, { refused: '' }), waits('c', 2, { refused: 'no' })],
    true,
    'day me-refused. me-refused.',
  ],
  [
    'an end by the customer',
    [{ kind: 'ended', at: at(1), outcome: 'completed_by_customer' }],
    [],
    false,
    'day ended by you',
  ],
  [
    'an end by an agent',
    [{ kind: 'ended', at: at(1), outcome: 'completed_by_operator', name: 'Anna' }],
    [],
    false,
    'day ended by agent',
  ],
  ['an end by nobody', [{ kind: 'ended', at: at(1), outcome: 'timed_out' }], [], false, 'day ended by nobody'],
  ['a beginning says nothing', [{ kind: 'started', at: at(1) }, own('a', 1)], [], false, 'day me-delivered.'],
  ['what is unknown says nothing', [{ kind: 'moved', at: at(1) } as unknown as VisitorEvent], [], false, ''],
  [
    'a change says nothing by itself',
    [{ kind: 'deleted', at: at(1), about: 'not held' }, own('a', 1)],
    [],
    false,
    'day me-delivered.',
  ],
  ['an agent without a name', [anna(1, ''), { kind: 'taken', at: at(2) }], [], false, 'day somebody.'],
])('%s', (_, events, pending, isOffline, want) => {
  expect(words(rowsOf({ ...noConversation, events, pending }, isOffline))).toBe(want)
})

test.each<[string, string, string]>([
  ['nothing', '', 'me-delivered me-delivered. Anna. me-delivered.'],
  ['up to the message that is named (A12)', 'r-b', 'me-read me-read. Anna. me-delivered.'],
  ['all', 'r-c', 'me-read me-read. Anna. me-read.'],
  ['nothing where the message is further up', 'r-old', 'me-delivered me-delivered. Anna. me-delivered.'],
])('agents have read %s', (_, ref, want) => {
  const told = (id: string, minutes: number) => ({ ...own(id, minutes), ref: `r-${id}` }) as VisitorEvent
  const events = [told('a', 1), told('b', 2), anna(3), told('c', 4)]
  const c = apply({ ...noConversation, events }, { type: 'read', about: ref })
  expect(words(rowsOf(c, false))).toBe(`day ${want}`)
})

test('a message has the same key while it waits and when it is sent, and events keep theirs', () => {
  const before = rowsOf({ ...noConversation, events: [anna(1)], pending: [waits('m', 2)] }, false)
  const after = rowsOf({ ...noConversation, first: -1, events: [anna(0), anna(1), own('m', 2)] }, false)
  expect(after.map((row) => row.key)).toEqual(['day event -1', 'event -1', 'event 0', 'm'])
  expect(before.map((row) => row.key).slice(1)).toEqual(['event 0', 'm'])
})

test('a row says how the message stands', () => {
  const said: VisitorEvent = { kind: 'message', at: at(1), name: 'Anna', text: 'one', ref: 'r' }
  const show = (...changes: VisitorEvent[]) => {
    const row = rowsOf({ ...noConversation, events: [said, ...changes] }, false).find((r) => r.kind === 'message')
    return row && [row.text, row.isEdited, row.isDeleted, row.reactions]
  }
  const edited: VisitorEvent = { kind: 'edited', at: at(2), about: 'r', text: 'two' }
  const reacted: VisitorEvent = { kind: 'reacted', at: at(3), about: 'r', emoji: '👍' }
  expect(show(edited, reacted)).toEqual(['two', true, false, ['👍']])
  expect(show(edited, reacted, { kind: 'deleted', at: at(4), about: 'r' })).toEqual(['', false, true, []])
})
