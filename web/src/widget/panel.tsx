import { render } from 'preact'
import panel from './panel.css?inline'
import type { Core } from './state/core.ts'
import thread from './thread.css?inline'
import { Panel as View } from './view/panel.tsx'

/** What the loader gets for mounting: it can put the cursor where the customer writes. */
export interface Panel {
  focus(): void
}

export type Mount = (core: Core, root: HTMLElement, shadow: ShadowRoot) => Panel

/** Puts the panel into the launcher's shadow, where it shows and hides itself as the core says. */
export const mount: Mount = (core, root, shadow) => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(panel + thread)
  shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet]
  const place = document.createElement('div')
  // Before the launcher, so that the keyboard comes to it first.
  root.prepend(place)
  render(<View core={core} />, place)
  return {
    focus: () => {
      // What is hidden takes no focus, and the view shows itself a moment later: too late for a phone's keyboard.
      place.querySelector('section')?.removeAttribute('hidden')
      const field = place.querySelector<HTMLElement>('textarea:enabled') ?? place.querySelector<HTMLElement>('.thread')
      field?.focus()
    },
  }
}
