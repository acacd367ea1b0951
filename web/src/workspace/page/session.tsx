import { queryOptions, useQuery } from '@tanstack/react-query'
import { Navigate, useParams } from '@tanstack/react-router'
import type { Me } from '../../api/wire.ts'
import { asRefusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'
import { t } from '../words/t.ts'
import { placeOf } from './place.ts'
import { Page } from './settings.tsx'

/** The address of a session that other systems are given: it opens the session beside the list in which it is now. */
export function SessionPage() {
  const { session } = useParams({ from: '/sessions/$session' })
  return (
    <Page path={`/sessions/${session}`} title={t('facts.session')}>
      {(me) => <Sought id={session} me={me} />}
    </Page>
  )
}

// The list of yesterday is not asked for.
const soughtQuery = (id: string) =>
  queryOptions({ queryKey: ['sought', id], queryFn: () => rest.session(id), gcTime: 0, staleTime: 0 })

function Sought({ id, me }: { id: string; me: Me }) {
  const { data, error, refetch } = useQuery(soughtQuery(id))
  const place = data && placeOf(data, me)
  if (place)
    return <Navigate to="/inbox/$department/$list/{-$session}" params={{ ...place, session: data.id }} replace />
  if (data || (error && asRefusal(error).status === 404)) return <p role="alert">{t('log.gone')}</p>
  if (!error) return <p role="status">{t('loading')}</p>
  return (
    <>
      <p role="alert">{t('net.unreachable')}</p>
      <button type="button" className="button" onClick={() => refetch()}>
        {t('retry')}
      </button>
    </>
  )
}
