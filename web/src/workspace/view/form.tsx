import { type FormEvent, type KeyboardEvent, type ReactNode, useId } from 'react'
import type { RecordField } from '../../api/wire.ts'
import type { Fault, Filled } from '../state/form.ts'
import { tf } from '../words/form.ts'
import { t } from '../words/t.ts'
import { FaultLine } from './ends.tsx'

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
      <FaultLine says={told} className="form-fault" />
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

interface FrameProps {
  name: string
  label: string
  /** Said beside the label. */
  note?: string
  help?: string | undefined
  /** Why it cannot be sent as it is. */
  says: string
  required?: boolean | undefined
  first?: boolean
  /** What is written or chosen in, with what makes it the label's. */
  children: (common: Common) => ReactNode
}

interface Common {
  id: string
  name: string
  'aria-required': boolean
  'aria-invalid': boolean
  'aria-describedby': string
  'data-first'?: true
}

/** A field with its label, what helps to fill it in, and what is wrong with it. */
export function Frame({ name, label, note, help, says, required = false, first = false, children }: FrameProps) {
  const id = useId()
  return (
    <div className="form-field">
      <label htmlFor={id}>
        {label} {note && <span className="faint">{note}</span>}
      </label>
      {children(commonOf(id, name, required, says, first))}
      <About id={id} help={help} says={says} />
    </div>
  )
}

const commonOf = (id: string, name: string, required: boolean, says: string, first: boolean): Common => ({
  id,
  name,
  'aria-required': required,
  'aria-invalid': says !== '',
  'aria-describedby': `${id}-help ${id}-fault`,
  ...(first ? { 'data-first': true } : {}),
})

const About = ({ id, help, says }: { id: string; help: string | undefined; says: string }) => (
  <>
    <span id={`${id}-help`} className="faint">
      {help}
    </span>
    <span id={`${id}-fault`} className="form-fault">
      {says}
    </span>
  </>
)

/** A field as its kind is, with what is wrong with it. */
export function FormField({ field, value, says, first, as, searches = false, onChange }: FormFieldProps) {
  const { name, label, kind, required, help, choices } = field
  const id = useId()
  const change = ({ target }: { target: { value: string } }) => onChange(target.value)
  if (kind === 'checkbox')
    return (
      <div className="form-field">
        <label className="form-check">
          <input
            type="checkbox"
            {...commonOf(id, name, required ?? false, says, first)}
            checked={value === 'true'}
            onChange={({ target }) => onChange(`${target.checked}`)}
          />
          <span>{label}</span>
        </label>
        <About id={id} help={help} says={says} />
      </div>
    )
  return (
    <Frame
      name={name}
      label={label}
      note={required || searches ? '' : tf('optional')}
      help={help}
      says={says}
      required={required}
      first={first}
    >
      {(common) =>
        as ? (
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
        )
      }
    </Frame>
  )
}
