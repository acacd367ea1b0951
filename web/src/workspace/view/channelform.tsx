import { type FormEvent, type ReactNode, useId } from 'react'
import type { AddedChannel, Department } from '../../api/wire.ts'
import type { ChannelKind } from '../state/channel.ts'
import { ts } from '../words/settings.ts'
import { Copied } from './copied.tsx'
import { Ends, FaultLine } from './ends.tsx'

interface ChannelFormProps {
  kind: ChannelKind
  departments: readonly Department[]
  department: string
  /** What it is called where nothing else is said. */
  usual: string
  mode: string
  /** What Slack asks for, and why there is none. */
  manifest: string | undefined
  unmade: string
  busy: boolean
  /** Why it was not added, and which field that is about. */
  fault: string | undefined
  field: string
  onDepartment: (id: string) => void
  onName: (name: string) => void
  onMode: (mode: string) => void
  onChange: () => void
  onSubmit: (event: FormEvent<HTMLFormElement>) => void
}

const site = 'https://api.slack.com/apps'

/** What has to be known of a channel, step by step. */
export function ChannelForm(props: ChannelFormProps) {
  const { kind, departments, department, usual, mode, manifest, unmade, busy, fault, field } = props
  const secret = mode === 'events' ? 'signing_secret' : 'app_token'
  const at = (name: string) => (fault && field === name ? fault : undefined)
  return (
    <form className="steps" autoComplete="off" onChange={props.onChange} onSubmit={props.onSubmit}>
      <ol>
        <Step title={ts('where')}>
          <label>
            <span>{ts('department')}</span>
            <select name="department" value={department} onChange={(e) => props.onDepartment(e.currentTarget.value)}>
              {departments.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <Field name="name" hint={ts('name.hint', { name: usual })} fault={at('name')} onInput={props.onName} />
          {kind === 'slack' && (
            <fieldset className="choices">
              <legend>{ts('mode')}</legend>
              {(['socket', 'events'] as const).map((each) => (
                <label key={each}>
                  <input
                    type="radio"
                    name="mode"
                    value={each}
                    checked={mode === each}
                    onChange={() => props.onMode(each)}
                  />
                  <span>
                    {ts(`mode.${each}`)} <span className="faint">{ts(`mode.${each}.hint`)}</span>
                  </span>
                </label>
              ))}
            </fieldset>
          )}
        </Step>
        {kind === 'slack' && (
          <Step title={ts('app')}>
            <p className="muted">
              {ts('app.text', { site: '\n' })
                .split('\n')
                .flatMap((part, i) => (i === 0 ? [part] : [<Site key="site" />, part]))}
            </p>
            {unmade ? (
              <p className="fault">{ts('unmade', { reason: unmade })}</p>
            ) : (
              <Copied label={ts('manifest')} text={manifest ?? ''} />
            )}
          </Step>
        )}
        {kind !== 'widget' && (
          <Step title={ts('keys')}>
            <p className="muted">{ts('keys.text')}</p>
            {(kind === 'slack' ? (['bot_token', secret] as const) : (['token'] as const)).map((name) => (
              <Field key={name} name={name} secret hint={ts(`${name}.hint`)} fault={at(name)} />
            ))}
          </Step>
        )}
        {kind === 'slack' && (
          <Step title={ts('room')}>
            <Field name="room" label={ts('room.label')} hint={ts('room.hint')} fault={at('room')} />
          </Step>
        )}
        {kind === 'widget' && (
          <>
            <Step title={ts('sites')}>
              <Field name="origins" many hint={ts('origins.hint')} fault={at('origins')} />
              <label className="check">
                <input type="checkbox" name="files" />
                <span>{ts('files')}</span>
              </label>
            </Step>
            <Step title={ts('texts')}>
              <Field name="title" hint={ts('texts.title.hint')} fault={at('title')} />
              <Field name="greeting" hint={ts('greeting.hint')} fault={at('greeting')} />
            </Step>
          </>
        )}
      </ol>
      <FaultLine says={fault ?? ''} />
      <Ends submit={ts(busy ? 'busy' : 'submit')} busy={busy} />
    </form>
  )
}

const Site = () => (
  <a href={site} target="_blank" rel="noreferrer">
    api.slack.com/apps
  </a>
)

function Step({ title, children }: { title: string; children: ReactNode }) {
  return (
    <li>
      <h3>{title}</h3>
      {children}
    </li>
  )
}

interface KeysFormProps {
  slug: string
  names: readonly string[]
  busy: boolean
  /** Why they were not taken, and which field that is about. */
  fault: string | undefined
  field: string
  onSubmit: (event: FormEvent<HTMLFormElement>) => void
  onCancel: () => void
}

/** The keys that a channel is given in the place of those that it has. */
export function KeysForm({ slug, names, busy, fault, field, onSubmit, onCancel }: KeysFormProps) {
  return (
    <form className="rekey" aria-label={ts('rekey.one', { name: slug })} autoComplete="off" onSubmit={onSubmit}>
      <p className="muted">{ts('rekey.text')}</p>
      {(names as FieldProps['name'][]).map((name) => (
        <Field
          key={name}
          name={name}
          secret
          hint={ts(`${name}.hint` as 'token.hint')}
          fault={field === name ? fault : undefined}
        />
      ))}
      <FaultLine says={fault ?? ''} />
      <Ends submit={ts(busy ? 'busy' : 'rekey.submit')} busy={busy} onCancel={onCancel} />
    </form>
  )
}

interface FieldProps {
  name: 'name' | 'bot_token' | 'app_token' | 'signing_secret' | 'token' | 'room' | 'origins' | 'title' | 'greeting'
  label?: string
  hint: string
  fault: string | undefined
  secret?: boolean
  many?: boolean
  onInput?: (text: string) => void
}

function Field({ name, label = ts(name), hint, fault, secret, many, onInput }: FieldProps) {
  const id = useId()
  const common = {
    id,
    name,
    autoComplete: 'off',
    spellCheck: false,
    'aria-invalid': fault !== undefined,
    'aria-describedby': `${id}-hint`,
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {many ? (
        <textarea rows={3} {...common} />
      ) : (
        <input
          type={secret ? 'password' : 'text'}
          maxLength={secret ? 4096 : 200}
          onInput={(event) => onInput?.(event.currentTarget.value)}
          {...common}
        />
      )}
      <span id={`${id}-hint`} className="faint">
        {hint}
      </span>
    </div>
  )
}

interface AddedProps {
  added: AddedChannel
  /** What its network said when it was tested, or why it was not well. */
  answer: string
  fault: string
  onAnother: () => void
}

/** A channel is there: what its network says, and what is left to do. */
export function Added({ added: { channel, embed }, answer, fault, onAnother }: AddedProps) {
  return (
    <section className="add">
      <h2>{ts('added', { name: channel.slug })}</h2>
      <div role="status">
        {answer && <p>{ts('well', { answer })}</p>}
        {fault && <p className="fault">{fault}</p>}
        {embed && <p>{ts('embed')}</p>}
        {channel.kind === 'slack' && <p className="muted">{ts('next')}</p>}
      </div>
      {embed && <Copied label={ts('embed')} text={embed} />}
      <button type="button" className="button" onClick={onAnother}>
        {ts('another')}
      </button>
    </section>
  )
}
