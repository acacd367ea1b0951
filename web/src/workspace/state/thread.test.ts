import { describe, expect, test } from 'vitest'
import type { Event } from '../../api/wire.ts'
import { anna, by, message, oleg } from '../sample/session.ts'
import { type Item, type Outgoing, thread } from './thread.ts'

const me = { id: anna.id, name: anna.name }
const make = (events: Event[], more: Partial<Parameters<typeof thread>[0]> = {}) =>
  thread({
    events,
    ahead: [],
    outgoing: [],
    me,
    names: new Map([[oleg.id, 'Oleg Novak']]),
    customerReadSeq: 0,
    unreadAfter: undefined,
    ...more,
  })

// shape says in short what is shown: the kind of each item, with its texts.
const shape = (items: Item[]) =>
  items
    .filter((item) => item.type !== 'day')
    .map((item) => {
      if (item.type === 'in') return `in ${item.messages.map((m) => m.text).join('+')}`
      if (item.type === 'out')
        return `out${item.by && ` by ${item.by}`} ${item.messages.map((m) => m.text).join('+')} ${item.mark}`
      if (item.type === 'note') return `note by ${item.by}: ${item.said.text}${item.mark ? ` ${item.mark}` : ''}`
      if (item.type === 'deleted') return `deleted by ${item.event?.actor.name ?? 'somebody'}`
      if (item.type === 'unread') return `${item.count} new`
      return item.type === 'system' ? item.event.kind : ''
    })

const reply = (seq: number, who = anna, change: Partial<Event> = {}) =>
  message('ses_1', seq, { actor: by(who), ...change })
const customer = (seq: number, change: Partial<Event> = {}) => message('ses_1', seq, change)
const sending = (text: string, change: Partial<Outgoing> = {}): Outgoing => ({
  clientId: `id-${text}`,
  kind: 'reply',
  text,
  at: 1_760_000_100_000,
  ...change,
})

describe('the thread of a session', () => {
  test('messages of one person that follow each other are one group', () => {
    expect(shape(make([customer(1), customer(2), reply(3), reply(4, oleg), customer(5)]))).toEqual([
      'in message 1+message 2',
      'out message 3 sent',
      'out by Oleg Novak message 4 sent',
      'in message 5',
    ])
  })

  test('a long silence parts a group', () => {
    const later = customer(2, { at: '2025-10-09T09:53:20Z' })
    expect(shape(make([customer(1), later]))).toEqual(['in message 1', 'in message 2'])
  })

  test('notes and what happened stand for themselves', () => {
    const note = reply(2, oleg, { audience: 'agents', text: 'mind the dent' })
    const taken = reply(3, anna, { kind: 'taken' })
    expect(shape(make([customer(1), note, taken]))).toEqual([
      'in message 1',
      'note by Oleg Novak: mind the dent',
      'taken',
    ])
  })

  test('what the customer has seen is read, the rest is sent (A12)', () => {
    expect(shape(make([reply(1), reply(2), reply(3)], { customerReadSeq: 2 }))).toEqual([
      'out message 1+message 2 read',
      'out message 3 sent',
    ])
  })

  test("the unread line stands before the customer's first unread message, and counts theirs only", () => {
    const events = [customer(1), reply(2, oleg), customer(3), reply(4, oleg), customer(5)]
    expect(shape(make(events, { unreadAfter: 1 }))).toEqual([
      'in message 1',
      'out by Oleg Novak message 2 sent',
      '2 new',
      'in message 3',
      'out by Oleg Novak message 4 sent',
      'in message 5',
    ])
    expect(shape(make(events, { unreadAfter: 5 }))).not.toContain('0 new')
  })

  test('a day line stands before the first of each day', () => {
    const items = make([customer(1, { at: '2025-10-08T10:00:00Z' }), customer(2, { at: '2025-10-10T10:00:00Z' })])
    expect(items.map((item) => item.type)).toEqual(['day', 'in', 'day', 'in'])
  })
})

