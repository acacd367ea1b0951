/** How many bytes a text has in UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/** The text without what no message may hold: NUL, and halves of characters. */
export const clean = (text: string): string => text.replace(/\0/g, '').replace(/\p{Surrogate}/gu, '\ufffd')
