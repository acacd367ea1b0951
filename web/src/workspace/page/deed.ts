import { useMutation } from '@tanstack/react-query'
import type { Session } from '../../api/wire.ts'
import { asRefusal, type Refusal } from '../live/refusal.ts'
import { t } from '../words/t.ts'
import { useLive } from './live.tsx'
import { useToast } from './toast.tsx'

interface Deed {
  /** What is asked of the server; it gives the session as it stands then, where one may still see it. */
  ask: () => Promise<Session | undefined>
  /** The same beyond somebody's limit, where that is asked first (FEATURES C4). */
  over?: () => Promise<Session>
  /** What is said when it is done. */
  done: string
  after?: () => void
  /** What makes it as it was before. */
  undo?: () => Promise<Session>
}

/** Does deeds, one at a time, and says what came of them. */
export function useDeed(): { run: (deed: Deed) => void; busy: boolean } {
  const live = useLive()
  const say = useToast()
  const { mutate, isPending } = useMutation({
    mutationFn: ({ ask }: Deed) => ask(),
    // What cannot be done now is said now; only messages wait for the connection.
    networkMode: 'always',
    onSuccess: (session, { done, after, undo }) => {
      if (session) live.hear({ type: 'session', session })
      say(done, undo && { words: t('undo'), run: () => mutate({ ask: undo, done: t('done.undone') }) })
      after?.()
    },
    onError: (error, { over, ...deed }) => {
      const refusal = asRefusal(error)
      if (over && refusal.problem.code === 'full') {
        say(refusal.reason, { words: t('done.anyway'), run: () => mutate({ ...deed, ask: over }) })
      } else say(refusalWords(refusal))
    },
  })
  return { run: mutate, busy: isPending }
}

/** Says why a deed was not done. */
export function refusalWords(refusal: Refusal): string {
  const { status, problem, reason } = refusal
  if (status === 0) return t('done.unreachable')
  if (status === 409 && problem.winner) return t('done.beaten', { winner: problem.winner })
  if (problem.code === 'ended') return t('done.over')
  return t('done.failed', { reason })
}
