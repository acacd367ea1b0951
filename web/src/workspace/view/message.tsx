import { memo, type ReactNode } from 'react'
import type { Event, Session } from '../../api/wire.ts'
import { clockTime, dayTime } from '../../shared/time.ts'
import type { Item } from '../state/thread.ts'
import { millis } from '../state/time.ts'
import { languageName } from '../words/language.ts'
import { t } from '../words/t.ts'
import { type Acts, authorOf, Body, Bubble, MessagePlace, Reactions } from './bubble.tsx'
import { Icon } from './icon.tsx'
import { Avatar, customerName, Source } from './person.tsx'
import { RecordLine } from './record.tsx'
import { Comment, Thumb } from './sign.tsx'

/** What can be done with a message that was refused. */
export interface Resend {
  onRetry: (clientId: string) => void
  onDiscard: (clientId: string) => void
}

interface Shown<Type extends Item['type']> {
  item: Extract<Item, { type: Type }>
  session: Session
  acts: Acts
  /** The key of the message through which the keyboard comes to all. */
  tab: string | undefined
}

const Time = ({ at }: { at: number }) => <time dateTime={new Date(at).toISOString()}>{clockTime(at)}</time>

const Bubbles = ({ item, session, acts, tab }: Shown<'in' | 'out'>) =>
  item.messages.map((said) => (
    <Bubble key={said.key} said={said} session={session} acts={acts} tab={said.key === tab} />
  ))

function Refused({ reason, clientId, onRetry, onDiscard }: { reason: string; clientId: string } & Resend) {
  return (
    <span className="meta refused">
      <Icon name="circle-alert" size={14} />
      {t('mark.refused', { reason })}
      <button type="button" onClick={() => onRetry(clientId)}>
        {t('mark.retry')}
      </button>
      <button type="button" onClick={() => onDiscard(clientId)}>
        {t('mark.discard')}
      </button>
    </span>
  )
}

/** What the customer said. */
export const In = memo(function In(props: Shown<'in'>) {
  const { item, session } = props
  return (
    <li className="said in" data-item={item.key}>
      <Avatar name={customerName(session)} size="m" />
      <div className="said-column">
        <span className="sr">{t('log.by', { name: customerName(session) })}</span>
        <Bubbles {...props} />
        <span className="meta">
          <Source kind={session.channel.kind} />
          <Time at={item.messages.at(-1)?.at ?? 0} />
        </span>
      </div>
    </li>
  )
})

const marks = { sending: 'clock', queued: 'clock', sent: 'check', read: 'check-check' } as const

/** What an agent said to the customer, with how far it has come. */
export const Out = memo(function Out(props: Shown<'out'> & { me: string; lost: boolean } & Resend) {
  const { item, me, onRetry, onDiscard } = props
  const { mark, by, reason, clientId } = item
  return (
    <li className={`said out ${mark}`} data-item={item.key}>
      <Avatar name={by || me} size="m" />
      <div className="said-column">
        <span className="sr">{t('log.by', { name: by || t('log.you') })}</span>
        <Bubbles {...props} />
        {mark === 'refused' ? (
          <Refused reason={reason ?? ''} clientId={clientId ?? ''} onRetry={onRetry} onDiscard={onDiscard} />
        ) : (
          <Way {...props} />
        )}
      </div>
    </li>
  )
})

