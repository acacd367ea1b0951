/** What one tab keeps for the channel in the host page's storage, and sees other tabs keep there. */
export interface Storage {
  get(key: string): string | null
  /** Keeps a value; '' removes the key. */
  set(key: string, value: string): void
  keys(): string[]
  /** Called for each key that another tab set, or removed (null). Not when the host page clears everything. */
  onChange: ((key: string, value: string | null) => void) | undefined
}

/** What openStorage uses of a window. */
export interface StorageHost {
  readonly localStorage: globalThis.Storage
  addEventListener(type: 'storage', listener: (event: StorageEvent) => void): void
}

/**
 * The part of the page's localStorage below a prefix. Where the browser forbids storage, or it is full, nothing is kept
 * and nothing fails: whoever uses it holds in memory what this tab needs.
 */
export function openStorage(host: StorageHost, prefix: string): Storage {
  function attempt<T>(otherwise: T, use: (local: globalThis.Storage) => T): T {
    try {
      return use(host.localStorage)
    } catch {
      return otherwise
    }
  }
  const storage: Storage = {
    get: (key) => attempt(null, (local) => local.getItem(prefix + key)),
    set: (key, value) =>
      attempt(undefined, (local) => (value ? local.setItem(prefix + key, value) : local.removeItem(prefix + key))),
    keys: () =>
      attempt<string[]>([], (local) => {
        const keys = []
        for (let i = 0; i < local.length; i++) {
          const key = local.key(i)
          if (key?.startsWith(prefix)) keys.push(key.slice(prefix.length))
        }
        return keys
      }),
    onChange: undefined,
  }
  host.addEventListener('storage', ({ key, newValue }) => {
    if (key?.startsWith(prefix)) storage.onChange?.(key.slice(prefix.length), newValue)
  })
  return storage
}
