import { useEffect, useState } from 'react'
import { t } from '../words/t.ts'
import { useLive, useShown } from './live.tsx'

// A server that restarts is back sooner, and nobody has to know.
const patience = 2_000
const backFor = 3_000

/** Says that the connection is lost, what that means, and that it is back. */
export function NetBanner() {
  const live = useLive()
  const { connection } = useShown()
  const [told, setTold] = useState<'lost' | 'back'>()
  const offline = useOffline()
  const lost = offline || connection === 'lost'

  useEffect(() => {
    if (lost) {
      const timer = setTimeout(() => setTold('lost'), offline ? 0 : patience)
      return () => clearTimeout(timer)
    }
    setTold((before) => (before === 'lost' ? 'back' : undefined))
    const timer = setTimeout(() => setTold(undefined), backFor)
    return () => clearTimeout(timer)
  }, [lost, offline])

  return (
    <div className={told ? `net ${told}` : 'net'} role="status">
      {told === 'lost' && (
        <>
          <span>{t(offline ? 'net.offline' : 'net.lost')}</span>
          {!offline && (
            <button type="button" onClick={() => live.wake()}>
              {t('net.now')}
            </button>
          )}
        </>
      )}
      {told === 'back' && <span>{t('net.back')}</span>}
    </div>
  )
}

/** Stands where something is being fetched, and says so where that does not work. */
export function Unfetched({ name, words }: { name: string; words: string }) {
  const live = useLive()
  const { faults } = useShown()
  if (!faults[name]) return <p className="empty">{t('loading')}</p>
  return (
    <div className="empty" role="alert">
      <p>{words}</p>
      <button type="button" className="button" onClick={() => live.again(name)}>
        {t('retry')}
      </button>
    </div>
  )
}

function useOffline(): boolean {
  const [offline, setOffline] = useState(!navigator.onLine)
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine)
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    return () => {
      window.removeEventListener('online', look)
      window.removeEventListener('offline', look)
    }
  }, [])
  return offline
}
