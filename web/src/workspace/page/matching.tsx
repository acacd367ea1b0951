import '../style/account.css'
import '../style/form.css'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useState } from 'react'
import type { Account, Me, RecordType, Session, SessionDetail } from '../../api/wire.ts'
import { recordRest } from '../live/record.ts'
import { asRefusal, type Refusal } from '../live/refusal.ts'
import { type Filled, faultsIn, filledOf, refusedField } from '../state/form.ts'
import { AccountFacts, Candidates, TakeBackDialog, Unmatched } from '../view/account.tsx'
import { focusFault, RecordForm } from '../view/form.tsx'
import { customerName } from '../view/person.tsx'
import { ta } from '../words/account.ts'
import { t } from '../words/t.ts'
import { focusAccount } from './account.tsx'
import { refusalWords } from './deed.ts'
import { NewRecord } from './newrecord.tsx'
import { useToast } from './toast.tsx'

interface MatchingProps {
  session: Session
  me: Me
  now: number
  /** By which the department matches its customers. */
  type: RecordType
  account: Account | undefined
  /** How far a rule's search for it has come. */
  search: SessionDetail['account_search']
  /** The session whose account is to be in focus when it comes. */
  sought: RefObject<string | undefined>
}

/** Who the customer is where the department's records are kept: found, registered, or taken back. */
export function Matching({ session, me, now, type, account, search, sought }: MatchingProps) {
  const client = useQueryClient()
  const say = useToast()
  const [asking, setAsking] = useState<'register' | 'takeback'>()
  const close = () => setAsking(undefined)
  useEffect(() => {
    if (sought.current === session.id) focusAccount()
    sought.current = undefined
  }, [sought, session.id])
  const changed = () => client.invalidateQueries({ queryKey: ['account'] })
  const takeBack = useMutation({
    mutationFn: () => recordRest.unmatch(session.id),
    networkMode: 'always',
    onSuccess: () => {
      say(ta('takeback.done'))
      return changed()
    },
    onError: changed,
  })
  return (
    <section className="facts-block account" aria-label={t('account.title')}>
      <h3>
        {t('account.title')}
        <span className="faint">{account?.type.name ?? type.name}</span>
      </h3>
      {account ? (
        <AccountFacts
          account={account}
          fields={type.fields}
          now={now}
          busy={takeBack.isPending}
          fault={takeBack.error ? refusalWords(asRefusal(takeBack.error)) : ''}
          onTakeBack={() => setAsking('takeback')}
        />
      ) : (
        <Finding
          session={session}
          type={type}
          search={search}
          onMatched={changed}
          onRegister={() => setAsking('register')}
        />
      )}
      {asking === 'register' && <NewRecord session={session} me={me} type={type} onClose={close} />}
      {asking === 'takeback' && (
        <TakeBackDialog
          customer={customerName(session)}
          onCancel={close}
          onConfirm={() => {
            close()
            takeBack.mutate()
          }}
        />
      )}
    </section>
  )
}

interface FindingProps {
  session: Session
  type: RecordType
  search: SessionDetail['account_search']
  onMatched: () => Promise<void>
  onRegister: () => void
}

function Finding({ session, type, search, onMatched, onRegister }: FindingProps) {
  const say = useToast()
  const [filled, setFilled] = useState<Filled>() // of the search, while it is open
  const [told, setTold] = useState('')
  const [checked, setChecked] = useState(false)
  const find = useMutation({
    mutationFn: async (fields: Record<string, string> | undefined) => ({
      fields,
      items: await recordRest.candidates(session.id, fields),
    }),
    networkMode: 'always',
    onError: focusFault,
  })
  const match = useMutation({
    mutationFn: (account: string) => {
      const fields = find.data?.fields
      return recordRest.match(session.id, { account, ...(fields ? { fields } : {}) })
    },
    networkMode: 'always',
    onSuccess: ({ title }) => {
      say(ta('matched', { name: customerName(session), title }))
      return onMatched()
    },
    // Somebody else was first, perhaps.
    onError: (error) => (asRefusal(error).status === 409 ? onMatched() : undefined),
  })
  const start = (fields?: Record<string, string>) => {
    if (find.isPending || match.isPending) return
    match.reset()
    find.mutate(fields)
  }
  // A box that is not ticked would look for those without a tick.
  const fields = type.fields
    .filter(({ kind }) => kind !== 'checkbox')
    .map((field) => ({ ...field, required: false, help: '' }))
  const refusal = find.error ? asRefusal(find.error) : undefined
  const refused = refusal && filled && refusedField(refusal.problem, refusal.reason)
  const fault = match.error ? unmatched(asRefusal(match.error)) : refusal && !refused ? unfound(refusal) : ''
  return (
    <>
      <Unmatched
        search={search}
        busy={find.isPending}
        searching={filled !== undefined}
        onFind={() => start()}
        onSearch={() => setFilled(filled ? undefined : {})}
        onRegister={onRegister}
      />
      {filled && (
        <div className="account-search">
          <p className="faint">{ta('search.hint')}</p>
          <RecordForm
            searches
            fields={fields}
            filled={filled}
            faults={checked ? faultsIn(fields, filled) : new Map()}
            refused={refused}
            told={told}
            busy={find.isPending}
            submit={ta(find.isPending ? 'finding' : 'search')}
            onChange={(name, value) => {
              setFilled({ ...filled, [name]: value })
              setTold('')
              if (find.error) find.reset()
            }}
            onSubmit={() => {
              const said = filledOf(fields, filled)
              setChecked(true)
              if (Object.keys(said).length === 0) setTold(ta('search.empty'))
              else if (faultsIn(fields, filled).size > 0) focusFault()
              else start(said)
            }}
            onCancel={() => setFilled(undefined)}
          />
        </div>
      )}
      <Candidates
        found={find.data?.items}
        searched={find.data?.fields !== undefined}
        fields={type.fields}
        fault={fault}
        busy={match.isPending}
        onMatch={(account) => match.mutate(account)}
      />
    </>
  )
}

function unfound(refusal: Refusal): string {
  const { problem, reason } = refusal
  return problem.field === 'fields' && reason.startsWith('fields ') ? ta('unknown') : refusalWords(refusal)
}

const unmatched = (refusal: Refusal) => (refusal.problem.field === 'account' ? ta('gone') : refusalWords(refusal))
