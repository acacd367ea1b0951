import { queryOptions } from '@tanstack/react-query'
import { bindingRest as rest } from '../live/binding.ts'

/** The other systems where records live, and how they fare: no stream is open beside the inbox, so they are looked up again. */
export const bindingsQuery = queryOptions({
  queryKey: ['bindings'],
  queryFn: rest.list,
  staleTime: 0,
  refetchInterval: 5_000,
})

/** What each kind of system asks for. */
export const kindsQuery = queryOptions({ queryKey: ['binding-kinds'], queryFn: rest.kinds })

/** What an account on another system has; its system is asked. */
export const remoteTypesQuery = (binding: string) =>
  queryOptions({
    queryKey: ['remote-types', binding],
    queryFn: () => rest.types(binding),
    enabled: binding !== '',
    staleTime: 0,
    retry: false,
  })
