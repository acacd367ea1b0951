const first = 500
const longest = 30_000

/**
 * How long to wait before attempt n (from 1): somewhere between nothing and 0.5 s, doubling to 30 s. Full jitter, so
 * that the clients of a server that comes back do not come all at once.
 */
export function backoff(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(longest, first * 2 ** (attempt - 1)))
}
