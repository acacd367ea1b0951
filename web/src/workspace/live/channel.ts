import type { AddedChannel, Channel, Department, NewChannel } from '../../api/wire.ts'
import { client, got, on } from './rest.ts'

/** What the page of the channels asks of the server. Each rejects with a Refusal, and with nothing else. */
export const channelRest = {
  /** All departments, also those where one has no role. */
  departments: async (): Promise<Department[]> =>
    (await got(client.GET('/api/v1/departments', { params: { query: { all: true } } }))).items,
  list: async (): Promise<Channel[]> => (await got(client.GET('/api/v1/channels'))).items,
  /** What a network asks for before a channel of that name is added. */
  manifest: async (kind: string, name: string, mode: string): Promise<string> =>
    (await got(client.GET('/api/v1/channels/manifest', { params: { query: { kind, name, mode } } }))).text,
  add: (body: NewChannel, key: string): Promise<AddedChannel> =>
    got(client.POST('/api/v1/channels', { params: { header: { 'Idempotency-Key': key } }, body, fetch: patient })),
  /** Gives it other keys of the same account. */
  rekey: (id: string, keys: Record<string, string>): Promise<Channel> =>
    got(client.PATCH('/api/v1/channels/{id}', { params: on(id), body: { keys }, fetch: patient })),
  /** What the channel's network answers when it is asked whether all is well. */
  test: async (id: string): Promise<string> =>
    (await got(client.POST('/api/v1/channels/{id}/test', { params: on(id), body: {}, fetch: patient }))).answer,
}

// The server asks a network, and waits for it up to 20 s.
const patient = (request: Request) => fetch(request, { signal: AbortSignal.timeout(30_000) })
