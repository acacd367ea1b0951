import { useState } from 'react'

/** How long what is sent is held, where its writer wants it so. */
export const holdFor = 5_000

const key = 'parley.hold'

/** Whether what one sends is held for a while, so that it can be taken back: kept in this browser, off at first. */
export function useHold(): [holds: boolean, set: (holds: boolean) => void] {
  const [holds, setHolds] = useState(() => localStorage.getItem(key) === 'on')
  return [
    holds,
    (next) => {
      if (next) localStorage.setItem(key, 'on')
      else localStorage.removeItem(key)
      setHolds(next)
    },
  ]
}
