import { type ReactNode, useEffect, useState } from 'react'
import type { Binding, BindingChange, ProviderKind, RecordField } from '../../api/wire.ts'
import type { Refusal } from '../live/refusal.ts'
import { begunOf, changeOf, fieldsOf, formOf, saysOf } from '../state/binding.ts'
import { type Filled, faultsIn } from '../state/form.ts'
import { tb } from '../words/bindings.ts'
import { tf } from '../words/form.ts'
import { Ends, FaultLine } from './ends.tsx'
import { FormField, focusFault } from './form.tsx'

interface BindingFormProps {
  kind: ProviderKind
  /** The one that is changed; without it one is set up. */
  binding?: Binding
  /** What stands before its steps. */
  before?: ReactNode
  busy: boolean
  submit: string
  /** Why it was not taken. */
  refusal: Refusal | undefined
  onChange: () => void
  onSubmit: (change: BindingChange, filled: Filled) => void
  onCancel?: () => void
}

/** What a kind of system asks for, in steps; each field says itself what is wrong with it. */
export function BindingForm(props: BindingFormProps) {
  const { kind, binding, before, busy, submit, refusal, onChange, onSubmit, onCancel } = props
  const form = formOf(kind, binding, { name: tb('name'), hint: tb('name.hint'), stays: tb('stays') })
  const fields = fieldsOf(form)
  const [filled, setFilled] = useState(() => begunOf(form, binding))
  const [sent, setSent] = useState(false)
  const faults = sent ? faultsIn(fields, filled) : undefined
  const at = fields.find(({ name }) => name === refusal?.problem.field)?.name
  useEffect(() => {
    if (at) focusFault()
  }, [at])
  const says = (name: string) => {
    const fault = faults?.get(name)
    if (fault) return tf(fault)
    return refusal && at === name ? saysOf(refusal.problem, refusal.reason) : ''
  }
  const refused = (why: Refusal) =>
    why.status === 0 ? tb('unreachable') : why.status === 409 ? tb('changed') : saysOf(why.problem, why.reason)
  const told = !refusal || at ? '' : refused(refusal)
  const one = (field: RecordField) => (
    <FormField
      key={field.name}
      field={field}
      value={filled[field.name] ?? ''}
      says={says(field.name)}
      first={false}
      {...(field.name.startsWith('keys.') ? { as: 'secret' } : field.kind === 'text' ? { as: 'line' } : {})}
      onChange={(value) => {
        setFilled({ ...filled, [field.name]: value })
        onChange()
      }}
    />
  )
  const send = () => {
    setSent(true)
    if (faultsIn(fields, filled).size > 0) focusFault()
    else onSubmit(changeOf(form, filled), filled)
  }
  return (
    <form
      className="form steps binding-form"
      autoComplete="off"
      noValidate
      {...(binding ? { 'aria-label': tb(binding.removed_at ? 'again.one' : 'edit.one', binding) } : {})}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <ol>
        {before && (
          <li>
            <h3>{tb('kind')}</h3>
            {before}
          </li>
        )}
        <li>
          <h3>{tb('where')}</h3>
          {one(form.name)}
          {form.settings.map(one)}
        </li>
        {form.keys.length > 0 && (
          <li>
            <h3>{tb('keys')}</h3>
            <p className="muted">{tb('keys.text')}</p>
            {form.keys.map(one)}
          </li>
        )}
      </ol>
      <FaultLine says={told} />
      <Ends submit={submit} busy={busy} onCancel={onCancel} />
    </form>
  )
}
