/** Something that can be found by its words. */
export interface Findable {
  words: string
}

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/**
 * What is found of lines: those in which every word of the query begins a word, or stands somewhere. Where the whole
 * begins like the query it comes first, then where words do; else lines keep their order.
 */
export function find<L extends Findable>(lines: readonly L[], query: string): L[] {
  const asked = fold(query).split(/\s+/).filter(Boolean)
  if (asked.length === 0) return [...lines]
  const whole = asked.join(' ')
  return lines
    .map((line) => ({ line, rank: rankOf(fold(line.words), whole, asked) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ line }) => line)
}

function rankOf(text: string, whole: string, asked: readonly string[]): number {
  if (text.startsWith(whole)) return 3
  const words = text.split(/[^\p{L}\p{N}]+/u)
  if (asked.every((one) => words.some((word) => word.startsWith(one)))) return 2
  return asked.every((one) => text.includes(one)) ? 1 : 0
}
