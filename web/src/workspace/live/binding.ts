import type { Binding, BindingChange, NewBinding, ProviderKind, RemoteType, SecretBinding } from '../../api/wire.ts'
import { client, got, on } from './rest.ts'

/** What is asked of the server about other systems where records live. Each rejects with a Refusal, and with nothing else. */
export const bindingRest = {
  kinds: async (): Promise<ProviderKind[]> => (await got(client.GET('/api/v1/bindings/providers'))).items,
  list: async (): Promise<Binding[]> => (await got(client.GET('/api/v1/bindings'))).items,
  /** The same again, with the same key, is done once; it then comes without the keys that were made. */
  add: (body: NewBinding, key: string): Promise<SecretBinding> =>
    got(client.POST('/api/v1/bindings', { params: { header: { 'Idempotency-Key': key } }, body })),
  set: (id: string, body: BindingChange): Promise<SecretBinding> =>
    got(client.PUT('/api/v1/bindings/{id}', { params: on(id), body })),
  remove: (id: string): Promise<unknown> => got(client.DELETE('/api/v1/bindings/{id}', { params: on(id), body: {} })),
  /** What the system answers, a line for people. */
  test: async (id: string): Promise<string> =>
    (await got(client.POST('/api/v1/bindings/{id}/test', { params: on(id), body: {}, fetch: patient }))).answer,
  types: async (id: string): Promise<RemoteType[]> =>
    (await got(client.GET('/api/v1/bindings/{id}/types', { params: on(id), fetch: patient }))).items,
}

// The server asks somebody's system, and waits for it.
const patient = (request: Request) => fetch(request, { signal: AbortSignal.timeout(30_000) })
