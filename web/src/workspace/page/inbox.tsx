import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Me } from '../../api/wire.ts'
import { systemTimers } from '../../shared/timers.ts'
import { Live } from '../live/live.ts'
import { asRefusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'
import { t } from '../words/t.ts'
import { meQuery } from './ask.ts'
import { LiveContext } from './live.tsx'
import { Shell } from './shell.tsx'
import { ToastHolder } from './toast.tsx'

/** The inbox of whoever is signed in; who is not is sent to sign in, and comes back. */
export function InboxPage() {
  const { data, error, refetch } = useQuery(meQuery)
  const signIn = useSignIn()
  const signedOut = error !== null && asRefusal(error).signedOut
  const failed = error !== null && !signedOut
  useEffect(() => {
    if (signedOut) signIn(false)
  }, [signedOut, signIn])
  if (data) return <SignedIn key={data.id} me={data} />
  return (
    <main className="splash">
      <h1 className="sr">{t('product')}</h1>
      <p role="status" className={failed ? undefined : 'muted'}>
        {t(failed ? 'net.unreachable' : 'loading')}
      </p>
      {failed && (
        <button type="button" className="button" onClick={() => refetch()}>
          {t('retry')}
        </button>
      )}
    </main>
  )
}

// useSignIn goes to sign in, and remembers where to come back to. While that is on its way, the address is another already.
function useSignIn(): (ended: boolean) => void {
  const navigate = useNavigate()
  const { href } = useLocation()
  const here = useRef(href)
  if (href.startsWith('/inbox')) here.current = href
  return useCallback(
    (ended) => {
      navigate({
        to: '/login',
        search: { next: here.current, ...(ended ? { ended: true as const } : {}) },
        replace: true,
      })
    },
    [navigate],
  )
}

function SignedIn({ me }: { me: Me }) {
  const live = useLiveOf(me)
  return (
    <LiveContext value={live}>
      <ToastHolder>
        <Shell me={me} />
      </ToastHolder>
    </LiveContext>
  )
}

// useLiveOf connects the agent for as long as the inbox is on the screen.
function useLiveOf(me: Me): Live {
  const client = useQueryClient()
  const signIn = useSignIn()
  const [live] = useState(
    () =>
      new Live({
        me,
        rest,
        store: localStorage,
        timers: systemTimers,
        WebSocket,
        stream: `${location.origin.replace(/^http/, 'ws')}/api/v1/events`,
        onSignedOut: () => {
          // Nobody is asked who they are before they have signed in anew.
          client.clear()
          signIn(true)
        },
        onSettings: () => {
          client.invalidateQueries({ queryKey: ['me'] })
          client.invalidateQueries({ queryKey: ['agents'] })
          client.invalidateQueries({ queryKey: ['departments'] })
          client.invalidateQueries({ queryKey: ['types'] })
        },
      }),
  )
  useEffect(() => {
    live.start()
    const wake = () => {
      if (document.visibilityState === 'visible') live.wake()
    }
    const stored = (event: StorageEvent) => live.outbox.stored(event.key, event.newValue)
    window.addEventListener('online', wake)
    window.addEventListener('storage', stored)
    document.addEventListener('visibilitychange', wake)
    return () => {
      window.removeEventListener('online', wake)
      window.removeEventListener('storage', stored)
      document.removeEventListener('visibilitychange', wake)
      live.stop()
    }
  }, [live])
  useEffect(() => {
    if (live.shown.state.me !== me) live.hear({ type: 'me', me })
  }, [live, me])
  return live
}
