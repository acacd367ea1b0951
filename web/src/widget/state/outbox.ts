import { type Brought, type ClientFrame, type Rating, type Refused, retried } from '../../shared/protocol.ts'
import type { Timers } from '../../shared/timers.ts'
import { uuid7 } from '../../shared/uuid.ts'
import type { Happening, Pending } from './conversation.ts'
import { exclusively, type Locks } from './lock.ts'
import type { Storage } from './storage.ts'

interface Entry extends Pending {
  /** Written in this page, or found in storage: left by an earlier page, or another tab's. */
  readonly own: boolean
  /** When a found one may be sent: a living tab gets the chance to send its own. */
  readonly from: number
  /** It ends the session instead of saying something. Never stored: a customer who comes back later has not ended. */
  readonly end?: boolean
}

export interface OutboxOptions {
  storage: Storage
  locks: Locks | undefined
  /** Names the lock, the same in all tabs of the channel. */
  name: string
  timers: Timers
  /** Told of what the view must show: other tabs' messages, and what became of them. */
  onHappening: (what: Happening | Refused) => void
  /** The connection is open but does not answer. */
  onStuck: () => void
}

type Send = (frame: ClientFrame) => boolean

const key = 'out:'
const livingTab = 5_000
const answerWithin = 20_000

// The server closes after 60 messages in a minute, or 20 frames of any kind in 5 s: five at once are fine, then one in 1.1 s.
const every = 1_100
const ahead = 4 * every

