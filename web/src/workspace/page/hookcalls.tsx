import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Hook, HookCall } from '../../api/wire.ts'
import { hookRest as rest } from '../live/hook.ts'
import { asRefusal } from '../live/refusal.ts'
import { CallLog, type CallState, type Range } from '../view/hookcalls.tsx'
import { th } from '../words/hooks.ts'

const lookEvery = 5_000

/** What a hook is and was told, with what came of it; one call or many are made again. */
export function HookCalls({ hook: { id, name }, onChanged }: { hook: Hook; onChanged: () => Promise<void> }) {
  const [state, setState] = useState<CallState>('')
  const { data, error, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['calls', id, state],
    queryFn: ({ pageParam }) =>
      rest.calls(id, { limit: 20, ...(state ? { state } : {}), ...(pageParam ? { after: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next || undefined,
    staleTime: 0,
    refetchInterval: lookEvery,
  })
  const replay = useMutation({
    mutationFn: (what: HookCall | Range) => rest.replay(id, 'id' in what ? { call: what.id } : timed(what)),
    networkMode: 'always',
    onSuccess: () => Promise.all([refetch(), onChanged()]),
  })
  const refusal = replay.error ? asRefusal(replay.error) : undefined
  return (
    <CallLog
      name={name}
      calls={data?.pages.flatMap(({ items }) => items)}
      failed={error !== null && !data}
      state={state}
      busy={replay.isPending}
      told={replay.data === undefined ? '' : th('replayed', { count: replay.data })}
      fault={refusal ? (refusal.status === 0 ? th('unreachable') : refusal.reason) : ''}
      onState={setState}
      onReplay={(what) => !replay.isPending && replay.mutate(what)}
      {...(hasNextPage ? { onMore: () => void fetchNextPage() } : {})}
    />
  )
}

// timed says the range's times as the server reads them; they were written in the reader's own zone.
function timed({ state, from, to }: Range) {
  const at = (time: string) => new Date(time).toISOString()
  return { state, ...(from ? { from: at(from) } : {}), ...(to ? { to: at(to) } : {}) }
}
