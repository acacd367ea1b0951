/** How a channel's widget looks, as the server says; what is not set is left out. */
export interface Look {
  color?: string
  on?: string
  position?: 'left' | 'right'
  /** Where the widget hides while its department is closed: whether it does now. */
  hidden?: boolean
}

const first = 5_000
const longest = 300_000

/**
 * Asks how we look, while that is wanted and until the server says: it may be down, and the page is none the worse. Never calls
 * back where it says that we are not to be shown.
 */
export function ask(url: URL, isWanted: () => boolean, onLook: (look: Look) => void): void {
  let wait = first
  const attempt = async () => {
    if (!isWanted()) return
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return onLook(await response.json())
    if (response && response.status < 500) return
    setTimeout(attempt, wait * (0.5 + Math.random()))
    wait = Math.min(longest, wait * 2)
  }
  attempt()
}

const refresh = 30_000

/** Asks again and again whether we are to be hidden, while the page can be seen. */
export function follow(url: URL, onHidden: (isHidden: boolean) => void): void {
  setInterval(async () => {
    if (document.hidden) return
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) onHidden((await response.json()).hidden === true)
  }, refresh)
}

/** Tells whether the page's lines begin on the right. */
export const isRightToLeft = () => getComputedStyle(document.documentElement).direction === 'rtl'

/** Gives the root its look, and tells whether it stands where lines begin. */
export function dress(root: HTMLElement, { color, on, position }: Look): boolean {
  if (color && on) {
    root.style.setProperty('--brand', color)
    root.style.setProperty('--on-brand', on)
  }
  const isStart = position !== undefined && (position === 'left') !== isRightToLeft()
  root.classList.toggle('start', isStart)
  return isStart
}
