import { type KeyboardEvent, type ReactNode, type SyntheticEvent, useEffect, useRef } from 'react'
import type { Department, RecordField, RecordType } from '../../api/wire.ts'
import { insertName, type RuleDraft, type RuleEvent, ruleEvents, withExample, withText } from '../state/rule.ts'
import { tu } from '../words/rules.ts'
import { Ends, FaultLine } from './ends.tsx'
import { Frame } from './form.tsx'
import { RuleHelp } from './rulehelp.tsx'

interface RuleFormProps {
  label: string
  draft: RuleDraft
  /** Those that it can be added to; none where it is there, and stays where it is. */
  departments: readonly Department[]
  /** What its department's rules can create. */
  types: readonly RecordType[]
  /** The place with a fault, and what is wrong there. */
  wrong: { at: string; says: string }
  /** Why it was not taken, where that is about no place. */
  told: string
  /** Where there is nothing that it could create. */
  none: ReactNode
  /** What somebody else has made of it meanwhile. */
  theirs?: ReactNode
  trial: ReactNode
  busy: boolean
  submit: string
  onDraft: (draft: RuleDraft) => void
  onSubmit: () => void
  onCancel: () => void
}

type Written = HTMLTextAreaElement | HTMLInputElement

/** What a rule waits for and what it creates, in steps; each field says itself what is wrong with it. */
export function RuleForm(props: RuleFormProps) {
  const { label, draft, departments, types, wrong, told, none, theirs, trial, busy, submit } = props
  const { onDraft, onSubmit, onCancel } = props
  const last = useRef<{ place: string; field: Written }>(undefined) // where was written last
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  const says = (place: string) => (wrong.at === place ? wrong.says : '')
  const change = (more: Partial<RuleDraft>) => onDraft({ ...draft, ...more })
  const marks = (place: string) => ({
    onFocus: ({ currentTarget: field }: SyntheticEvent<Written>) => {
      last.current = { place, field }
    },
  })
  const write = (place: string, text: string) =>
    place === 'when'
      ? change({ when: text })
      : change({ fields: withText(draft.fields, place.slice('fields.'.length), text) })
  const insert = (name: string) => {
    const into = last.current
    if (!into?.field.isConnected) return write('when', insertName('when', draft.when, Infinity, Infinity, name).text)
    const { place, field } = into
    const { text, at } = insertName(place, field.value, field.selectionStart ?? 0, field.selectionEnd ?? 0, name)
    write(place, text)
    setTimeout(() => {
      field.focus()
      field.setSelectionRange(at, at)
    })
  }
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form
      className="form steps rule-form"
      aria-label={label}
      autoComplete="off"
      noValidate
      onSubmit={send}
      onKeyDown={(event: KeyboardEvent) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && send(event)}
    >
      <ol>
        <li>
          <h3>{tu('called')}</h3>
          <Frame name="name" label={tu('name')} help={tu('name.hint')} says={says('name')} required>
            {(common) => (
              <input
                {...common}
                ref={first}
                type="text"
                value={draft.name}
                onChange={({ target }) => change({ name: target.value })}
              />
            )}
          </Frame>
          {departments.length > 0 && (
            <Frame name="department" label={tu('department')} help={tu('department.hint')} says={says('department')}>
              {(common) => (
                <select
                  {...common}
                  value={draft.department}
                  onChange={({ target }) => change({ department: target.value, type: '' })}
                >
                  {departments.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </select>
              )}
            </Frame>
          )}
        </li>
        <li>
          <h3>{tu('fires')}</h3>
          <Frame name="on" label={tu('event')} says={says('on')}>
            {(common) => (
              <select {...common} value={draft.on} onChange={({ target }) => change({ on: target.value as RuleEvent })}>
                {ruleEvents.map((event) => (
                  <option key={event} value={event}>
                    {tu(`event.${event}`)}
                  </option>
                ))}
              </select>
            )}
          </Frame>
          <Frame name="when" label={tu('when')} help={tu('when.hint')} says={says('when')}>
            {(common) => (
              <textarea
                {...common}
                className="rule-code"
                dir="ltr"
                rows={2}
                spellCheck={false}
                value={draft.when}
                onChange={({ target }) => change({ when: target.value })}
                {...marks('when')}
              />
            )}
          </Frame>
          <RuleHelp
            on={draft.on}
            onExample={(text) => change({ when: withExample(draft.when, text) })}
            onName={insert}
          />
        </li>
        <li>
          <h3>{tu('what')}</h3>
          {none || (
            <Writes
              draft={draft}
              types={types}
              says={says}
              marks={marks}
              onType={(type) => change({ type })}
              onWrite={write}
            />
          )}
        </li>
        <li>
          <h3>{tu('trial')}</h3>
          {trial}
        </li>
      </ol>
      <div className="form-field">
        <label className="form-check">
          <input
            type="checkbox"
            checked={draft.enabled}
            onChange={({ target }) => change({ enabled: target.checked })}
          />
          <span>{tu('enabled')}</span>
        </label>
        <span className="faint">{tu('enabled.hint')}</span>
      </div>
      {theirs}
      <FaultLine says={told} />
      <Ends submit={submit} busy={busy} onCancel={onCancel} />
    </form>
  )
}

