import type { ReactNode } from 'react'
import type { Department, Hook, HookAttempt, SecretHook } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import { millis, span } from '../state/time.ts'
import { th } from '../words/hooks.ts'
import { t } from '../words/t.ts'
import { Copied } from './copied.tsx'
import { Ask } from './dialog.tsx'
import { Icon } from './icon.tsx'

/** What is asked about before it is done. */
export type Asked = 'pause' | 'secret' | 'remove'

interface HookRowProps {
  hook: Hook
  departments: readonly Department[]
  now: number
  /** What came of a test, or that it is being made. */
  tested: HookAttempt | 'now' | undefined
  /** What is open below it. */
  shown: 'edit' | 'calls' | undefined
  fault: string
  onTest: () => void
  onShow: (what: 'edit' | 'calls') => void
  onAsk: (what: Asked) => void
  onResume: () => void
  children: ReactNode
}

/** A hook, how it fares, and what can be done with it. */
export function HookRow(props: HookRowProps) {
  const { hook, departments, now, tested, shown, fault, onTest, onShow, onAsk, onResume, children } = props
  const { name, url, enabled, reason, failures, owed, parked, retry_at, rotated_until } = hook
  const health = !enabled ? 'stopped' : failures > 0 ? 'troubled' : 'running'
  const left = retry_at ? millis(retry_at) - now : 0
  const facts: [string, string][] = [
    [th('owed'), `${owed}`],
    [th('parked'), `${parked}`],
    ...(failures > 0 ? [[th('failures'), `${failures}`] as [string, string]] : []),
    ...(enabled && retry_at
      ? [[th('next'), left > 0 ? th('in', { time: span(left) }) : th('now')] as [string, string]]
      : []),
    ...(rotated_until ? [[th('rotated'), dayTime(millis(rotated_until))] as [string, string]] : []),
  ]
  const of = hook.departments?.map((id) => departments.find((department) => department.id === id)?.name ?? id)
  const button = (what: 'test' | 'secret' | 'pause' | 'resume' | 'remove', run: () => void) => (
    <button
      type="button"
      className="button"
      disabled={what === 'test' && tested === 'now'}
      aria-label={th(`${what}.one`, { name })}
      onClick={run}
    >
      {what === 'test' && tested === 'now' ? th('testing') : th(what)}
    </button>
  )
  const opens = (what: 'edit' | 'calls') => (
    <button
      type="button"
      className="button"
      aria-label={th(`${what}.one`, { name })}
      aria-expanded={shown === what}
      onClick={() => onShow(what)}
    >
      {th(what)}
    </button>
  )
  const refused = tested && tested !== 'now' ? tested.reason : ''
  return (
    <li className="channel hook">
      <span className="channel-kind">
        <Icon name="send" size={20} />
      </span>
      <div className="channel-words">
        <h2 className="cut">{name}</h2>
        <p className="muted hook-url">{url}</p>
      </div>
      <span className={`health ${health}`}>{th(enabled ? (failures > 0 ? 'troubled' : 'working') : 'off')}</span>
      <p className="hook-told muted">
        {[
          hook.events.map((event) => th(`event.${event}` as 'event.session.ended')).join(', '),
          of?.join(', ') || th('all'),
        ].join(' · ')}
      </p>
      <dl className="channel-facts">
        {facts.map(([what, is]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{is}</dd>
          </div>
        ))}
        {!enabled && reason && (
          <div className="wide">
            <dt>{th('why')}</dt>
            <dd>{reason}</dd>
          </div>
        )}
      </dl>
      <span className="hook-acts">
        {button('test', onTest)}
        {opens('calls')}
        {opens('edit')}
        {button('secret', () => onAsk('secret'))}
        {enabled ? button('pause', () => onAsk('pause')) : button('resume', onResume)}
        {button('remove', () => onAsk('remove'))}
      </span>
      <p className={fault || refused ? 'channel-told bad' : 'channel-told'} role="status">
        {fault ||
          (tested && tested !== 'now'
            ? refused
              ? th('test.bad', { reason: refused.replace(/\.$/, ''), took: tested.took })
              : th('test.well', { status: tested.status, took: tested.took })
            : '')}
      </p>
      {children}
    </li>
  )
}

/** A secret that is shown this once. */
export function Secret({ of: { hook, secret }, onDone }: { of: SecretHook; onDone: () => void }) {
  return (
    <div className="hook-secret">
      <p role="status">{secret ? th('secret.once', { name: hook.name }) : th('secret.lost')}</p>
      {secret && <Copied label={th('secret.label')} text={secret} />}
      <button type="button" className="button" onClick={onDone}>
        {secret ? th('secret.done') : t('close')}
      </button>
    </div>
  )
}

interface HookAskProps {
  asked: Asked
  name: string
  onConfirm: () => void
  onCancel: () => void
}

export function HookAsk({ asked, name, onConfirm, onCancel }: HookAskProps) {
  return (
    <Ask
      danger={asked === 'remove'}
      title={th(`${asked}.title`, { name })}
      text={th(`${asked}.text`)}
      confirm={asked === 'pause' ? th('pause') : th(`${asked}.confirm`)}
      onConfirm={onConfirm}
      onCancel={onCancel}
    />
  )
}
