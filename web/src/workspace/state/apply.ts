import type { Event, Frame, Gone, Session } from '../../api/wire.ts'
import { belongs, type List, type ListKey, noList, placeOf, splitKey } from './list.ts'
import { hear, type Log, noLog, putNewer, putNewest, putOlder } from './log.ts'
import type { Heard, News, State, Typist } from './state.ts'

/** How long somebody counts as writing after they said so. */
export const typingHolds = 5_000

/**
 * Gives the state after a piece of news: a frame of the stream, something fetched, or something done here. It is pure,
 * `now` being the time at which the news came. What only a fetch can tell is marked in the result as in doubt.
 */
export function apply(state: State, news: News, now: number): State {
  switch (news.type) {
    case 'hello':
      return hello(state, news)
    case 'events':
      return events(state, news)
    case 'following': {
      const logs = { ...state.logs }
      for (const id of news.sessions) if (logs[id]) logs[id] = doubt(logs[id])
      return { ...state, logs }
    }
    case 'summaries':
      return summaries(state, news)
    case 'typing': {
      const { agent = '', name = '' } = news
      const typist: Typist = { agent, name, until: now + typingHolds }
      if (typist.agent === state.me.id) return state
      const others = (state.typing[news.session] ?? []).filter((t) => t.agent !== typist.agent && t.until > now)
      return { ...state, typing: { ...state.typing, [news.session]: [...others, typist] } }
    }
    case 'changed':
      return { ...state, changes: state.changes + 1 }
    case 'listed':
      return state.lists[news.key] ? state : { ...state, lists: { ...state.lists, [news.key]: noList } }
    case 'list':
      return list(state, news)
    case 'more':
      return more(state, news)
    case 'session': {
      const next = fetched(state, [news.session])
      if (!news.participants) return next
      const { id, last_seq } = news.session
      const took = news.participants.some((p) => p.id === state.me.id) ? new Set(next.took).add(id) : next.took
      const participants = { ...next.participants, [id]: { asOf: last_seq, people: news.participants } }
      return { ...next, took, participants }
    }
    case 'unseen':
      // It may have come back since, which the stream has told.
      if ((state.heard.get(news.session)?.seq ?? 0) > news.asOf) return state
      return forget(state, [{ id: news.session, gone: true }])
    case 'opened':
      return { ...state, logs: { ...state.logs, [news.session]: state.logs[news.session] ?? noLog } }
    case 'dropped': {
      const { [news.session]: _log, ...logs } = state.logs
      const { [news.session]: _who, ...participants } = state.participants
      const { [news.session]: _typing, ...typing } = state.typing
      return prune({ ...state, logs, participants, typing }, [news.session])
    }
    case 'newest':
      return putLog(state, news.session, news.page.items, (log) =>
        putNewest(log, news.page.items, news.page.more, news.doubts),
      )
    case 'newer':
      return putLog(state, news.session, news.page.items, (log) => putNewer(log, news.page.items, news.doubts))
    case 'older':
      return putLog(state, news.session, [], (log) => putOlder(log, news.page.items, news.page.more, news.asOf))
    case 'amended':
      return putLog(state, news.session, [], doubt)
    case 'stored':
      return putLog(state, news.event.session, [news.event], (log) => hear(log, [news.event]))
    case 'counters':
      return news.counted === state.counted ? { ...state, counters: news.counters } : state
    case 'me':
      return { ...anew(state), me: news.me }
    case 'reset':
      return { ...anew(state), cursor: undefined, changes: state.changes + 1 }
    default:
      return state
  }
}

const doubt = (log: Log): Log => ({ ...log, doubts: log.doubts + 1 })

// anew puts everything in doubt. It stays on the screen until it has been fetched again.
function anew(state: State): State {
  const logs = Object.fromEntries(Object.entries(state.logs).map(([id, log]) => [id, doubt(log)]))
  const participants = Object.fromEntries(
    Object.entries(state.participants).map(([id, who]) => [id, { ...who, asOf: -1 }]),
  )
  // What was fetched before is not taken any more, so nothing has to be kept against it of what was let go of.
  const heard = state.heard.without([...state.heard].flatMap(([id]) => (state.sessions.get(id) ? [] : [id])))
  return { ...state, generation: state.generation + 1, logs, participants, heard, gone: new Set() }
}

function hello(state: State, news: Extract<Frame, { type: 'hello' }>): State {
  // Resumed, the logs alone may lack something: `following`, the answer to what the client sends next, puts them in doubt.
  return { ...(news.resumed ? state : anew(state)), lost: false, cursor: news.cursor }
}

function events(state: State, news: Extract<Frame, { type: 'events' }>): State {
  if (state.lost) return state
  if (news.after !== state.cursor) return { ...state, lost: true }
  let next: State = { ...state, cursor: news.cursor }
  const bySession = new Map<string, Event[]>()
  for (const event of news.events) bySession.set(event.session, [...(bySession.get(event.session) ?? []), event])
  for (const [session, its] of bySession) next = putLog(next, session, its, (log) => hear(log, its))
  return next
}

// putLog changes the log of a session that is open here, and learns from its events who came and who wrote.
function putLog(state: State, session: string, its: readonly Event[], change: (log: Log) => Log): State {
  const log = state.logs[session]
  if (!log) return state
  const next = { ...state, logs: { ...state.logs, [session]: change(log) } }
  if (its.some((event) => tookPart(event, state.me.id)) && !state.took.has(session))
    next.took = new Set(state.took).add(session)
  const wrote = new Set(its.filter((event) => event.kind === 'message').map((event) => writer(event)))
  const typists = state.typing[session]
  if (typists?.some((t) => wrote.has(t.agent)))
    next.typing = { ...state.typing, [session]: typists.filter((t) => !wrote.has(t.agent)) }
  return next
}

