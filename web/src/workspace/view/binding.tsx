import type { ReactNode } from 'react'
import type { Binding, ProviderKind } from '../../api/wire.ts'
import { millis, span } from '../state/time.ts'
import { tb } from '../words/bindings.ts'
import { t } from '../words/t.ts'
import { Copied } from './copied.tsx'
import { Ask } from './dialog.tsx'
import { Icon } from './icon.tsx'

/** What came of a test: a line for people, and whether it is a bad one. */
export interface Tested {
  says: string
  bad: boolean
}

interface BindingRowProps {
  binding: Binding
  /** Nothing where this Parley knows no such kind. */
  kind: ProviderKind | undefined
  now: number
  /** What came of a test, or that it is being made. */
  tested: Tested | 'now' | undefined
  /** Whether its form is open. */
  open: boolean
  onTest: () => void
  onChange: () => void
  onRemove: () => void
  children: ReactNode
}

const healths = { untried: '', working: 'running', troubled: 'reconnect', removed: 'stopped' } as const

/** An account on another system, how it fares, and what can be done with it. */
export function BindingRow(props: BindingRowProps) {
  const { binding, kind, now, tested, open, onTest, onChange, onRemove, children } = props
  const { name, provider, health } = binding
  const { state, reason, since, owed, parked } = health
  const where = kind?.settings.map((field) => binding.settings[field.name]).find((value) => value)
  const facts: [string, string][] = [
    [tb('owed'), `${owed}`],
    [tb('parked'), `${parked}`],
    ...(since ? [[tb('since'), span(now - millis(since))] as [string, string]] : []),
  ]
  const removed = state === 'removed'
  const again = removed ? 'again' : 'edit'
  return (
    <li className="channel hook">
      <span className="channel-kind">
        <Icon name="external-link" size={20} />
      </span>
      <div className="channel-words">
        <h2 className="cut">{name}</h2>
        <p className="muted hook-url">{[kind?.label ?? provider, where].filter(Boolean).join(' · ')}</p>
      </div>
      <span className={`health ${healths[state]}`}>{tb(state)}</span>
      <dl className="channel-facts">
        {facts.map(([what, is]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{is}</dd>
          </div>
        ))}
        {reason && (
          <div className="wide">
            <dt>{tb('why')}</dt>
            <dd className="hook-url">{reason}</dd>
          </div>
        )}
      </dl>
      {(removed || !kind) && <p className="hook-told muted">{tb(kind ? 'waits' : 'unknown')}</p>}
      <span className="hook-acts">
        {!removed && (
          <button
            type="button"
            className="button"
            disabled={tested === 'now'}
            aria-label={tb('test.one', { name })}
            onClick={onTest}
          >
            {tb(tested === 'now' ? 'testing' : 'test')}
          </button>
        )}
        {kind && (
          <button
            type="button"
            className="button"
            aria-label={tb(`${again}.one`, { name })}
            aria-expanded={open}
            onClick={onChange}
          >
            {tb(again)}
          </button>
        )}
        {!removed && (
          <button type="button" className="button" aria-label={tb('remove.one', { name })} onClick={onRemove}>
            {tb('remove')}
          </button>
        )}
      </span>
      <Told tested={tested} />
      {children}
    </li>
  )
}

/** What came of a test. */
export function Told({ tested }: { tested: Tested | 'now' | undefined }) {
  const there = tested === 'now' ? undefined : tested
  return (
    <p className={there?.bad ? 'channel-told bad' : 'channel-told'} role="status">
      {there?.says}
    </p>
  )
}

interface MadeKeysProps {
  name: string
  kind: ProviderKind
  /** Nothing: their answer was lost. */
  keys: Readonly<Record<string, string>> | undefined
  onDone: () => void
}

/** The keys that were made, shown this once. */
export function MadeKeys({ name, kind, keys, onDone }: MadeKeysProps) {
  const label = (key: string) => kind.keys.find((field) => field.name === key)?.label ?? key
  return (
    <div className="hook-secret binding-made">
      <p role="status">{tb(keys ? 'made.once' : 'made.lost', { name })}</p>
      {Object.entries(keys ?? {}).map(([key, text]) => (
        <Copied key={key} label={label(key)} text={text} />
      ))}
      <button type="button" className="button" onClick={onDone}>
        {keys ? tb('made.done') : t('close')}
      </button>
    </div>
  )
}

export function RemoveBinding(props: { name: string; onConfirm: () => void; onCancel: () => void }) {
  return (
    <Ask
      danger
      title={tb('remove.title', { name: props.name })}
      text={tb('remove.text')}
      confirm={tb('remove.confirm')}
      onConfirm={props.onConfirm}
      onCancel={props.onCancel}
    />
  )
}
