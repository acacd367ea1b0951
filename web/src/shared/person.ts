/** Up to two letters for a person's circle: Anna Berg is AB. */
export function initials(name: string): string {
  const words = name.match(/\p{L}\p{M}*|\p{N}/gu) ? name.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean) : []
  const firsts = words.map((word) => [...word][0] ?? '')
  return ((firsts[0] ?? '') + (firsts.length > 1 ? (firsts.at(-1) ?? '') : '')).toUpperCase()
}

/** The hue, 0 to 359, of a person's circle: the same for the same name everywhere. */
export function hue(name: string): number {
  let sum = 0
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 360
  return sum
}
