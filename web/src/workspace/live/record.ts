import type { paths } from '../../api/schema.d.ts'
import type { NewRecordType, RecordDetail, RecordPage, RecordRow, RecordStart, RecordType } from '../../api/wire.ts'
import { client, got, on } from './rest.ts'

type Query = NonNullable<paths['/api/v1/records']['get']['parameters']['query']>
type TypeChange = paths['/api/v1/record-types/{id}']['put']['requestBody']['content']['application/json']
type Fields = Record<string, string>

/** What is asked of the server about records and their types. Each rejects with a Refusal, and with nothing else. */
export const recordRest = {
  /** The types of the departments where one has a role; of all, to an admin. */
  types: async (): Promise<RecordType[]> => (await got(client.GET('/api/v1/record-types'))).items,
  addType: (body: NewRecordType): Promise<RecordType> => got(client.POST('/api/v1/record-types', { body })),
  setType: (id: string, body: TypeChange): Promise<RecordType> =>
    got(client.PUT('/api/v1/record-types/{id}', { params: on(id), body })),
  removeType: (id: string): Promise<unknown> =>
    got(client.DELETE('/api/v1/record-types/{id}', { params: on(id), body: {} })),
  /** What can be created from a session, with what its forms begin with. */
  forms: async (session: string): Promise<RecordStart[]> =>
    (await got(client.GET('/api/v1/sessions/{id}/record-forms', { params: on(session) }))).items,
  /** The same form twice is one record. */
  create: (session: string, body: { type: string; fields: Fields; version: number }): Promise<RecordRow> =>
    got(client.POST('/api/v1/sessions/{id}/records', { params: on(session), body })),
  ofSession: async (session: string): Promise<RecordRow[]> =>
    (await got(client.GET('/api/v1/sessions/{id}/records', { params: on(session) }))).items,
  list: (query: Query): Promise<RecordPage> => got(client.GET('/api/v1/records', { params: { query } })),
  one: (id: string): Promise<RecordDetail> => got(client.GET('/api/v1/records/{id}', { params: on(id) })),
  edit: (id: string, body: { fields: Fields; version: number }): Promise<RecordRow> =>
    got(client.PUT('/api/v1/records/{id}', { params: on(id), body })),
}

/** Where a type's records are had as a table. */
export const exportAddress = (type: string, state: string, q: string): string => {
  const query = new URLSearchParams({ ...(state ? { state } : {}), ...(q ? { q } : {}) })
  return `/api/v1/record-types/${encodeURIComponent(type)}/export?${query}`
}
