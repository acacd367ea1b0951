import { systemTimers } from '../shared/timers.ts'
import { chime } from './chime.ts'
import { fetched } from './fetched.ts'
import type { Launcher } from './launcher.ts'
import type { Mount, Panel } from './panel.tsx'
import type { Place } from './place.ts'
import { Bell } from './state/bell.ts'
import { Core } from './state/core.ts'
import { dialler } from './state/dial.ts'
import { openStorage } from './state/storage.ts'
import { Stream } from './state/stream.ts'

// The panel's file name with its hash, put in by the build.
declare const __PANEL__: string

/** What the loader hands over. */
export interface Surroundings extends Place {
  launcher: Launcher
  /** Below it are our files. */
  base: URL
  /** Where the socket is, with the channel. */
  socket: string
  /** What our keys in the page's storage begin with. */
  name: string
  /** Whether the page is larger than the panel. */
  isWide: boolean
  onShow: (isOpen: boolean) => void
  /** The server speaks a newer protocol; the core has stopped. */
  onOutdated: () => void
}

/** What the launcher works. */
export interface Engine {
  /** The button was pressed. */
  press(): void
  /** The button is about to be pressed. */
  prepare(): void
  /** The server says whether the button is to be hidden. */
  hide(isHidden: boolean): void
}

export type Begin = (surroundings: Surroundings) => Engine

const isVisible = () => !document.hidden
const restsAfter = 5 * 60_000

/** Begins the conversation behind the launcher: connects if there is something to show or to send. */
export const begin: Begin = ({ root, shadow, launcher, base, socket, name, isWide, onShow, onOutdated }) => {
  const tab = {
    name,
    locks: navigator.locks as typeof navigator.locks | undefined,
    timers: systemTimers,
    isFocused: () => document.hasFocus(),
  }
  const core = new Core({
    ...tab,
    url: () => socket,
    storage: openStorage(window, name),
    WebSocket: dialler(WebSocket, Stream, systemTimers),
    isVisible,
  })
  new Bell(core, { ...tab, play: chime })
  // A panel over the whole page is not what somebody wants who went on to the next one.
  if (core.state.isOpen && !isWide) core.minimise()

  const fetchPanel = fetched<{ mount: Mount }>(new URL(__PANEL__, base))
  let panel: Promise<Panel> | undefined
  const open = (isByHand: boolean) => {
    launcher.trouble(false)
    panel ??= fetchPanel().then(({ mount }) => mount(core, root, shadow))
    panel.then(
      (made) => isByHand && core.state.isOpen && made.focus(),
      () => {
        panel = undefined
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
    launcher.hide(core.state.closed === 'hidden' && !isOpen && !core.canWrite)
    if (isOpen && !wasOpen) open(isByHand)
    // Focus that was in the panel must not be lost with it.
    const { button } = launcher
    if (!isOpen && wasOpen && shadow.activeElement && shadow.activeElement !== button) button.focus()
    if (isOpen !== wasOpen) onShow(isOpen)
    wasOpen = isOpen
    if (isOutdated) {
      core.stop()
      onOutdated()
    }
  }

  let rest = 0
  addEventListener('online', () => core.wake())
  addEventListener('pageshow', () => core.wake())
  addEventListener('pagehide', () => core.pause())
  document.addEventListener('visibilitychange', () => {
    clearTimeout(rest)
    if (isVisible()) core.wake()
    else rest = window.setTimeout(() => core.pause(), restsAfter)
  })
  core.subscribe(show)
  show()
  if (isVisible()) core.wake()
  return {
    press: () => {
      isByHand = true
      if (core.state.isOpen) core.minimise()
      else core.open()
      isByHand = false
    },
    prepare: () => void fetchPanel().catch(() => {}),
    hide: (isHidden) => core.hide(isHidden),
  }
}
