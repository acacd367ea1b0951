import { expect, test } from 'vitest'
import type { Counters, Event, EventPage, Frame, Me, Session } from '../../api/wire.ts'
import replay from '../sample/replay.json'
import { apply } from './apply.ts'
import { listKey, listsOf, roleIn } from './list.ts'
import { inDoubt } from './log.ts'
import { rows } from './select.ts'
import { beginning, type State } from './state.ts'

// Written by the server's tests: every frame of one socket, the logs fetched when they were first followed, and what a
// fresh fetch of everything found at the end.
const { me, frames, fetched, snapshot } = replay as unknown as {
  me: Me
  frames: Frame[]
  fetched: Record<string, EventPage>
  snapshot: { sessions: Session[]; messages: Record<string, Event[]>; counters: Counters }
}

const department = me.roles[0]?.department.id ?? ''
const role = roleIn(me, department)
const keys = role ? listsOf(role).map((name) => listKey(department, name)) : []

function replayed(): State {
  let state = beginning(me)
  for (const frame of frames) {
    const followed = frame.type === 'following' ? frame.sessions.filter((id) => !state.logs[id]) : []
    for (const session of followed) state = apply(state, { type: 'opened', session }, 0)
    state = apply(state, frame, 0)
    for (const session of frame.type === 'following' ? frame.sessions : []) {
      const doubts = state.logs[session]?.doubts ?? 0
      const page = followed.includes(session) ? fetched[session] : undefined
      // Nothing happens between the follow and the fetch, so a log that is held already lacks nothing.
      if (page) state = apply(state, { type: 'newest', session, page, doubts }, 0)
      else state = apply(state, { type: 'newer', session, page: { items: [], more: false }, doubts }, 0)
    }
    // At the beginning the server has no session: every list is fetched, and empty.
    if (frame.type === 'hello')
      for (const key of keys)
        state = apply(state, { type: 'list', key, generation: state.generation, doubts: 0, items: [], next: '' }, 0)
  }
  return state
}

test("the server's own frames end in the server's own snapshot", () => {
  const state = replayed()
  expect(state.lost).toBe(false)
  expect(Object.fromEntries(state.sessions)).toEqual(Object.fromEntries(snapshot.sessions.map((row) => [row.id, row])))
  expect(Object.keys(state.logs)).toEqual(Object.keys(snapshot.messages))
  for (const [id, log] of Object.entries(state.logs)) {
    expect(log.events, id).toEqual(snapshot.messages[id])
    expect([log.ahead, inDoubt(log)], id).toEqual([[], false])
  }
  expect(state.counters).toEqual(snapshot.counters)
})

test("every list has the server's rows, and one's own those that one holds or is in (D2)", () => {
  const state = replayed()
  const ids = (of: readonly Session[]) => of.map((row) => row.id).sort()
  const where = (belongs: (row: Session) => boolean) => ids(snapshot.sessions.filter(belongs))
  const open = (row: Session) => row.state === 'pending' || row.state === 'active'
  const held = (row: Session) => open(row) && row.assignee?.id === me.id
  const joined = (row: Session) => open(row) && row.present.includes(me.id)
  const want = {
    my: where((row) => held(row) || joined(row)),
    unassigned: where((row) => row.state === 'waiting'),
    active: where(open),
    closed: where((row) => row.state === 'ended'),
  }
  expect(want.my.length).toBeGreaterThan(where(held).length)
  for (const key of keys) {
    const name = key.split('/')[1] as keyof typeof want
    expect(want[name], key).not.toEqual([])
    expect(ids(rows(state, key)), key).toEqual(want[name])
  }
})
