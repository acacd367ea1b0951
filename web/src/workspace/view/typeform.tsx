import { type ReactNode, useId } from 'react'
import type { RecordType } from '../../api/wire.ts'
import { added, changed, type FieldDraft, kinds, moved, type TypeDraft, without } from '../state/type.ts'
import { tt } from '../words/types.ts'
import { Ask } from './dialog.tsx'
import { Ends, FaultLine } from './ends.tsx'
import { Icon, type IconName } from './icon.tsx'

interface TypeRowProps {
  type: RecordType
  /** What keeps its records, where that is not Parley. */
  keeper: string | undefined
  open: boolean
  onEdit: () => void
  onRemove: () => void
  children: ReactNode
}

/** A type, and what can be done with it. */
export function TypeRow({
  type: { name, use, fields, remote = '' },
  keeper,
  open,
  onEdit,
  onRemove,
  children,
}: TypeRowProps) {
  return (
    <li className="channel type">
      <span className="channel-kind">
        <Icon name="clipboard" size={20} />
      </span>
      <div className="channel-words">
        <h3 className="cut">{name}</h3>
        {use === 'account' && <p className="muted">{tt('account')}</p>}
        {keeper && <p className="muted">{tt('keeper', { keeper, remote })}</p>}
        <p className="muted">
          {tt('count', { count: fields.length })}: {fields.map(({ label }) => label).join(', ')}
        </p>
      </div>
      <span className="channel-acts">
        <button
          type="button"
          className="button"
          aria-label={tt('edit.one', { name })}
          aria-expanded={open}
          onClick={onEdit}
        >
          {tt('edit')}
        </button>
        <button type="button" className="button" aria-label={tt('remove.one', { name })} onClick={onRemove}>
          {tt('remove')}
        </button>
      </span>
      {children}
    </li>
  )
}

export function RemoveType(props: { name: string; onConfirm: () => void; onCancel: () => void }) {
  return (
    <Ask
      danger
      title={tt('remove.title', { name: props.name })}
      text={tt('remove.text')}
      confirm={tt('remove.confirm')}
      onConfirm={props.onConfirm}
      onCancel={props.onCancel}
    />
  )
}

interface TypeFormProps {
  label: string
  draft: TypeDraft
  /** What it is for is to be said. */
  choosesUse: boolean
  busy: boolean
  submit: string
  /** Where the server found a fault, what it says, and how it calls the place. */
  refused: { at: number; part: string } | undefined
  told: string
  field: string
  /** Says where its records live, of a new one. */
  home?: ReactNode
  onDraft: (draft: TypeDraft) => void
  onSubmit: () => void
  onCancel: () => void
}

/** What a type is called and asks for. */
export function TypeForm(props: TypeFormProps) {
  const { label, draft, choosesUse, busy, submit, refused, told, field, onDraft, onSubmit, onCancel } = props
  const id = useId()
  const says = told.startsWith(`${field} `) ? told.slice(field.length + 1) : told
  const whose =
    refused &&
    (refused.at < 0 ? tt('name') : draft.fields[refused.at]?.label || tt('field', { number: refused.at + 1 }))
  return (
    <form
      className="type-form"
      aria-label={label}
      autoComplete="off"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <Line
        label={tt('name')}
        hint={tt('name.hint')}
        value={draft.name}
        wrong={refused?.at === -1}
        onChange={(name) => onDraft({ ...draft, name })}
      />
      {choosesUse && (
        <div className="field">
          <label htmlFor={`${id}-use`}>{tt('use')}</label>
          <select
            id={`${id}-use`}
            value={draft.use}
            aria-describedby={`${id}-use-hint`}
            onChange={({ target }) => onDraft({ ...draft, use: target.value as TypeDraft['use'] })}
          >
            <option value="record">{tt('use.record')}</option>
            <option value="account">{tt('use.account')}</option>
          </select>
          <span id={`${id}-use-hint`} className="faint">
            {tt(`use.${draft.use}.hint`)}
          </span>
        </div>
      )}
      {props.home}
      <p className="type-form-fields" id={`${id}-fields`}>
        {tt('fields')}
      </p>
      <ol className="type-fields" aria-labelledby={`${id}-fields`}>
        {draft.fields.map((one, i) => (
          <li key={one.key}>
            <OneField
              field={one}
              title={one.label || tt('field', { number: i + 1 })}
              wrong={refused?.at === i ? refused.part : ''}
              first={i === 0}
              last={i === draft.fields.length - 1}
              onChange={(change) => onDraft(changed(draft, one.key, change))}
              onMove={(by) => onDraft(moved(draft, one.key, by))}
              onRemove={() => onDraft(without(draft, one.key))}
            />
          </li>
        ))}
      </ol>
      <p>
        <button type="button" className="button small" onClick={() => onDraft(added(draft))}>
          {tt('field.add')}
        </button>
      </p>
      <FaultLine says={told && whose ? `${whose}: ${says}` : told} />
      <Ends submit={submit} busy={busy} onCancel={onCancel} />
    </form>
  )
}

