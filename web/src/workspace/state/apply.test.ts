import { describe, expect, test } from 'vitest'
import type { Event, Session } from '../../api/wire.ts'
import { anna, by, counters, heldBy, message, oleg, session, sofia, support } from '../sample/session.ts'
import { apply, typingHolds } from './apply.ts'
import { listKey } from './list.ts'
import { inDoubt } from './log.ts'
import { listInDoubt, presentInDoubt, rows } from './select.ts'
import { beginning, type News, type State } from './state.ts'

const mine = listKey(support.id, 'my')
const closed = listKey(support.id, 'closed')
const queue = listKey(support.id, 'unassigned')

const all = (state: State, ...news: News[]) => news.reduce((before, one) => apply(before, one, 1000), state)
const list = (items: Session[], next = '', key = mine): News => ({
  type: 'list',
  key,
  generation: 1,
  doubts: 0,
  items,
  next,
})
const hello = (cursor: string, resumed: boolean): News => ({ type: 'hello', cursor, resumed })
const events = (after: string, cursor: string, its: Event[]): News => ({ type: 'events', after, cursor, events: its })
const page = (items: Event[], more = false) => ({ items, more })

const begun = apply(beginning(anna), hello('c1', false), 0)
const open = all(
  begun,
  { type: 'opened', session: 'ses_1' },
  {
    type: 'newest',
    session: 'ses_1',
    page: page([message('ses_1', 1), message('ses_1', 2)]),
    doubts: 1,
  },
)
const seqs = (state: State) => state.logs.ses_1?.events.map((event) => event.seq)

describe('the stream', () => {
  test('a hello that does not resume puts lists and open sessions in doubt, and keeps them on the screen', () => {
    const before = all(open, list([session('ses_1', heldBy(anna))]))
    const after = apply(before, hello('c9', false), 0)
    expect([after.cursor, after.generation]).toEqual(['c9', before.generation + 1])
    expect(listInDoubt(after, mine)).toBe(true)
    expect(rows(after, mine).map((row) => row.id)).toEqual(['ses_1'])
    expect([inDoubt(after.logs.ses_1 as never), seqs(after)]).toEqual([true, [1, 2]])
  })

  test('a hello that resumes puts nothing in doubt', () => {
    const before = all(open, list([session('ses_1', heldBy(anna))]))
    const after = apply(before, hello('c1', true), 0)
    expect([after.generation, listInDoubt(after, mine)]).toEqual([before.generation, false])
  })

  test('an events frame that does not continue the cursor held says that the stream is lost, and changes nothing', () => {
    const after = all(open, events('c5', 'c6', [message('ses_1', 3)]), events('c1', 'c2', [message('ses_1', 3)]))
    expect([after.lost, after.cursor, seqs(after)]).toEqual([true, 'c1', [1, 2]])
    expect(apply(after, hello('c1', true), 0).lost).toBe(false)
  })

  test('an empty events frame moves the cursor only', () => {
    const after = apply(open, events('c1', 'c2', []), 0)
    expect({ ...after, cursor: 'c1' }).toEqual(open)
  })

  test('following puts the followed logs in doubt, as events between cursor and follow may lack', () => {
    const after = apply(open, { type: 'following', sessions: ['ses_1', 'ses_9'], cursor: 'c1' }, 0)
    expect(inDoubt(after.logs.ses_1 as never)).toBe(true)
  })

  test('a gap in seq is kept open and in doubt until what lacks is fetched', () => {
    const gap = apply(open, events('c1', 'c2', [message('ses_1', 5)]), 0)
    expect([seqs(gap), inDoubt(gap.logs.ses_1 as never)]).toEqual([[1, 2], true])
    const doubts = gap.logs.ses_1?.doubts ?? 0
    const filled = apply(
      gap,
      { type: 'newer', session: 'ses_1', page: page([message('ses_1', 3), message('ses_1', 4)]), doubts },
      0,
    )
    expect([seqs(filled), inDoubt(filled.logs.ses_1 as never)]).toEqual([[1, 2, 3, 4, 5], false])
  })

  test('an event that is held already changes nothing', () => {
    expect(seqs(apply(open, events('c1', 'c2', [message('ses_1', 2)]), 0))).toEqual([1, 2])
  })

  test('events of a session that is not open here are passed over', () => {
    const after = apply(open, events('c1', 'c2', [message('ses_2', 1)]), 0)
    expect(Object.keys(after.logs)).toEqual(['ses_1'])
  })

  test('a newest page that does not touch what is held replaces it', () => {
    const far = [message('ses_1', 60), message('ses_1', 61)]
    const after = apply(open, { type: 'newest', session: 'ses_1', page: page(far, true), doubts: 1 }, 0)
    expect([seqs(after), after.logs.ses_1?.more]).toEqual([[60, 61], true])
  })

  test('an older page goes before what is held; one that does not touch it is dropped', () => {
    const late = all(open, { type: 'newest', session: 'ses_1', page: page([message('ses_1', 60)], true), doubts: 1 })
    const older: News = {
      type: 'older',
      session: 'ses_1',
      page: page([message('ses_1', 58), message('ses_1', 59)], true),
      asOf: 60,
    }
    expect(seqs(apply(late, older, 0))).toEqual([58, 59, 60])
    const astray: News = { type: 'older', session: 'ses_1', page: page([message('ses_1', 40)], true), asOf: 60 }
    expect(seqs(apply(late, astray, 0))).toEqual([60])
  })

  test('changed settings are counted, unknown frames ignored', () => {
    expect(apply(begun, { type: 'changed', what: 'agent' }, 0).changes).toBe(begun.changes + 1)
    expect(apply(begun, { type: 'fireworks' } as never, 0)).toBe(begun)
  })
})

