let last = 0

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0')

/**
 * A UUIDv7 (RFC 9562): sorts as text by the millisecond it was made in. Those of one page sort by the order in which they
 * were made: each has a millisecond of its own, a later one if need be. 74 bits of chance keep pages apart.
 */
export function uuid7(now: number): string {
  last = Math.max(now, last + 1)
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  const time = hex(last, 12)
  const chance = Array.from(bytes, (byte) => hex(byte, 2)).join('')
  const variant = hex(8 + ((bytes[9] ?? 0) & 3), 1)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-${variant}${chance.slice(3, 6)}-${chance.slice(6, 18)}`
}
