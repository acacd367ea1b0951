import { type FormEvent, useId } from 'react'
import type { HookCall } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import { millis } from '../state/time.ts'
import { th } from '../words/hooks.ts'

export type CallState = '' | HookCall['state']

/** Calls that are made again: those of a state, within times as a field gives them; '' is none. */
export interface Range {
  state: 'delivered' | 'parked'
  from: string
  to: string
}

interface CallLogProps {
  name: string
  calls: readonly HookCall[] | undefined
  failed: boolean
  state: CallState
  busy: boolean
  told: string
  fault: string
  onState: (state: CallState) => void
  onReplay: (what: HookCall | Range) => void
  onMore?: () => void
}

const states = ['', 'owed', 'delivered', 'parked'] as const

/** What a hook was told: each call with what was asked and answered. */
export function CallLog({ name, calls, failed, state, busy, told, fault, onState, onReplay, onMore }: CallLogProps) {
  return (
    <section className="calls" aria-label={th('calls.one', { name })}>
      <div className="calls-head">
        <select
          aria-label={th('calls.state')}
          value={state}
          onChange={({ target }) => onState(target.value as CallState)}
        >
          {states.map((one) => (
            <option key={one} value={one}>
              {th(`state.${one || 'all'}`)}
            </option>
          ))}
        </select>
        <ReplayMany busy={busy} onReplay={onReplay} />
      </div>
      <p className={fault ? 'channel-told bad' : 'channel-told'} role="status">
        {fault || told}
      </p>
      {failed && <p role="alert">{th('calls.failed')}</p>}
      {calls?.length === 0 && <p className="muted">{th('calls.none')}</p>}
      <ol>
        {calls?.map((call) => (
          <li key={call.id}>
            <Call call={call} busy={busy} onReplay={() => onReplay(call)} />
          </li>
        ))}
      </ol>
      {onMore && (
        <button type="button" className="button" onClick={onMore}>
          {th('calls.more')}
        </button>
      )}
    </section>
  )
}

function Call({ call, busy, onReplay }: { call: HookCall; busy: boolean; onReplay: () => void }) {
  const { id, event, state, owed_at, due_at, attempts, request, last } = call
  const time = dayTime(millis(owed_at))
  const came = !last
    ? th('call.untried')
    : last.status
      ? th('call.took', { status: last.status, took: last.took })
      : th('call.silent', { took: last.took })
  return (
    <details className="call">
      <summary>
        <span className="call-event">{event}</span>
        <time dateTime={owed_at}>{time}</time>
        <span className={`health ${state === 'delivered' ? 'running' : state === 'parked' ? 'reconnect' : ''}`}>
          {th(`state.${state}`)}
        </span>
        <span className="muted">{came}</span>
      </summary>
      <div className="call-parts">
        <p className="muted">
          {[
            th('call.attempts', { count: attempts }),
            due_at && state === 'owed' && th('call.due', { time: dayTime(millis(due_at)) }),
            last?.reason,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <p className="faint">
          {th('call.id')} {id}
        </p>
        <Body label={th('call.request')} text={pretty(request)} />
        {last && <Body label={th('call.answer')} text={last.answer} />}
        {state !== 'owed' && (
          <button
            type="button"
            className="button small"
            disabled={busy}
            aria-label={th('replay.one', { time })}
            onClick={onReplay}
          >
            {th('replay')}
          </button>
        )}
      </div>
    </details>
  )
}

function Body({ label, text }: { label: string; text: string }) {
  return (
    <div className="call-body">
      <h3>{label}</h3>
      {text === '' ? (
        <p className="faint">{th('call.empty')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
        <section aria-label={label} tabIndex={0}>
          <pre dir="ltr">{text}</pre>
        </section>
      )}
    </div>
  )
}

// pretty shows JSON in lines; what was cut off, as it is.
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function ReplayMany({ busy, onReplay }: { busy: boolean; onReplay: (range: Range) => void }) {
  const id = useId()
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const text = (name: string) => String(data.get(name) ?? '')
    onReplay({ state: text('state') === 'delivered' ? 'delivered' : 'parked', from: text('from'), to: text('to') })
  }
  return (
    <details className="calls-many">
      <summary className="button">{th('replay.many')}</summary>
      <form onSubmit={send}>
        <select name="state" aria-label={th('calls.state')}>
          <option value="parked">{th('replay.parked')}</option>
          <option value="delivered">{th('replay.delivered')}</option>
        </select>
        {(['from', 'to'] as const).map((name) => (
          <div key={name} className="field">
            <label htmlFor={`${id}-${name}`}>{th(`replay.${name}`)}</label>
            <input id={`${id}-${name}`} name={name} type="datetime-local" required={name === 'from'} />
          </div>
        ))}
        <button type="submit" className="button" disabled={busy}>
          {th(busy ? 'replaying' : 'replay')}
        </button>
      </form>
    </details>
  )
}