interface WritesProps {
  draft: RuleDraft
  types: readonly RecordType[]
  says: (place: string) => string
  marks: (place: string) => { onFocus: (event: SyntheticEvent<Written>) => void }
  onType: (type: string) => void
  onWrite: (place: string, text: string) => void
}

// What it creates, and what it writes into each of its fields.
function Writes({ draft, types, says, marks, onType, onWrite }: WritesProps) {
  const type = types.find(({ id }) => id === draft.type)
  return (
    <>
      <Frame
        name="type"
        label={tu('type')}
        help={type?.use === 'account' ? tu('type.matches') : ''}
        says={says('type')}
        required
      >
        {(common) => (
          <select {...common} value={draft.type} onChange={({ target }) => onType(target.value)}>
            {!type && <option value={draft.type}>{draft.type ? tu('gone') : tu('type.choose')}</option>}
            {types.map(({ id, name, use }) => (
              <option key={id} value={id}>
                {use === 'account' ? tu('type.account', { name }) : name}
              </option>
            ))}
          </select>
        )}
      </Frame>
      {type && (
        // biome-ignore lint/a11y/useSemanticElements: steps have no frames within
        <div className="rule-fields" role="group" aria-label={tu('fields')}>
          <p className="muted">{tu('fields.hint', { example: 'Complaint of {{customer.name}}' })}</p>
          {type.fields.map((field) => (
            <Frame
              key={field.name}
              name={`fields.${field.name}`}
              label={field.label}
              note={field.required ? tu('needed') : ''}
              help={helpOf(field)}
              says={says(`fields.${field.name}`)}
            >
              {(common) => (
                <textarea
                  {...common}
                  rows={1}
                  placeholder={emptyOf(field, draft)}
                  value={draft.fields[field.name] ?? ''}
                  onChange={({ target }) => onWrite(`fields.${field.name}`, target.value)}
                  {...marks(`fields.${field.name}`)}
                />
              )}
            </Frame>
          ))}
        </div>
      )}
    </>
  )
}

// emptyOf says what a field gets in which nothing is written.
function emptyOf({ name, default: value }: RecordField, draft: RuleDraft): string {
  if (draft.fields[name] === '') return tu('begins.empty')
  return value ? tu('begins.with', { value }) : tu('begins')
}

// helpOf says how a value of a field is written.
function helpOf({ kind, choices = [] }: RecordField): string {
  if (kind === 'choice') return tu('kind.choice', { choices: choices.join(', ') })
  return kind === 'number' || kind === 'date' || kind === 'checkbox' ? tu(`kind.${kind}`) : ''
}
