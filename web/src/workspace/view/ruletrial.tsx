import { type ReactNode, useState } from 'react'
import type { RecordType, RuleTrialResult } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import { millis } from '../state/time.ts'
import { tu } from '../words/rules.ts'
import { Icon } from './icon.tsx'

type Tried = RuleTrialResult['items'][number]

interface RuleTrialProps {
  result: RuleTrialResult | undefined
  /** What the rule that was tried creates. */
  type: RecordType | undefined
  /** The rule was changed since. */
  stale: boolean
  busy: boolean
  link: (session: Tried['session'], words: string) => ReactNode
  onTry: () => void
}

/** What a rule would have created of sessions of the past, as it is written now. */
export function RuleTrial({ result, type, stale, busy, link, onTry }: RuleTrialProps) {
  return (
    <>
      <p className="muted">{tu('trial.text')}</p>
      <p>
        <button type="button" className="button" disabled={busy} onClick={onTry}>
          {tu(busy ? 'trying' : 'try')}
        </button>
      </p>
      <div role="status">
        {result && (
          <>
            {stale && <p className="rule-stale">{tu('trial.stale')}</p>}
            <p>{summary(result, type)}</p>
            {result.cut && <p className="muted">{tu('trial.cut')}</p>}
          </>
        )}
      </div>
      {result && result.items.length > 0 && <Items items={result.items} type={type} link={link} />}
    </>
  )
}

/** What came of a trial, in a sentence or two. */
function summary({ sessions, events, items }: RuleTrialResult, type: RecordType | undefined): string {
  if (sessions === 0) return tu('trial.unseen')
  const failed = items.filter(({ reason }) => reason).length
  const made = items.length - failed
  return [
    tu('trial.sessions', { count: sessions }),
    tu('trial.events', { count: events }),
    made > 0 && tu(type?.use === 'account' ? 'trial.matched' : 'trial.made', { count: made }),
    failed > 0 && tu('trial.fails', { count: failed }),
    items.length === 0 && tu('trial.none'),
  ]
    .filter(Boolean)
    .join(' ')
}

const step = 10

interface ItemsProps extends Pick<RuleTrialProps, 'type' | 'link'> {
  items: readonly Tried[]
}

function Items({ items, type, link }: ItemsProps) {
  const [most, setMost] = useState(step)
  const label = (name: string) => type?.fields.find((field) => field.name === name)?.label ?? name
  return (
    <section className="rule-tried" aria-label={tu('trial.result')}>
      <ol>
        {items.slice(0, most).map(({ session, event, at, title = '', fields = {}, reason }) => (
          <li key={event}>
            <p className={reason ? 'rule-tried-says fault' : 'rule-tried-says'}>
              {reason && <Icon name="circle-alert" size={14} />}
              <span>{reason ?? title}</span>
            </p>
            <p className="faint">
              {link(session, tu('trial.session', { number: session.number }))} ·{' '}
              <time dateTime={at}>{dayTime(millis(at))}</time>
            </p>
            <p className="rule-tried-fields muted">
              {Object.entries(fields)
                .filter(([, value]) => value !== title)
                .map(([name, value]) => tu('trial.field', { label: label(name), value }))
                .join(' · ')}
            </p>
          </li>
        ))}
      </ol>
      {most < items.length && (
        <button type="button" className="button small" onClick={() => setMost(most + step)}>
          {tu('trial.more')}
        </button>
      )}
    </section>
  )
}
