import { useEffect, useState } from 'preact/hooks'
import { dayTime } from '../../shared/time.ts'
import { t } from './words.ts'

/** What stands in the place of the composer while the customer is kept out. */
export function Blocked({ until }: { until: number }) {
  const words = Number.isFinite(until) ? t('blockedUntil', { time: dayTime(until) }) : t('blocked')
  return (
    <div class="composer">
      <p class="blocked" role="status">
        {words}
      </p>
    </div>
  )
}

// A browser's timer holds no longer than this.
const longest = 2 ** 31 - 1

/** Tells whether it is before an instant, and again when it has come. */
export function useBefore(instant: number): boolean {
  const [now, setNow] = useState(Date.now)
  const isBefore = Math.max(now, Date.now()) < instant
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew when the timer was too short
  useEffect(() => {
    if (!isBefore || !Number.isFinite(instant)) return
    const timer = setTimeout(() => setNow(Date.now()), Math.min(instant - Date.now() + 1, longest))
    return () => clearTimeout(timer)
  }, [instant, isBefore, now])
  return isBefore
}
