import { createContext, use, useSyncExternalStore } from 'react'
import type { Live, Shown } from '../live/live.ts'

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
