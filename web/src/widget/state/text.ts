import { maxFrame, maxText } from '../../shared/protocol.ts'
import { byteLength, clean } from '../../shared/utf8.ts'

// As much of a frame as the most files take.
const files = new Array(20).fill('-'.repeat(24))

/** A draft as a message says it: without white space around it, '' if nothing is left; undefined if it is too long. */
export function textOf(draft: string): string | undefined {
  const text = clean(draft).trim()
  const frame = JSON.stringify({ type: 'message', id: '-'.repeat(36), text, files })
  return byteLength(text) > maxText || byteLength(frame) > maxFrame ? undefined : text
}
