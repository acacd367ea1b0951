import { launcher as texts } from '../shared/texts/en/launcher.ts'
import type { State } from './state/core.ts'

const troubleShows = 6_000

const bubble = 'M7.9 20A9 9 0 1 0 4 16.1L2 22Z'
const chevron = 'm6 9 6 6 6-6'

/** Launcher is the round button in the page's corner, and the line that says why it did nothing. */
export class Launcher {
  readonly button: HTMLButtonElement
  readonly #path: SVGPathElement
  readonly #count: HTMLSpanElement
  readonly #trouble: HTMLParagraphElement
  #timer = 0

  constructor(root: HTMLElement) {
    this.button = element('button', 'launcher')
    this.button.type = 'button'
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    svg.setAttribute('viewBox', '0 0 24 24')
    this.#path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    svg.append(this.#path)
    this.#count = element('span', 'count')
    this.button.append(svg, this.#count)
    this.#trouble = element('p', 'trouble')
    this.#trouble.setAttribute('role', 'status')
    this.#trouble.hidden = true
    root.append(this.#trouble, this.button)
    this.show({ isOpen: false, unread: 0 })
  }

  show({ isOpen, unread }: Pick<State, 'isOpen' | 'unread'>): void {
    const shown = isOpen ? 0 : unread
    this.#path.setAttribute('d', isOpen ? chevron : bubble)
    this.#count.hidden = shown === 0
    this.#count.textContent = shown > 99 ? '99+' : String(shown)
    this.button.setAttribute('aria-expanded', String(isOpen))
    const name = isOpen ? texts.minimise : shown > 0 ? texts.unread.replace('{count}', String(shown)) : texts.open
    this.button.setAttribute('aria-label', name)
  }

  /** Takes the button off the page, or puts it back. */
  hide(isHidden: boolean): void {
    this.button.hidden = isHidden
  }

  /** Says for a while that the panel could not be fetched, or no longer. */
  trouble(isTrouble: boolean): void {
    this.#trouble.hidden = !isTrouble
    this.#trouble.textContent = isTrouble ? texts.unavailable : ''
    clearTimeout(this.#timer)
    if (isTrouble) this.#timer = window.setTimeout(() => this.trouble(false), troubleShows)
  }
}

function element<K extends 'button' | 'span' | 'p'>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  made.className = className
  return made
}
