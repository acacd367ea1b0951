import css from './launcher.css?inline'

const patience = 20

/** What we are in a page: an element that belongs to us, into whose shadow everything goes. */
export interface Place {
  readonly root: HTMLElement
  readonly shadow: ShadowRoot
  /** Takes us out of the page for good. */
  leave(): void
}

/** Puts us into the page, and back where the page takes us out. */
export function place(): Place {
  const host = document.createElement('parley-widget')
  const shadow = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  shadow.adoptedStyleSheets = [sheet]
  const root = document.createElement('div')
  root.className = 'parley'
  root.lang = 'en'
  shadow.append(root)

  // Single-page applications may empty the body, or replace it. A page that takes us out again and again wants us gone.
  let placed = 0
  const put = () => {
    if (host.isConnected || !document.body || placed++ > patience) return
    document.body.append(host)
    watch.observe(document.body, { childList: true })
  }
  const watch = new MutationObserver(put)
  watch.observe(document.documentElement, { childList: true })
  put()
  return {
    root,
    shadow,
    leave: () => {
      watch.disconnect()
      host.remove()
    },
  }
}