const writer = (event: Event) => (event.actor.kind === 'agent' ? (event.actor.id ?? '') : '')

const tookPart = (event: Event, me: string) =>
  event.actor.id === me && (event.kind === 'taken' || event.kind === 'joined')

function summaries(state: State, news: Extract<Frame, { type: 'summaries' }>): State {
  const rows = news.sessions ?? []
  let next = put(
    state,
    rows.filter((row): row is Session => !('gone' in row)),
  )
  next = forget(
    next,
    rows.filter((row): row is Gone => 'gone' in row),
  )
  return news.counters ? { ...next, counters: news.counters, counted: state.counted + 1 } : next
}

/** Which of two rows of the same session is newer; a row that came later wins where nothing tells. */
function newer(held: Session | undefined, row: Session): Session {
  if (!held || row.last_seq > held.last_seq) return row
  if (row.last_seq < held.last_seq) return held
  // Only read marks move without an event, and they never move back while nothing else changes.
  const read = row.read_seq < held.read_seq ? { read_seq: held.read_seq, unread: held.unread } : {}
  return { ...row, ...read, customer_read_seq: Math.max(row.customer_read_seq, held.customer_read_seq) }
}

// fetched puts rows that were fetched. Those of sessions that went meanwhile are late: where one comes back, the stream tells.
const fetched = (state: State, rows: readonly Session[]): State =>
  put(
    state,
    rows.filter((row) => !state.gone.has(row.id)),
  )

function put(state: State, rows: readonly Session[]): State {
  if (rows.length === 0) return state
  const sessions = new Map<string, Session>()
  const heard = new Map<string, Heard>()
  const lists = { ...state.lists }
  const gone = new Set(state.gone)
  for (const row of rows) {
    const before = sessions.get(row.id) ?? state.sessions.get(row.id)
    const known = (heard.get(row.id) ?? state.heard.get(row.id))?.seq ?? 0
    heard.set(row.id, { generation: state.generation, seq: Math.max(known, row.last_seq) })
    if (!before && row.last_seq < known) continue
    const now = newer(before, row)
    sessions.set(row.id, now)
    gone.delete(row.id)
    for (const key of Object.keys(lists) as ListKey[])
      if (before?.state !== now.state && belongs(now, key, state.me, state.took) === 'ask')
        lists[key] = { ...(lists[key] ?? noList), doubts: (lists[key]?.doubts ?? 0) + 1 }
  }
  return prune(
    { ...state, sessions: state.sessions.with(sessions), heard: state.heard.with(heard), lists, gone },
    rows.map((row) => row.id),
  )
}

function forget(state: State, rows: readonly Gone[]): State {
  if (rows.length === 0) return state
  const ids = rows.map(({ id }) => id)
  return { ...state, sessions: state.sessions.without(ids), gone: new Set([...state.gone, ...ids]) }
}

// prune lets go of those of the sessions that are neither open nor in any list.
function prune(state: State, ids: readonly string[]): State {
  const keys = Object.keys(state.lists) as ListKey[]
  const idle = ids.filter((id) => {
    const session = state.sessions.get(id)
    if (!session || state.logs[id]) return false
    return !keys.some((key) => belongs(session, key, state.me, state.took) === true)
  })
  return idle.length === 0 ? state : { ...state, sessions: state.sessions.without(idle) }
}

function list(state: State, news: Extract<News, { type: 'list' }>): State {
  if (news.generation !== state.generation) return state
  const { name } = splitKey(news.key)
  const last = news.items.at(-1)
  const reach = news.next && last ? placeOf(last, name) : undefined
  const doubts = state.lists[news.key]?.doubts ?? 0
  const fresh: List = { reach, next: news.next, generation: news.generation, doubts, cleared: news.doubts }
  const lists = { ...state.lists, [news.key]: fresh }
  const took = noteTook(state, news.key, news.items)
  const next = fetched({ ...state, lists, took }, news.items)
  // What stood here and was neither fetched nor heard of in this generation may have left the list unseen. What has not
  // comes again with the page that it stands in.
  const items = new Set(news.items.map((item) => item.id))
  const stale: string[] = []
  for (const [, session] of state.sessions)
    if (
      !items.has(session.id) &&
      (state.heard.get(session.id)?.generation ?? -1) < news.generation &&
      belongs(session, news.key, state.me, state.took) === true
    )
      stale.push(session.id)
  return stale.length === 0 ? next : { ...next, sessions: next.sessions.without(stale) }
}

function more(state: State, news: Extract<News, { type: 'more' }>): State {
  const held = state.lists[news.key]
  if (!held || held.generation !== news.generation || news.generation !== state.generation) return state
  const last = news.items.at(-1)
  const reach = news.next && last ? placeOf(last, splitKey(news.key).name) : undefined
  const lists = { ...state.lists, [news.key]: { ...held, reach, next: news.next } }
  return fetched({ ...state, lists, took: noteTook(state, news.key, news.items) }, news.items)
}

// An operator's list of ended sessions holds those that they took part in, so its rows tell of that.
function noteTook(state: State, key: ListKey, items: readonly Session[]): ReadonlySet<string> {
  if (splitKey(key).name !== 'closed' || items.length === 0) return state.took
  const role = state.me.roles.find((r) => r.department.id === splitKey(key).department)
  return role?.supervisor ? state.took : new Set([...state.took, ...items.map((item) => item.id)])
}
