import { useEffect, useState } from 'react'

/** The time in milliseconds since 1970, anew every so often. */
export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every])
  return now
}

/** Whether this window is the one that is looked at. */
export function useFocused(): boolean {
  const [focused, setFocused] = useState(isFocused)
  useEffect(() => {
    const look = () => setFocused(isFocused())
    for (const name of ['focus', 'blur']) window.addEventListener(name, look)
    document.addEventListener('visibilitychange', look)
    return () => {
      for (const name of ['focus', 'blur']) window.removeEventListener(name, look)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  return focused
}

const isFocused = () => document.visibilityState === 'visible' && document.hasFocus()
