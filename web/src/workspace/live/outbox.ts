import type { Brought } from '../../api/wire.ts'
import { backoff } from '../../shared/backoff.ts'
import type { Timers } from '../../shared/timers.ts'
import { uuid7 } from '../../shared/uuid.ts'
import { asRefusal, type Refusal } from './refusal.ts'

export type Kind = 'reply' | 'note'

/** A message that was sent here and is not yet known to be stored. */
export interface Unsent {
  clientId: string
  session: string
  kind: Kind
  text: string
  /** Files that were brought for it; its text may be empty then. */
  files?: readonly Brought[]
  /** The message that a reply answers. */
  replyTo?: string
  /** When it was sent here, in milliseconds since 1970. */
  at: number
  /** It is not sent before; its writer may take it back until then. */
  heldUntil?: number
  /** Why the server refused it for good; its writer decides what becomes of it. */
  failed?: string
}

/** What the outbox uses of localStorage. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export interface OutboxOptions<Stored> {
  /** Whose messages: another agent at the same browser has an outbox of their own. */
  agent: string
  store: Store
  timers: Timers
  /** Says the message to the server; rejects with a Refusal. */
  say: (message: Unsent) => Promise<Stored>
  /** The message is stored: what the server gave for it. */
  onStored: (message: Unsent, stored: Stored) => void
  /** Somebody else took the session first: its replies have left the outbox, their text and files are for the composer. */
  onTaken: (message: Unsent, winner: string) => void
  /** The sign-in has ended: nothing is sent until resume. */
  onSignedOut: () => void
  /** What list gives has changed. */
  onChange: () => void
}

/** More messages than this are not kept waiting. */
export const maxUnsent = 100

/**
 * Outbox keeps what an agent sent until the server has it, across losses of the network and reloads. A message is said
 * again and again under the same client id, so the server stores it once; those of one session go one after another, in
 * the order in which they were written (FEATURES A20, B3).
 */
export class Outbox<Stored> {
  readonly #options: OutboxOptions<Stored>
  readonly #prefix: string
  #messages: readonly Unsent[] = []
  readonly #underway = new Set<string>() // sessions with a message on its way, or waiting for the next attempt
  readonly #alarms = new Map<string, number>()
  readonly #attempts = new Map<string, number>()
  #paused = true

  constructor(options: OutboxOptions<Stored>) {
    this.#options = options
    this.#prefix = `parley.outbox.${options.agent}.`
    this.#messages = this.#load()
  }

  /** What is not known to be stored, in the order of writing. The same array until something changes. */
  list(): readonly Unsent[] {
    return this.#messages
  }

  /** Keeps and sends a message, after so many milliseconds; undefined where too many wait already. */
  add(
    session: string,
    kind: Kind,
    text: string,
    more: Pick<Unsent, 'files' | 'replyTo'> = {},
    hold = 0,
  ): Unsent | undefined {
    if (this.#messages.length >= maxUnsent) return undefined
    const at = this.#options.timers.now()
    const held = hold > 0 ? { heldUntil: at + hold } : {}
    const message: Unsent = { clientId: uuid7(at), session, kind, text, at, ...more, ...held }
    this.#save(message)
    this.#set([...this.#messages, message])
    this.#pump()
    return message
  }

  /** Takes back a message that is still held; false where it is on its way. */
  recall({ clientId, heldUntil = 0 }: Unsent): boolean {
    if (heldUntil <= this.#options.timers.now()) return false
    this.drop(clientId)
    return true
  }

  /** Sends a refused message once more, as the same message. */
  retry(clientId: string): void {
    const messages = this.#messages.map((message) => {
      if (message.clientId !== clientId) return message
      const { failed: _failed, ...again } = message
      this.#save(again)
      return again
    })
    this.#set(messages)
    this.#pump()
  }

