import { type RefObject, useEffect } from 'react'

/** What the open dialogue can be told by a key. */
export type Commands = Partial<Record<'reply' | 'note' | 'take' | 'assign' | 'end' | 'escape', () => void>>

const byKey: Record<string, keyof Commands> = {
  r: 'reply',
  n: 'note',
  t: 'take',
  a: 'assign',
  e: 'end',
  Escape: 'escape',
}

/** Offers commands for as long as the component that offers them is on the screen. */
export function useCommands(commands: RefObject<Commands>, offered: Commands): void {
  useEffect(() => {
    Object.assign(commands.current, offered)
    return () => {
      for (const name of Object.keys(offered)) delete commands.current[name as keyof Commands]
    }
  })
}

/** Follows the keys of the workspace wherever the focus is, except where one writes. */
export function useKeys(commands: RefObject<Commands>, onHelp: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (document.querySelector('dialog[open]')) return
      const target = event.target as HTMLElement
      if (target.matches('input, textarea, select, [contenteditable]')) return
      const inList = target.closest('.list') !== null
      if (event.key === 'j' || (inList && event.key === 'ArrowDown')) step(event, 1)
      else if (event.key === 'k' || (inList && event.key === 'ArrowUp')) step(event, -1)
      else if (event.key === '?') {
        event.preventDefault()
        onHelp()
      } else {
        const run = byKey[event.key] && commands.current[byKey[event.key] as keyof Commands]
        if (!run) return
        event.preventDefault()
        run()
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [commands, onHelp])
}

// step moves the focus in the list, from the row in focus, else from the one that is open.
function step(event: KeyboardEvent, by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('.list [data-row]')]
  if (links.length === 0) return
  event.preventDefault()
  let at = links.indexOf(document.activeElement as HTMLElement)
  if (at < 0) at = links.findIndex((link) => link.hasAttribute('aria-current'))
  const to = at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))
  links[to]?.focus()
}

/** Puts the focus on a session's row, once it is there. */
export function focusRow(session: string): void {
  const find = () => document.querySelector<HTMLElement>(`.list [data-row="${CSS.escape(session)}"]`)
  const now = find()
  if (now) now.focus()
  else requestAnimationFrame(() => find()?.focus())
}
