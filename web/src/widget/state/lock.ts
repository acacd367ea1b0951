/** What exclusively uses of navigator.locks. */
export interface Locks {
  request(
    name: string,
    options: { ifAvailable?: boolean },
    work: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>
}

/**
 * Does work while no other tab of the origin does work of the same name, until done is called; busy is called where one
 * is at it. Where the browser has no locks, or forbids them, it just works: then two tabs may do the same.
 */
export function exclusively(
  locks: Locks | undefined,
  name: string,
  work: (done: () => void) => void,
  busy: () => void,
): void {
  let isAsked = false
  const request = locks?.request(name, { ifAvailable: true }, (lock) => {
    isAsked = true
    if (lock) return new Promise<void>(work)
    busy()
    return undefined
  })
  const unlocked = () => {
    if (!isAsked) work(() => {})
  }
  if (request) request.catch(unlocked)
  else unlocked()
}
