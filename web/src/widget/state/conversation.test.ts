import { describe, expect, test } from 'vitest'
import type { ServerFrame, VisitorEvent } from '../../shared/protocol.ts'
import {
  agentOf,
  answersOf,
  apply,
  blockedUntil,
  type Conversation,
  type Happening,
  isGap,
  isOpen,
  noConversation,
} from './conversation.ts'

const at = (n: number) => new Date(Date.parse('2026-11-20T10:00:00Z') + n * 1000).toISOString()
const own = (id: string, n = 0): VisitorEvent => ({ kind: 'message', at: at(n), mine: true, id, text: `text ${id}` })
const answer = (n: number, name = 'Anna', ref?: string): VisitorEvent => ({
  kind: 'message',
  at: at(n),
  name,
  text: `answer ${n}`,
  ref,
})
const wrote = (id: string): Happening => ({ type: 'wrote', message: { id, text: `text ${id}`, at: 0 } })
const snapshot = (cursor: string, ...events: VisitorEvent[]): ServerFrame => ({
  type: 'events',
  cursor,
  start: 's1',
  more: true,
  events,
})
const then = (after: string, cursor: string, ...events: VisitorEvent[]): ServerFrame => ({
  type: 'events',
  after,
  cursor,
  events,
})
const ack = (id: string): ServerFrame => ({ type: 'ack', id })
const welcome: ServerFrame = { type: 'welcome', version: 1, token: 't', department: 'Support' }

const play = (...frames: (ServerFrame | Happening)[]): Conversation => frames.reduce(apply, noConversation)

// What is on the screen: events, then what waits, with its mark.
function shown(c: Conversation): string[] {
  const events = c.events.map((e) => (e.kind === 'message' ? (e.mine ? e.id : (e.text ?? '')) : e.kind))
  const mark = (p: Conversation['pending'][number]) =>
    p.stored ? 'sent' : p.refused === undefined ? 'sending' : `not sent: ${p.refused}`
  return [...events, ...c.pending.map((p) => `${p.id} ${mark(p)}`)]
}

describe('A20: a conversation', () => {
  test.each<[string, (ServerFrame | Happening)[], string[]]>([
    ['a message is shown while it is sent', [wrote('a')], ['a sending']],
    ['its acknowledgement comes first', [snapshot('1'), wrote('a'), ack('a')], ['a sent']],
    ['then its event', [snapshot('1'), wrote('a'), ack('a'), then('1', '2', own('a'))], ['a']],
    ['its event comes first', [snapshot('1'), wrote('a'), then('1', '2', own('a'))], ['a']],
    ['then its acknowledgement', [snapshot('1'), wrote('a'), then('1', '2', own('a')), ack('a')], ['a']],
    ['pending ones come last', [snapshot('1'), wrote('a'), then('1', '2', answer(1))], ['answer 1', 'a sending']],
    ['pending ones are in the order of ids', [wrote('b'), wrote('a')], ['a sending', 'b sending']],
    ['the same is written twice', [wrote('a'), wrote('a')], ['a sending']],
    ['another tab wrote what an event has shown', [snapshot('1', own('a')), wrote('a')], ['a']],
    ['another tab sent it', [snapshot('1'), wrote('a'), { type: 'stored', id: 'a' }], ['a sent']],
    ['a snapshot has it', [wrote('a'), snapshot('1', own('a'))], ['a']],
    [
      'a snapshot replaces, and leaves what waits',
      [snapshot('1', answer(1)), wrote('a'), snapshot('2', answer(2))],
      ['answer 2', 'a sending'],
    ],
    [
      'a snapshot of the same connection leaves what was just stored',
      [snapshot('1'), wrote('a'), ack('a'), snapshot('2')],
      ['a sent'],
    ],
    [
      'a snapshot of the next one without it: it is further up',
      [snapshot('1'), wrote('a'), ack('a'), welcome, snapshot('2', answer(2))],
      ['answer 2'],
    ],
    [
      'continuing on the next connection shows it',
      [snapshot('1'), wrote('a'), ack('a'), welcome, then('1', '2', own('a'))],
      ['a'],
    ],
    ['a frame that does not continue changes nothing', [snapshot('1'), then('2', '3', answer(3))], []],
    ['a frame before any snapshot changes nothing', [then('1', '2', answer(3))], []],
    ['a frame comes twice', [snapshot('1'), then('1', '2', answer(1)), then('1', '2', answer(1))], ['answer 1']],
    [
      'older ones go before',
      [snapshot('1', answer(5)), { type: 'older', events: [answer(3), answer(4)] }],
      ['answer 3', 'answer 4', 'answer 5'],
    ],
    [
      'older ones show what was sent long ago',
      [snapshot('1', answer(5)), wrote('a'), ack('a'), { type: 'older', events: [own('a')] }],
      ['a', 'answer 5'],
    ],
    ['it is refused for now', [wrote('a'), { type: 'refused', id: 'a', kind: 'busy' }], ['a sending']],
    [
      'it is refused for good',
      [wrote('a'), { type: 'refused', id: 'a', kind: 'invalid', reason: 'no' }],
      ['a not sent: no'],
    ],
    ['it is refused without a reason', [wrote('a'), { type: 'refused', id: 'a', kind: 'forbidden' }], ['a not sent: ']],
    [
      'it is refused and then acknowledged',
      [wrote('a'), { type: 'refused', id: 'a', kind: 'invalid' }, ack('a')],
      ['a sent'],
    ],
    [
      'a refused one is removed',
      [wrote('a'), { type: 'refused', id: 'a', kind: 'invalid' }, { type: 'removed', id: 'a' }],
      [],
    ],
    ['unknown frames are ignored', [wrote('a'), { type: 'news' } as unknown as ServerFrame], ['a sending']],
    ['acknowledgements of others are ignored', [wrote('a'), ack('b')], ['a sending']],
  ])('%s', (_, frames, want) => {
    expect(shown(play(...frames))).toEqual(want)
  })

  test('never changes the one before', () => {
    const before = play(snapshot('1', answer(1)), wrote('a'))
    const copy = structuredClone(before)
    for (const frame of [then('1', '2', own('a')), ack('a'), welcome, snapshot('9'), wrote('b')]) apply(before, frame)
    expect(before).toEqual(copy)
  })

  test('a gap is where a frame does not begin at the cursor held', () => {
    const c = play(snapshot('1'))
    expect([then('1', '2'), then('0', '1'), snapshot('7'), ack('a')].map((frame) => isGap(c, frame))).toEqual([
      false,
      true,
      false,
      false,
    ])
  })

  test('an event keeps its number when older ones come before it', () => {
    let c = play(snapshot('1', answer(5)))
    c = apply(c, { type: 'older', start: 's0', more: false, events: [answer(3), answer(4)] })
    expect([c.first, c.start, c.more]).toEqual([-2, 's0', false])
  })

  test('typing ends with the message of who typed', () => {
    const c = play(snapshot('1'), { type: 'typing', name: 'Anna' })
    expect(apply(c, then('1', '2', answer(1, 'Boris'))).typing?.name).toBe('Anna')
    expect(apply(c, then('1', '2', answer(1, 'Anna'))).typing).toBeUndefined()
    expect(apply(c, welcome).typing).toBeUndefined()
  })
})

