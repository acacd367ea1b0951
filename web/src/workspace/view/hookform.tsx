import { type FormEvent, useId, useState } from 'react'
import type { Department, Hook, NewHook } from '../../api/wire.ts'
import type { Refusal } from '../live/refusal.ts'
import { th } from '../words/hooks.ts'
import { Ends, FaultLine } from './ends.tsx'

const events = [
  'session.started',
  'session.assigned',
  'session.ended',
  'session.rated',
  'message.created',
  'message.offline',
  'record.created',
] as const

interface HookFormProps {
  /** The one that is changed; without it one is added. */
  hook?: Hook
  departments: readonly Department[]
  busy: boolean
  submit: string
  /** Why it was not taken. */
  refusal: Refusal | undefined
  onChange: () => void
  onSubmit: (hook: NewHook) => void
  onCancel?: () => void
}

/** What is set of a hook. */
export function HookForm({ hook, departments, busy, submit, refusal, onChange, onSubmit, onCancel }: HookFormProps) {
  const [none, setNone] = useState(false)
  const field = none ? 'events' : (refusal?.problem.field ?? '')
  const at = (name: string) => (field === name ? name : '')
  const told = none
    ? th('noevent')
    : refusal
      ? refusal.status === 0
        ? th('unreachable')
        : refusal.status === 409
          ? th('changed')
          : called(refusal.reason, field)
      : ''
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const text = (name: string) => String(data.get(name) ?? '').trim()
    const chosen = data.getAll('events') as NewHook['events']
    const of = data.getAll('departments').map(String)
    setNone(chosen.length === 0)
    if (chosen.length > 0)
      onSubmit({ name: text('name'), url: text('url'), events: chosen, ...(of.length > 0 ? { departments: of } : {}) })
  }
  return (
    <form
      className="hook-form"
      autoComplete="off"
      noValidate
      {...(hook ? { 'aria-label': th('edit.one', { name: hook.name }) } : {})}
      onSubmit={send}
      onChange={() => {
        setNone(false)
        onChange()
      }}
    >
      <Field name="name" value={hook?.name ?? ''} wrong={at('name') !== ''} />
      <Field name="url" value={hook?.url ?? ''} wrong={at('url') !== ''} />
      <fieldset className="choices">
        <legend>{th('events')}</legend>
        {events.map((event) => (
          <label key={event}>
            <input
              type="checkbox"
              name="events"
              value={event}
              defaultChecked={hook ? hook.events.includes(event) : event !== 'message.created'}
            />
            <span>
              {th(`event.${event}`)} <code className="faint">{event}</code>
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset className="choices">
        <legend>{th('departments')}</legend>
        {departments.map(({ id, name }) => (
          <label key={id}>
            <input type="checkbox" name="departments" value={id} defaultChecked={hook?.departments?.includes(id)} />
            <span>{name}</span>
          </label>
        ))}
        <p className="faint">{th('departments.hint')}</p>
      </fieldset>
      <FaultLine says={told} />
      <Ends submit={submit} busy={busy} onCancel={onCancel} />
    </form>
  )
}

function Field({ name, value, wrong }: { name: 'name' | 'url'; value: string; wrong: boolean }) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{th(name)}</label>
      <input
        id={id}
        name={name}
        type={name === 'url' ? 'url' : 'text'}
        maxLength={name === 'url' ? 2048 : 200}
        defaultValue={value}
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={`${id}-hint`}
      />
      <span id={`${id}-hint`} className="faint">
        {th(`${name}.hint`)}
      </span>
    </div>
  )
}

// called calls a field as the form does.
function called(reason: string, field: string): string {
  if (!(field === 'name' || field === 'url' || field === 'events' || field === 'departments')) return reason
  return reason.startsWith(`${field} `) ? `${th(field)}: ${reason.slice(field.length + 1)}` : reason
}
