import { useCallback, useRef, useState } from 'react'
import type { Event } from '../../api/wire.ts'
import { systemTimers } from '../../shared/timers.ts'
import { uuid7 } from '../../shared/uuid.ts'
import { asRefusal } from '../live/refusal.ts'
import { refusalWords } from './deed.ts'
import { useLive } from './live.tsx'
import { useToast } from './toast.tsx'

/** What is done to messages of a session. */
export interface Amend {
  /** Ids of messages that something is being done to. */
  busy: ReadonlySet<string>
  /**
   * Does something to a message, and says so where it was refused. It resolves when that is settled, with whether it
   * was done. The same again, where no answer came, is asked for under the same key.
   */
  run: (message: string, what: string, ask: (key: string) => Promise<Event>) => Promise<boolean>
}

/** Changes messages. What came of it is seen when the stream tells of it. */
export function useAmend(session: string): Amend {
  const live = useLive()
  const say = useToast()
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set())
  const keys = useRef(new Map<string, string>())
  const underway = useRef(new Set<string>())

  const run = useCallback<Amend['run']>(
    async (message, what, ask) => {
      if (underway.current.has(message)) return false
      underway.current.add(message)
      setBusy(new Set(underway.current))
      const name = `${message} ${what}`
      const key = keys.current.get(name) ?? uuid7(systemTimers.now())
      keys.current.set(name, key)
      try {
        await ask(key)
        keys.current.delete(name)
        live.hear({ type: 'amended', session })
        return true
      } catch (error) {
        const refusal = asRefusal(error)
        if (!refusal.passing) keys.current.delete(name)
        say(refusalWords(refusal))
        return false
      } finally {
        underway.current.delete(message)
        setBusy(new Set(underway.current))
      }
    },
    [live, say, session],
  )
  return { busy, run }
}