describe('summaries', () => {
  const shown = all(begun, list([session('ses_1', heldBy(anna, { last_seq: 5, read_seq: 4, unread: 1 }))]))
  const put = (change: Partial<Session>) =>
    apply(shown, { type: 'summaries', sessions: [session('ses_1', heldBy(anna, change))] }, 0).sessions.get('ses_1')

  test.each([
    ['a row with a newer event wins', { last_seq: 6, unread: 2 }, { last_seq: 6, unread: 2 }],
    ['a row that was overtaken by a newer one is dropped', { last_seq: 4, unread: 7 }, { last_seq: 5, unread: 1 }],
    ['a read mark moves without an event', { last_seq: 5, read_seq: 5, unread: 0 }, { read_seq: 5, unread: 0 }],
    ['a read mark never moves back', { last_seq: 5, read_seq: 3, unread: 2 }, { read_seq: 4, unread: 1 }],
  ])('%s', (_, change, want) => {
    expect(put(change)).toMatchObject(want)
  })

  test('a session that is gone leaves the lists, and is remembered as gone', () => {
    const after = apply(shown, { type: 'summaries', sessions: [{ id: 'ses_1', gone: true }] }, 0)
    expect([rows(after, mine), after.gone.has('ses_1')]).toEqual([[], true])
    const back = apply(after, { type: 'summaries', sessions: [session('ses_1', heldBy(anna, { last_seq: 6 }))] }, 0)
    expect([rows(back, mine).length, back.gone.has('ses_1')]).toEqual([1, false])
  })

  test('a row that was fetched before its session went is late; a session that was not there may have come since', () => {
    const row = session('ses_1', heldBy(anna, { last_seq: 5 }))
    const after = apply(shown, { type: 'summaries', sessions: [{ id: 'ses_1', gone: true }] }, 0)
    for (const late of [all(after, list([row])), all(after, { type: 'session', session: row })])
      expect([rows(late, mine), late.gone.has('ses_1')]).toEqual([[], true])
    const unseen = (asOf: number) => apply(shown, { type: 'unseen', session: 'ses_1', asOf }, 0).gone.has('ses_1')
    expect([unseen(4), unseen(5)]).toEqual([false, true])
  })

  test('counters are absolute; a fetch that began before them is not believed', () => {
    const counted = apply(shown, { type: 'summaries', counters: counters(2, 1, 2) }, 0)
    const late = apply(counted, { type: 'counters', counters: counters(9, 9, 9), counted: shown.counted }, 0)
    expect(late.counters?.badge).toBe(2)
    expect(
      apply(counted, { type: 'counters', counters: counters(3, 1, 3), counted: counted.counted }, 0).counters?.badge,
    ).toBe(3)
  })

  test("what ended puts an operator's Closed in doubt once, as only the server knows who took part", () => {
    const loaded = all(shown, list([], '', closed))
    const ended = session('ses_7', { state: 'ended', last_seq: 9 })
    const after = apply(loaded, { type: 'summaries', sessions: [ended] }, 0)
    expect(listInDoubt(after, closed)).toBe(true)
    const doubts = after.lists[closed]?.doubts ?? 0
    const asked = apply(after, { type: 'list', key: closed, generation: 1, doubts, items: [ended], next: '' }, 0)
    expect([listInDoubt(asked, closed), rows(asked, closed).length]).toEqual([false, 1])
    expect(listInDoubt(apply(asked, { type: 'summaries', sessions: [{ ...ended, last_seq: 10 }] }, 0), closed)).toBe(
      false,
    )
  })

  test('A18: a rating after the end is in the row at once, which stays in its place, read, and asks for nothing', () => {
    const over = ['ses_3', 'ses_2', 'ses_1'].map((id) => session(id, { state: 'ended', unread: 0 }))
    const before = all(begun, list(over, '', closed))
    const rated: Session = {
      ...(over[2] as Session),
      last_seq: 3,
      rating: { value: 'bad', at: '2025-10-10T09:00:00Z' },
    }
    const after = all(before, { type: 'summaries', sessions: [rated] })
    expect(rows(after, closed)).toEqual([over[0], over[1], rated])
    expect([listInDoubt(after, closed), after.counters]).toEqual([false, before.counters])
  })
})

