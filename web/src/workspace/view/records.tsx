import type { ReactNode } from 'react'
import type { RecordDetail, RecordField, RecordRow } from '../../api/wire.ts'
import { dayTime } from '../../shared/time.ts'
import { millis, rowTime } from '../state/time.ts'
import { tr } from '../words/records.ts'
import { t } from '../words/t.ts'
import { Icon } from './icon.tsx'
import { Outside, recordState } from './record.tsx'

const states = ['owed', 'kept', 'parked'] as const

interface FiltersProps {
  types: readonly { id: string; name: string }[]
  type: string
  state: string
  q: string
  /** Where the records are had as a table, and whether a type has to be chosen before. */
  table: string | undefined
  hint: boolean
  onType: (type: string) => void
  onState: (state: string) => void
  onQ: (q: string) => void
}

/** What narrows the list of records. */
export function Filters({ types, type, state, q, table, hint, onType, onState, onQ }: FiltersProps) {
  return (
    <search className="records-filters">
      <input
        type="search"
        aria-label={tr('search')}
        placeholder={tr('search')}
        maxLength={200}
        value={q}
        onChange={({ target }) => onQ(target.value)}
      />
      <select aria-label={tr('type')} value={type} onChange={({ target }) => onType(target.value)}>
        <option value="">{tr('type.all')}</option>
        {types.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <select aria-label={tr('state')} value={state} onChange={({ target }) => onState(target.value)}>
        <option value="">{tr('state.all')}</option>
        {states.map((one) => (
          <option key={one} value={one}>
            {tr(`state.${one}`)}
          </option>
        ))}
      </select>
      {table && (
        <a className="button" href={table} download>
          <Icon name="download" size={14} />
          {tr('export')}
        </a>
      )}
      {hint && <p className="faint">{tr('export.hint')}</p>}
    </search>
  )
}

interface RecordListProps {
  records: readonly RecordRow[] | undefined
  open: string | undefined
  now: number
  failed: boolean
  filtered: boolean
  busy: boolean
  link: (record: RecordRow, children: ReactNode) => ReactNode
  onRetry: () => void
  onMore?: () => void
}

export function RecordList({ records, open, now, failed, filtered, busy, link, onRetry, onMore }: RecordListProps) {
  if (failed)
    return (
      <div className="records-told" role="alert">
        <p>{tr('failed')}</p>
        <button type="button" className="button" onClick={onRetry}>
          {t('retry')}
        </button>
      </div>
    )
  if (!records) return <p className="records-told muted">{tr('loading')}</p>
  if (records.length === 0) return <p className="records-told muted">{tr(filtered ? 'none.found' : 'none')}</p>
  return (
    <>
      <ul className="records-rows">
        {records.map((record) => (
          <li key={record.id} className={record.id === open ? 'current' : undefined}>
            {link(
              record,
              <>
                <span className="records-title">
                  <span className="grow cut">{record.title}</span>
                  <time dateTime={record.created_at}>{rowTime(millis(record.created_at), now)}</time>
                </span>
                <span className="records-sub">
                  <span className="grow cut">
                    {[record.type.name, record.customer || tr('visitor'), authorOf(record)].filter(Boolean).join(' · ')}
                  </span>
                  {record.state !== 'kept' && <StateChip state={record.state} />}
                </span>
              </>,
            )}
          </li>
        ))}
      </ul>
      {onMore && (
        <button type="button" className="button records-more" disabled={busy} onClick={onMore}>
          {tr(busy ? 'loading' : 'more')}
        </button>
      )}
    </>
  )
}

// authorOf says who has created a record: an agent, or a rule.
const authorOf = ({ author, rule }: RecordRow) => author.name || (rule ? tr('rule', { name: rule }) : '')

const StateChip = ({ state }: { state: RecordRow['state'] }) => (
  <span className={`chip ${state === 'parked' ? 'priority urgent' : ''}`}>{tr(`state.${state}`)}</span>
)

interface RecordFactsProps {
  record: RecordDetail
  /** Its type's; nothing where that is not offered any more. */
  fields: readonly RecordField[] | undefined
  now: number
  busy: boolean
  /** Why it was not tried again. */
  fault: string
  session: (words: string) => ReactNode
  onEdit: () => void
  onAgain: () => void
  onClose: () => void
}

export function RecordFacts(props: RecordFactsProps) {
  const { record, fields, busy, fault, session, onEdit, onAgain, onClose } = props
  const labels = labelsOf(record, fields)
  const line = (words: string, value: ReactNode) =>
    value && (
      <>
        <dt>{words}</dt>
        <dd>{value}</dd>
      </>
    )
  return (
    <section className="record" aria-labelledby="record-title">
      <header className="record-head">
        <button type="button" className="icon-button record-back" aria-label={tr('close')} onClick={onClose}>
          <Icon name="arrow-left" size={20} />
        </button>
        <div className="grow">
          <h2 id="record-title">{record.title}</h2>
          <p className="muted">{record.type.name}</p>
        </div>
        {(record.state === 'parked' || (record.state === 'kept' && record.reason)) && (
          <button type="button" className="button" disabled={busy} onClick={onAgain}>
            {tr('again')}
          </button>
        )}
        {fields && (
          <button type="button" className="button" onClick={onEdit}>
            <Icon name="pencil" size={14} />
            {tr('edit')}
          </button>
        )}
      </header>
      <p className="form-fault" role="alert">
        {fault}
      </p>
      <section>
        <h3>{tr('fields')}</h3>
        <dl>
          {[...labels].map(([name, label]) => (
            <div key={name}>
              <dt>{label}</dt>
              <dd>
                {valueWords(record.fields[name], kindOf(fields, name)) || <span className="faint">{tr('empty')}</span>}
              </dd>
            </div>
          ))}
        </dl>
        {!fields && <p className="faint">{tr('not.offered')}</p>}
      </section>
      <section>
        <h3>{tr('about')}</h3>
        <dl className="record-lines">
          {line(tr('status'), recordState(record) || tr('state.kept'))}
          {line(tr('outside'), record.address && <Outside title={record.title} address={record.address} />)}
          {line(tr('session'), session(tr('session.open', { number: record.session.number })))}
          {line(tr('customer'), record.customer)}
          {line(tr('author'), authorOf(record))}
          {line(tr('created'), dayTime(millis(record.created_at)))}
        </dl>
      </section>
      <section>
        <h3>{tr('history')}</h3>
        {record.edits.length === 0 && <p className="faint">{tr('unchanged')}</p>}
        <ol className="record-edits">
          {record.edits.map(({ version, at, agent, changes }) => (
            <li key={version}>
              <p className="muted">{tr('edit.by', { name: agent.name, time: dayTime(millis(at)) })}</p>
              {Object.entries(changes).map(([name, { before, after }]) => (
                <p key={name}>
                  {changeWords(
                    labels.get(name) ?? name,
                    valueWords(before, kindOf(fields, name)),
                    valueWords(after, kindOf(fields, name)),
                  )}
                </p>
              ))}
              {Object.keys(changes).length === 0 && <p>{tr('edit.again')}</p>}
            </li>
          ))}
        </ol>
      </section>
    </section>
  )
}

function changeWords(label: string, before: string, after: string): string {
  if (!before) return tr('edit.came', { label, after })
  return after ? tr('edit.from', { label, before, after }) : tr('edit.went', { label, before })
}

const kindOf = (fields: readonly RecordField[] | undefined, name: string) => fields?.find((f) => f.name === name)?.kind

function valueWords(value: string | undefined, kind: RecordField['kind'] | undefined): string {
  if (kind === 'checkbox' && value) return tr(value === 'true' ? 'yes' : 'no')
  return value ?? ''
}

// labelsOf gives what the fields are called, in the order of the form; those that the type has no more, by their names.
function labelsOf(record: RecordDetail, fields: readonly RecordField[] | undefined): Map<string, string> {
  const labels = new Map(fields?.map(({ name, label }) => [name, label]))
  for (const name of Object.keys(record.fields)) if (!labels.has(name)) labels.set(name, name)
  return labels
}