interface OneFieldProps {
  field: FieldDraft
  title: string
  /** The part in which a fault was found. */
  wrong: string
  first: boolean
  last: boolean
  onChange: (change: Partial<FieldDraft>) => void
  onMove: (by: 1 | -1) => void
  onRemove: () => void
}

function OneField({ field, title, wrong, first, last, onChange, onMove, onRemove }: OneFieldProps) {
  const { name, label, kind, required, help, choices } = field
  const id = useId()
  const button = (icon: IconName, words: string, run: () => void, off: boolean) => (
    <button type="button" className="icon-button small" title={words} aria-label={words} disabled={off} onClick={run}>
      <Icon name={icon} />
    </button>
  )
  return (
    <fieldset>
      <legend>{title}</legend>
      <div className="type-field-acts">
        {button('arrow-up', tt('field.up', { label: title }), () => onMove(-1), first)}
        {button('arrow-down', tt('field.down', { label: title }), () => onMove(1), last)}
        {button('x', tt('field.remove', { label: title }), onRemove, first && last)}
      </div>
      <Line label={tt('label')} value={label} wrong={wrong === 'label'} onChange={(to) => onChange({ label: to })} />
      <div className="field">
        <label htmlFor={`${id}-kind`}>{tt('kind')}</label>
        <select
          id={`${id}-kind`}
          value={kind}
          onChange={({ target }) => onChange({ kind: target.value as FieldDraft['kind'] })}
        >
          {kinds.map((one) => (
            <option key={one} value={one}>
              {tt(`kind.${one}`)}
            </option>
          ))}
        </select>
      </div>
      {kind === 'choice' && (
        <div className="field wide">
          <label htmlFor={`${id}-choices`}>{tt('choices')}</label>
          <textarea
            id={`${id}-choices`}
            rows={4}
            value={choices}
            aria-invalid={wrong === 'choices'}
            onChange={({ target }) => onChange({ choices: target.value })}
          />
        </div>
      )}
      <Line
        label={tt('field.name')}
        hint={tt('field.name.hint')}
        value={name}
        wrong={wrong === 'name'}
        onChange={(to) => onChange({ name: to })}
      />
      <Line
        label={tt('default')}
        value={field.default ?? ''}
        wrong={wrong === 'default'}
        onChange={(to) => onChange({ default: to })}
      />
      <Line label={tt('help')} value={help ?? ''} wrong={wrong === 'help'} onChange={(to) => onChange({ help: to })} />
      <label className="check">
        <input
          type="checkbox"
          checked={required ?? false}
          onChange={({ target }) => onChange({ required: target.checked })}
        />
        <span>{tt(kind === 'checkbox' ? 'required.checkbox' : 'required')}</span>
      </label>
    </fieldset>
  )
}

interface LineProps {
  label: string
  hint?: string
  value: string
  wrong: boolean
  onChange: (value: string) => void
}

function Line({ label, hint, value, wrong, onChange }: LineProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        maxLength={1000}
        value={value}
        aria-invalid={wrong}
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
        onChange={({ target }) => onChange(target.value)}
      />
      {hint && (
        <span id={`${id}-hint`} className="faint">
          {hint}
        </span>
      )}
    </div>
  )
}
