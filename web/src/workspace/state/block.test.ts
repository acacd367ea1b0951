import { expect, test } from 'vitest'
import { heldBy, oleg, session, sofia } from '../sample/session.ts'
import { blockOf } from './block.ts'
import { offers } from './right.ts'

const by = { id: sofia.id, name: sofia.name }
const since = '2026-06-10T12:00:00Z'
const until = '2026-06-10T22:00:00.000001Z'
const now = Date.parse('2026-06-10T21:59:59.999Z')

test.each<[string, ReturnType<typeof session>, number, boolean]>([
  ['nobody has blocked', session('ses_1'), now, false],
  ['for good', session('ses_1', { blocked: { by, since, dropped: 0 } }), now, true],
  ['until later', session('ses_1', { blocked: { by, since, until, dropped: 0 } }), now, true],
  ['the time has come', session('ses_1', { blocked: { by, since, until, dropped: 0 } }), now + 1, false],
])('whether a customer is kept out: %s (C13)', (_, row, at, want) => {
  expect(blockOf(row, at) !== undefined).toBe(want)
})

test('who has blocked, or a supervisor, can let in again (C13)', () => {
  const row = session('ses_1', heldBy(oleg, { state: 'ended', blocked: { by, since, dropped: 0 } }))
  const operator = { ...oleg, roles: oleg.roles.map((role) => ({ ...role, supervisor: false })) }
  const may = (who: typeof oleg, held = true) => {
    const { block, unblock } = offers(row, who, true, held ? row.blocked : undefined)
    return [block, unblock]
  }
  expect([may(operator), may(sofia), may(oleg)]).toEqual([
    [false, false],
    [false, true],
    [false, true],
  ])
  expect(may({ ...operator, id: sofia.id })).toEqual([false, true])
  expect(may(operator, false)).toEqual([true, false])
})
