import '../style/records.css'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Me } from '../../api/wire.ts'
import { exportAddress, recordRest } from '../live/record.ts'
import { Filters, RecordList } from '../view/records.tsx'
import { tr } from '../words/records.ts'
import { typesQuery } from './ask.ts'
import { useNow } from './clock.ts'
import { RecordPane } from './recordpane.tsx'
import { Page } from './settings.tsx'
import { ToastHolder, ToastPlace } from './toast.tsx'

const lookEvery = 15_000

/** What was created from sessions: found, read, changed, and had as a table (FEATURES F1). */
export function RecordsPage() {
  const { record } = useParams({ from: '/records/{-$record}' })
  return (
    <Page path={record ? `/records/${record}` : '/records'} title={tr('title')} wide>
      {(me) => (
        <ToastHolder>
          <Records me={me} open={record} />
          <ToastPlace />
        </ToastHolder>
      )}
    </Page>
  )
}

function Records({ me, open }: { me: Me; open: string | undefined }) {
  const navigate = useNavigate()
  const filter = useSearch({ from: '/records/{-$record}' })
  const { type = '', state = '', q = '' } = filter
  const now = useNow(60_000)
  const { data: types = [] } = useQuery(typesQuery)
  const list = useInfiniteQuery({
    queryKey: ['recordlist', filter],
    queryFn: ({ pageParam }) => recordRest.list({ ...filter, ...(pageParam ? { after: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next || undefined,
    staleTime: 0,
    refetchInterval: lookEvery,
  })
  const to = (change: { type?: string; state?: string; q?: string }) => {
    const next = { type, state, q, ...change }
    const search = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== ''))
    navigate({ to: '/records/{-$record}', params: { record: open }, search, replace: true })
  }
  const [written, setWritten] = useState(q)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when what is written has stood for a moment
  useEffect(() => {
    const timer = setTimeout(() => written !== q && to({ q: written }), 300)
    return () => clearTimeout(timer)
  }, [written])
  const mine = types.filter(
    (one) => one.use === 'record' && me.roles.some((role) => role.department.id === one.department),
  )
  const heads = mine.filter((one) => me.roles.some((r) => r.supervisor && r.department.id === one.department))
  const table = heads.find((one) => one.id === type) ?? (mine.length === 1 ? heads[0] : undefined)
  const several = new Set(mine.map(({ department }) => department)).size > 1
  const department = (id: string) => me.roles.find((role) => role.department.id === id)?.department.name ?? ''
  return (
    <div className="records" data-pane={open ? 'record' : 'list'}>
      <section className="records-list" aria-label={tr('list')}>
        <Filters
          types={mine.map(({ id, name, department: of }) => ({
            id,
            name: several ? `${name}, ${department(of)}` : name,
          }))}
          type={type}
          state={state}
          q={written}
          table={table && exportAddress(table.id, state, q)}
          hint={heads.length > 0 && !table}
          onType={(next) => to({ type: next })}
          onState={(next) => to({ state: next })}
          onQ={setWritten}
        />
        <RecordList
          records={list.data?.pages.flatMap(({ items }) => items)}
          open={open}
          now={now}
          failed={list.isError && !list.data}
          filtered={type !== '' || state !== '' || q !== ''}
          busy={list.isFetchingNextPage}
          link={(record, children) => (
            <Link to="/records/{-$record}" params={{ record: record.id }} search={filter}>
              {children}
            </Link>
          )}
          onRetry={() => list.refetch()}
          {...(list.hasNextPage ? { onMore: () => list.fetchNextPage() } : {})}
        />
      </section>
      {open ? (
        <RecordPane
          key={open}
          id={open}
          me={me}
          types={types}
          now={now}
          onClose={() => navigate({ to: '/records/{-$record}', params: { record: undefined }, search: filter })}
        />
      ) : (
        <p className="records-none muted">{tr('choose')}</p>
      )}
    </div>
  )
}
