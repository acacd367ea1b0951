import { describe, expect, test } from 'vitest'
import type { Me, Session } from '../../api/wire.ts'
import { agent, anna, counters, heldBy, oleg, sales, session, sofia, support } from '../sample/session.ts'
import { apply } from './apply.ts'
import { belongs, type ListName, listKey, listOf, listsOf, queriesOf } from './list.ts'
import { blue, red, rows } from './select.ts'
import { beginning, type State } from './state.ts'

const lists: ListName[] = ['my', 'unassigned', 'active', 'closed']

function loaded(me: Me, items: Session[]): State {
  let state = beginning(me)
  for (const name of listsOf(me.roles[0] ?? { operator: false, supervisor: false })) {
    const key = listKey(support.id, name)
    const own = items.filter((item) => belongs(item, key, me, new Set()) === true)
    state = apply(state, { type: 'list', key, generation: 0, doubts: 0, items: own, next: '' }, 0)
  }
  return state
}

const ids = (state: State, name: ListName) => rows(state, listKey(support.id, name)).map((row) => row.id)

describe('the lists of a role (S3.8, D2)', () => {
  test.each([
    ['an operator', anna, ['my', 'unassigned', 'closed']],
    ['a supervisor', sofia, ['unassigned', 'active', 'closed']],
    ['who is both', oleg, ['my', 'unassigned', 'active', 'closed']],
    ['who is neither', agent('Nina', {}), []],
  ])('%s has them in the order of the rail', (_, me, want) => {
    expect(listsOf(me.roles[0] ?? { operator: false, supervisor: false })).toEqual(want)
  })

  test.each([
    ['an operator', anna, ['my', 'unassigned', 'my', 'closed', undefined]],
    ['a supervisor', sofia, ['active', 'unassigned', 'active', 'closed', undefined]],
    ['who is both', oleg, ['my', 'unassigned', 'active', 'closed', undefined]],
    ['who is neither', agent('Nina', {}), [undefined, undefined, undefined, undefined, undefined]],
  ])('%s who follows another’s address sees the like of its list', (_, me, want) => {
    const role = me.roles[0] ?? { operator: false, supervisor: false }
    expect([...lists, 'nothing'].map((name) => listOf(role, name))).toEqual(want)
  })

  test('an operator asks for the ended sessions that they took part in, a supervisor for all', () => {
    const key = listKey(support.id, 'closed')
    expect(queriesOf(key, anna)).toEqual([{ department: support.id, state: 'ended', participant: 'me' }])
    expect(queriesOf(key, sofia)).toEqual([{ department: support.id, state: 'ended' }])
  })
})

test('C26: what is back from a snooze stands on top of one’s own, what is put aside at the end', () => {
  const at = (day: number) => `2026-11-0${day}T09:00:00.000000Z`
  const own = [
    session('ses_1', heldBy(anna, { last_at: at(1), woken: { by: 'time', at: at(3) } })),
    session('ses_2', heldBy(anna, { last_at: at(1), woken: { by: 'customer', at: at(4) } })),
    session('ses_3', heldBy(anna, { last_at: at(9) })),
    session('ses_4', heldBy(anna, { last_at: at(2) })),
    session('ses_5', heldBy(anna, { last_at: at(8), snoozed: { since: at(8) } })),
  ]
  expect(ids(loaded(anna, own), 'my')).toEqual(['ses_2', 'ses_1', 'ses_3', 'ses_4', 'ses_5'])
})

describe('the worked table of the red counter (S3.3)', () => {
  const table = [
    session('ses_1', heldBy(anna, { unread: 2 })),
    session('ses_2', heldBy(oleg, { unread: 1 })),
    session('ses_3', heldBy(anna, { unread: 0 })),
    session('ses_4'),
    session('ses_5'),
  ]

  test.each([
    ['Anna', anna, { my: ['ses_1', 'ses_3'], unassigned: ['ses_4', 'ses_5'], active: [] }, counters(1, 2, 1), 1, 2],
    [
      'Sofia',
      sofia,
      { my: [], unassigned: ['ses_4', 'ses_5'], active: ['ses_3', 'ses_2', 'ses_1'] },
      counters(0, 2, 2),
      2,
      undefined,
    ],
    [
      'Oleg',
      oleg,
      { my: ['ses_2'], unassigned: ['ses_4', 'ses_5'], active: ['ses_3', 'ses_2', 'ses_1'] },
      counters(1, 2, 3),
      3,
      2,
    ],
  ] as const)('%s sees the sessions that make up their counters', (_, me, want, counted, wantRed, wantBlue) => {
    let state = loaded(me, table)
    for (const name of ['my', 'unassigned', 'active'] as const) expect(ids(state, name)).toEqual(want[name])
    state = apply(state, { type: 'summaries', counters: counted }, 0)
    expect(red(state)).toBe(wantRed)
    expect(blue(state)).toBe(wantBlue)
    // Whoever follows the counter finds as many sessions as it says, each once.
    const unread = rows(state, listKey(support.id, 'my')).filter((row) => row.unread > 0).length
    const supervised = me.roles[0]?.supervisor ? ids(state, 'unassigned').length : 0
    expect(unread + supervised).toBe(wantRed)
  })

  test('the blue counter leaves out departments where one is supervisor only (S3.4)', () => {
    const both = { ...anna, roles: [...anna.roles, { department: sales, operator: false, supervisor: true }] }
    const counted = {
      ...counters(0, 2, 5),
      departments: [
        { department: support.id, unread: 0, unassigned: 2 },
        { department: sales.id, unread: 0, unassigned: 3 },
      ],
    }
    expect(blue(apply(beginning(both), { type: 'summaries', counters: counted }, 0))).toBe(2)
  })
})

