import type { paths } from '../../api/schema.d.ts'
import type { Hook, HookAttempt, HookCallPage, HookChange, NewHook, SecretHook } from '../../api/wire.ts'
import { client, got, on } from './rest.ts'

type Calls = NonNullable<paths['/api/v1/hooks/{id}/calls']['get']['parameters']['query']>
type Replay = paths['/api/v1/hooks/{id}/replay']['post']['requestBody']['content']['application/json']

/** What the page of the hooks asks of the server. Each rejects with a Refusal, and with nothing else. */
export const hookRest = {
  list: async (): Promise<Hook[]> => (await got(client.GET('/api/v1/hooks'))).items,
  /** The same again, with the same key, is done once; it then comes without the secret. */
  add: (body: NewHook, key: string): Promise<SecretHook> =>
    got(client.POST('/api/v1/hooks', { params: { header: { 'Idempotency-Key': key } }, body })),
  set: (id: string, body: HookChange): Promise<Hook> => got(client.PUT('/api/v1/hooks/{id}', { params: on(id), body })),
  remove: (id: string): Promise<unknown> => got(client.DELETE('/api/v1/hooks/{id}', { params: on(id), body: {} })),
  /** The same again, with the same key, is done once; it then comes without the secret. */
  rotate: (id: string, key: string): Promise<SecretHook> =>
    got(
      client.POST('/api/v1/hooks/{id}/secret', {
        params: { ...on(id), header: { 'Idempotency-Key': key } },
        body: {},
      }),
    ),
  test: (id: string): Promise<HookAttempt> =>
    got(client.POST('/api/v1/hooks/{id}/test', { params: on(id), body: {}, fetch: patient })),
  calls: (id: string, query: Calls): Promise<HookCallPage> =>
    got(client.GET('/api/v1/hooks/{id}/calls', { params: { ...on(id), query } })),
  replay: async (id: string, body: Replay): Promise<number> =>
    (await got(client.POST('/api/v1/hooks/{id}/replay', { params: on(id), body }))).calls,
}

// The server calls somebody's system, and waits for it.
const patient = (request: Request) => fetch(request, { signal: AbortSignal.timeout(30_000) })
