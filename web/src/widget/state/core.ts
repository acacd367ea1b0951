import {
  type Brought,
  type ClientFrame,
  comebacks,
  type Queue,
  type Rating,
  type Refused,
  type ServerFrame,
  tooBig,
  tooOld,
  type Welcome,
} from '../../shared/protocol.ts'
import { type RawSocket, Socket, type SocketState } from '../../shared/socket.ts'
import type { Timers } from '../../shared/timers.ts'
import { uuid7 } from '../../shared/uuid.ts'
import { answersOf, apply, type Conversation, type Happening, isGap, isOpen, noConversation } from './conversation.ts'
import type { Locks } from './lock.ts'
import { Outbox } from './outbox.ts'
import type { Storage } from './storage.ts'

export interface CoreOptions {
  /** Where the socket is, with the channel. */
  url: () => string
  /** Names what tabs of the channel share. */
  name: string
  storage: Storage
  locks: Locks | undefined
  WebSocket: new (url: string) => RawSocket
  timers: Timers
  /** Whether the page can be seen. */
  isVisible: () => boolean
  /** Whether it is the one that the customer is in. */
  isFocused: () => boolean
}

/** All that the launcher and the panel show. A value: every change makes a new one. */
export interface State {
  readonly conversation: Conversation
  readonly link: SocketState
  /** The server speaks a newer protocol than this script. */
  readonly isOutdated: boolean
  readonly isOpen: boolean
  /** Messages of agents that the customer has not seen. */
  readonly unread: number
  /** When the newest message of an agent was said, in milliseconds; 0 if there is none. */
  readonly newest: number
  /** What is being written. */
  readonly draft: string
  /** The customer has ended the session, the server does not know yet. */
  readonly isEnding: boolean
  /** Older events are on their way. */
  readonly isAsking: boolean
  /** What is shown while no session can begin; '' while one can. */
  readonly closed: '' | 'notice' | 'hidden'
  /** The customer wants to hear no sounds. */
  readonly isMuted: boolean
  /** How the customer stands in the queue; undefined while they are not in it. */
  readonly queue: Queue | undefined
}

const typingEvery = 3_000
const seenAfter = 1_000
const settlesWithin = 10_000

/**
 * Core is the widget without its looks: one tab's connection, conversation and outbox, and what it shares with the other
 * tabs of the site: the visitor's token, the unsent messages, the draft, what was seen, whether the panel is open.
 */
export class Core {
  state: State = {
    conversation: noConversation,
    link: 'idle',
    isOutdated: false,
    isOpen: false,
    unread: 0,
    newest: 0,
    draft: '',
    isEnding: false,
    isAsking: false,
    closed: '',
    isMuted: false,
    queue: undefined,
  }
  readonly #options: CoreOptions
  readonly #outbox: Outbox
  readonly #socket: Socket<ServerFrame, ClientFrame>
  readonly #listeners = new Set<() => void>()
  #token = ''
  #said = '' // the token of the last hello
  #isWelcome = false
  #isAttending = false
  #seen = 0 // when the newest answer that the customer saw was said, in any tab
  #told = 0 // the same as the server knows it from this connection
  #greeted: string // when the answer was said that opened the panel last
  #lastTyping = 0
  #isEmptySaid = false
  #seenTimer: number | undefined
  #settleTimer: number | undefined

