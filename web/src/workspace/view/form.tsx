import { type FormEvent, type KeyboardEvent, useId } from 'react'
import type { RecordField } from '../../api/wire.ts'
import type { Fault, Filled } from '../state/form.ts'
import { tf } from '../words/form.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'

interface RecordFormProps {
  fields: readonly RecordField[]
  filled: Filled
  /** The fields that cannot be sent as they are. */
  faults: ReadonlyMap<string, Fault>
  /** The field that the server did not take, and why. */
  refused: [name: string, says: string] | undefined
  /** Why it was not sent at all. */
  told: string
  busy: boolean
  /** It looks for something: nobody is told which of its fields may stay empty. */
  searches?: boolean
  /** What sends it is called. */
  submit: string
  onChange: (name: string, value: string) => void
  onSubmit: () => void
  onCancel: () => void
}

/** The fields of a record, each as its kind is. */
export function RecordForm(props: RecordFormProps) {
  const { fields, filled, faults, refused, told, busy, submit, onChange, onSubmit, onCancel } = props
  const says = (name: string) => {
    const fault = faults.get(name)
    if (fault) return tf(fault)
    return refused?.[0] === name ? refused[1] : ''
  }
  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form
      className="form"
      noValidate
      autoComplete="off"
      onSubmit={send}
      onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && send(event)}
    >
      {fields.map((field, i) => (
        <FormField
          key={field.name}
          field={field}
          value={filled[field.name] ?? ''}
          says={says(field.name)}
          first={i === 0}
          searches={props.searches ?? false}
          onChange={(value) => onChange(field.name, value)}
        />
      ))}
      <p className="form-fault" role="alert">
        {told && (
          <>
            <Icon name="circle-alert" size={14} />
            {told}
          </>
        )}
      </p>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={onCancel}>
          {t('cancel')}
        </button>
        <button type="submit" className="button primary" disabled={busy}>
          {submit}
        </button>
      </div>
    </form>
  )
}

/** Puts the focus on the first field with a fault, once that is shown. */
export function focusFault(): void {
  setTimeout(() => document.querySelector<HTMLElement>('.form [aria-invalid="true"]')?.focus())
}

interface FormFieldProps {
  field: RecordField
  value: string
  /** Why it cannot be sent as it is. */
  says: string
  first: boolean
  /** A text in one line, or one that nobody reads over a shoulder. */
  as?: 'line' | 'secret'
  searches?: boolean
  onChange: (value: string) => void
}

const types = { number: 'text', date: 'date', email: 'email', phone: 'tel' } as const

/** A field as its kind is, with what is wrong with it. */
export function FormField({ field, value, says, first, as, searches = false, onChange }: FormFieldProps) {
  const { name, label, kind, required, help, choices } = field
  const id = useId()
  const common = {
    id,
    name,
    'aria-required': required ?? false,
    'aria-invalid': says !== '',
    'aria-describedby': `${id}-help ${id}-fault`,
    ...(first ? { 'data-first': true } : {}),
  }
  const change = ({ target }: { target: { value: string } }) => onChange(target.value)
  const about = (
    <>
      <span id={`${id}-help`} className="faint">
        {help}
      </span>
      <span id={`${id}-fault`} className="form-fault">
        {says}
      </span>
    </>
  )
  if (kind === 'checkbox')
    return (
      <div className="form-field">
        <label className="form-check">
          <input
            type="checkbox"
            {...common}
            checked={value === 'true'}
            onChange={({ target }) => onChange(`${target.checked}`)}
          />
          <span>{label}</span>
        </label>
        {about}
      </div>
    )
  return (
    <div className="form-field">
      <label htmlFor={id}>
        {label} {!required && !searches && <span className="faint">{tf('optional')}</span>}
      </label>
      {as ? (
        <input
          type={as === 'secret' ? 'password' : 'text'}
          autoComplete="off"
          spellCheck={false}
          {...common}
          value={value}
          onChange={change}
        />
      ) : kind === 'text' ? (
        <textarea rows={1} {...common} value={value} onChange={change} />
      ) : kind === 'choice' ? (
        <select {...common} value={value} onChange={change}>
          {(!required || !choices?.includes(value)) && <option value="">{required ? tf('choose') : ''}</option>}
          {choices?.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          type={types[kind]}
          {...(kind === 'number' ? { inputMode: 'decimal' as const } : {})}
          {...common}
          value={value}
          onChange={change}
        />
      )}
      {about}
    </div>
  )
}
