import { useEffect } from 'react'
import { t } from '../words/t.ts'

const svg = (inside: string) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${inside}</svg>`)}`

const mark = '<rect width="32" height="32" rx="8" fill="#5151cd"/><path d="M8 9h16v11H14l-5 4v-4H8z" fill="#fff"/>'
// A ring around it keeps it apart from the mark, on light and on dark tabs.
const spot = (words: string) =>
  `<circle cx="22" cy="22" r="11" fill="#fff"/><circle cx="22" cy="22" r="9.5" fill="#d02b20"/>` +
  `<text x="22" y="26.5" font-family="system-ui,sans-serif" font-size="13" font-weight="700" fill="#fff" text-anchor="middle">${words}</text>`

/** The icon of the page, with a number on it. */
export const iconOf = (badge: number): string => svg(badge > 0 ? mark + spot(badge > 9 ? '9+' : String(badge)) : mark)

/** Shows the red counter where it is seen while one looks elsewhere: in the title, on the icon, on the app (FEATURES C10). */
export function useBadge(badge: number): void {
  useEffect(() => {
    document.title = badge > 0 ? `(${badge}) ${t('product')}` : t('product')
    document.querySelector<HTMLLinkElement>('link[rel=icon]')?.setAttribute('href', iconOf(badge))
    const app = navigator as Partial<Pick<Navigator, 'setAppBadge'>>
    app.setAppBadge?.(badge).catch(() => {})
  }, [badge])
}
