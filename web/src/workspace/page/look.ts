import { useState, useSyncExternalStore } from 'react'

// How the workspace looks at this browser; the first of each is how it looks until somebody chooses.
const choices = {
  theme: ['system', 'light', 'dark'],
  density: ['comfortable', 'compact'],
  rail: ['wide', 'narrow'],
  facts: ['shown', 'hidden'],
} as const

type Choices = typeof choices
export type LookName = keyof Choices
export type Look<N extends LookName> = Choices[N][number]

export const looks = <N extends LookName>(name: N): Choices[N] => choices[name]

function kept<N extends LookName>(name: N): Look<N> {
  const all: readonly Look<N>[] = choices[name]
  const held = localStorage.getItem(`parley.${name}`)
  return all.find((one) => one === held) ?? (all[0] as Look<N>)
}

// The style sheets go by the attributes of the page.
const wear = (name: LookName, value: string) => {
  document.documentElement.dataset[name] = value
}

/** Puts on what was chosen at this browser, before anything is painted. */
export function wearKept(): void {
  for (const name of Object.keys(choices) as LookName[]) wear(name, kept(name))
}

/** How something looks, and what changes it, for the next time too. */
export function useLook<N extends LookName>(name: N): [Look<N>, (to: Look<N>) => void] {
  const [value, setValue] = useState(() => kept(name))
  const choose = (to: Look<N>) => {
    localStorage.setItem(`parley.${name}`, to)
    wear(name, to)
    setValue(to)
  }
  return [value, choose]
}

/** Where a window is wide enough for all panes beside each other. */
export const roomy = '(min-width: 1101px)'
/** Where it has room for lists and sessions beside the dialogue. */
export const several = '(min-width: 721px)'

/** Whether the window is as a media query says. */
export function useMedia(query: string): boolean {
  const [media] = useState(() => matchMedia(query))
  return useSyncExternalStore(
    (changed) => {
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => media.matches,
  )
}
