import type { Counters, Event, Frame, Me, Participant, Session } from '../../api/wire.ts'
import type { List, ListKey } from './list.ts'
import type { Log } from './log.ts'
import { Table } from './table.ts'

/** Somebody who writes, until when that holds. */
export interface Typist {
  /** The agent's id; '' for the customer. */
  agent: string
  name: string
  until: number
}

/** Who takes part in a session. */
export interface Present {
  /** The session's newest seq when this was fetched; -1 where it has to be fetched again. */
  asOf: number
  people: readonly Participant[]
}

export interface Heard {
  generation: number
  seq: number
}

/** All that the workspace knows of the hub, as of its cursor. It is a value: apply makes the next one. */
export interface State {
  me: Me
  /** Where the stream stands; nothing before its first hello, or where it has to begin anew. */
  cursor: string | undefined
  /** Rises when what was fetched before may be out of date; whatever carries an older one has to be fetched again. */
  generation: number
  /** The stream and the cursor do not fit: the connection has to be made anew. */
  lost: boolean
  sessions: Table<Session>
  /** What was last heard of a session, also of one that was let go of since: an older row is not believed. */
  heard: Table<Heard>
  /** Sessions that are no longer to be seen. */
  gone: ReadonlySet<string>
  /** Sessions that the agent has taken part in, as far as known. */
  took: ReadonlySet<string>
  lists: Readonly<Record<ListKey, List>>
  logs: Readonly<Record<string, Log>>
  /** Who is in the sessions that are open on the screen. */
  participants: Readonly<Record<string, Present>>
  typing: Readonly<Record<string, readonly Typist[]>>
  counters: Counters | undefined
  /** Counts the counters that came by the stream, so that a fetch that began before is not believed. */
  counted: number
  /** Counts the changes of settings and people that have to be fetched. */
  changes: number
}

/** What was fetched, or done here: the other half of what changes the state. */
export type News =
  | Frame
  /** A list will be fetched: from now on the rows that belong to it are kept. */
  | { type: 'listed'; key: ListKey }
  /** The rows of a list from its beginning, fetched when the state was of that generation. */
  | { type: 'list'; key: ListKey; generation: number; doubts: number; items: Session[]; next: string }
  /** The rows of a list that continue it. */
  | { type: 'more'; key: ListKey; generation: number; items: Session[]; next: string }
  | { type: 'session'; session: Session; participants?: Participant[] }
  /** The session was not there to be fetched; `asOf` is the newest seq that was heard of it when it was asked for. */
  | { type: 'unseen'; session: string; asOf: number }
  | { type: 'opened'; session: string }
  | { type: 'dropped'; session: string }
  | { type: 'newest'; session: string; page: LogPage; doubts: number }
  | { type: 'newer'; session: string; page: LogPage; doubts: number }
  /** The page before what is held; `asOf` is the newest that was held when it was asked for. */
  | { type: 'older'; session: string; page: LogPage; asOf: number }
  /** A message of the session was changed from here: the stream tells of it, or if it is lost, a fetch. */
  | { type: 'amended'; session: string }
  /** What the server made of a message that was sent here. */
  | { type: 'stored'; event: Event }
  | { type: 'counters'; counters: Counters; counted: number }
  | { type: 'me'; me: Me }
  /** Everything has to be fetched again. */
  | { type: 'reset' }

export interface LogPage {
  items: Event[]
  more: boolean
}

export function beginning(me: Me): State {
  return {
    me,
    cursor: undefined,
    generation: 0,
    lost: false,
    sessions: Table.empty(),
    heard: Table.empty(),
    gone: new Set(),
    took: new Set(),
    lists: {},
    logs: {},
    participants: {},
    typing: {},
    counters: undefined,
    counted: 0,
    changes: 0,
  }
}
