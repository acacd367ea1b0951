import { isRightToLeft } from './look.ts'

// As the style sheets have it: otherwise the panel covers the page.
const wide = '(min-width: 561px) and (min-height: 481px)'
const isWide = () => matchMedia(wide).matches

/** What the page in the frame must know of the page around it. */
export interface Around {
  isRightToLeft: boolean
  isWide: boolean
}

/** Tells what is around us, as the frame's address says it, or as this page is. */
export function around(isFrame: boolean): Around {
  if (!isFrame) return { isRightToLeft: isRightToLeft(), isWide: isWide() }
  return { isRightToLeft: location.hash.includes('rtl'), isWide: location.hash.includes('wide') }
}

/** What the page in the frame tells the page around it: which room it needs, and on which side. */
interface Told {
  parley?: 'launcher' | 'panel'
  isStart?: boolean
}

/** Shows the widget's own page in a frame, which is as large as what it shows. */
export function frame(root: HTMLElement, url: URL): void {
  url.hash = [isRightToLeft() && 'rtl', isWide() && 'wide'].filter(Boolean).join('-')
  const frame = document.createElement('iframe')
  frame.title = 'Chat'
  frame.allow = 'clipboard-write'
  frame.hidden = true
  frame.src = url.href
  const view = window.visualViewport
  const resize = () => frame.style.setProperty('--view-height', view ? `${view.height}px` : '')
  view?.addEventListener('resize', resize)
  addEventListener('message', ({ source, data }: MessageEvent<Told | undefined>) => {
    if (source !== frame.contentWindow || !data?.parley) return
    frame.hidden = false
    frame.className = data.parley
    root.classList.toggle('start', data.isStart === true)
    resize()
  })
  root.append(frame)
}

/** Tells the page around, if this is the page in the frame. */
export function tell(told: Told): void {
  if (parent !== window) parent.postMessage(told, '*')
}