/**
 * Outbox keeps what the customer said, and how they rate it, until the server has it, in this tab's memory and in the page's storage, one key a
 * message, so that tabs that write at the same time do not overwrite each other. Own messages go out one after the other
 * in the order they were written. Those found in storage are sent too, by one tab at a time: after a reload, a page
 * change in mid-send, the end of a tab. Whatever is sent twice has the same id, and the server takes it once.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #entries = new Map<string, Entry>()
  #send: Send | undefined
  #inFlight = ''
  #pumpTimer: number | undefined
  #carryTimer: number | undefined
  #giveBack: (() => void) | undefined // the right to send what was found, while held
  #asking = false
  #notBefore = 0

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  get isEnding(): boolean {
    return [...this.#entries.values()].some((e) => e.end)
  }

  /** Keeps a text, and the files that go with it, and sends it as soon as it can. */
  write(text: string, files?: readonly Brought[]): void {
    this.#keep({ text, files })
  }

  /** Keeps a rating, in the place of one of the same session that the server has not answered, and of those that it refused. */
  rate(about: string, rating: Rating, comment: string): void {
    for (const e of this.#entries.values()) {
      if (e.about && (e.about === about || e.refused !== undefined)) this.remove(e.id)
    }
    this.#keep({ text: comment, about, rating })
  }

  /** Ends the session after what was written until now. */
  end(): void {
    if (this.isEnding) return
    const at = this.#options.timers.now()
    const id = uuid7(at)
    this.#entries.set(id, { id, text: '', at, own: true, from: 0, end: true })
    this.#pump()
  }

  /** Forgets a message that was refused, or a rating. */
  remove(id: string): void {
    this.#forget(id)
    this.#options.onHappening({ type: 'removed', id })
  }

  /** The server has it. */
  ack(id: string): void {
    this.#forget(id)
    this.#answered(id)
  }

  /** The server does not take it, for now or for good. */
  refuse(frame: Refused): void {
    const id = frame.id ?? this.#inFlight
    if (retried.has(frame.kind)) {
      const { timers } = this.#options
      this.#notBefore = timers.now() + Math.max(500, frame.retry_after_ms ?? 0) * (1 + timers.random() / 4)
    } else this.#giveUp(id, frame.reason ?? '')
    this.#answered(id)
  }

  /** The frame in flight was more than the server reads. */
  refuseInFlight(): void {
    this.#giveUp(this.#inFlight, '')
  }

  /** Starts to send. */
  connected(send: Send): void {
    this.#send = send
    this.#pump()
  }

  /** What was in flight is in doubt, and goes out again. */
  disconnected(): void {
    const { timers } = this.#options
    timers.clear(this.#pumpTimer)
    timers.clear(this.#carryTimer)
    this.#send = undefined
    this.#inFlight = ''
    this.#release()
  }

  /** Looks into storage: at the beginning, and after a sleep in which the news of other tabs were missed. */
  scan(): void {
    const { storage } = this.#options
    const keys = new Set(storage.keys())
    for (const entry of this.#entries.values()) {
      if (entry.own) continue
      if (!keys.has(key + entry.id)) this.#gone(entry)
      // All that is found becomes due at once: one may not overtake another.
      else this.#entries.set(entry.id, { ...entry, from: 0 })
    }
    for (const k of keys) if (k.startsWith(key)) this.#found(k, storage.get(k), 0)
    this.#carry()
  }

  /** Another tab changed a key of the storage. */
  changed(k: string, value: string | null): void {
    if (!k.startsWith(key)) return
    const entry = this.#entries.get(k.slice(key.length))
    if (value !== null) this.#found(k, value, this.#options.timers.now() + livingTab)
    else if (entry) this.#gone(entry)
    this.#carry()
  }

  #keep(said: Pick<Entry, 'text' | 'files' | 'about' | 'rating'>): void {
    const at = this.#options.timers.now()
    const entry: Entry = { ...said, id: uuid7(at), at, own: true, from: 0 }
    this.#entries.set(entry.id, entry)
    this.#store(entry)
    this.#options.onHappening({ type: 'wrote', message: entry })
    this.#pump()
  }

  #found(k: string, value: string | null, from: number): void {
    const id = k.slice(key.length)
    const read = parse(value)
    if (!read) return
    const known = this.#entries.get(id)
    if (!known) {
      const entry: Entry = { ...read, id, own: false, from }
      this.#entries.set(id, entry)
      this.#options.onHappening({ type: 'wrote', message: entry })
    } else if (read.refused !== undefined) this.#failed({ ...known, refused: read.refused })
  }

  // gone: another tab has taken it out of storage, since the server has it, or the customer does not want it.
  #gone(entry: Entry): void {
    this.#entries.delete(entry.id)
    this.#options.onHappening({ type: entry.refused === undefined ? 'stored' : 'removed', id: entry.id })
  }

  #forget(id: string): void {
    this.#entries.delete(id)
    this.#options.storage.set(key + id, '')
  }

  #giveUp(id: string, refused: string): void {
    const entry = this.#entries.get(id)
    if (entry?.end) this.#entries.delete(id)
    else if (entry) {
      const failed = { ...entry, refused }
      this.#store(failed)
      this.#failed(failed)
    }
  }

  #failed(entry: Entry): void {
    this.#entries.set(entry.id, entry)
    this.#options.onHappening({ type: 'refused', id: entry.id, kind: 'invalid', reason: entry.refused })
  }

  #store(entry: Entry): void {
    this.#options.storage.set(key + entry.id, JSON.stringify(entry))
  }

  #answered(id: string): void {
    if (id !== this.#inFlight) return
    this.#inFlight = ''
    this.#pump()
  }

  // pump sends the oldest message that is due, if none is in flight: the next goes out when this one is answered, so
  // that a message held back is not overtaken.
  #pump(): void {
    const { timers, onStuck } = this.#options
    if (!this.#send || this.#inFlight) return
    timers.clear(this.#pumpTimer)
    const now = timers.now()
    const next = this.#next(now)
    if (!next) {
      this.#release()
      this.#carry()
      return
    }
    if (this.#notBefore > now) {
      this.#pumpTimer = timers.set(() => this.#pump(), this.#notBefore - now)
      return
    }
    this.#notBefore = Math.max(this.#notBefore, now - ahead) + every
    this.#inFlight = next.id
    this.#pumpTimer = timers.set(onStuck, answerWithin)
    this.#send(frameOf(next))
  }

  #next(now: number): Entry | undefined {
    let next: Entry | undefined
    for (const e of this.#entries.values()) {
      const due = e.refused === undefined && (e.own || (this.#giveBack && e.from <= now))
      if (due && (!next || e.id < next.id)) next = e
    }
    return next
  }

  // carry gets the right to send what was found, if something is due and no other tab is at it.
  #carry(): void {
    const { timers, locks, name } = this.#options
    if (!this.#send || this.#giveBack || this.#asking) return
    timers.clear(this.#carryTimer)
    const found = [...this.#entries.values()].filter((e) => !e.own && e.refused === undefined)
    if (found.length === 0) return
    const wait = Math.min(...found.map((e) => e.from)) - timers.now()
    if (wait > 0) {
      this.#carryTimer = timers.set(() => this.#carry(), wait)
      return
    }
    this.#asking = true
    exclusively(
      locks,
      `${name}send`,
      (done) => {
        this.#asking = false
        if (!this.#send || this.#giveBack) {
          done()
          return
        }
        this.#giveBack = done
        this.#pump()
      },
      () => {
        this.#asking = false
        this.#carryTimer = timers.set(() => this.#carry(), livingTab)
      },
    )
  }

  #release(): void {
    this.#giveBack?.()
    this.#giveBack = undefined
  }
}

function frameOf({ id, text, files, about, rating = '', end }: Entry): ClientFrame {
  if (end) return { type: 'end', id }
  if (about) return { type: 'rate', id, about, rating, comment: text }
  return { type: 'message', id, text, files: files?.map((f) => f.id) }
}

// What is in storage may have been written by anybody in the page.
function parse(
  value: string | null,
): Pick<Entry, 'text' | 'files' | 'about' | 'rating' | 'at' | 'refused'> | undefined {
  try {
    const entry = JSON.parse(value as string)
    return typeof entry.text === 'string' ? entry : undefined
  } catch {
    return undefined
  }
}
