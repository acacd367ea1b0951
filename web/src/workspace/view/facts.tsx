import type { ReactNode } from 'react'
import type { Event, Participant, Session } from '../../api/wire.ts'
import { blockOf } from '../state/block.ts'
import { millis, rowTime, span } from '../state/time.ts'
import { t } from '../words/t.ts'
import { blockWords } from './block.tsx'
import { Icon } from './icon.tsx'
import { Avatar, customerName, sourceOf } from './person.tsx'

interface FactsProps {
  session: Session
  people: readonly Participant[]
  /** The session's log as far as it is held. */
  events: readonly Event[]
  now: number
}

/** What is known of the customer and of the session (FEATURES D4). A line without content is not shown. */
export function Facts({ session, people, events, now }: FactsProps) {
  const started = millis(session.started_at)
  const until = session.ended_at ? millis(session.ended_at) : now
  const source = sourceOf(session.channel.kind)
  const met =
    events[0]?.seq === 1 ? events.find((event) => event.kind === 'taken' || event.kind === 'joined') : undefined
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
          <p className="facts-through">
            <Icon name={source.icon} size={12} />
            {source.name}
          </p>
        </div>
      </div>
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
          {blocked && line(t('facts.blocked'), blockWords(blocked))}
          {blocked && blocked.dropped > 0 && line(t('facts.dropped'), `${blocked.dropped}`)}
          {line(t('facts.people'), others.map((person) => person.name).join(', '))}
        </dl>
      </section>
    </section>
  )
}
