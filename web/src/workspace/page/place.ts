import { useNavigate, useParams } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { Me, Role, Session } from '../../api/wire.ts'
import { type ListName, listOf, listsOf, roleIn } from '../state/list.ts'

/** Where in the inbox one is. */
export interface Place {
  role: Role | undefined
  list: ListName | undefined
  session: string | undefined
  /** The address names a list that this agent does not have. */
  unknown: boolean
}

export function usePlace(me: Me): Place {
  const { department, list, session } = useParams({ strict: false })
  const role = me.roles.find((r) => r.department.slug === department)
  const name = role && listOf(role, list)
  return { role, list: name, session, unknown: department !== undefined && name === undefined }
}

export interface Goal {
  department: string
  list: ListName
  session?: string
}

/** Goes to a list, or to a session in it. */
export function useGo(): (goal: Goal | undefined, how?: { replace: boolean }) => void {
  const navigate = useNavigate()
  return useCallback(
    (goal, how) => {
      if (!goal) navigate({ to: '/inbox', ...how })
      else
        navigate({
          to: '/inbox/$department/$list/{-$session}',
          params: { department: goal.department, list: goal.list, session: goal.session },
          ...how,
        })
    },
    [navigate],
  )
}

/** The address of a list, or of a session in it. */
export const addressOf = ({ department, list, session }: Goal): string =>
  `/inbox/${[department, list, ...(session ? [session] : [])].map(encodeURIComponent).join('/')}`

const lastKey = 'parley.list'

/** Remembers the list on the screen, for the next time. */
export const rememberList = (goal: Goal): void => localStorage.setItem(lastKey, `${goal.department}/${goal.list}`)

/** The list where the agent was last, if it is still theirs. */
export function lastList(me: Me): Goal | undefined {
  const [department, last] = localStorage.getItem(lastKey)?.split('/') ?? []
  const role = me.roles.find((r) => r.department.slug === department)
  const list = role && listOf(role, last)
  return department && list ? { department, list } : undefined
}

/** In which list somebody would look for a session; nowhere where they have no role. */
export function placeOf(session: Session, me: Me): { department: string; list: ListName } | undefined {
  const role = roleIn(me, session.department)
  if (!role) return undefined
  const { state, assignee } = session
  const open = assignee?.id === me.id ? 'my' : 'active'
  const wanted = state === 'ended' ? 'closed' : state === 'waiting' ? 'unassigned' : open
  const [first = 'closed', ...others] = listsOf(role)
  return { department: role.department.slug, list: [first, ...others].find((list) => list === wanted) ?? first }
}
