import { useRef } from 'react'
import type { Event, Session } from '../../api/wire.ts'
import type { Log } from '../state/log.ts'
import { gist } from '../view/bubble.tsx'
import { customerName } from '../view/person.tsx'
import { t } from '../words/t.ts'

/** What is read out of a session that is open: the newest message of somebody else that came since it was opened. */
export function useSpoken(session: Session | undefined, log: Log | undefined, me: string): string {
  const since = useRef<number>(undefined)
  const newest = log?.events.at(-1)?.seq
  if (!log?.loaded || newest === undefined || !session) return ''
  since.current ??= newest
  const start = since.current
  const event = log.events.findLast((e) => e.seq > start && e.kind === 'message' && e.actor.id !== me)
  return event && !event.deleted_at ? words(event, session) : ''
}

function words(event: Event, session: Session): string {
  const name = event.actor.kind === 'customer' ? customerName(session) : event.actor.name || t('event.system')
  return t(event.audience === 'agents' ? 'log.noted' : 'log.says', { name, text: event.text || gist(event) })
}
