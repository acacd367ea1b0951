import type { paths } from '../../api/schema.d.ts'
import type {
  Account,
  Candidate,
  NewRecordType,
  RecordDetail,
  RecordPage,
  RecordRow,
  RecordStart,
  RecordType,
} from '../../api/wire.ts'
import { client, got, on } from './rest.ts'

type Query = NonNullable<paths['/api/v1/records']['get']['parameters']['query']>
type TypeChange = paths['/api/v1/record-types/{id}']['put']['requestBody']['content']['application/json']
type Fields = Record<string, string>

// Where records live elsewhere the server waits for another system, for 15 seconds.
const patiently = (request: Request) => fetch(request, { signal: AbortSignal.timeout(25_000) })

/** What is asked of the server about records and their types. Each rejects with a Refusal, and with nothing else. */
export const recordRest = {
  /** The types of the departments where one has a role; of all, to an admin. */
  types: async (): Promise<RecordType[]> => (await got(client.GET('/api/v1/record-types'))).items,
  addType: (body: NewRecordType): Promise<RecordType> => got(client.POST('/api/v1/record-types', { body })),
  setType: (id: string, body: TypeChange): Promise<RecordType> =>
    got(client.PUT('/api/v1/record-types/{id}', { params: on(id), body })),
  removeType: (id: string): Promise<unknown> =>
    got(client.DELETE('/api/v1/record-types/{id}', { params: on(id), body: {} })),
  /** What can be created from a session, or by what its customer is registered, with what the forms begin with. */
  forms: async (session: string, use: RecordType['use']): Promise<RecordStart[]> =>
    (await got(client.GET('/api/v1/sessions/{id}/record-forms', { params: { ...on(session), query: { use } } }))).items,
  /** The same form twice is one record. */
  create: (session: string, body: { type: string; fields: Fields; version: number }): Promise<RecordRow> =>
    got(client.POST('/api/v1/sessions/{id}/records', { params: on(session), body })),
  ofSession: async (session: string): Promise<RecordRow[]> =>
    (await got(client.GET('/api/v1/sessions/{id}/records', { params: on(session) }))).items,
  list: (query: Query): Promise<RecordPage> => got(client.GET('/api/v1/records', { params: { query } })),
  one: (id: string): Promise<RecordDetail> => got(client.GET('/api/v1/records/{id}', { params: on(id) })),
  edit: (id: string, body: { fields: Fields; version: number }): Promise<RecordRow> =>
    got(client.PUT('/api/v1/records/{id}', { params: on(id), body })),
  /** Accounts that may be the customer's: those with all of the fields just so; without fields, by what is known of the customer. */
  candidates: async (session: string, fields?: Fields): Promise<Candidate[]> => {
    const body = fields ? { fields } : {}
    const path = '/api/v1/sessions/{id}/account/candidates'
    return (await got(client.POST(path, { params: on(session), body, fetch: patiently }))).items
  },
  /** Says which account is the customer's; `fields` are those by which it was found. */
  match: (session: string, body: { account: string; fields?: Fields }): Promise<Account> =>
    got(client.PUT('/api/v1/sessions/{id}/account', { params: on(session), body, fetch: patiently })),
  /** The same form twice is one account. */
  register: (session: string, body: { type: string; fields: Fields; version: number }): Promise<Account> =>
    got(client.POST('/api/v1/sessions/{id}/account', { params: on(session), body })),
  unmatch: (session: string): Promise<unknown> =>
    got(client.DELETE('/api/v1/sessions/{id}/account', { params: on(session), body: {} })),
}

/** Where a type's records are had as a table. */
export const exportAddress = (type: string, state: string, q: string): string => {
  const query = new URLSearchParams({ ...(state ? { state } : {}), ...(q ? { q } : {}) })
  return `/api/v1/record-types/${encodeURIComponent(type)}/export?${query}`
}