describe('what is on its way (A20)', () => {
  test('it stands at the end, as sending or as refused with its reason', () => {
    const outgoing = [sending('one'), sending('two'), sending('three', { failed: 'too long' })]
    const items = make([customer(1)], { outgoing })
    expect(shape(items)).toEqual(['in message 1', 'out one+two sending', 'out three refused'])
    expect(items.at(-1)).toMatchObject({ reason: 'too long', clientId: 'id-three' })
  })

  test('once the log has it, it is shown once', () => {
    const stored = reply(2, anna, { client_id: 'id-one', text: 'one' })
    expect(shape(make([customer(1), stored], { outgoing: [sending('one')] }))).toEqual(['in message 1', 'out one sent'])
  })

  test("what is stored beyond a gap stays on the screen, as one's own only", () => {
    const ahead = [
      reply(5, anna, { client_id: 'id-one', text: 'one' }),
      customer(6),
      reply(7, oleg, { client_id: 'x' }),
    ]
    expect(shape(make([customer(1)], { ahead, outgoing: [sending('one')] }))).toEqual(['in message 1', 'out one sent'])
  })

  test('a note on its way is a note', () => {
    expect(shape(make([], { outgoing: [sending('psst', { kind: 'note' })] }))).toEqual(['note by Anna: psst sending'])
  })
})

describe('what became of messages', () => {
  const about = (seq: number, kind: string, of: number, change: Partial<Event> = {}) =>
    reply(seq, oleg, { kind, about: `msg_${of}`, ...change })

  test('changes are not shown for themselves, and part no group', () => {
    const events = [customer(1), about(2, 'reacted', 1), about(3, 'edited', 1), about(4, 'delivery', 1), customer(5)]
    expect(shape(make(events))).toEqual(['in message 1+message 5'])
  })

  test('a deleted one is a line that says by whom, as far as that is known', () => {
    const gone = { text: undefined, deleted_at: '2025-10-09T08:54:00Z' }
    const events = [customer(1, gone), reply(2, anna, gone), about(3, 'deleted', 2)]
    expect(shape(make(events))).toEqual(['deleted by somebody', 'deleted by Oleg Novak'])
  })

  test.each<[string, Partial<Event>, string[]]>([
    ['queued', { state: 'queued' }, ['out message 1 sent', 'out message 2 queued', 'out message 3 sent']],
    ['sent', { state: 'sent' }, ['out message 1+message 2+message 3 sent']],
    ['uncertain', { state: 'uncertain' }, ['out message 1 sent', 'out message 2 uncertain', 'out message 3 sent']],
    ['failed', { state: 'failed', reason: 'no' }, ['out message 1 sent', 'out message 2 failed', 'out message 3 sent']],
    [
      'sent, but not its change',
      { state: 'sent', reason: 'no' },
      ['out message 1 sent', 'out message 2 sent', 'out message 3 sent'],
    ],
  ])('a message that is %s', (_, change, want) => {
    const items = make([reply(1), reply(2, anna, change), reply(3)])
    expect(shape(items)).toEqual(want)
    if (change.reason) expect(items[2]).toMatchObject({ reason: change.reason })
  })

  test('two that failed each have their own line', () => {
    const failed = { state: 'failed', reason: 'no' } as const
    expect(shape(make([reply(1, anna, failed), reply(2, anna, failed)]))).toEqual([
      'out message 1 failed',
      'out message 2 failed',
    ])
  })

  test('an answer has the message that it answers, where that is held', () => {
    const items = make([customer(1), reply(2, anna, { about: 'msg_1' }), reply(3, anna, { about: 'msg_77' })], {
      outgoing: [sending('mine', { replyTo: 'msg_1' })],
    })
    const quotes = items.flatMap((item) => (item.type === 'out' ? item.messages.map((m) => m.quote) : []))
    expect(quotes).toEqual([
      { message: 'msg_1', event: expect.objectContaining({ text: 'message 1' }) },
      { message: 'msg_77', event: undefined },
      { message: 'msg_1', event: expect.objectContaining({ text: 'message 1' }) },
    ])
  })
})
