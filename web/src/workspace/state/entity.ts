import type { Entity } from '../../api/wire.ts'

/** A piece of a text: words, or a mark around pieces. Keys tell the pieces of one mark apart. */
export type Piece = { key: string; words: string } | { key: string; mark: Entity; pieces: Piece[] }

interface Span {
  mark: Entity
  start: number
  end: number
}

/**
 * Cuts a marked text into nested pieces, whose words are the whole text. Marks count code points, and may lie within
 * each other or cross; of two that cross, the one that begins later is cut where the other ends. What reaches outside
 * the text marks nothing there.
 */
export function piecesOf(text: string, marks: readonly Entity[]): Piece[] {
  const places = placesOf(text)
  const at = (point: number) => places[Math.min(Math.max(point, 0), places.length - 1)] ?? 0
  const spans = marks
    .map((mark) => ({ mark, start: at(mark.offset), end: at(mark.offset + mark.length) }))
    .filter(({ start, end }) => start < end)
  return nest(text, 0, text.length, spans)
}

function nest(text: string, from: number, to: number, spans: readonly Span[]): Piece[] {
  // The wider one first where two begin together; of the same width the one named first.
  const queue = [...spans].sort(inOrder)
  const pieces: Piece[] = []
  let at = from
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { mark, start, end } = next
    if (start > at) pieces.push({ key: `${at}`, words: text.slice(at, start) })
    const inside: Span[] = []
    while (queue[0] && queue[0].start < end) {
      const within = queue.shift() as Span
      inside.push({ ...within, end: Math.min(within.end, end) })
      if (within.end > end) enqueue(queue, { ...within, start: end })
    }
    pieces.push({ key: `${start}`, mark, pieces: nest(text, start, end, inside) })
    at = end
  }
  if (at < to) pieces.push({ key: `${at}`, words: text.slice(at, to) })
  return pieces
}

const inOrder = (a: Span, b: Span) => a.start - b.start || b.end - a.end

function enqueue(queue: Span[], span: Span): void {
  const at = queue.findIndex((other) => inOrder(span, other) < 0)
  queue.splice(at < 0 ? queue.length : at, 0, span)
}

// placesOf gives where each code point begins in the string, and where the last one ends.
function placesOf(text: string): number[] {
  const places: number[] = []
  let at = 0
  for (const point of text) {
    places.push(at)
    at += point.length
  }
  places.push(at)
  return places
}
