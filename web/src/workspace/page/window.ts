import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Session } from '../../api/wire.ts'
import { type Slice, shift, sliceAt } from '../state/slice.ts'

interface Window {
  slice: Slice
  /** The height of every row, in pixels, as the style sheets have it. */
  high: number
  /** Follows the scrolling of the box. */
  onScroll: () => void
  /** Brings a row into view. */
  reveal: (at: number) => void
}

/** Keeps on the page those rows of a list of any length that are in view. They stay where they are when others come or go above. */
export function useWindow(box: RefObject<HTMLElement | null>, rows: readonly Session[], list: string): Window {
  const [high, setHigh] = useState(72)
  const [slice, setSlice] = useState<Slice>(() => sliceAt(0, 900, high))
  const shown = useRef({ list, rows })

  const look = () => {
    const el = box.current
    if (!el) return
    const next = sliceAt(el.scrollTop, el.clientHeight, high)
    setSlice((now) => (now.from === next.from && now.to === next.to ? now : next))
  }
  // Before the next frame is painted, or who scrolls fast sees nothing.
  const onScroll = () => flushSync(look)
  // The style sheets change the height with the density, and on narrow windows.
  useLayoutEffect(() => {
    const el = box.current
    if (!el) return
    const measure = () => setHigh(Number.parseFloat(getComputedStyle(el).getPropertyValue('--row')) || 72)
    measure()
    const sizes = new ResizeObserver(measure)
    sizes.observe(el)
    const worn = new MutationObserver(measure)
    worn.observe(document.documentElement, { attributeFilter: ['data-density'] })
    return () => {
      sizes.disconnect()
      worn.disconnect()
    }
  }, [box])
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when the rows or their height change
  useLayoutEffect(() => {
    const el = box.current
    const before = shown.current
    shown.current = { list, rows }
    if (el && before.list !== list) el.scrollTop = 0
    // At the top one wants to see what comes there.
    else if (el && el.scrollTop > 0 && before.rows !== rows) {
      const from = Math.floor(el.scrollTop / high)
      const moved = shift(before.rows, rows, { from, to: Math.ceil((el.scrollTop + el.clientHeight) / high) })
      if (moved !== 0) el.scrollTop += moved * high
    }
    look()
  }, [list, rows, high])
  useEffect(() => {
    window.addEventListener('resize', look)
    return () => window.removeEventListener('resize', look)
  })

  const reveal = (at: number) => {
    const el = box.current
    if (!el) return
    const [top, bottom] = [at * high, (at + 1) * high]
    if (top < el.scrollTop) el.scrollTop = top
    else if (bottom > el.scrollTop + el.clientHeight) el.scrollTop = bottom - el.clientHeight
    look()
  }
  return { slice, high, onScroll, reveal }
}
