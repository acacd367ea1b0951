import type { Me, Session } from '../../api/wire.ts'
import type { Rest } from '../live/rest.ts'
import { listsOf, roleIn } from '../state/list.ts'
import { instant } from '../state/time.ts'
import type { Goal } from './place.ts'

/** The session that is served next where the agent is operator; nothing where nobody waits. */
export async function firstOfBlue(rest: Rest, me: Me): Promise<Goal | undefined> {
  return goal(me, foremost(await queues(rest, me, (role) => role.operator)), 'unassigned')
}

/** The first session of the red counter: an operator's own with something unread, else the one that is served next where they supervise. */
export async function firstOfRed(rest: Rest, me: Me): Promise<Goal | undefined> {
  try {
    const { items } = await rest.sessions({ state: 'pending,active', assignee: 'me', limit: 100 })
    const unread = items.find((session) => session.unread > 0 && roleIn(me, session.department)?.operator)
    if (unread) return goal(me, unread, 'my')
  } catch {
    return undefined
  }
  return goal(me, foremost(await queues(rest, me, (role) => role.supervisor)), 'unassigned')
}

/** Where an agent begins who was in no list yet: the queue whose first is served next, else their own sessions, else the first list. */
export async function firstList(rest: Rest, me: Me): Promise<Goal | undefined> {
  const waiting = foremost(await queues(rest, me, (role) => role.operator || role.supervisor))
  if (waiting) return listOf(me, waiting, 'unassigned')
  const mine = await rest.sessions({ state: 'pending,active', assignee: 'me', limit: 100 }).catch(() => undefined)
  const held = mine?.items.find((session) => roleIn(me, session.department)?.operator)
  if (held) return listOf(me, held, 'my')
  const role = me.roles.find((r) => listsOf(r).length > 0)
  const [list] = role ? listsOf(role) : []
  return role && list && { department: role.department.slug, list }
}

async function queues(rest: Rest, me: Me, where: (role: Me['roles'][number]) => boolean): Promise<Session[]> {
  const pages = me.roles
    .filter(where)
    .map((role) => rest.sessions({ department: role.department.id, state: 'waiting', limit: 1 }).catch(() => undefined))
  return (await Promise.all(pages)).flatMap((page) => page?.items ?? [])
}

const foremost = (sessions: readonly Session[]): Session | undefined =>
  sessions.toSorted((a, b) => instant(a.place) - instant(b.place))[0]

function listOf(me: Me, session: Session, list: Goal['list']): Goal | undefined {
  const role = roleIn(me, session.department)
  return role && { department: role.department.slug, list }
}

function goal(me: Me, session: Session | undefined, list: Goal['list']): Goal | undefined {
  const found = session && listOf(me, session, list)
  return found && { ...found, session: session.id }
}
