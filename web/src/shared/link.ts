/** A piece of a text. With href it is a link; host is what the link really leads to where that is written otherwise. */
export interface Part {
  text: string
  href?: string
  host?: string
}

// No white space, no control or format character (one of these turns the direction of what follows), no quote, no
// backslash (browsers read it as a slash).
const candidate = /(?:https?:\/\/|www\.)[^\s\p{C}<>"\\]+/giu

/**
 * Cuts a text into words and links, for a view that makes elements of them. Only http and https are links, and only
 * without a name or password before the host, which is how an address pretends to be another's. The parts' texts are
 * the whole text.
 */
export function linkify(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(candidate)) {
    const before = text[match.index - 1]
    if (before && /[\p{L}\p{N}_@/]/u.test(before)) continue
    const written = withoutTail(match[0])
    const link = target(written)
    if (!link) continue
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    parts.push({ text: written, ...link })
    end = match.index + written.length
  }
  if (end < text.length) parts.push({ text: text.slice(end) })
  return parts
}

/**
 * What words lead to that are a link to an address: undefined where that may not be a link. host is there where the
 * words do not name it.
 */
export function linkTo(words: string, address: string): { href: string; host?: string } | undefined {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      if (url.username || url.password) return undefined
      return words.toLowerCase().includes(url.hostname) ? { href: url.href } : { href: url.href, host: url.hostname }
    case 'mailto:':
    case 'tel:': {
      const whom = url.href.slice(url.protocol.length)
      return words.includes(whom) ? { href: url.href } : { href: url.href, host: whom }
    }
    default:
      return undefined
  }
}

function target(written: string): { href: string; host?: string } | undefined {
  let url: URL
  try {
    url = new URL(/^www\./i.test(written) ? `https://${written}` : written)
  } catch {
    return undefined
  }
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username || url.password) return undefined
  if (!url.hostname.includes('.') && !url.hostname.startsWith('[') && url.hostname !== 'localhost') return undefined
  const asWritten = written.toLowerCase().includes(url.hostname)
  return asWritten ? { href: url.href } : { href: url.href, host: url.hostname }
}

const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

// withoutTail leaves out what ends a sentence rather than the address, and brackets that were opened before it.
function withoutTail(written: string): string {
  let end = written.length
  for (; end > 0; end--) {
    const char = written[end - 1] ?? ''
    const open = pairs[char]
    if (
      open
        ? count(written, open, end) >= count(written, char, end)
        : !/[.,;:!?'*_~`\u00bb\u2019\u201d\u2026]/.test(char)
    )
      break
  }
  return written.slice(0, end)
}

function count(text: string, char: string, end: number): number {
  let n = 0
  for (let i = 0; i < end; i++) if (text[i] === char) n++
  return n
}