const started: VisitorEvent = { kind: 'started', at: at(0) }
const ended: VisitorEvent = { kind: 'ended', at: at(9), outcome: 'completed_by_operator', name: 'Anna' }
const joined = (name: string): VisitorEvent => ({ kind: 'joined', at: at(1), name })

test.each<[string, VisitorEvent[], boolean, string]>([
  ['nothing yet', [], false, ''],
  ['a session that waits', [started, own('a')], true, ''],
  ['a session with an agent', [started, own('a'), joined('Anna'), answer(2)], true, 'Anna'],
  ['a second agent', [started, joined('Anna'), joined('Boris')], true, 'Boris'],
  ['a session that ended', [started, joined('Anna'), ended], false, 'Anna'],
  ['a change after the end', [started, own('a'), ended, { kind: 'deleted', at: at(9), about: 'a' }], false, ''],
  [
    'something unknown at the end',
    [started, ended, { kind: 'moved', at: at(9) } as unknown as VisitorEvent],
    false,
    '',
  ],
  ['a new one after it', [started, joined('Anna'), ended, started, own('b')], true, ''],
])('%s', (_, events, open, agent) => {
  const c = play(snapshot('1', ...events))
  expect([isOpen(c), agentOf(c)]).toEqual([open, agent])
})

const s = (n: number) => Date.parse(at(n))
test.each<[string, VisitorEvent[], boolean, number, [number, number, number]]>([
  ['no answer', [started, own('a')], false, 0, [0, 0, 0]],
  ['the first answer', [started, own('a'), answer(3), own('b'), answer(4)], false, s(3), [s(4), s(3), 1]],
  [
    'the first of the newest session',
    [started, answer(3), ended, started, own('b'), answer(12)],
    false,
    0,
    [s(12), s(12), 2],
  ],
  ['none in the newest session', [started, answer(3), ended, started, own('b')], false, 0, [s(3), 0, 1]],
  ['the beginning is further up', [answer(3), answer(4)], true, 0, [s(4), 0, 2]],
  [
    'one of two taken back',
    [started, answer(3, 'Anna', 'r'), answer(4), { kind: 'deleted', at: at(5), about: 'r' }],
    false,
    0,
    [s(4), s(3), 1],
  ],
  ['all seen', [started, answer(3)], false, s(3), [s(3), s(3), 0]],
])('answers: %s', (_, events, more, seen, [newest, first, unread]) => {
  const c = { ...play(snapshot('1', ...events)), more }
  expect(answersOf(c, seen)).toEqual({ newest, first, unread })
})

const blocked = (until?: string): VisitorEvent => ({
  kind: 'blocked',
  at: at(5),
  ...(until ? { until } : {}),
})

test.each<[string, VisitorEvent[], number]>([
  ['nobody has blocked', [started, own('a')], 0],
  ['until then', [started, blocked(at(60))], Date.parse(at(60))],
  ['for good', [started, blocked(at(60)), blocked()], Number.POSITIVE_INFINITY],
  ['lifted', [blocked(), { kind: 'unblocked', at: at(6) }], 0],
  ['an end and changes after it say nothing', [blocked(at(60)), { kind: 'ended', at: at(5) }], Date.parse(at(60))],
  ['who began a session since was let in', [blocked(at(8)), started], 0],
])('until when a customer is kept out: %s (C13)', (_, events, want) => {
  expect(blockedUntil(play(snapshot('1', ...events)))).toBe(want)
})
