import type { Item, Said } from './thread.ts'

/** What was measured of items, by key, in pixels. */
export type Heights = ReadonlyMap<string, number>

/** A message, and how far below the edge of what is in view it begins. */
export interface Anchor {
  key: string
  top: number
}

/** Where the reader of a log is. It is kept while they look at another one. */
export interface Place {
  /** The uppermost message in view; undefined at the newest. */
  anchor: Anchor | undefined
  /** The newest that they have had in view. */
  seen: number
  readonly heights: Map<string, number>
}

export const newPlace = (): Place => ({ anchor: undefined, seen: 0, heights: new Map() })

/** The items that stand on the page, from one up to but without another, and how high the others are. */
export interface Span {
  from: number
  to: number
  above: number
  below: number
}

/** What stands between two items, in pixels. */
export const gap = 10

const line = 21
const letters = 56
const picture = 188

/**
 * Spans the items around a place among them, over `room` pixels to either side. Of the item there, what stands above the edge of the
 * view (`top` is below zero) is no room below it: one message may be higher than many views.
 */
export function spanAround(items: readonly Item[], heights: Heights, at: number, room: number, top = 0): Span {
  let from = at
  for (let high = 0; from > 0 && high < room; from--) high += heightAt(items, heights, from - 1)
  let to = at
  for (let high = Math.min(top, 0); to < items.length && high < room; to++) high += heightAt(items, heights, to)
  return { from, to, above: highUntil(items, heights, 0, from), below: highUntil(items, heights, to, items.length) }
}

/** Finds the message that stands so many pixels below the first item, and where it begins. */
export function messageAt(items: readonly Item[], heights: Heights, y: number): Anchor | undefined {
  let top = 0
  for (const [i, item] of items.entries()) {
    const high = heightAt(items, heights, i)
    const [key] = keysOf(item)
    if (key !== undefined && top + high > y) return { key, top }
    top += high
  }
  return undefined
}

/** Where each message stands among the items, by key. */
export function placesOf(items: readonly Item[]): ReadonlyMap<string, number> {
  return new Map(items.flatMap((item, i) => keysOf(item).map((key) => [key, i] as const)))
}

/** The messages of an item, as they were said. */
export function saidIn(item: Item): readonly Said[] {
  if (item.type === 'note') return [item.said]
  return item.type === 'in' || item.type === 'out' ? item.messages : []
}

// keysOf gives what stays where it is when older items come: days and the unread line do not.
function keysOf(item: Item): readonly string[] {
  switch (item.type) {
    case 'day':
    case 'unread':
      return []
    case 'system':
    case 'deleted':
      return [item.key]
    default:
      return saidIn(item).map((said) => said.key)
  }
}

function highUntil(items: readonly Item[], heights: Heights, from: number, to: number): number {
  let high = 0
  for (let i = from; i < to; i++) high += heightAt(items, heights, i)
  return high
}

function heightAt(items: readonly Item[], heights: Heights, at: number): number {
  const item = items[at] as Item
  return (heights.get(item.key) ?? guess(item)) + gap
}

// guess says how high an item may be that was not on the page yet.
function guess(item: Item): number {
  const all = saidIn(item)
  if (all.length === 0) return 16
  return all.reduce(
    (high, { text, media = [] }) => high + line * (1 + text.length / letters) + media.length * picture,
    40,
  )
}
