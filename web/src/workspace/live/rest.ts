import createClient from 'openapi-fetch'
import type { paths } from '../../api/schema.d.ts'
import type {
  Agent,
  Availability,
  Brought,
  Counters,
  Customer,
  Department,
  Event,
  EventPage,
  LinkCode,
  Links,
  Me,
  Problem,
  Session,
  SessionDetail,
  SessionPage,
} from '../../api/wire.ts'
import type { Term } from '../state/block.ts'
import { Refusal } from './refusal.ts'

/** Which sessions are asked for. */
export type SessionQuery = NonNullable<paths['/api/v1/sessions']['get']['parameters']['query']>
type LogQuery = NonNullable<paths['/api/v1/sessions/{id}/messages']['get']['parameters']['query']>
export type Triage = paths['/api/v1/sessions/{id}']['patch']['requestBody']['content']['application/json']
type Message = paths['/api/v1/sessions/{id}/messages']['post']['requestBody']['content']['application/json']

/** What the workspace asks of the server. Each rejects with a Refusal, and with nothing else. */
export interface Rest {
  login(email: string, password: string): Promise<void>
  logout(): Promise<void>
  me(): Promise<Me>
  /** Says whether one works, and gives oneself as one is then. */
  availability(to: Availability): Promise<Me>
  /** One's own accounts on channels, and which kinds of channels there are. */
  links(): Promise<Links>
  /** A code that links the account by which it is said. */
  linkCode(): Promise<LinkCode>
  unlink(link: string): Promise<void>
  agents(department: string): Promise<Agent[]>
  /** All departments, also those where one has no role: sessions are transferred to them. */
  departments(): Promise<Department[]>
  counters(): Promise<Counters>
  customer(id: string): Promise<Customer>
  sessions(query: SessionQuery): Promise<SessionPage>
  session(id: string): Promise<SessionDetail>
  messages(id: string, query: LogQuery): Promise<EventPage>
  say(id: string, message: Message): Promise<Event>
  edit(message: string, key: string, text: string): Promise<Event>
  delete(message: string, key: string): Promise<Event>
  /** Shows an emoji on a message; '' takes back what agents show. */
  react(message: string, key: string, emoji: string): Promise<Event>
  /** Sends a message to the customer again. */
  retry(message: string, key: string): Promise<Event>
  /** `over`: also beyond one's own limit. */
  take(id: string, over?: boolean): Promise<Session>
  join(id: string): Promise<Session>
  leave(id: string): Promise<Session>
  release(id: string, version: number): Promise<Session>
  end(id: string, version: number): Promise<Session>
  /** `over`: also beyond the agent's limit. */
  assign(id: string, agent: string, version: number, over?: boolean): Promise<Session>
  /** Puts it into another department's queue, where one may not see it any more. */
  transfer(id: string, department: string, version: number): Promise<undefined>
  unanswered(id: string, version: number): Promise<Session>
  /** Says how urgent it is, and what tags come and go. */
  triage(id: string, change: Triage): Promise<Session>
  block(id: string, term: Term, version: number): Promise<Session>
  unblock(id: string): Promise<Session>
  /** Puts it aside until a time; without one until the customer writes. */
  snooze(id: string, until: string | undefined, version: number): Promise<Session>
  unsnooze(id: string): Promise<Session>
  read(id: string, seq: number): Promise<Session>
  /** Brings a file, telling how much of it is there, from 0 to 1. */
  bring(file: File, signal: AbortSignal, onProgress: (part: number) => void): Promise<Brought>
}

const patience = 15_000

/** Asks the server; see got. */
export const client = createClient<paths>({
  fetch: (request) => fetch(request, { signal: AbortSignal.timeout(patience) }),
})

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>

/** Waits for an answer. One that breaks off, or is not what it says, counts as none. */
export async function got<T>(answer: Answer<T>): Promise<T> {
  let settled: Awaited<Answer<T>>
  try {
    settled = await answer
  } catch {
    throw new Refusal(0)
  }
  const { data, error, response } = settled
  if (response.ok) return data as T
  const wait = Number(response.headers.get('Retry-After'))
  throw new Refusal(response.status, problemOf(error), wait > 0 ? wait * 1000 : undefined)
}

// problemOf leaves alone what is no problem document: an answer of something in between.
const problemOf = (error: unknown): Problem => (typeof error === 'object' && error !== null ? error : {})

export const on = (id: string) => ({ path: { id } })
const once = (id: string, key: string) => ({ path: { id }, header: { 'Idempotency-Key': key } })

