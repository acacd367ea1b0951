import type { ClientFrame, Refused, ServerFrame, VisitorEvent } from '../../shared/protocol.ts'
import { folded } from '../state/fold.ts'

/** One connection as the hub sees it. */
export interface Line {
  send(frame: ServerFrame): void
  close(code: number): void
}

interface Visitor {
  token: string
  log: VisitorEvent[]
  ids: Map<string, string>
}

interface Follower {
  visitor: Visitor
  at: number
}

const page = 6
const reach = 25

/**
 * FakeHub answers as PROTOCOL.md says: it keeps a log a visitor, takes each id once, continues from a cursor or, where
 * that is too old, sends a snapshot. Its log is short-sighted on purpose, so that a test meets every branch.
 */
export class FakeHub {
  readonly visitors = new Map<string, Visitor>()
  readonly received: ClientFrame[] = []
  /** Asked for each message and each comment: what refuses it, or nothing. */
  refuses: (text: string) => Omit<Refused, 'type' | 'id'> | undefined = () => undefined
  /** Whether the acknowledgement comes before the event. */
  ackFirst: () => boolean = () => true
  /** The time of what happens, later each time. */
  now = () => Date.parse('2026-11-20T10:00:00Z') + this.#ticks++ * 1000
  #ticks = 0
  readonly #followers = new Map<Line, Follower>()

  get log(): VisitorEvent[] {
    const [first] = [...this.visitors.values()].filter((v) => v.log.length > 0)
    return first?.log ?? []
  }

  drop(line: Line): void {
    this.#followers.delete(line)
  }

  hear(line: Line, frame: ClientFrame): void {
    this.received.push(frame)
    if (frame.type === 'hello') {
      this.#hello(line, frame.token, frame.after)
      return
    }
    const follower = this.#followers.get(line)
    if (!follower) {
      line.close(4400)
      return
    }
    const { visitor } = follower
    switch (frame.type) {
      case 'message':
      case 'end':
      case 'rate':
        this.#take(line, visitor, frame)
        break
      case 'older': {
        const before = Number(frame.before.split('/')[1])
        const start = Math.max(0, before - page)
        const events = standing(visitor, start, before)
        line.send({ type: 'older', start: place(visitor, start), more: start > 0, events })
        break
      }
      case 'ping':
        line.send({ type: 'pong' })
    }
  }

  /** Something happens in the conversation of the one visitor who has written. A message gets its ref. */
  happen(event: VisitorEvent): void {
    const visitor = [...this.visitors.values()].find((v) => v.log.length > 0)
    if (!visitor) return
    this.#append(visitor, event.kind === 'message' ? { ref: `ref ${visitor.log.length}`, ...event } : event)
  }

  /** An agent edits, deletes or reacts to one of the messages. Whoever fetches it from now on gets it as it stands. */
  change(pick: <T>(from: readonly T[]) => T | undefined): void {
    const messages = folded(this.log).filter((e) => e.kind === 'message' && e.ref && !e.deleted)
    const message = pick(messages)
    if (message?.kind !== 'message' || !message.ref) return
    const about = { at: this.at(), about: message.ref }
    const change = pick<VisitorEvent>([
      { kind: 'edited', ...about, text: `${message.text}, changed` },
      { kind: 'deleted', ...about },
      { kind: 'reacted', ...about, emoji: pick(['👍', '🎉', '']) },
    ])
    if (change) this.happen(change)
  }