describe('membership', () => {
  const key = (name: ListName) => listKey(support.id, name)
  const where = (s: Session, me: Me, took: string[] = []) =>
    lists.filter((name) => belongs(s, key(name), me, new Set(took)) === true)

  test.each([
    ['a waiting session is unassigned for an operator', session('ses_1'), anna, [], ['unassigned']],
    ['a waiting session is unassigned for a supervisor', session('ses_1'), sofia, [], ['unassigned']],
    [
      "one's own pending session is one's own already",
      session('ses_1', heldBy(anna, { state: 'pending' })),
      anna,
      [],
      ['my'],
    ],
    ["a colleague's session is in no list of an operator", session('ses_1', heldBy(oleg)), anna, [], []],
    ["a colleague's session is active for a supervisor", session('ses_1', heldBy(anna)), sofia, [], ['active']],
    ["one's own session is in both lists of who is both", session('ses_1', heldBy(oleg)), oleg, [], ['my', 'active']],
    [
      "a session that one has joined is one's own as long as one is in it",
      session('ses_1', heldBy(oleg, { present: [oleg.id, anna.id] })),
      anna,
      ['ses_1'],
      ['my'],
    ],
    ['a session that one has left is not', session('ses_1', heldBy(oleg)), anna, ['ses_1'], []],
    [
      'a session that was released while one was in it is unassigned',
      session('ses_1', { present: [anna.id] }),
      anna,
      ['ses_1'],
      ['unassigned'],
    ],
    [
      'an ended session is closed for a supervisor',
      session('ses_1', heldBy(anna, { state: 'ended' })),
      sofia,
      [],
      ['closed'],
    ],
    [
      'an ended session is closed for an operator who took part',
      session('ses_1', { state: 'ended' }),
      anna,
      ['ses_1'],
      ['closed'],
    ],
    ['a session of another department is in none', session('ses_1', { department: sales.id }), oleg, [], []],
    ['without a role nothing is seen', session('ses_1'), agent('Nina', {}), [], []],
  ])('%s', (_, s, me, took, want) => {
    expect(where(s, me, took)).toEqual(want)
  })

  test('whether an operator took part in what ended has to be asked', () => {
    expect(belongs(session('ses_1', { state: 'ended' }), key('closed'), anna, new Set())).toBe('ask')
  })
})

describe('a session moves from list to list as it changes (C2, C6)', () => {
  test('taken by a colleague it leaves Unassigned; taken by me it comes to My', () => {
    let state = loaded(anna, [session('ses_1'), session('ses_2', { waiting_since: '2025-10-09T08:53:21Z' })])
    expect(ids(state, 'unassigned')).toEqual(['ses_1', 'ses_2'])
    state = apply(state, { type: 'summaries', sessions: [session('ses_1', heldBy(oleg, { last_seq: 3 }))] }, 0)
    expect(ids(state, 'unassigned')).toEqual(['ses_2'])
    state = apply(state, { type: 'summaries', sessions: [session('ses_2', heldBy(anna, { last_seq: 3 }))] }, 0)
    expect([ids(state, 'my'), ids(state, 'unassigned')]).toEqual([['ses_2'], []])
  })

  test('what is in no list and not open is let go of', () => {
    let state = loaded(anna, [session('ses_1')])
    state = apply(state, { type: 'summaries', sessions: [session('ses_1', heldBy(oleg, { last_seq: 3 }))] }, 0)
    expect([...state.sessions]).toEqual([])
  })

  test('the queue is longest wait first, my own newest message first, closed newest session first', () => {
    const time = (minute: number) => `2025-10-09T09:0${minute}:00.5Z`
    const state = loaded(oleg, [
      session('ses_a', { waiting_since: time(3) }),
      session('ses_b', { waiting_since: '2025-10-09T09:03:00.123456Z' }),
      session('ses_c', heldBy(oleg, { last_at: time(1) })),
      session('ses_d', heldBy(oleg, { last_at: time(2) })),
      session('ses_e', { state: 'ended' }),
      session('ses_10', { state: 'ended' }),
    ])
    expect(ids(state, 'unassigned')).toEqual(['ses_b', 'ses_a'])
    expect(ids(state, 'my')).toEqual(['ses_d', 'ses_c'])
    expect(ids(state, 'closed')).toEqual(['ses_10', 'ses_e'])
  })
})