export const rest: Rest = {
  async login(email, password) {
    await got(client.POST('/api/v1/login', { body: { email, password } }))
  },
  async logout() {
    await got(client.POST('/api/v1/logout', { body: {} }))
  },
  me: () => got(client.GET('/api/v1/me')),
  availability: (availability) => got(client.PUT('/api/v1/me/availability', { body: { availability } })),
  links: () => got(client.GET('/api/v1/me/links')),
  linkCode: () => got(client.POST('/api/v1/me/link-codes', { body: {} })),
  async unlink(id) {
    await got(client.DELETE('/api/v1/me/links/{id}', { params: on(id), body: {} }))
  },
  agents: async (department) => (await got(client.GET('/api/v1/agents', { params: { query: { department } } }))).items,
  departments: async () => (await got(client.GET('/api/v1/departments', { params: { query: { all: true } } }))).items,
  counters: () => got(client.GET('/api/v1/counters')),
  customer: (id) => got(client.GET('/api/v1/customers/{id}', { params: on(id) })),
  sessions: (query) => got(client.GET('/api/v1/sessions', { params: { query } })),
  session: (id) => got(client.GET('/api/v1/sessions/{id}', { params: on(id) })),
  messages: (id, query) => got(client.GET('/api/v1/sessions/{id}/messages', { params: { ...on(id), query } })),
  say: (id, body) => got<Event>(client.POST('/api/v1/sessions/{id}/messages', { params: on(id), body })),
  edit: (id, key, text) => got(client.PATCH('/api/v1/messages/{id}', { params: once(id, key), body: { text } })),
  delete: (id, key) => got(client.DELETE('/api/v1/messages/{id}', { params: once(id, key), body: {} })),
  react: (id, key, emoji) =>
    got(client.PUT('/api/v1/messages/{id}/reaction', { params: once(id, key), body: { emoji } })),
  retry: (id, key) => got(client.POST('/api/v1/messages/{id}/retry', { params: once(id, key), body: {} })),
  take: (id, over = false) =>
    got(client.POST('/api/v1/sessions/{id}/take', { params: on(id), body: over ? { over } : {} })),
  join: (id) => got(client.POST('/api/v1/sessions/{id}/join', { params: on(id), body: {} })),
  leave: (id) => got(client.POST('/api/v1/sessions/{id}/leave', { params: on(id), body: {} })),
  release: (id, version) => got(client.POST('/api/v1/sessions/{id}/release', { params: on(id), body: { version } })),
  end: (id, version) => got(client.POST('/api/v1/sessions/{id}/end', { params: on(id), body: { version } })),
  assign: (id, agent, version, over = false) =>
    got(
      client.POST('/api/v1/sessions/{id}/assign', {
        params: on(id),
        body: over ? { agent, version, over } : { agent, version },
      }),
    ),
  transfer: (id, department, version) =>
    got<undefined>(client.POST('/api/v1/sessions/{id}/transfer', { params: on(id), body: { department, version } })),
  unanswered: (id, version) =>
    got(client.POST('/api/v1/sessions/{id}/unanswered', { params: on(id), body: { version } })),
  triage: (id, body) => got(client.PATCH('/api/v1/sessions/{id}', { params: on(id), body })),
  block: (id, term, version) =>
    got(client.POST('/api/v1/sessions/{id}/block', { params: on(id), body: { for: term, version } })),
  unblock: (id) => got(client.POST('/api/v1/sessions/{id}/unblock', { params: on(id), body: {} })),
  snooze: (id, until, version) =>
    got(
      client.POST('/api/v1/sessions/{id}/snooze', { params: on(id), body: until ? { until, version } : { version } }),
    ),
  unsnooze: (id) => got(client.POST('/api/v1/sessions/{id}/unsnooze', { params: on(id), body: {} })),
  read: (id, seq) => got(client.POST('/api/v1/sessions/{id}/read', { params: on(id), body: { seq } })),
  bring,
}

// bring is the one request that fetch is not made for: it does not tell how far a body has gone.
function bring(file: File, signal: AbortSignal, onProgress: (part: number) => void): Promise<Brought> {
  const request = new XMLHttpRequest()
  const answer = new Promise<{ data?: Brought; error?: unknown; response: Response }>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onerror = reject
    request.onabort = reject
    request.onload = () => {
      const wait = request.getResponseHeader('Retry-After')
      const response = new Response(null, { status: request.status, headers: wait ? { 'Retry-After': wait } : {} })
      const body: unknown = JSON.parse(request.responseText)
      resolve(response.ok ? { data: body as Brought, response } : { error: body, response })
    }
  })
  signal.addEventListener('abort', () => request.abort())
  request.open('POST', `/api/v1/files?name=${encodeURIComponent(file.name)}`)
  request.setRequestHeader('Content-Type', 'application/octet-stream')
  request.send(file)
  return got(answer)
}