describe('lists and their pages', () => {
  const waiting = (id: string, minute: number) => session(id, { waiting_since: `2025-10-09T09:0${minute}:00Z` })
  const first = all(begun, list([waiting('ses_1', 1), waiting('ses_2', 2)], 'n1', queue))

  test('a row beyond what was fetched is not shown before its page comes', () => {
    const after = apply(first, { type: 'summaries', sessions: [waiting('ses_9', 9)] }, 0)
    expect(rows(after, queue).map((row) => row.id)).toEqual(['ses_1', 'ses_2'])
    const more = apply(after, { type: 'more', key: queue, generation: 1, items: [waiting('ses_9', 9)], next: '' }, 0)
    expect(rows(more, queue).map((row) => row.id)).toEqual(['ses_1', 'ses_2', 'ses_9'])
  })

  test('a page of an older generation is dropped', () => {
    const anew = apply(first, hello('c2', false), 0)
    expect(apply(anew, { type: 'more', key: queue, generation: 1, items: [waiting('ses_3', 3)], next: '' }, 0)).toBe(
      anew,
    )
    expect(apply(anew, list([], '', queue), 0)).toBe(anew)
  })

  test('what left the list unseen goes when it is fetched again; what was told of meanwhile stays', () => {
    const anew = all(first, hello('c2', false), { type: 'summaries', sessions: [waiting('ses_3', 3)] })
    const again = apply(
      anew,
      { type: 'list', key: queue, generation: 2, doubts: 0, items: [waiting('ses_1', 1)], next: '' },
      0,
    )
    expect(rows(again, queue).map((row) => row.id)).toEqual(['ses_1', 'ses_3'])
  })
})

describe('people in a session', () => {
  const known = all(open, {
    type: 'session',
    session: session('ses_1', heldBy(oleg)),
    participants: [{ id: oleg.id, name: 'Oleg', joined_at: '2025-10-09T09:00:00Z', read_seq: 2 }],
  })

  test('who takes part is in doubt after somebody came or went', () => {
    expect(presentInDoubt(known, 'ses_1')).toBe(false)
    const said = apply(known, events('c1', 'c2', [message('ses_1', 3)]), 0)
    expect(presentInDoubt(said, 'ses_1')).toBe(false)
    const joined = apply(said, events('c2', 'c3', [message('ses_1', 4, { kind: 'joined', actor: by(sofia) })]), 0)
    expect(presentInDoubt(joined, 'ses_1')).toBe(true)
  })

  test('who took or joined a session took part in it', () => {
    const after = apply(known, events('c1', 'c2', [message('ses_1', 3, { kind: 'joined', actor: by(anna) })]), 0)
    expect([known.took.has('ses_1'), after.took.has('ses_1')]).toEqual([false, true])
  })
})

describe('typing', () => {
  const typing: News = { type: 'typing', session: 'ses_1', by: 'agent', agent: oleg.id, name: 'Oleg' }
  const customer: News = { type: 'typing', session: 'ses_1', by: 'customer' }
  const agents = (state: State) => state.typing.ses_1?.map((typist) => typist.agent)

  test('it holds for a time, for each who writes', () => {
    const after = all(open, typing, customer)
    expect(agents(after)).toEqual([oleg.id, ''])
    expect(after.typing.ses_1?.[0]?.until).toBe(1000 + typingHolds)
  })

  test('it ends with their message', () => {
    const after = all(open, typing, customer, events('c1', 'c2', [message('ses_1', 3)]))
    expect(agents(after)).toEqual([oleg.id])
  })

  test("one's own in another window is not shown", () => {
    const own: News = { type: 'typing', session: 'ses_1', by: 'agent', agent: anna.id, name: 'Anna' }
    expect(apply(open, own, 0)).toBe(open)
  })
})
