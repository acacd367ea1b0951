import { systemTimers } from '../shared/timers.ts'
import css from './launcher.css?inline'
import { Launcher } from './launcher.ts'
import type { Mount, Panel } from './panel.tsx'
import { Core } from './state/core.ts'
import { openStorage } from './state/storage.ts'

// The panel's file name with its hash, put in by the build.
declare const __PANEL__: string

// What the page holds of us: that we are here, or that we went to make room for a newer script.
const mark = Symbol.for('parley')
const page = window as unknown as Record<symbol, 'here' | 'renewing' | undefined>

const isVisible = () => !document.hidden
const restsAfter = 5 * 60_000
const patience = 20
// As the style sheets have it: otherwise the panel covers the page.
const wide = '(min-width: 561px) and (min-height: 481px)'

function load(script: HTMLScriptElement, channel: string, isRenewed: boolean): void {
  const base = new URL('widget/', script.src)
  const socket = new URL('v1/socket', base)
  socket.protocol = socket.protocol.replace('http', 'ws')
  socket.searchParams.set('channel', channel)
  const name = `parley:${channel}:`
  const core = new Core({
    url: () => socket.href,
    name,
    storage: openStorage(window, name),
    locks: navigator.locks as typeof navigator.locks | undefined,
    WebSocket,
    timers: systemTimers,
    isVisible,
    isFocused: () => document.hasFocus(),
  })
  // A panel over the whole page is not what somebody wants who went on to the next one.
  if (core.state.isOpen && !matchMedia(wide).matches) core.minimise()

  const host = document.createElement('parley-widget')
  const shadow = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  shadow.adoptedStyleSheets = [sheet]
  const root = document.createElement('div')
  root.className = 'parley'
  root.lang = 'en'
  shadow.append(root)
  const launcher = new Launcher(root)
  const { button } = launcher

  let panel: Promise<Panel> | undefined
  let again = ''
  const fetchPanel = () => {
    panel ??= (import(/* @vite-ignore */ new URL(__PANEL__ + again, base).href) as Promise<{ mount: Mount }>)
      .then(({ mount }) => mount(core, root, shadow))
      .catch((error) => {
        panel = undefined
        // Some browsers remember that a module could not be fetched.
        again = `?${Date.now()}`
        throw error
      })
    return panel
  }
  const open = (isByHand: boolean) => {
    launcher.trouble(false)
    fetchPanel().then(
      (made) => isByHand && core.state.isOpen && made.focus(),
      () => {
        core.minimise()
        launcher.trouble(isByHand)
      },
    )
  }

  let wasOpen = false
  let isByHand = false
  const show = () => {
    const { isOpen, isOutdated } = core.state
    launcher.show(core.state)
    if (isOpen && !wasOpen) open(isByHand)
    // Focus that was in the panel must not be lost with it.
    if (!isOpen && wasOpen && shadow.activeElement && shadow.activeElement !== button) button.focus()
    wasOpen = isOpen
    if (isOutdated && !isRenewed) renew()
  }
  button.addEventListener('click', () => {
    isByHand = true
    if (core.state.isOpen) core.minimise()
    else core.open()
    isByHand = false
  })
  // Whoever points at the button is likely to press it.
  button.addEventListener('pointerenter', () => fetchPanel().catch(() => {}))

  let rest = 0
  addEventListener('online', () => core.wake())
  addEventListener('pageshow', () => core.wake())
  addEventListener('pagehide', () => core.pause())
  document.addEventListener('visibilitychange', () => {
    clearTimeout(rest)
    if (isVisible()) core.wake()
    else rest = window.setTimeout(() => core.pause(), restsAfter)
  })

  // renew fetches the script again, past every cache, and makes room for it.
  const renew = () => {
    core.stop()
    watch.disconnect()
    host.remove()
    page[mark] = 'renewing'
    import(/* @vite-ignore */ new URL(`?${Date.now()}`, script.src).href).catch(() => {})
  }

  // Single-page applications may empty the body, or replace it. A page that takes us out again and again wants us gone.
  let placed = 0
  const place = () => {
    if (host.isConnected || !document.body || placed++ > patience) return
    document.body.append(host)
    watch.observe(document.body, { childList: true })
  }
  const watch = new MutationObserver(place)
  const begin = () => {
    watch.observe(document.documentElement, { childList: true })
    place()
    core.subscribe(show)
    show()
    if (isVisible()) core.wake()
  }
  if (document.body) begin()
  else document.addEventListener('DOMContentLoaded', begin)
}

const isRenewed = page[mark] === 'renewing'
const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-channel]')
const channel = script?.dataset.channel
if (script?.src && channel && page[mark] !== 'here') {
  page[mark] = 'here'
  load(script, channel, isRenewed)
}
