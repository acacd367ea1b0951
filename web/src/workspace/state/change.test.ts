import { describe, expect, test } from 'vitest'
import type { Event } from '../../api/wire.ts'
import { anna, by, message } from '../sample/session.ts'
import { changed } from './change.ts'
import { hear, type Log, noLog, putNewer, putNewest, putOlder } from './log.ts'

const said = message('ses_1', 2, { text: 'one' })
const about = (seq: number, kind: string, change: Partial<Event> = {}) =>
  message('ses_1', seq, { kind, about: 'msg_2', actor: by(anna), text: undefined, ...change })
const edited = (seq: number, text: string, change: Partial<Event> = {}) => about(seq, 'edited', { text, ...change })
const reacted = (seq: number, emoji?: string, change: Partial<Event> = {}) =>
  about(seq, 'reacted', { text: emoji, ...change })
const bold = { kind: 'bold', offset: 0, length: 3 } as const
const customer = { actor: { kind: 'customer' } } as const
const time = (seq: number) => message('ses_1', seq).at

const pending = (file: string) => ({ kind: 'photo', file, state: 'pending' }) as const
const ready = (file: string) => ({ kind: 'photo', file, state: 'ready', url: `/api/v1/files/${file}` }) as const

// bare is an event as JSON has it: without what is undefined.
const bare = (event: Event): unknown => JSON.parse(JSON.stringify(event))

describe('what an event leaves of a message', () => {
  const rich: Event = {
    ...said,
    entities: [bold],
    media: [{ kind: 'photo' }],
    reactions: [
      { by: 'customer', emoji: '🎉' },
      { by: 'agent', emoji: '👍' },
    ],
  }
  const { entities: _e, ...unmarked } = rich
  const { text: _t, media: _m, reactions: _r, ...empty } = unmarked
  test.each<[string, Event, Event, Event]>([
    ['an edit', said, edited(3, 'two'), { ...said, text: 'two', edited_at: time(3) }],
    [
      'an edit with marks',
      said,
      edited(3, 'two', { entities: [bold] }),
      { ...said, text: 'two', entities: [bold], edited_at: time(3) },
    ],
    ['an edit takes marks away', rich, edited(3, 'two'), { ...unmarked, text: 'two', edited_at: time(3) }],
    [
      'a file that has come, in the place where it was expected',
      { ...said, media: [pending('fil_1'), pending('fil_2')] },
      about(3, 'file', { media: [ready('fil_2')] }),
      { ...said, media: [pending('fil_1'), ready('fil_2')] },
    ],
    [
      'a delivery, with how its files fare',
      { ...said, state: 'queued', media: [ready('fil_1')] },
      about(3, 'delivery', { state: 'failed', reason: 'No.', media: [{ ...ready('fil_1'), sent: 'failed' }] }),
      { ...said, state: 'failed', reason: 'No.', media: [{ ...ready('fil_1'), sent: 'failed' }] },
    ],
    ['a deletion', rich, about(3, 'deleted', { reason: 'It stays.' }), { ...empty, deleted_at: time(3) }],
    ['a reaction', said, reacted(3, '👍'), { ...said, reactions: [{ by: 'agent', emoji: '👍' }] }],
    [
      "a customer's reaction in the place of theirs",
      rich,
      reacted(3, '🔥', customer),
      {
        ...rich,
        reactions: [
          { by: 'agent', emoji: '👍' },
          { by: 'customer', emoji: '🔥' },
        ],
      },
    ],
    ['a reaction taken back', rich, reacted(3), { ...rich, reactions: [{ by: 'customer', emoji: '🎉' }] }],
    ['the last reaction taken back', { ...said, reactions: [{ by: 'agent', emoji: '👍' }] }, reacted(3), said],
    ['a delivery', { ...said, state: 'queued' }, about(3, 'delivery', { state: 'sent' }), { ...said, state: 'sent' }],
    [
      'a failure',
      { ...said, state: 'queued' },
      about(3, 'delivery', { state: 'failed', reason: 'no' }),
      { ...said, state: 'failed', reason: 'no' },
    ],
    [
      'another attempt',
      { ...said, state: 'failed', reason: 'no' },
      about(3, 'delivery', { state: 'queued' }),
      { ...said, state: 'queued' },
    ],
    [
      'an edit of a deleted one',
      { ...empty, deleted_at: time(3) },
      edited(4, 'two'),
      { ...empty, deleted_at: time(3) },
    ],
    ['what is not known', said, about(3, 'translated', { text: 'eins' }), said],
  ])('%s', (_, before, event, want) => {
    const copy = structuredClone(before)
    expect(bare(changed(before, event))).toEqual(bare(want))
    expect(before).toEqual(copy)
  })
})

