import type { ReactNode } from 'react'
import type { RecordRule, RecordType } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import { millis } from '../state/time.ts'
import { tu } from '../words/rules.ts'
import { Ask } from './dialog.tsx'
import { FaultLine } from './ends.tsx'
import { Icon } from './icon.tsx'

interface RuleRowProps {
  rule: RecordRule
  /** What it creates; nothing where that was removed. */
  type: RecordType | undefined
  open: boolean
  /** It is on its way to be on or off. */
  busy: boolean
  fault: string
  onSwitch: () => void
  onEdit: () => void
  onRemove: () => void
  children: ReactNode
}

/** A rule, how it fares, and what can be done with it. */
export function RuleRow({ rule, type, open, busy, fault, onSwitch, onEdit, onRemove, children }: RuleRowProps) {
  const { name, on, when, enabled, failures, failed_at, reason = '' } = rule
  return (
    <li className="channel rule">
      <span className="channel-kind">
        <Icon name="clipboard" size={20} />
      </span>
      <h3 className="cut">{name}</h3>
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={enabled}
        aria-label={tu('switch.one', { name })}
        disabled={busy}
        onClick={onSwitch}
      >
        <span>{tu(enabled ? 'on' : 'off')}</span>
      </button>
      <dl className="rule-facts">
        <dt>{tu('waits')}</dt>
        <dd>{tu(`event.${on}`)}</dd>
        {when && (
          <>
            <dt>{tu('if')}</dt>
            <dd>
              <code dir="ltr">{when}</code>
            </dd>
          </>
        )}
        <dt>{tu(type?.use === 'account' ? 'matches' : 'creates')}</dt>
        <dd className={type ? undefined : 'rule-gone'}>{type?.name ?? tu('gone')}</dd>
      </dl>
      {failures > 0 && (
        <p className="rule-failed">
          <Icon name="circle-alert" size={14} />
          <span>{tu('troubled', { count: failures, time: dayTime(millis(failed_at)), reason })}</span>
        </p>
      )}
      <span className="rule-acts">
        <button
          type="button"
          className="button"
          aria-label={tu('edit.one', { name })}
          aria-expanded={open}
          onClick={onEdit}
        >
          {tu('edit')}
        </button>
        <button type="button" className="button" aria-label={tu('remove.one', { name })} onClick={onRemove}>
          {tu('remove')}
        </button>
      </span>
      <FaultLine says={fault} />
      {children}
    </li>
  )
}

/** What rules are for, with one to begin with. */
export function NoRule({ onExample }: { onExample: () => void }) {
  return (
    <section className="rule-none" aria-labelledby="rule-none">
      <h2 id="rule-none">{tu('none')}</h2>
      <p className="muted">{tu('none.text')}</p>
      <div className="rule-example">
        <p className="faint">{tu('example')}</p>
        <dl className="rule-facts">
          <dt>{tu('waits')}</dt>
          <dd>{tu('event.session.ended')}</dd>
          <dt>{tu('if')}</dt>
          <dd>
            <code>{beginning}</code>
          </dd>
          <dt>{tu('creates')}</dt>
          <dd>{tu('example.creates')}</dd>
        </dl>
        <button type="button" className="button" onClick={onExample}>
          {tu('begin')}
        </button>
      </div>
    </section>
  )
}

/** The condition of the rule that one can begin with. */
export const beginning = 'session.outcome == "unanswered"'

export const RemoveRule = (props: { name: string; onConfirm: () => void; onCancel: () => void }) => (
  <Ask
    danger
    title={tu('remove.title', { name: props.name })}
    text={tu('remove.text')}
    confirm={tu('remove.confirm')}
    onConfirm={props.onConfirm}
    onCancel={props.onCancel}
  />
)

interface TheirsProps {
  rule: RecordRule
  /** What was changed in it. */
  parts: readonly string[]
  types: readonly RecordType[]
}

/** What a rule says now, where somebody has changed it since one has looked at it. */
export function Theirs({ rule, parts, types }: TheirsProps) {
  const type = types.find(({ id }) => id === rule.type)
  const line = (part: string): [label: string, says: string] => {
    const name = part.replace(/^fields\./, '')
    if (name !== part)
      return [
        type?.fields.find((field) => field.name === name)?.label ?? name,
        rule.fields?.[name] || tu(rule.fields?.[name] === undefined ? 'taken.nothing' : 'taken.empty'),
      ]
    if (part === 'on') return [tu('event'), tu(`event.${rule.on}`)]
    if (part === 'when') return [tu('when'), rule.when || tu('taken.always')]
    if (part === 'type') return [tu('type'), type?.name ?? tu('gone')]
    if (part === 'enabled') return [tu('enabled'), tu(rule.enabled ? 'on' : 'off')]
    return [tu('name'), rule.name]
  }
  return (
    <section className="rule-theirs" aria-label={tu('taken.is')}>
      <p className="muted">{tu('taken.is')}</p>
      <dl className="rule-facts">
        {parts.map(line).map(([label, says]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
