import { type RefObject, useEffect } from 'react'
import type { ActionName, Commands, Offer } from '../state/action.ts'
import { hear } from '../state/keys.ts'

/** Offers actions for as long as the component that offers them is on the screen. */
export function useCommands(commands: RefObject<Commands>, offered: Commands): void {
  useEffect(() => {
    Object.assign(commands.current, offered)
    return () => {
      for (const name of Object.keys(offered)) delete commands.current[name as ActionName]
    }
  })
}

// Who has pressed the first of two keys has so long for the second.
const patience = 1_500

/** Follows the keys of the workspace wherever the focus is, except where one writes: there only those with Ctrl or ⌘. */
export function useKeys(
  commands: RefObject<Commands>,
  choose: (name: ActionName, offer: Offer | undefined) => void,
): void {
  useEffect(() => {
    let begun = { key: '', at: 0 }
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      if (document.querySelector('dialog[open]')) return
      const writes = (event.target as HTMLElement).matches('input, textarea, select, [contenteditable]')
      if (writes && !event.ctrlKey && !event.metaKey) return
      const heard = hear(event.timeStamp - begun.at < patience ? begun.key : '', event)
      if (event.key !== 'Shift') begun = { key: heard.begun, at: event.timeStamp }
      const name = heard.names.find((one) => commands.current[one])
      if (!name) return
      event.preventDefault()
      choose(name, commands.current[name])
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [commands, choose])
}

/** Puts the focus on a session's row, once it is there. */
export function focusRow(session: string): void {
  const find = () => document.querySelector<HTMLElement>(`.list [data-row="${CSS.escape(session)}"]`)
  const now = find()
  if (now) now.focus()
  else requestAnimationFrame(() => find()?.focus())
}
