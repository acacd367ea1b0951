import { useQuery } from '@tanstack/react-query'
import type { RefObject } from 'react'
import type { Me, RecordType, Session } from '../../api/wire.ts'
import { rest } from '../live/rest.ts'
import { offers } from '../state/right.ts'
import { t } from '../words/t.ts'
import { typesQuery } from './ask.ts'

const owedLook = 3_000

interface CustomerAccountProps {
  session: Session
  me: Me
  /** The newest event that tells of a record of the session. */
  told: number
  now: number
  /** The session whose account is to be in focus when it comes. */
  sought: RefObject<string | undefined>
}

/** Whether an agent may match the customer of a session with an account, as far as is known without asking. */
export const matches = (types: readonly RecordType[] | undefined, session: Session, me: Me): boolean =>
  offers(session, me, session.present.includes(me.id)).record &&
  (types?.some((type) => type.department === session.department && type.use === 'account') ?? false)

/** Puts the focus on the account, where it is on the screen. */
export function focusAccount(): boolean {
  const first = document.querySelector<HTMLElement>('.account button')
  first?.focus()
  return first !== null
}

/** The customer's account at the bottom of the panel, where the session's department matches them (FEATURES F2); it comes where that is so. */
export function CustomerAccount({ session, me, told, now, sought }: CustomerAccountProps) {
  const { id } = session
  const { data: types } = useQuery(typesQuery)
  const offered = matches(types, session, me)
  const { data, isError, refetch } = useQuery({
    queryKey: ['account', id, told],
    queryFn: async () => {
      const [detail, { Matching }] = await Promise.all([rest.session(id), import('./matching.tsx')])
      return { type: detail.account_type, account: detail.account, search: detail.account_search, Matching }
    },
    enabled: offered,
    staleTime: 0,
    placeholderData: (held, query) => (query?.queryKey[1] === id ? held : undefined),
    refetchInterval: ({ state }) =>
      state.data?.account?.state === 'owed' || state.data?.search === 'owed' ? owedLook : false,
  })
  if (!offered) return null
  const type = types?.find((one) => one.id === data?.type)
  if (data && type)
    return (
      <data.Matching
        key={id}
        session={session}
        me={me}
        now={now}
        type={type}
        account={data.account}
        search={data.search}
        sought={sought}
      />
    )
  if (!isError) return null
  return (
    <section className="facts-block">
      <h3>{t('account.title')}</h3>
      <p className="facts-failed" role="alert">
        {t('account.failed')}
        <button type="button" className="facts-link" onClick={() => refetch()}>
          {t('retry')}
        </button>
      </p>
    </section>
  )
}
