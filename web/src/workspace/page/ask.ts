import { QueryClient, queryOptions } from '@tanstack/react-query'
import { recordRest } from '../live/record.ts'
import { asRefusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'

/** Holds what changes seldom; the stream says when it is old. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      retry: (count, error) => asRefusal(error).passing && count < 3,
    },
  },
})

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: rest.me })

/** The stream does not tell of links and channels: they are looked up again when one comes back to the window. */
export const linksQuery = queryOptions({
  queryKey: ['links'],
  queryFn: () => rest.links(),
  staleTime: 60_000,
  refetchOnWindowFocus: true,
})

export const departmentsQuery = queryOptions({ queryKey: ['departments'], queryFn: () => rest.departments() })

export const agentsQuery = (department: string) =>
  queryOptions({ queryKey: ['agents', department], queryFn: () => rest.agents(department) })

export const customerQuery = (id: string) =>
  queryOptions({ queryKey: ['customer', id], queryFn: () => rest.customer(id), staleTime: 60_000 })

/** What one's departments create from sessions. */
export const typesQuery = queryOptions({ queryKey: ['types'], queryFn: recordRest.types })

/** What was created from a session; `told` is the newest event that tells of a record of it. */
export const recordsQuery = (session: string, told: number) =>
  queryOptions({ queryKey: ['records', session, told], queryFn: () => recordRest.ofSession(session) })

/** A customer's newest sessions. The stream does not tell of them: they are looked up again when another one is opened. */
export const theirsQuery = (customer: string, limit: number) =>
  queryOptions({
    queryKey: ['theirs', customer, limit],
    queryFn: () => rest.sessions({ customer, limit }),
    staleTime: 15_000,
  })
