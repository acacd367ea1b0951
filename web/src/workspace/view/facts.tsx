import type { ReactNode } from 'react'
import type { Customer, Event, Participant, Rating, RecordRow, Session } from '../../api/wire.ts'
import { blockOf } from '../state/block.ts'
import { date, millis, rowTime, span } from '../state/time.ts'
import { languageName } from '../words/language.ts'
import { t } from '../words/t.ts'
import { blockWords } from './block.tsx'
import { Earlier } from './earlier.tsx'
import { Icon } from './icon.tsx'
import { Avatar, customerName, sourceOf } from './person.tsx'
import { RecordsBlock } from './record.tsx'
import { Comment, Thumb } from './sign.tsx'
import { Tags } from './tags.tsx'

interface FactsProps {
  session: Session
  /** Who the customer is, once that is known. */
  customer: Customer | undefined
  people: readonly Participant[]
  /** The session's log as far as it is held. */
  events: readonly Event[]
  now: number
  /** A change is on its way: no other can be made. */
  busy: boolean
  /** Tags of other sessions. */
  tags: readonly string[]
  /** The customer's other sessions, newest first. */
  earlier: readonly Session[]
  /** They could not be fetched. */
  failed: boolean
  /** There are more. */
  onAll?: () => void
  link: (session: Session, children: ReactNode) => ReactNode
  /** What was created from the session, and the way there. */
  records?: readonly RecordRow[] | undefined
  unrecorded?: boolean
  recordLink?: (record: RecordRow, children: ReactNode) => ReactNode
  onRecords?: () => void
  /** Who the customer is where the department's records are kept, if it matches them. */
  account?: ReactNode
  onTag: (tag: string) => void
  onUntag: (tag: string) => void
  onPriority: (priority: Priority) => void
  onRetry: () => void
}

type Priority = Session['priority']

const priorities = ['low', 'normal', 'high', 'urgent'] as const satisfies Priority[]

// Who first wrote so shortly before the session began is new.
const isNew = 60_000

/** What is known of the customer and of the session (FEATURES D4). A line without content is not shown. */
export function Facts(props: FactsProps) {
  const { session, customer, people, events, now, busy, onPriority } = props
  const started = millis(session.started_at)
  const until = session.ended_at ? millis(session.ended_at) : now
  const since = customer && millis(customer.since)
  const kinds = new Set([session.channel.kind, ...(customer?.channels.map(({ kind }) => kind) ?? [])])
  const met =
    events[0]?.seq === 1
      ? events.find(
          (event) => (event.kind === 'taken' || event.kind === 'joined') && event.audience === 'everyone', // not a bot
        )
      : undefined
  const blocked = blockOf(session, now)
  const others = people.filter((person) => person.id !== session.assignee?.id)
  const line = (words: string, value: ReactNode) =>
    value && (
      <>
        <dt>{words}</dt>
        <dd>{value}</dd>
      </>
    )
  return (
    <section className="facts" aria-label={t('facts.label')}>
      <div className="facts-who">
        <Avatar name={customerName(session)} size="xl" />
        <div className="grow">
          <h2 className="cut">{customerName(session)}</h2>
          {since !== undefined && (
            <p className="facts-since">
              {started - since < isNew && props.earlier.length === 0
                ? t('facts.new')
                : t('facts.since', { date: date(since) })}
            </p>
          )}
        </div>
      </div>
      <Tags tags={session.tags} offered={props.tags} busy={busy} onTag={props.onTag} onUntag={props.onUntag} />
      <section className="facts-block">
        <h3>{t('facts.contact')}</h3>
        <dl>
          {line(
            t('facts.through'),
            <span className="facts-kinds">
              {[...kinds].map((kind) => (
                <span key={kind} className="facts-kind">
                  <Icon name={sourceOf(kind).icon} size={14} />
                  {sourceOf(kind).name}
                </span>
              ))}
            </span>,
          )}
          {line(t('facts.blocked'), blocked && blockWords(blocked))}
          {line(t('facts.dropped'), blocked && blocked.dropped > 0 && `${blocked.dropped}`)}
          {line(t('facts.language'), session.language && languageName(session.language))}
          {line(t('facts.unreachable'), session.unreachable)}
        </dl>
      </section>
      <section className="facts-block">
        <h3>
          {t('facts.session')}
          <span className="facts-number">{session.number}</span>
        </h3>
        <dl>
          {line(t('facts.began'), rowTime(started, now))}
          {session.state === 'waiting' &&
            line(t('facts.waits'), session.waiting_since && span(now - millis(session.waiting_since)))}
          {met && line(t('facts.waited'), span(millis(met.at) - started))}
          {session.first_reply_at &&
            line(t('facts.first'), t('facts.after', { span: span(millis(session.first_reply_at) - started) }))}
          {line(t(session.ended_at ? 'facts.lasted' : 'facts.lasts'), span(until - started))}
          {line(t('facts.messages'), `${session.messages}`)}
          {line(t('facts.holder'), session.assignee?.name)}
          {line(
            t('priority.label'),
            <select
              className="facts-priority"
              aria-label={t('priority.label')}
              value={session.priority}
              disabled={busy}
              onChange={({ target }) => onPriority(target.value as Priority)}
            >
              {priorities.map((priority) => (
                <option key={priority} value={priority}>
                  {t(`priority.${priority}`)}
                </option>
              ))}
            </select>,
          )}
          {line(t('facts.people'), others.map((person) => person.name).join(', '))}
          {line(t('rating.label'), session.rating && <Rated {...session.rating} now={now} />)}
        </dl>
      </section>
      <RecordsBlock
        records={props.records ?? []}
        failed={props.unrecorded ?? false}
        link={props.recordLink ?? ((_, children) => children)}
        onRetry={() => props.onRecords?.()}
      />
      <Earlier
        sessions={props.earlier}
        failed={props.failed}
        now={now}
        link={props.link}
        onRetry={props.onRetry}
        {...(props.onAll ? { onAll: props.onAll } : {})}
      />
      {props.account}
    </section>
  )
}

// Rated tells what the customer thinks of the session, and whom they had before them then.
function Rated({ value, agent, comment, at, now }: Rating & Pick<FactsProps, 'now'>) {
  return (
    <>
      <Thumb rating={value} /> {t(`rating.${value}`)}
      <span className="muted">
        {' · '}
        {agent && `${t('rating.agent', { name: agent.name })} · `}
        {rowTime(millis(at), now)}
      </span>
      {comment && <Comment text={comment} />}
    </>
  )
}
