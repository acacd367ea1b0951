import type { Session } from '../../api/wire.ts'
import { millis } from './time.ts'

/** How long a customer can be kept out (FEATURES C13). */
export const terms = ['day', '24h', '7d', 'forever'] as const
export type Term = (typeof terms)[number]

/** How the session's customer is kept out now. Nobody tells when a block runs out: time does. */
export function blockOf(session: Session, now: number): Session['blocked'] {
  const { blocked } = session
  return blocked && (!blocked.until || millis(blocked.until) > now) ? blocked : undefined
}
