import { expect, test } from 'vitest'
import type { Rating, VisitorEvent } from '../../shared/protocol.ts'
import { byteLength } from '../../shared/utf8.ts'
import { noConversation, type Pending } from './conversation.ts'
import { askedOf, commentOf } from './rating.ts'

const at = '2026-11-20T10:00:00Z'
const started: VisitorEvent = { kind: 'started', at }
const ended: VisitorEvent = { kind: 'ended', at }
const own = (ref: string): VisitorEvent => ({ kind: 'message', at, mine: true, id: ref, ref, text: 'hello' })
const says = (ref: string, name?: string): VisitorEvent => ({ kind: 'message', at, ref, name, text: 'hello' })
const rated = (about: string, rating?: 'good' | 'bad', comment?: string): VisitorEvent => ({
  kind: 'rated',
  at,
  about,
  rating,
  comment,
})
const waits = (about: string, rating: Rating, text = ''): Pending => ({ id: 'p', at: 0, about, rating, text })

// What is asked, and what stands, in short.
function asked(events: VisitorEvent[], ...pending: Pending[]): string {
  const it = askedOf({ ...noConversation, events, pending })
  return it ? [it.name || 'nobody', it.about, it.rating, it.comment].filter(Boolean).join(' ') : ''
}

test.each<[string, VisitorEvent[], Pending[], string]>([
  ['nothing was said', [], [], ''],
  ['nobody has answered', [started, own('a'), { kind: 'taken', at, name: 'Anna' }], [], ''],
  ['nobody answered until the end', [started, own('a'), ended], [], ''],
  ['an agent has answered', [started, own('a'), says('b', 'Anna')], [], 'Anna b'],
  ['the customer spoke last', [started, says('b', 'Anna'), own('c'), ended], [], 'Anna b'],
  ['another agent spoke last', [started, says('b', 'Anna'), says('c', 'Boris')], [], 'Boris c'],
  ['a bot answered', [started, own('a'), says('b'), ended], [], 'nobody b'],
  ['a bot spoke last', [started, says('b', 'Anna'), says('c')], [], 'Anna c'],
  ['a new session was not answered', [started, says('b', 'Anna'), ended, started, own('c')], [], ''],
  ['a new session was', [started, says('b', 'Anna'), rated('b', 'bad'), ended, started, says('c')], [], 'nobody c'],
  ['it is rated', [started, says('b', 'Anna'), rated('b', 'good')], [], 'Anna b good'],
  [
    'it is rated after its end',
    [started, says('b', 'Anna'), ended, rated('b', 'good', 'fine')],
    [],
    'Anna b good fine',
  ],
  ['it is called as it was, once rated', [started, own('a'), rated('a', 'good'), says('b', 'Anna')], [], 'Anna a good'],
  ['the last one counts', [started, says('b', 'Anna'), rated('b', 'good', 'x'), rated('b', 'bad')], [], 'Anna b bad'],
  ['it is taken back', [started, says('b', 'Anna'), rated('b', 'good', 'x'), rated('b')], [], 'Anna b'],
  ['the session before is rated', [started, says('b'), ended, started, says('c'), rated('b', 'good')], [], 'nobody c'],
  ['one that is not held is', [started, says('c'), rated('z', 'good')], [], 'nobody c'],
  ['its beginning is not held', [says('c', 'Anna'), rated('z', 'good')], [], 'Anna z good'],
  ['a rating waits', [started, says('b', 'Anna'), rated('b', 'good')], [waits('b', 'bad', 'so')], 'Anna b bad so'],
  ['a taking back waits', [started, says('b', 'Anna'), rated('b', 'good', 'x')], [waits('b', '')], 'Anna b'],
  ['one of the session before waits', [started, says('b'), ended, started, says('c')], [waits('b', 'bad')], 'nobody c'],
])('A18: %s', (_, events, pending, want) => {
  expect(asked(events, ...pending)).toBe(want)
})

test('A18: a comment is as long as a rating takes, in bytes, and breaks no character', () => {
  expect(commentOf('fine\0')).toBe('fine')
  expect(commentOf('x'.repeat(2_000))).toHaveLength(2_000)
  expect(commentOf('\u20ac'.repeat(700))).toBe('\u20ac'.repeat(666))
  const faces = commentOf(`x${'\u{1f600}'.repeat(600)}`)
  expect([byteLength(faces), [...faces].length]).toEqual([1_997, 500])
})
