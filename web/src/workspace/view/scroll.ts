import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Item } from '../state/thread.ts'
import { type Anchor, messageAt, type Place, placesOf, type Span, spanAround } from '../state/window.ts'

interface Window {
  box: RefObject<HTMLDivElement | null>
  span: Span
  /** Whether the newest is in view. */
  bottom: boolean
  /** Follows the scrolling of the box. */
  scrolled: () => void
  toBottom: () => void
  /** Brings a message into view, by its key. */
  toMessage: (key: string) => void
}

interface Told {
  onBottom: (bottom: boolean) => void
  /** The oldest is near. */
  onTop: () => void
}

const slack = 40
const ready = 1_200 // pixels that stand on the page beyond what is in view
const near = ready / 2

/**
 * Keeps on the page what is in view of a list of any length, and some of it to either side. What is read stays where it
 * is while items come above it or change their height; at the newest, the list stays at the newest.
 */
export function useWindow(items: readonly Item[], place: Place, told: Told): Window {
  const box = useRef<HTMLDivElement>(null)
  const own = useRef<number>(undefined)
  const [bottom, setBottom] = useState(true)
  const [around, setAround] = useState({ at: place.anchor })
  const places = useMemo(() => placesOf(items), [items])
  const span = useMemo(() => {
    const at = around.at && places.get(around.at.key)
    const room = (box.current?.clientHeight || 900) + ready
    return spanAround(items, place.heights, at ?? items.length, room, around.at?.top)
  }, [items, places, place, around])

  const hold = (el: HTMLElement) => {
    const { anchor } = place
    const message = anchor && messagesIn(el).find((element) => element.dataset.said === anchor.key)
    const moved = message ? topIn(el, message) - anchor.top : 0
    if (!anchor) el.scrollTop = el.scrollHeight
    else if (Math.abs(moved) >= 0.5) el.scrollTop += moved
    own.current = el.scrollTop
  }
  const look = () => {
    const el = box.current
    if (!el || el.clientHeight === 0) return
    const { scrollTop, scrollHeight, clientHeight } = el
    const end = span.to === items.length && scrollHeight - scrollTop - clientHeight < slack
    place.anchor = end ? undefined : (uppermost(el) ?? guessed(el, items, place))
    if (end !== bottom) {
      setBottom(end)
      told.onBottom(end)
    }
    const over = scrollTop - span.above
    const under = scrollHeight - span.below - scrollTop - clientHeight
    if ((span.from > 0 && over < near) || (span.to < items.length && under < near)) setAround({ at: place.anchor })
    if (scrollTop < ready) told.onTop()
  }
  // By the time the browser tells of a scroll of ours, the box may have another height: that is not the reader going away.
  const scrolled = () => {
    if (box.current?.scrollTop === own.current) return
    own.current = undefined
    look()
  }
  const settle = () => {
    const el = box.current
    if (!el) return
    measure(el, place.heights)
    if (place.anchor && !places.has(place.anchor.key)) place.anchor = undefined
    hold(el)
    look()
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what stands on the page has changed
  useLayoutEffect(settle, [span])

  // The composer takes its room from the log as it grows, and what came with a message may change its height.
  const latest = useRef(settle)
  useLayoutEffect(() => {
    latest.current = settle
  })
  useEffect(() => {
    const el = box.current
    if (!el) return
    const observer = new ResizeObserver(() => latest.current())
    observer.observe(el)
    if (el.lastElementChild) observer.observe(el.lastElementChild)
    return () => observer.disconnect()
  }, [])

  const go = (anchor: Anchor | undefined) => {
    place.anchor = anchor
    setAround({ at: anchor })
  }
  return {
    box,
    span,
    bottom,
    scrolled,
    toBottom: () => go(undefined),
    toMessage: (key) => go({ key, top: (box.current?.clientHeight ?? 0) / 3 }),
  }
}

const messagesIn = (el: HTMLElement) => [...el.querySelectorAll<HTMLElement>('[data-said]')]

const topIn = (el: HTMLElement, inside: Element) => inside.getBoundingClientRect().top - el.getBoundingClientRect().top

// uppermost finds the first message that is in view.
function uppermost(el: HTMLElement): Anchor | undefined {
  const edge = el.getBoundingClientRect()
  const message = messagesIn(el).find((element) => element.getBoundingClientRect().bottom > edge.top)
  const top = message ? topIn(el, message) : edge.height
  return message?.dataset.said !== undefined && top < edge.height ? { key: message.dataset.said, top } : undefined
}

// guessed says what would be in view, where one has scrolled to what does not stand on the page.
function guessed(el: HTMLElement, items: readonly Item[], place: Place): Anchor | undefined {
  const top = el.lastElementChild ? topIn(el, el.lastElementChild) : 0
  const message = messageAt(items, place.heights, -top)
  return message && { key: message.key, top: message.top + top }
}

function measure(el: HTMLElement, heights: Map<string, number>): void {
  for (const item of el.querySelectorAll<HTMLElement>('[data-item]')) {
    const { height } = item.getBoundingClientRect()
    if (height > 0 && item.dataset.item) heights.set(item.dataset.item, height)
  }
}
