import { type ActionName, actionNames, actions } from './action.ts'

/** What is known of a key that was pressed. */
export interface Pressed {
  key: string
  code: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/** The actions that a key stands for, and what it begins: the first of two keys. */
export interface Heard {
  names: readonly ActionName[]
  begun: string
}

/** What a key means after what was begun before it. A second key that means nothing there counts by itself. */
export function hear(begun: string, pressed: Pressed): Heard {
  const key = keyOf(pressed)
  if (!key) return { names: [], begun: '' }
  const found = begun ? named(`${begun} ${key}`) : []
  if (found.length > 0) return { names: found, begun: '' }
  const starts = actionNames.some((name) => actions[name].key?.startsWith(`${key} `))
  return starts ? { names: [], begun: key } : { names: named(key), begun: '' }
}

const named = (key: string) => actionNames.filter((name) => actions[name].key === key)

// keyOf gives a key as the table has it. Where the keyboard writes another alphabet, the place of the key tells its letter.
function keyOf({ key, code, ctrlKey, metaKey, altKey }: Pressed): string | undefined {
  const written = key.length === 1 && key > '~' && /^Key[A-Z]$/.test(code) ? letter(key, code) : key
  if (ctrlKey || metaKey) return altKey ? undefined : `Mod+${written.toLowerCase()}`
  // AltGr writes brackets on many keyboards.
  return altKey && /^[\p{L}\d]$/u.test(written) ? undefined : written
}

const letter = (key: string, code: string) =>
  key === key.toLowerCase() ? code.slice(3).toLowerCase() : code.slice(3).toUpperCase()

/** How an action's key is shown, cap by cap. */
export function capsOf(name: ActionName, apple: boolean): string[] {
  const { key } = actions[name]
  if (!key) return []
  return key.split(' ').flatMap((one) => {
    if (one.startsWith('Mod+')) return [apple ? '⌘' : 'Ctrl', one.slice(4).toUpperCase()]
    if (/^[A-Z]$/.test(one)) return [apple ? '⇧' : 'Shift', one]
    if (one === 'Escape') return ['Esc']
    return [/^[a-z]$/.test(one) ? one.toUpperCase() : one]
  })
}