// Way says how far a message has come on its way, and what can be done where it has not arrived.
function Way({ item, session, acts, lost }: Shown<'out'> & { lost: boolean }) {
  const { mark, by, reason = '', messages } = item
  const last = messages.at(-1)
  const event = last?.event
  // Which of its files, and why, stands at the file.
  const partly = last?.media?.some(({ sent }) => sent === 'failed')
  const stuck = mark === 'uncertain' || mark === 'failed'
  return (
    <>
      <span className={stuck ? `meta ${mark}` : 'meta'}>
        {mark !== 'sending' && <Source kind={session.channel.kind} />}
        {by && <span className="meta-name">{by}</span>}
        <Time at={last?.at ?? 0} />
        {stuck ? (
          <>
            <span className="meta-state">
              <Icon name="circle-alert" size={14} />
              {mark === 'uncertain'
                ? t('mark.uncertain')
                : partly
                  ? t('mark.partly')
                  : t('mark.failed', { reason: phrase(reason) })}
            </span>
            {event && acts.offered(event).has('retry') && (
              <button
                type="button"
                disabled={acts.busy.has(event.id)}
                title={mark === 'uncertain' ? t('mark.twice') : undefined}
                onClick={() => acts.onDeed('retry', event)}
              >
                {t(mark === 'uncertain' ? 'mark.resend' : 'mark.retry')}
              </button>
            )}
          </>
        ) : (
          mark !== 'refused' && (
            <>
              <Icon name={marks[mark]} size={14} />
              {mark === 'sending' && lost ? t('mark.waiting') : t(`mark.${mark}`)}
            </>
          )
        )}
      </span>
      {!stuck && reason && <span className="meta">{reason}</span>}
    </>
  )
}

/** What an agent said to colleagues only. */
export const Note = memo(function Note(props: Shown<'note'> & Resend) {
  const { item, session, acts, tab, onRetry, onDiscard } = props
  const { by, said, mark, reason, clientId } = item
  return (
    <li className="note" data-item={item.key}>
      <Icon name="sticky-note" size={14} />
      <MessagePlace said={said} session={session} acts={acts} tab={said.key === tab}>
        {(more) => (
          <>
            <div className="note-by">
              {t('log.note', { name: by })} <Time at={said.at} />
              {mark === 'sending' && t('mark.sending')}
              {more}
            </div>
            <p>
              <Body said={said} session={session} onQuote={acts.onQuote} />
            </p>
            <Reactions said={said} session={session} acts={acts} />
          </>
        )}
      </MessagePlace>
      {mark === 'refused' && (
        <Refused reason={reason ?? ''} clientId={clientId ?? ''} onRetry={onRetry} onDiscard={onDiscard} />
      )}
    </li>
  )
})

/** The line in the place of a message that was taken back. */
export const Deleted = memo(function Deleted({ item, session }: Pick<Shown<'deleted'>, 'item' | 'session'>) {
  const { message, event } = item
  const words = event ? t('message.deleted.by', { name: authorOf(event, session) }) : t('message.deleted')
  return (
    <li className="system deleted" data-item={item.key} data-said={item.key} data-message={message.id}>
      {words} · <Time at={millis(message.deleted_at)} />
      {event?.reason && <span className="system-reason">{event.reason}</span>}
    </li>
  )
})

// phrase is a sentence as a part of a line.
const phrase = (sentence = '') => sentence.replace(/\.$/, '')

