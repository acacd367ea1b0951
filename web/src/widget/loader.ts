import type { Begin, Engine } from './engine.ts'
import { fetched } from './fetched.ts'
import { around, frame, tell } from './frame.ts'
import { Launcher } from './launcher.ts'
import { ask, dress, follow, type Look } from './look.ts'
import { place } from './place.ts'

// The engine's file name with its hash, put in by the build.
declare const __ENGINE__: string

// What the page holds of us: that we are here, or that we went to make room for a newer script.
const mark = Symbol.for('parley')
const page = window as unknown as Record<symbol, 'here' | 'renewing' | undefined>

/** Load shows the launcher. The engine behind it is fetched only when there is something to show or to send. */
function load(script: HTMLScriptElement, channel: string, isRenewed: boolean): void {
  const base = new URL('widget/', script.src)
  const at = (path: string) => new URL(`${path}?channel=${channel}`, base)
  const framed = at('frame')
  const isFrame = location.href.split('#')[0] === framed.href
  const { isRightToLeft, isWide } = around(isFrame)
  if (isFrame && isRightToLeft) document.documentElement.dir = 'rtl'

  let isShown = false
  const showFrame = () => {
    if (isShown) return
    isShown = true
    frame(place().root, framed)
  }
  const show = (look: Look) => {
    if (isShown) return
    isShown = true
    const here = place()
    const isStart = dress(here.root, look)
    const launcher = new Launcher(here.root)
    let isHidden = look.hidden ?? false
    launcher.hide(isHidden)
    if (look.hidden !== undefined) {
      follow(at('v1/look'), (isNow) => {
        isHidden = isNow
        if (engine) engine.then((engine) => engine.hide(isNow)).catch(() => {})
        else launcher.hide(isNow)
      })
    }
    const fetchEngine = fetched<{ begin: Begin }>(new URL(__ENGINE__, base))
    let engine: Promise<Engine> | undefined
    const start = () => {
      engine ??= fetchEngine().then(
        ({ begin }) => {
          const made = begin({
            ...here,
            launcher,
            base,
            socket: at('v1/socket').href.replace('http', 'ws'),
            name,
            isWide,
            onShow: (isOpen) => isFrame && tell({ parley: isOpen ? 'panel' : 'launcher', isStart }),
            // Fetches the script again, past every cache, and makes room for it.
            onOutdated: () => {
              if (isRenewed) return
              here.leave()
              page[mark] = 'renewing'
              import(/* @vite-ignore */ `${script.src}?${Date.now()}`).catch(() => {})
            },
          })
          made.hide(isHidden)
          return made
        },
        (error) => {
          engine = undefined
          throw error
        },
      )
      return engine
    }
    const { button } = launcher
    button.addEventListener('click', () => {
      launcher.trouble(false)
      start().then(
        (engine) => engine.press(),
        () => launcher.trouble(true),
      )
    })
    // Whoever points at the button is likely to press it.
    button.addEventListener('pointerenter', () =>
      start()
        .then((engine) => engine.prepare())
        .catch(() => {}),
    )

    // Who has been here before may have answers, in this tab or another.
    const name = `parley:${channel}:`
    addEventListener('storage', ({ key }) => {
      if (key?.startsWith(name)) start().catch(() => {})
    })
    if (isFrame) tell({ parley: 'launcher', isStart })
    if (hasTraces(name)) start().catch(() => {})
  }

  const begin = () => {
    if (script.dataset.mode === 'frame') return showFrame()
    // A page that may not ask us anything may still show a page that may.
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      if (effectiveDirective === 'connect-src' && blockedURI.startsWith(base.origin)) showFrame()
    })
    ask(at('v1/look'), () => !isShown, show)
  }
  if (document.body) begin()
  else document.addEventListener('DOMContentLoaded', begin)
}

function hasTraces(name: string): boolean {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(name))
  } catch {
    return false
  }
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
