import { useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'parley.theme'
const themes: readonly Theme[] = ['system', 'light', 'dark']

const kept = (): Theme => themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system'

function wear(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

/** Puts on the theme that was chosen at this browser, before anything is painted. */
export const wearKept = () => wear(kept())

/** The theme, and what changes to the next one: system, light, dark. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(kept)
  const next = () => {
    const to = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
    localStorage.setItem(key, to)
    wear(to)
    setTheme(to)
  }
  return [theme, next]
}
