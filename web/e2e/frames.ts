import type { Page } from 'playwright-core'

/** How smoothly something was scrolled: milliseconds from frame to frame, and how many frames showed nothing. */
export interface Frames {
  p50: number
  p95: number
  longest: number
  blank: number
  frames: number
}

/** Scrolls a box frame by frame, and looks at every frame. `rows` finds what has to be in its middle. */
export async function scrolled(
  page: Page,
  box: string,
  rows: string,
  perFrame: number,
  frames: number,
): Promise<Frames> {
  return page.evaluate(
    async ([box, rows, perFrame, frames]) => {
      const el = document.querySelector(box) as HTMLElement
      const frame = () => new Promise<number>(requestAnimationFrame)
      const { left, top, width, height } = el.getBoundingClientRect()
      const took: number[] = []
      let blank = 0
      await frame()
      let before = await frame()
      for (let i = 0; i < frames; i++) {
        el.scrollTop += perFrame
        const now = await frame()
        took.push(now - before)
        before = now
        if (!document.elementFromPoint(left + width / 2, top + height / 2)?.closest(rows)) blank++
      }
      took.sort((a, b) => a - b)
      const at = (part: number) => Math.round((took[Math.floor(took.length * part)] ?? 0) * 10) / 10
      return { p50: at(0.5), p95: at(0.95), longest: at(0.999), blank, frames }
    },
    [box, rows, perFrame, frames] as const,
  )
}

/** Says what was measured, in one line. */
export function tell(what: string, { p50, p95, longest, blank, frames }: Frames): void {
  console.warn(
    `P12 ${what}: scroll p95 ${p95} ms, p50 ${p50} ms, longest ${longest} ms, ${blank} of ${frames} frames blank`,
  )
}