  constructor(options: CoreOptions) {
    this.#options = options
    const { storage } = options
    this.#socket = new Socket<ServerFrame, ClientFrame>({
      ...options,
      comebacks,
      onOpen: () => this.#hello(),
      onFrame: (frame) => this.#hear(frame),
      onState: (link, code) => this.#linked(link, code),
    })
    this.#outbox = new Outbox({
      ...options,
      onHappening: (what) => this.#happen(what),
      onStuck: () => this.#socket.reconnect(),
    })
    storage.onChange = (key, value) => this.#changed(key, value)
    this.#token = storage.get('token') ?? ''
    this.#greeted = storage.get('greeted') ?? ''
    this.#readSeen()
    this.#set({
      draft: storage.get('draft') ?? '',
      isOpen: storage.get('open') === '1',
      isMuted: storage.get('muted') === '1',
    })
    this.#outbox.scan()
  }

  /** Calls back after every change of state, until the function it gives is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The page is shown, or online again. Connects if there is something to show or to send, else costs nothing. */
  wake(): void {
    this.#token ||= this.#options.storage.get('token') ?? ''
    this.#readSeen()
    if (this.#token || !this.#outbox.isEmpty || this.state.isOpen) this.#socket.wake()
    this.#outbox.scan()
  }

  /** The page is put away: rests until wake. */
  pause(): void {
    this.#socket.pause()
  }

  /** Ends this core for good. */
  stop(): void {
    this.#options.storage.onChange = undefined
    this.#socket.stop()
  }

  open(): void {
    this.#set({ isOpen: true })
    this.#options.storage.set('open', '1')
    this.#socket.start()
  }

  minimise(): void {
    this.#isAttending = false
    this.#set({ isOpen: false })
    this.#options.storage.set('open', '')
  }

  mute(isMuted: boolean): void {
    this.#set({ isMuted })
    this.#options.storage.set('muted', isMuted ? '1' : '')
  }

  /** Says a text that fits into a message, and files, and uses up the draft. */
  write(text: string, files?: readonly Brought[]): void {
    if (text || files) this.#outbox.write(text, files)
    else this.#sayEmpty()
    this.#keepDraft('')
    this.#socket.start()
  }

  /** Whether a session can be begun, or one goes on. */
  get canWrite(): boolean {
    const { closed, conversation } = this.state
    return !closed || isOpen(conversation)
  }

  /** The page asked, while nobody was connected: whether the launcher is to be hidden. */
  hide(isHidden: boolean): void {
    if (this.state.link !== 'open') this.#set({ closed: isHidden ? 'hidden' : '' })
  }

  /** Where the socket is, and who the visitor is: what is needed to bring a file. */
  get way(): readonly [string, string] {
    return [this.#options.url(), this.#token]
  }

  /** Throws a refused message away. */
  remove(id: string): void {
    this.#outbox.remove(id)
  }

  /** Rates the session of the message with that ref, '' takes it back. */
  rate(about: string, rating: Rating, comment: string): void {
    this.#outbox.rate(about, rating, comment)
  }

  /** Ends the session. The customer has confirmed. */
  end(): void {
    this.#outbox.end()
    this.#set({})
  }

  /** Keeps what is being written, and lets the agents know that something is. */
  draft(text: string): void {
    this.#keepDraft(text)
    const now = this.#options.timers.now()
    if (!text || !isOpen(this.state.conversation) || now - this.#lastTyping < typingEvery) return
    if (this.#say({ type: 'typing' })) this.#lastTyping = now
  }

  /** Asks for what was before. */
  older(): void {
    const { start, more } = this.state.conversation
    if (more && start !== undefined && !this.state.isAsking && this.#say({ type: 'older', before: start })) {
      this.#set({ isAsking: true })
    }
  }

  /** Tells whether the customer has the end of the conversation before their eyes. */
  attend(isAttending: boolean): void {
    this.#isAttending = isAttending
    this.#see()
  }

  // Whoever presses Send with nothing to say is seen to have come, once a page (RULES S1.22).
  #sayEmpty(): void {
    if (this.#isEmptySaid || isOpen(this.state.conversation) || !this.#outbox.isEmpty) return
    this.#isEmptySaid = this.#say({ type: 'empty', id: uuid7(this.#options.timers.now()) })
  }

  #say(frame: ClientFrame): boolean {
    return this.#isWelcome && this.#socket.send(frame)
  }

  #hello(): void {
    this.#said = this.#token
    const after = this.state.conversation.cursor
    this.#socket.send({ type: 'hello', versions: [1], token: this.#token || undefined, after })
  }

  #linked(link: SocketState, code?: number): void {
    if (link !== 'open') {
      this.#isWelcome = false
      if (code === tooBig) this.#outbox.refuseInFlight()
      this.#outbox.disconnected()
      this.#settle()
    }
    this.#set({ link, isOutdated: code === tooOld && link === 'closed', isAsking: false })
  }

  #hear(frame: ServerFrame): void {
    const { conversation, isAsking } = this.state
    if (isGap(conversation, frame)) {
      this.#socket.reconnect()
      return
    }
    switch (frame.type) {
      case 'welcome':
        if (!this.#welcome(frame)) return
        break
      case 'events':
        // The answer to older would be put before the wrong beginning.
        if (frame.after === undefined && isAsking) this.#socket.reconnect()
        break
      case 'older':
        if (!isAsking) return
        this.#set({ isAsking: false })
        break
      case 'status':
        this.#set({ closed: frame.closed ?? '' })
        return
      case 'queue':
        this.#set({ queue: frame.waiting ? frame : undefined })
        return
      case 'refused':
        if (frame.kind === 'closed') this.#giveBack(frame.id)
        this.#outbox.refuse(frame)
        this.#set({})
        return
      case 'ack':
        this.#outbox.ack(frame.id)
        break
    }
    this.#happen(frame)
    if (frame.type === 'welcome') this.#outbox.connected((f) => this.#say(f))
    if (frame.type === 'events') this.#answered()
  }

  // giveBack: it has closed since the panel opened. What was written goes back to where it was; files stay with their message.
  #giveBack(id: string | undefined): void {
    const { conversation, draft, closed } = this.state
    const message = conversation.pending.find((p) => p.id === id)
    if (message && !message.files) {
      this.remove(message.id)
      this.#keepDraft(draft ? `${message.text}\n${draft}` : message.text)
    }
    this.#set({ closed: closed || 'notice' })
  }

  // welcome takes the visitor that the server gave; false where another tab was given one first.
  #welcome({ token }: Welcome): boolean {
    const { storage } = this.#options
    const kept = storage.get('token')
    if (kept && kept !== this.#said && kept !== token) {
      this.#become(kept)
      return false
    }
    this.#token = token
    if (kept !== token) storage.set('token', token)
    this.#isWelcome = true
    this.#set({ closed: '', queue: undefined }) // where it is not so, the next frames say it
    this.#told = 0
    return true
  }

  // become makes this tab the visitor that another tab is.
  #become(token: string): void {
    this.#token = token
    const { conversation } = this.state
    const pending = conversation.pending.filter((p) => !p.stored)
    this.#set({ conversation: { ...noConversation, department: conversation.department, pending } })
    this.#count()
    this.#socket.reconnect()
    if (this.#options.isVisible()) this.#socket.start()
  }

  #happen(what: ServerFrame | Happening | Refused): void {
    this.state = { ...this.state, conversation: apply(this.state.conversation, what) }
    this.#count()
    this.#settle()
  }

  // settle makes sure that a message the server has is soon shown by an event. If none comes, it is so old that it is
  // further up, and a snapshot puts things right.
  #settle(): void {
    const { timers } = this.#options
    const isUnsettled = this.#isWelcome && this.state.conversation.pending.some((p) => p.stored)
    if (!isUnsettled) {
      timers.clear(this.#settleTimer)
      this.#settleTimer = undefined
    } else {
      this.#settleTimer ??= timers.set(() => {
        this.#settleTimer = undefined
        this.#set({ conversation: { ...this.state.conversation, cursor: undefined } })
        this.#socket.reconnect()
      }, settlesWithin)
    }
  }

  // answered looks for answers among what came: the first one of a session opens the panel, once.
  #answered(): void {
    const { first } = answersOf(this.state.conversation, 0)
    if (first && this.#greeted !== String(first)) {
      this.#greeted = String(first)
      this.#options.storage.set('greeted', this.#greeted)
      if (first > this.#seen && !this.state.isOpen) this.open()
    }
    this.#see()
  }

  // see marks what is before the customer's eyes as seen, here and in other tabs, and a moment later at the server.
  #see(): void {
    const { storage, timers } = this.#options
    const { newest } = this.state
    if (!this.#isAttending || newest <= this.#told) return
    if (newest > this.#seen) {
      this.#seen = newest
      storage.set('seen', String(newest))
      this.#count()
    }
    this.#seenTimer ??= timers.set(() => {
      this.#seenTimer = undefined
      const { cursor } = this.state.conversation
      if (this.#isAttending && cursor !== undefined && this.#say({ type: 'seen', cursor })) this.#told = this.#seen
    }, seenAfter)
  }

  #keepDraft(draft: string): void {
    this.#options.storage.set('draft', draft)
    this.#set({ draft })
  }

  // changed: another tab did something that this one follows.
  #changed(key: string, value: string | null): void {
    switch (key) {
      case 'token': {
        // Not the value of the news: two tabs that each heard of the other's would swap.
        const token = this.#options.storage.get('token')
        if (token && token !== this.#token) this.#become(token)
        break
      }
      case 'seen':
        this.#readSeen()
        break
      case 'draft':
        if (!this.#options.isFocused()) this.#set({ draft: value ?? '' })
        break
      case 'open':
        if (!this.#options.isFocused()) this.#set({ isOpen: value === '1' })
        break
      case 'muted':
        this.#set({ isMuted: value === '1' })
        break
      default:
        this.#outbox.changed(key, value)
    }
  }

  #readSeen(): void {
    this.#seen = Math.max(this.#seen, Number(this.#options.storage.get('seen')) || 0)
    this.#count()
  }

  #count(): void {
    const { unread, newest } = answersOf(this.state.conversation, this.#seen)
    this.#set({ unread, newest })
  }

  #set(change: Partial<State>): void {
    this.state = { ...this.state, ...change, isEnding: this.#outbox.isEnding }
    for (const listener of this.#listeners) listener()
  }
}
