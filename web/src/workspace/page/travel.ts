import type { RefObject } from 'react'
import type { Me, Role } from '../../api/wire.ts'
import type { Rest } from '../live/rest.ts'
import type { Chooser, Commands } from '../state/action.ts'
import { type ListName, listKey, listsOf } from '../state/list.ts'
import { t } from '../words/t.ts'
import { firstOfBlue, firstOfRed } from './first.ts'
import type { Goal } from './place.ts'

interface TravelOptions {
  me: Me
  rest: Rest
  /** The department on the screen. */
  role: Role | undefined
  list: ListName | undefined
  red: number
  blue: number | undefined
  go: (goal: Goal) => void
  /** The session that is to be opened with Take in focus. */
  focusTake: RefObject<string | undefined>
}

/** Everywhere in the inbox that one can go to (FEATURES C10, D2). */
export function travel({ me, rest, role, list, red, blue, go, focusTake }: TravelOptions): Commands {
  const roles = me.roles.filter((one) => listsOf(one).length > 0)
  const here = role ?? roles[0]
  const lists: Chooser = {
    title: t('go.label'),
    none: t('rail.none'),
    choices: () =>
      roles.flatMap((one) =>
        listsOf(one).map((name) => ({
          key: listKey(one.department.id, name),
          words: t('go.list', { department: one.department.name, list: t(`list.${name}`) }),
          chosen: one === role && name === list,
          run: () => go({ department: one.department.slug, list: name }),
        })),
      ),
  }
  const own = Object.fromEntries(
    (here ? listsOf(here) : []).map((name) => [
      name,
      () => here && go({ department: here.department.slug, list: name }),
    ]),
  )
  return {
    ...(roles.length > 0 ? { go: lists } : {}),
    ...own,
    ...(red > 0 ? { red: () => firstOfRed(rest, me).then((goal) => goal && go(goal)) } : {}),
    ...(blue
      ? {
          blue: () =>
            firstOfBlue(rest, me).then((goal) => {
              // The blue counter opens a session with Take in focus.
              focusTake.current = goal?.session
              if (goal) go(goal)
            }),
        }
      : {}),
  }
}
