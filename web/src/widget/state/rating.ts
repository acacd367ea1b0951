import { maxComment, type Rating } from '../../shared/protocol.ts'
import { byteLength, clean } from '../../shared/utf8.ts'
import type { Conversation, Pending } from './conversation.ts'

/** The newest session, as its customer is asked about it. */
export interface Asked {
  /** The ref by which it is told which session is meant. */
  readonly about: string
  /** The agent who spoke last, '' where nobody's name is known. */
  readonly name: string
  /** What the customer thinks of it, also where the server does not know it yet, and what they said with it. */
  readonly rating: Rating
  readonly comment: string
  /** The one that waits to be sent, to be told, or that was refused. */
  readonly pending: Pending | undefined
}

/** What the customer is asked about the newest session; undefined while nobody has answered in it. */
export function askedOf({ events, pending }: Conversation): Asked | undefined {
  let name = ''
  let about = ''
  let last: Pick<Asked, 'about' | 'rating' | 'comment'> | undefined
  const refs = new Set<string>()
  // Where its beginning is not held, what is not held belongs to it.
  let isWhole = false
  const isOurs = (ref: string | undefined) => ref && (refs.has(ref) || !isWhole)
  for (const e of events) {
    if (e.kind === 'started') {
      refs.clear()
      isWhole = true
      name = about = ''
      last = undefined
    }
    if (e.kind === 'message' && e.ref) {
      refs.add(e.ref)
      if (!e.mine) {
        about = e.ref
        name = e.name || name
      }
    }
    if (e.kind === 'rated' && isOurs(e.about)) {
      last = { about: e.about, rating: e.rating ?? '', comment: e.comment ?? '' }
    }
  }
  const kept = pending.findLast((p) => isOurs(p.about))
  if (kept?.about) last = { about: kept.about, rating: kept.rating ?? '', comment: kept.text }
  // Once it is rated, it is called the same ever after.
  return about ? { ...(last ?? { about, rating: '', comment: '' }), name, pending: kept } : undefined
}

/** As much of a comment as a rating takes. */
export function commentOf(text: string): string {
  let fits = clean(text)
  while (byteLength(fits) > maxComment) fits = fits.replace(/.$/su, '')
  return fits
}
