/** The rows of a list that stand on the page, from one up to but without another. */
export interface Slice {
  from: number
  to: number
}

// Rows beyond what is in view that are on the page already. The slice moves by whole steps, not with each row.
const beyond = 8
const step = 4

/** The slice for a place in a list of rows of one height. */
export function sliceAt(top: number, room: number, high: number): Slice {
  const first = Math.floor(Math.max(0, top) / high)
  const last = Math.ceil((Math.max(0, top) + room) / high)
  const from = Math.max(0, Math.floor((first - beyond) / step) * step)
  return { from, to: Math.ceil((last + beyond) / step) * step }
}

/**
 * How many rows have come above those in view, less those that went: by as much the list is moved, so that what is
 * looked at stays where it is. The uppermost counts, unless it alone has changed its place.
 */
export function shift<R extends { id: string }>(
  before: readonly R[],
  after: readonly R[],
  { from, to }: Slice,
): number {
  const moves: number[] = []
  for (let at = from; at < Math.min(to, before.length); at++) {
    const id = before[at]?.id
    const now = id === undefined ? -1 : near(after, id, at + (moves.at(-1) ?? 0))
    if (now >= 0) moves.push(now - at)
  }
  return moves.find((move, i) => moves.indexOf(move, i + 1) > 0) ?? moves[0] ?? 0
}

// near finds a row by looking further and further around where it may be.
function near(rows: readonly { id: string }[], id: string, around: number): number {
  const most = Math.max(around, rows.length - around)
  for (let by = 0; by <= most; by++) {
    if (rows[around + by]?.id === id) return around + by
    if (rows[around - by]?.id === id) return around - by
  }
  return -1
}
