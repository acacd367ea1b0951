import type { Event, Me, Session } from '../../api/wire.ts'
import { roleIn } from './list.ts'

/** What may be offered to an agent in a session. The server has the last word; this only keeps vain buttons away. */
export interface Offers {
  reply: boolean
  note: boolean
  take: boolean
  join: boolean
  leave: boolean
  assign: boolean
  transfer: boolean
  release: boolean
  end: boolean
  unanswered: boolean
  /** Whether one may say how urgent it is, and put tags on it. */
  triage: boolean
  block: boolean
  unblock: boolean
  /** Whether one may put it aside, or bring it back. */
  snooze: boolean
  unsnooze: boolean
  /** Whether one may create a record from it. */
  record: boolean
  react: boolean
  /** Whether one may change what stands: own messages, and as a supervisor those of colleagues. */
  amend: boolean
  /** Whether looking at it counts as reading: never for a supervisor who watches (FEATURES C10). */
  read: boolean
}

const none: Offers = {
  reply: false,
  note: false,
  take: false,
  join: false,
  leave: false,
  assign: false,
  transfer: false,
  release: false,
  end: false,
  unanswered: false,
  triage: false,
  block: false,
  unblock: false,
  snooze: false,
  unsnooze: false,
  record: false,
  react: false,
  amend: false,
  read: false,
}

/** What may be offered. `blocked` says how the customer is kept out now. */
export function offers(session: Session, me: Me, participates: boolean, blocked?: Session['blocked']): Offers {
  const role = roleIn(me, session.department)
  if (!role?.operator && !role?.supervisor) return none
  const { operator, supervisor } = role
  const read = operator || participates
  const holds = session.assignee?.id === me.id
  const blocks = me.permissions.includes('block_customers')
  const unblock = blocks && blocked !== undefined && (supervisor || blocked.by.id === me.id)
  if (session.state === 'ended')
    return {
      ...none,
      note: true,
      triage: true,
      record: true,
      amend: true,
      read,
      block: blocks && !blocked && (holds || participates || supervisor),
      unblock,
    }
  if (session.state === 'empty')
    return { ...none, note: true, triage: true, amend: true, end: true, block: !blocked, unblock, read }
  const finder = operator && session.state === 'waiting'
  const inside = holds || participates
  const held = session.state !== 'waiting'
  return {
    reply: inside || finder,
    note: true,
    take: finder || (operator && holds && session.state === 'pending'),
    join: held && !inside,
    leave: held && participates && !holds,
    assign: true,
    transfer: true,
    release: held && (holds || supervisor),
    end: inside || supervisor || finder,
    unanswered: inside || supervisor || finder,
    triage: true,
    block: blocks && !blocked && (inside || supervisor || finder),
    unblock,
    snooze: held && (inside || supervisor) && !session.snoozed,
    unsnooze: held && (inside || supervisor) && session.snoozed !== undefined,
    record: true,
    react: inside,
    amend: true,
    read,
  }
}

/** What may be done to one message. */
export type MessageDeed = 'reply' | 'react' | 'edit' | 'delete' | 'retry' | 'copy'

/**
 * What may be offered for a message that the server has. `copies` says whether the browser lets a page copy at all, which
 * it does over HTTPS only.
 */
export function messageOffers(
  message: Event,
  offers: Offers,
  { me, supervisor, copies }: { me: string; supervisor: boolean; copies: boolean },
): ReadonlySet<MessageDeed> {
  const all = new Set<MessageDeed>()
  if (message.kind !== 'message' || message.deleted_at) return all
  const { actor, audience, state, text } = message
  const own = actor.kind === 'agent' && actor.id === me
  if (offers.reply && audience === 'everyone') all.add('reply')
  if (offers.react) all.add('react')
  if (offers.amend && own && text) all.add('edit')
  if (offers.amend && (own || (supervisor && actor.kind === 'agent'))) all.add('delete')
  if (offers.amend && (state === 'failed' || state === 'uncertain')) all.add('retry')
  if (text && copies) all.add('copy')
  return all
}
