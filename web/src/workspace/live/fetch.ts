import type { Session } from '../../api/wire.ts'
import {
  comparePlaces,
  type List,
  type ListKey,
  type ListName,
  type ListQuery,
  noList,
  placeOf,
  queriesOf,
  splitKey,
} from '../state/list.ts'
import { newestSeq, noLog } from '../state/log.ts'
import type { News, State } from '../state/state.ts'
import type { Rest } from './rest.ts'

const rowsAPage = 50
const eventsAPage = 50
const olderAPage = 100
// A list that grew beyond this is shown as far as it was fetched, and goes on as one scrolls.
const pagesAtOnce = 10

const from = (after: string) => (after ? { after } : {})

/** Fetches a list from its beginning, as far as it is held already; one's own sessions to the end. */
export async function fetchList(rest: Rest, state: State, key: ListKey): Promise<News> {
  const { generation } = state
  const held = state.lists[key] ?? noList
  const { name } = splitKey(key)
  const parts = await Promise.all(queriesOf(key, state.me).map((query) => fetchPart(rest, query, name, held)))
  const rows = new Map(parts.flatMap((part) => part.items).map((row) => [row.id, row]))
  const next = name === 'my' ? '' : (parts[0]?.next ?? '')
  return { type: 'list', key, generation, doubts: held.doubts, items: [...rows.values()], next }
}

async function fetchPart(rest: Rest, query: ListQuery, name: ListName, held: List) {
  const items: Session[] = []
  let next = ''
  for (let page = 0; page < pagesAtOnce; page++) {
    const got = await rest.sessions({ ...query, ...from(next), limit: rowsAPage })
    items.push(...got.items)
    next = got.next
    const last = items.at(-1)
    if (!next || !last) break
    const first = held.generation < 0
    const covered = first || (held.reach !== undefined && comparePlaces(placeOf(last, name), held.reach) >= 0)
    if (name !== 'my' && covered) break
  }
  return { items, next }
}

/** Fetches the page after what is held of a list. */
export async function fetchMore(rest: Rest, state: State, key: ListKey): Promise<News> {
  const { generation } = state
  const next = state.lists[key]?.next ?? ''
  const got = await rest.sessions({ ...queriesOf(key, state.me)[0], ...from(next), limit: rowsAPage })
  return { type: 'more', key, generation, items: got.items, next: got.next }
}

/** Fetches what a session's log lacks at its end. Where that is more than a page, the newest page takes its place. */
export async function fetchLog(rest: Rest, state: State, session: string): Promise<News> {
  const log = state.logs[session] ?? noLog
  const { doubts } = log
  if (log.loaded) {
    const page = await rest.messages(session, { after_seq: newestSeq(log), limit: eventsAPage })
    if (!page.more) return { type: 'newer', session, page, doubts }
  }
  const page = await rest.messages(session, { limit: eventsAPage })
  return { type: 'newest', session, page, doubts }
}

/** Fetches the page of a session's log before what is held. */
export async function fetchOlder(rest: Rest, state: State, session: string): Promise<News> {
  const log = state.logs[session] ?? noLog
  const asOf = newestSeq(log)
  const page = await rest.messages(session, { before_seq: log.events[0]?.seq ?? 0, limit: olderAPage })
  return { type: 'older', session, page, asOf }
}