  typing(name: string): void {
    for (const line of this.#followers.keys()) line.send({ type: 'typing', name })
  }

  at = () => new Date(this.now()).toISOString()

  #hello(line: Line, token = '', after = ''): void {
    if (this.#followers.has(line)) {
      line.close(4400)
      return
    }
    let visitor = this.visitors.get(token)
    if (!visitor) {
      visitor = { token: `visitor-${this.visitors.size}`.padEnd(43, '_'), log: [], ids: new Map() }
      this.visitors.set(visitor.token, visitor)
    }
    line.send({ type: 'welcome', version: 1, token: visitor.token, department: 'Support' })
    const [owner, n] = after.split('/')
    const held = owner === visitor.token ? Number(n) : -1
    const end = visitor.log.length
    if (held >= 0 && end - held <= reach) {
      if (end > held) {
        line.send({ type: 'events', after, cursor: place(visitor, end), events: standing(visitor, held) })
      }
    } else {
      const start = Math.max(0, end - page)
      const events = standing(visitor, start)
      line.send({
        type: 'events',
        cursor: place(visitor, end),
        start: place(visitor, start),
        more: start > 0,
        events,
      })
    }
    this.#followers.set(line, { visitor, at: end })
  }

  #take(line: Line, visitor: Visitor, frame: ClientFrame & { id: string }): void {
    const { id } = frame
    const text = frame.type === 'message' ? frame.text : frame.type === 'rate' ? (frame.comment ?? '') : ''
    const known = visitor.ids.get(id)
    if (known !== undefined) {
      if (known === text) line.send({ type: 'ack', id })
      else line.send({ type: 'refused', id, kind: 'invalid', field: 'id', reason: 'this id is taken' })
      return
    }
    const last = visitor.log.findLast((e) => e.kind !== 'rated')
    const isOver = !last || last.kind === 'ended'
    const refusal = refusalOf(frame, visitor, isOver) ?? this.refuses(text)
    if (refusal) {
      line.send({ type: 'refused', id, ...refusal })
      return
    }
    visitor.ids.set(id, text)
    const early = this.ackFirst()
    if (early) line.send({ type: 'ack', id })
    if (frame.type === 'end') this.#append(visitor, { kind: 'ended', at: this.at(), outcome: 'completed_by_customer' })
    else if (frame.type === 'rate') {
      const { about, rating, comment } = frame
      const stands = sessionOf(visitor, about).findLast((e) => e.kind === 'rated')
      if ((stands?.rating ?? '') !== rating || (stands?.comment ?? '') !== comment) {
        this.#append(visitor, { kind: 'rated', at: this.at(), about, rating: rating || undefined, comment })
      }
    } else {
      if (isOver) this.#append(visitor, { kind: 'started', at: this.at() })
      this.#append(visitor, { kind: 'message', at: this.at(), mine: true, id, text, ref: `ref ${visitor.log.length}` })
    }
    if (!early) line.send({ type: 'ack', id })
  }

  #append(visitor: Visitor, event: VisitorEvent): void {
    visitor.log.push(event)
    for (const [line, follower] of this.#followers) {
      if (follower.visitor !== visitor) continue
      const after = place(visitor, follower.at)
      follower.at = visitor.log.length
      line.send({ type: 'events', after, cursor: place(visitor, follower.at), events: [event] })
    }
  }
}

// sessionOf is what happened in the session of the message with that ref.
function sessionOf({ log }: Visitor, ref: string): readonly VisitorEvent[] {
  const said = log.findIndex((e) => e.kind === 'message' && e.ref === ref)
  const end = log.findIndex((e, i) => e.kind === 'started' && i > said)
  return said < 0
    ? []
    : log.slice(
        log.findLastIndex((e, i) => e.kind === 'started' && i < said),
        end < 0 ? undefined : end,
      )
}

function refusalOf(frame: ClientFrame, visitor: Visitor, isOver: boolean): Omit<Refused, 'type' | 'id'> | undefined {
  if (frame.type === 'end' && isOver) return { kind: 'ended', reason: 'there is nothing to end' }
  if (frame.type !== 'rate') return undefined
  if (sessionOf(visitor, frame.about).some((e) => e.kind === 'message' && !e.mine)) return undefined
  return { kind: 'invalid', field: 'about', reason: 'nobody has answered' }
}

// standing is a part of a log, its messages as they are by now.
const standing = ({ log }: Visitor, start: number, end = log.length) => folded(log).slice(start, end)

const place = (visitor: Visitor, n: number): string => `${visitor.token}/${n}`
