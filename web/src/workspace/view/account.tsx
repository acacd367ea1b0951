import type { Account, Candidate, RecordField, SessionDetail } from '../../api/wire.ts'
import { millis, rowTime } from '../state/time.ts'
import { ta } from '../words/account.ts'
import { Ask } from './dialog.tsx'
import { FaultLine } from './ends.tsx'
import { Outside, recordState } from './record.tsx'

// An account is told by so many of its fields; all of them are where it is kept.
const few = 5

interface LinesProps {
  of: { title: string; fields: Readonly<Record<string, string>> }
  fields: readonly RecordField[]
}

/** What an account says, beside its title. */
function Lines({ of, fields }: LinesProps) {
  const said = fields
    .map(({ name, label, kind }) => ({ name, label, value: valueWords(of.fields[name], kind) }))
    .filter(({ value }) => value && value !== of.title)
  if (said.length === 0) return null
  return (
    <dl>
      {said.slice(0, few).map(({ name, label, value }) => (
        <div key={name}>
          <dt>{label}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function valueWords(value: string | undefined, kind: RecordField['kind']): string {
  if (kind === 'checkbox' && value) return ta(value === 'true' ? 'yes' : 'no')
  return value ?? ''
}

interface AccountFactsProps {
  account: Account
  fields: readonly RecordField[]
  now: number
  busy: boolean
  /** Why it was not taken back. */
  fault: string
  onTakeBack: () => void
}

/** The customer's account: what it says, how it stands, and who has matched it. */
export function AccountFacts({ account, fields, now, busy, fault, onTakeBack }: AccountFactsProps) {
  const { title, address, state, matched_at, matched_by, rule } = account
  const stands = recordState(account)
  return (
    <>
      <p className="account-title">{title}</p>
      <Lines of={account} fields={fields} />
      {stands && <p className={state === 'parked' ? 'record-state bad' : 'record-state'}>{stands}</p>}
      <p className="account-by">
        {ta('by', { name: rule ? ta('rule', { rule }) : matched_by.name, time: rowTime(millis(matched_at), now) })}
      </p>
      <p className="account-acts">
        <Outside title={title} address={address} />
        <button type="button" className="button small" disabled={busy} onClick={onTakeBack}>
          {ta('takeback')}
        </button>
      </p>
      <FaultLine className="form-fault" says={fault} />
    </>
  )
}

interface UnmatchedProps {
  /** How far a rule's search has come. */
  search: SessionDetail['account_search']
  busy: boolean
  searching: boolean
  onFind: () => void
  onSearch: () => void
  onRegister: () => void
}

/** What can be done for a customer without an account. */
export function Unmatched({ search, busy, searching, onFind, onSearch, onRegister }: UnmatchedProps) {
  return (
    <>
      <p className="account-none">{ta(search ?? 'none')}</p>
      <p className="account-acts">
        <button type="button" className="button small" title={ta('find.hint')} disabled={busy} onClick={onFind}>
          {ta(busy && !searching ? 'finding' : 'find')}
        </button>
        <button type="button" className="button small" aria-expanded={searching} onClick={onSearch}>
          {ta('search.open')}
        </button>
        <button type="button" className="button small" onClick={onRegister}>
          {ta('register')}
        </button>
      </p>
    </>
  )
}

interface CandidatesProps {
  /** Nothing where nobody has looked yet. */
  found: readonly Candidate[] | undefined
  /** They were looked for by what somebody has filled in. */
  searched: boolean
  fields: readonly RecordField[]
  /** Why none could be looked for, or matched. */
  fault: string
  busy: boolean
  onMatch: (account: string) => void
}

/** Accounts that may be the customer's. */
export function Candidates({ found, searched, fields, fault, busy, onMatch }: CandidatesProps) {
  return (
    <>
      <p className="account-found" role="status">
        {found &&
          (found.length > 0 ? ta('found', { count: found.length }) : ta(searched ? 'found.none.search' : 'found.none'))}
      </p>
      <FaultLine className="form-fault" says={fault} />
      {found && found.length > 0 && (
        <ul className="account-candidates">
          {found.map((candidate) => (
            <li key={candidate.id}>
              <p className="account-title">{candidate.title || candidate.id}</p>
              <Lines of={candidate} fields={fields} />
              <p className="account-acts">
                <button
                  type="button"
                  className="button small"
                  aria-label={ta('match.with', { title: candidate.title || candidate.id })}
                  disabled={busy}
                  onClick={() => onMatch(candidate.id)}
                >
                  {ta('match')}
                </button>
                <Outside title={candidate.title} address={candidate.address} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** Asks before the customer has no account any more. */
export function TakeBackDialog(props: { customer: string; onConfirm: () => void; onCancel: () => void }) {
  return (
    <Ask
      danger
      title={ta('takeback.title')}
      text={ta('takeback.text', { name: props.customer })}
      confirm={ta('takeback.confirm')}
      onConfirm={props.onConfirm}
      onCancel={props.onCancel}
    />
  )
}