describe('a log', () => {
  const first = message('ses_1', 1, { kind: 'started' })
  const loaded = (...events: Event[]): Log => putNewest(noLog, events, false, 1)
  const text = (log: Log, id = 'msg_2') => log.events.find((event) => event.id === id)?.text
  // The network says when its customer edited, which is not when we heard of it.
  const third: Event = { ...said, text: 'third', edited_at: time(1) }

  test('a change that is heard is in its message', () => {
    const log = hear(loaded(first, said), [edited(3, 'two')])
    expect([text(log), log.events.map((e) => e.seq)]).toEqual(['two', [1, 2, 3]])
  })

  test('a message and its changes may come together', () => {
    expect(text(hear(loaded(first), [said, edited(3, 'two'), edited(4, 'three')]))).toBe('three')
  })

  test('an event that is heard again changes nothing', () => {
    const log = hear(loaded(first, said), [edited(3, 'two'), edited(4, 'three')])
    expect(hear(log, [edited(3, 'two')])).toEqual(log)
  })

  test.each<[string, Log]>([
    ['the newest page', loaded(first, third, edited(3, 'second'), edited(4, 'third'))],
    ['a newer page', putNewer(loaded(first), [third, edited(3, 'second'), edited(4, 'third')], 1)],
    [
      'a page that meets what was heard beyond a gap',
      putNewer(
        hear(loaded(first), [edited(3, 'second'), edited(4, 'third')]),
        [third, edited(3, 'second'), edited(4, 'third')],
        2,
      ),
    ],
    ['an older page', putOlder(loaded(edited(3, 'second'), edited(4, 'third')), [first, third], false, 4)],
  ])('%s has the events that it was fetched with in its messages', (_, log) => {
    expect(log.events.map((e) => e.seq)).toEqual([1, 2, 3, 4])
    expect(log.events[1]).toEqual(third)
    expect(text(hear(log, [edited(3, 'second')])), 'an old one again').toBe('third')
    expect(text(hear(log, [edited(5, 'fourth')])), 'a new one').toBe('fourth')
  })

  test('an old edit that was held does not overwrite an older page that was fetched after a newer one', () => {
    const log = loaded(edited(3, 'second'))
    expect(text(putOlder(log, [first, third], false, 3))).toBe('third')
  })

  test('what was heard while an older page was fetched changes its messages', () => {
    const asked = loaded(edited(3, 'second'))
    const log = hear(asked, [reacted(4, '👍')])
    const older = putOlder(log, [first, { ...said, text: 'second' }], false, 3)
    expect(older.events.find((e) => e.id === 'msg_2')).toMatchObject({
      text: 'second',
      reactions: [{ by: 'agent', emoji: '👍' }],
    })
  })

  test('a change beyond a gap waits until the gap is filled, and then is in what came before', () => {
    const gap = hear(loaded(first, said), [edited(4, 'late')])
    expect(text(gap)).toBe('one')
    expect(text(putNewer(gap, [message('ses_1', 3)], 2))).toBe('late')
  })

  test('a fetched message stands above the same one heard beyond a gap', () => {
    const gap = hear(loaded(first), [
      message('ses_1', 3, { text: 'as said' }),
      message('ses_1', 5, { kind: 'edited', about: 'msg_3', text: 'last' }),
    ])
    const page = [said, message('ses_1', 3, { text: 'as it is' })]
    const filled = putNewer(gap, page, 2)
    expect(text(filled, 'msg_3')).toBe('as it is')
    expect(text(putNewer(filled, [message('ses_1', 4)], 3), 'msg_3')).toBe('last')
  })

  test('a change of what is not held says nothing', () => {
    expect(text(hear(loaded(first, said), [edited(3, 'two', { about: 'msg_77' })]))).toBe('one')
  })
})
