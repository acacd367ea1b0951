import { createContext, use, useMemo, useSyncExternalStore } from 'react'
import type { Session } from '../../api/wire.ts'
import type { Live, Shown } from '../live/live.ts'
import type { ListKey } from '../state/list.ts'
import { Rows } from '../state/rows.ts'

/** The live state of the agent who is signed in. */
export const LiveContext = createContext<Live | undefined>(undefined)

export function useLive(): Live {
  const live = use(LiveContext)
  if (!live) throw new Error('no agent is signed in here')
  return live
}

/** What is to be shown now; renders anew whenever it changes. */
export function useShown(): Shown {
  const live = useLive()
  return useSyncExternalStore(live.subscribe, () => live.shown)
}

const none: readonly Session[] = []

/** The rows of a list; the same array while nothing in it changes. */
export function useRows(key: ListKey | undefined): readonly Session[] {
  const { state } = useShown()
  const rows = useMemo(() => key && new Rows(key), [key])
  return rows ? rows.of(state) : none
}
