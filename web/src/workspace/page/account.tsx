import { useQuery } from '@tanstack/react-query'
import type { Me, Session } from '../../api/wire.ts'
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
}

/** The customer's account at the bottom of the panel, where the session's department matches them (FEATURES F2); it comes where that is so. */
export function CustomerAccount({ session, me, told, now }: CustomerAccountProps) {
  const { id, department } = session
  const { data: types } = useQuery(typesQuery)
  const offered =
    types?.some((type) => type.department === department && type.use === 'account') &&
    offers(session, me, session.present.includes(me.id)).record
  const { data, isError, refetch } = useQuery({
    queryKey: ['account', id, told],
    queryFn: async () => {
      const [detail, { Matching }] = await Promise.all([rest.session(id), import('./matching.tsx')])
      return { type: detail.account_type, account: detail.account, Matching }
    },
    enabled: offered === true,
    staleTime: 0,
    placeholderData: (held, query) => (query?.queryKey[1] === id ? held : undefined),
    refetchInterval: ({ state }) => (state.data?.account?.state === 'owed' ? owedLook : false),
  })
  if (!offered) return null
  const type = types?.find((one) => one.id === data?.type)
  if (data && type)
    return <data.Matching key={id} session={session} me={me} now={now} type={type} account={data.account} />
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
