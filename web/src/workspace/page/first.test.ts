import { expect, test } from 'vitest'
import type { Me, Session } from '../../api/wire.ts'
import { Refusal } from '../live/refusal.ts'
import type { Rest, SessionQuery } from '../live/rest.ts'
import { agent, anna, heldBy, oleg, sales, session, sofia } from '../sample/session.ts'
import { firstList } from './first.ts'

// asking is a server with these sessions, as GET /sessions gives them to an agent.
function asking(me: Me, all: Session[]): Rest {
  const sessions = async ({ state = '', department, assignee, limit = 50 }: SessionQuery) => {
    const items = all.filter(
      (row) =>
        state.split(',').includes(row.state) &&
        (!department || row.department === department) &&
        (assignee !== 'me' || row.assignee?.id === me.id),
    )
    return { items: items.slice(0, limit), next: '' }
  }
  return { sessions } as Partial<Rest> as Rest
}

const inBoth: Me = { ...anna, roles: [...agent('', { operator: true }, sales).roles, ...anna.roles] }
const nobody = agent('Nina', {})
const early = session('ses_1', { waiting_since: '2025-10-09T08:00:00Z' })
const late = session('ses_2', { waiting_since: '2025-10-09T09:00:00Z', department: sales.id })
const held = session('ses_3', heldBy(inBoth))

test.each<[string, Me, Session[], string | undefined]>([
  [
    'in the queue where somebody waits, not in an empty department before it',
    inBoth,
    [early, held],
    'support/unassigned',
  ],
  ['in the queue with the longest wait', inBoth, [late, early], 'support/unassigned'],
  ['among their own where nobody waits', inBoth, [held], 'support/my'],
  ['in the first list where there is nothing', inBoth, [], 'sales/my'],
  ["not among a colleague's", inBoth, [session('ses_3', heldBy(oleg))], 'sales/my'],
  ['in the queue as a supervisor', sofia, [early], 'support/unassigned'],
  ['in the first list as a supervisor, whoever works', sofia, [held], 'support/unassigned'],
  ['nowhere without a role', nobody, [early], undefined],
])('an agent begins %s', async (_, me, all, want) => {
  const goal = await firstList(asking(me, all), me)
  expect(goal && `${goal.department}/${goal.list}`).toBe(want)
  expect(goal?.session).toBeUndefined()
})

test('an agent begins in the first list where nothing can be asked', async () => {
  const sessions = () => Promise.reject(new Refusal(0))
  expect(await firstList({ sessions } as Partial<Rest> as Rest, inBoth)).toEqual({ department: 'sales', list: 'my' })
})