/** Says in words what happened to the session, naming who did it. */
export function eventWords(event: Event, session: Session): string {
  const customer = customerName(session)
  const actor = event.actor.name || t('event.system')
  switch (event.kind) {
    case 'started':
      return t('event.started', { customer })
    case 'empty':
      return t('event.empty', { customer })
    case 'taken':
      return t('event.taken', { actor })
    case 'assigned':
      if (event.actor.kind === 'system') return t('event.distributed', { target: event.target?.name ?? '' })
      return event.target?.id === event.actor.id
        ? t('event.takenover', { actor })
        : t('event.assigned', { actor, target: event.target?.name ?? '' })
    case 'released':
      return t('event.released', { actor })
    case 'handed_off':
      return t(`event.handed.${event.lapse ?? 'absent'}`, { customer, target: event.target?.name ?? '' })
    case 'joined':
      return t('event.joined', { actor })
    case 'left':
      return t('event.left', { actor })
    case 'transferred':
      return t('event.transferred', { actor, to: event.to?.name ?? '' })
    case 'prioritised':
      return t('event.prioritised', { actor, priority: t(`priority.${event.priority ?? 'normal'}`) })
    case 'language': {
      const language = languageName(event.language ?? '')
      return event.actor.kind === 'customer'
        ? t('event.language.customer', { customer, language })
        : t('event.language', { actor, language })
    }
    case 'tagged':
      return taggedWords(actor, event)
    case 'blocked':
      if (!event.until) return t('event.blocked.forever', { actor, customer })
      return t('event.blocked', { actor, customer, until: dayTime(millis(event.until)) })
    case 'snoozed':
      if (!event.until) return t('event.snoozed.write', { actor, customer })
      return t('event.snoozed', { actor, until: dayTime(millis(event.until)) })
    case 'woken':
      return t(`event.woken.${event.woken ?? 'hand'}`, { actor, customer })
    case 'unblocked':
      return t('event.unblocked', { actor, customer })
    case 'ended':
      if (event.actor.kind === 'customer') return t('event.ended.customer', { customer })
      if (event.outcome === 'unanswered') return t('event.ended.unanswered', { actor })
      if (event.outcome === 'abandoned') return t('event.ended.abandoned', { customer })
      if (event.outcome === 'expired') return t('event.ended.expired', { customer })
      return event.actor.kind === 'agent' ? t('event.ended.agent', { actor }) : t('event.ended.system')
    case 'marked':
      return event.mark ? t(`event.marked.${event.mark}`, { customer }) : ''
    case 'reopened':
      return t('event.reopened', { customer })
    case 'record_created':
    case 'record_changed':
      return recordWords(actor, customer, event)
    case 'account_matched':
    case 'account_unmatched':
      return t(`event.account.${event.kind === 'account_matched' ? 'matched' : 'unmatched'}`, {
        actor: ruled(event.record?.rule) || actor,
        customer,
        title: event.record?.title ?? '',
      })
    case 'rated':
      return t(`event.rated.${event.rating ?? 'none'}`, { customer })
    case 'lost':
      return t('event.lost', { customer, reason: phrase(event.reason) })
    case 'found':
      return t('event.found', { customer })
    default:
      return ''
  }
}

// Of a record that lives in Parley nobody waits to hear that it has arrived.
function recordWords(actor: string, customer: string, { kind, record }: Event): string {
  if (!record) return ''
  const { type, title, state, reason, address, edited, rule, account } = record
  const author = ruled(rule) || actor
  if (kind === 'record_created' && account) return t('event.account.registered', { actor: author, customer, title })
  if (kind === 'record_created') return t('event.record.created', { actor: author, type, title })
  if (edited) return t('event.record.edited', { actor, type, title })
  if (state === 'kept' && reason) return t('event.record.troubled', { type, title, reason })
  if (state === 'kept' && !address) return ''
  return t(`event.${account ? 'account' : 'record'}.${state}`, { type, title, reason: phrase(reason) })
}

const ruled = (rule: string | undefined) => rule && t('event.rule', { rule })

function taggedWords(actor: string, { added, removed }: Event): string {
  const came = added?.join(', ') ?? ''
  const went = removed?.join(', ')
  if (!went) return t('event.tagged', { actor, tags: came })
  return came ? t('event.retagged', { actor, came, went }) : t('event.untagged', { actor, tags: went })
}

type SystemProps = Pick<Shown<'system'>, 'item' | 'session'> & { onRecord: Acts['onRecord'] }

/** A line of what happened. A kind that this page does not know yet is left out. */
export const System = memo(function System({ item, session, onRecord }: SystemProps): ReactNode {
  const { event, key, record } = item
  const words = eventWords(event, session)
  if (!words) return null
  return (
    <li className="system" data-item={key} data-said={key}>
      {event.rating && (
        <>
          <Thumb rating={event.rating} />{' '}
        </>
      )}
      {words} · <Time at={millis(event.at)} />
      {event.rating && event.text && <Comment text={event.text} />}
      {event.record && <RecordLine mark={record ?? event.record} created={record !== undefined} onRecord={onRecord} />}
    </li>
  )
})
