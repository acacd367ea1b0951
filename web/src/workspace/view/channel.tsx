import type { ReactNode } from 'react'
import type { Channel } from '../../api/wire.ts'
import { millis, span } from '../state/time.ts'
import { ts } from '../words/settings.ts'
import { Icon } from './icon.tsx'
import { sourceOf } from './person.tsx'

interface ChannelRowProps {
  channel: Channel
  department: string
  now: number
  /** It is being tested. */
  busy: boolean
  /** What its network answered, or why that was not well. */
  well: string | undefined
  fault: string | undefined
  onTest: () => void
  /** What it is given other keys with, while that is open. */
  form: ReactNode
  onKeys: () => void
}

/** A channel, how it fares, and whether its network answers. */
export function ChannelRow({ channel, department, now, busy, well, fault, onTest, form, onKeys }: ChannelRowProps) {
  const { slug, kind, health } = channel
  const { icon, name } = sourceOf(kind)
  const ago = (time: string | undefined) => (time ? ts('ago', { span: span(now - millis(time)) }) : ts('never'))
  const facts: [string, string][] = [
    [ts('received'), ago(health.received_at)],
    [ts('sent'), ago(health.sent_at)],
    [ts('backlog'), `${health.backlog}`],
    ...(health.parked > 0 ? [[ts('parked'), `${health.parked}`] as [string, string]] : []),
  ]
  return (
    <li className="channel">
      <span className="channel-kind">
        <Icon name={icon} size={20} />
      </span>
      <div className="channel-words">
        <h2 className="cut">{slug}</h2>
        <p className="muted">
          {name} · {department}
        </p>
      </div>
      <span className={`health ${health.state}`}>{ts(health.state)}</span>
      {kind !== 'widget' && (
        <span className="channel-acts">
          <button
            type="button"
            className="button"
            disabled={busy}
            aria-label={busy ? undefined : ts('test.one', { name: slug })}
            onClick={onTest}
          >
            {ts(busy ? 'testing' : 'test')}
          </button>
          <button
            type="button"
            className="button"
            aria-label={ts('rekey.one', { name: slug })}
            aria-expanded={Boolean(form)}
            onClick={onKeys}
          >
            {ts('rekey')}
          </button>
        </span>
      )}
      {kind !== 'widget' && (
        <dl className="channel-facts">
          {facts.map(([what, is]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{is}</dd>
            </div>
          ))}
          {health.reason && (
            <div className="wide">
              <dt>{ts('error')}</dt>
              <dd>{health.reason}</dd>
            </div>
          )}
        </dl>
      )}
      <p className={fault ? 'channel-told bad' : 'channel-told'} role="status">
        {fault ?? (well === undefined ? '' : ts('well', { answer: well }))}
      </p>
      {form}
    </li>
  )
}