  /** Lets go of a message: its writer discarded it, or the stream showed that it is stored. */
  drop(clientId: string): void {
    if (!this.#messages.some((message) => message.clientId === clientId)) return
    this.#options.store.removeItem(this.#prefix + clientId)
    this.#attempts.delete(clientId)
    this.#set(this.#messages.filter((message) => message.clientId !== clientId))
  }

  /** Follows what another tab of the same agent did to the stored messages. */
  stored(key: string | null, value: string | null): void {
    if (key?.startsWith(this.#prefix) && value === null) this.drop(key.slice(this.#prefix.length))
  }

  /** Sends what waits, at once: at the beginning, and whenever the network or the sign-in is back. */
  resume(): void {
    this.#paused = false
    for (const [session, alarm] of this.#alarms) {
      this.#options.timers.clear(alarm)
      this.#underway.delete(session)
    }
    this.#alarms.clear()
    this.#pump()
  }

  /** Sends nothing more until resume. */
  pause(): void {
    this.#paused = true
    for (const alarm of this.#alarms.values()) this.#options.timers.clear(alarm)
  }

  #pump(): void {
    if (this.#paused) return
    for (const message of this.#messages) {
      if (message.failed || this.#underway.has(message.session)) continue
      this.#underway.add(message.session)
      const held = (message.heldUntil ?? 0) - this.#options.timers.now()
      if (held > 0) this.#later(message.session, held)
      else void this.#send(message)
    }
  }

  async #send(message: Unsent): Promise<void> {
    const { say, onStored } = this.#options
    try {
      const stored = await say(message)
      onStored(message, stored)
      this.drop(message.clientId)
    } catch (error) {
      if (!this.#refused(message, asRefusal(error))) return
    }
    this.#underway.delete(message.session)
    this.#pump()
  }

  // refused decides what becomes of a message, and whether its session can go on with the next one.
  #refused(message: Unsent, refusal: Refusal): boolean {
    const { timers, onTaken, onSignedOut } = this.#options
    // The stream may have shown meanwhile that it is stored.
    if (!this.#messages.some((m) => m.clientId === message.clientId)) return true
    if (refusal.signedOut) {
      this.#underway.delete(message.session)
      this.pause()
      onSignedOut()
      return false
    }
    if (refusal.passing) {
      const attempt = (this.#attempts.get(message.clientId) ?? 0) + 1
      this.#attempts.set(message.clientId, attempt)
      const wait = Math.max(refusal.retryAfter ?? 0, backoff(attempt, timers.random))
      this.#later(message.session, wait)
      return false
    }
    const { winner } = refusal.problem
    if (refusal.status === 409 && winner) {
      const replies = this.#messages.filter((m) => m.session === message.session && m.kind === 'reply' && !m.failed)
      for (const { clientId } of replies) this.drop(clientId)
      const text = replies.flatMap((reply) => reply.text || []).join('\n')
      onTaken({ ...message, text, files: replies.flatMap((reply) => reply.files ?? []) }, winner)
      return true
    }
    const failed = { ...message, failed: refusal.reason }
    this.#save(failed)
    this.#set(this.#messages.map((m) => (m.clientId === message.clientId ? failed : m)))
    return true
  }

  // later lets a session go on after a while; its messages keep their order.
  #later(session: string, wait: number): void {
    const alarm = this.#options.timers.set(() => {
      this.#alarms.delete(session)
      this.#underway.delete(session)
      this.#pump()
    }, wait)
    this.#alarms.set(session, alarm)
  }

  #set(messages: readonly Unsent[]): void {
    this.#messages = messages
    this.#options.onChange()
  }

  #save(message: Unsent): void {
    try {
      this.#options.store.setItem(this.#prefix + message.clientId, JSON.stringify(message))
    } catch {
      // Full, or forbidden: the message is kept for as long as the page lives.
    }
  }

  #load(): Unsent[] {
    const { store } = this.#options
    const messages: Unsent[] = []
    for (let i = 0; i < store.length; i++) {
      const key = store.key(i)
      if (!key?.startsWith(this.#prefix)) continue
      const message = parse(store.getItem(key))
      if (message) messages.push(message)
    }
    // The ids sort by the time at which they were made.
    return messages.sort((a, b) => (a.clientId < b.clientId ? -1 : 1))
  }
}

function parse(text: string | null): Unsent | undefined {
  try {
    const message = JSON.parse(text ?? 'null')
    return typeof message?.clientId === 'string' && typeof message.text === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
