import { useEffect, useRef, useState } from 'react'
import type { Session } from '../../api/wire.ts'
import type { Log } from '../state/log.ts'
import { newestOfCustomer } from '../state/select.ts'
import { useFocused } from './clock.ts'
import { useLive } from './live.tsx'

const settles = 400

/**
 * Moves the read mark to the newest message once it is on the screen with the window in focus, and remembers where the
 * line above what was unread belongs (FEATURES C10). `mine` says whether the session's unread count is about the reader:
 * they hold it, or nobody does.
 */
export function useReading(
  session: Session | undefined,
  log: Log | undefined,
  { mayRead, mine, bottom }: { mayRead: boolean; mine: boolean; bottom: boolean },
): { unreadAfter: number | undefined; clear: () => void } {
  const live = useLive()
  const focused = useFocused()
  const [unreadAfter, setUnreadAfter] = useState<number>()
  const told = useRef(0)
  const id = session?.id
  const loaded = log?.loaded ?? false
  const newest = newestOfCustomer(log)
  const marked = mine ? Math.max(session?.read_seq ?? 0, told.current) : told.current
  const reading = mayRead && focused && bottom && loaded

  // What is unread when one opens the session, or comes while one looks elsewhere, is below the line; the line stays
  // while one reads, and a new one is drawn only after that.
  const above = useRef(0)
  useEffect(() => {
    if (!loaded || !mine) return
    const after = Math.max(marked, above.current)
    if (newest > marked && !(reading && above.current > 0)) setUnreadAfter((line) => line ?? after)
    if (reading) above.current = Math.max(above.current, newest, 1)
  }, [loaded, mine, newest, marked, reading])

  useEffect(() => {
    if (!reading || id === undefined || newest <= marked) return
    const timer = setTimeout(() => {
      const before = told.current
      told.current = newest
      live.read(id, newest).catch(() => {
        told.current = before
      })
    }, settles)
    return () => clearTimeout(timer)
  }, [live, reading, id, newest, marked])

  return { unreadAfter, clear: () => setUnreadAfter(undefined) }
}
