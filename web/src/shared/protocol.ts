// The widget's protocol, version 1, as channels/widget/PROTOCOL.md has it.

import type { Comeback } from './socket.ts'

/** What a customer thinks of a session; '' where they took it back. */
export type Rating = 'good' | 'bad' | ''

/** What a client says. */
export type ClientFrame =
  | { type: 'hello'; versions: number[]; token?: string; after?: string }
  | { type: 'message'; id: string; text: string; files?: string[] }
  | { type: 'empty'; id: string }
  | { type: 'end'; id: string }
  | { type: 'rate'; id: string; about: string; rating: Rating; comment?: string }
  | { type: 'seen'; cursor: string }
  | { type: 'typing' }
  | { type: 'older'; before: string }
  | { type: 'ping' }

/** What comes with a message. With an id it is a file: pending, ready with its address, or refused. */
export interface Media {
  kind: string
  id?: string
  name?: string
  type?: string
  size?: number
  state?: 'pending' | 'ready' | 'refused'
  url?: string
}

/** A file that was brought, as the server answers. */
export type Brought = Media & { id: string }

/** What a message has besides its words. It stands as it did when it was read; ref is what changes after it call it. A deleted one has no text. */
export interface Standing {
  ref?: string
  edited?: boolean
  deleted?: boolean
  reactions?: { mine: boolean; emoji: string }[]
  media?: Media[]
}

/** What happened to a message, the one with that ref. A reaction without emoji is taken back; of a file its medium is told anew. */
export type Change =
  | { kind: 'edited'; at: string; about: string; text: string }
  | { kind: 'deleted'; at: string; about: string }
  | { kind: 'reacted'; at: string; about: string; mine?: boolean; emoji?: string }
  | { kind: 'file'; at: string; about: string; media: Media[] }

/** The session in which the message with that ref was said is rated; without a rating it was taken back. The last one counts. */
export type Rated = { kind: 'rated'; at: string; about: string; rating?: 'good' | 'bad'; comment?: string }

/** What happened, as its customer may see it. */
export type VisitorEvent =
  | { kind: 'started'; at: string }
  | ({ kind: 'message'; at: string; mine: true; id: string; text?: string } & Standing)
  | ({ kind: 'message'; at: string; mine?: false; name?: string; text?: string } & Standing)
  | { kind: 'taken' | 'joined'; at: string; name?: string }
  | { kind: 'ended'; at: string; outcome?: string; name?: string }
  | { kind: 'blocked'; at: string; until?: string }
  | { kind: 'unblocked'; at: string }
  | Rated
  | Change

export type Welcome = {
  type: 'welcome'
  version: number
  token: string
  department?: string
  title?: string
  greeting?: string
  max_file?: number
}
export type Continuation = { type: 'events'; after: string; cursor: string; events?: VisitorEvent[] }
export type Snapshot = {
  type: 'events'
  after?: undefined
  cursor: string
  start?: string
  more?: boolean
  events?: VisitorEvent[]
}
export type Older = { type: 'older'; start?: string; more?: boolean; events?: VisitorEvent[] }
export type Ack = { type: 'ack'; id: string }
export type Refused = {
  type: 'refused'
  id?: string
  kind: string
  field?: string
  reason?: string
  retry_after_ms?: number
}
/** How the department stands to who would begin a session: what is shown where it takes none, and nothing where it does. */
export type Status = { type: 'status'; closed?: 'notice' | 'hidden' }
/** How the visitor stands in the queue, as much of it as they are to know; without waiting they are not in it. */
export type Queue = {
  type: 'queue'
  waiting?: boolean
  place?: number
  before?: number
  beyond?: boolean
  minutes?: number
}
/** Agents have read the own message with that ref, and all own ones before it. */
export type Read = { type: 'read'; about: string }
export type Typing = { type: 'typing'; name?: string }

/** What the server says. */
export type ServerFrame =
  | Welcome
  | Continuation
  | Snapshot
  | Older
  | Ack
  | Refused
  | Status
  | Queue
  | Read
  | Typing
  | { type: 'pong' }

/** A text's limit, in bytes of UTF-8. */
export const maxText = 65_536

/** The limit of what is said with a rating, in bytes of UTF-8. */
export const maxComment = 2_000

/** A client frame's limit, in bytes. */
export const maxFrame = 98_304

/** The kinds of refusal after which the same frame is sent again. */
export const retried: ReadonlySet<string> = new Set(['busy', 'throttled', 'unavailable'])

/** What the client does after which close code. */
export const comebacks: Readonly<Record<number, Comeback>> = {
  1000: 'stay',
  1001: [200, 2000],
  4406: 'stay',
  4409: 'now',
  4429: [5000, 6000],
}

/** No common version. */
export const tooOld = 4406

/** A frame was over the limit. */
export const tooBig = 1009
