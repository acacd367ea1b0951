import type { Event, Frame, Me, Said } from '../../api/wire.ts'
import { backoff } from '../../shared/backoff.ts'
import { type Comeback, Socket, type SocketOptions } from '../../shared/socket.ts'
import type { Timers } from '../../shared/timers.ts'
import { apply } from '../state/apply.ts'
import type { ListKey } from '../state/list.ts'
import { inDoubt } from '../state/log.ts'
import { listInDoubt, presentInDoubt } from '../state/select.ts'
import { beginning, type News, type State } from '../state/state.ts'
import { newPlace, type Place } from '../state/window.ts'
import { type Draft, Drafts } from './draft.ts'
import { fetchList, fetchLog, fetchMore, fetchOlder } from './fetch.ts'
import { Outbox, type Store, type Unsent } from './outbox.ts'
import { asRefusal, type Refusal } from './refusal.ts'
import type { Rest } from './rest.ts'
import { type Upload, Uploads } from './upload.ts'

/** How the stream stands: connected once it has said hello; lost when it could not be had, or ended. */
export type Connection = 'connecting' | 'connected' | 'lost'

export interface LiveOptions {
  me: Me
  rest: Rest
  store: Store
  timers: Timers
  WebSocket: SocketOptions<Frame>['WebSocket']
  /** The address of the event stream, without the cursor. */
  stream: string
  onSignedOut: () => void
  /** Settings or people have changed: what was fetched of them is old. */
  onSettings: () => void
}

/** Everything that the views show; a new value whenever something changes. */
export interface Shown {
  state: State
  connection: Connection
  unsent: readonly Unsent[]
  drafts: Readonly<Record<string, Draft>>
  /** Files that are not with the server yet. */
  uploads: readonly Upload[]
  /** What could not be fetched, by what it is: a list's key, or `log:` and a session's id. */
  faults: Readonly<Record<string, Refusal>>
  /** Who took a session first, by session, where a reply came too late. */
  beaten: Readonly<Record<string, string>>
}

const comebacks: Readonly<Record<number, Comeback>> = {
  1000: 'stay',
  1001: [200, 2000],
  4401: 'stay',
  4403: 'now',
  4409: 'now',
  4429: [5000, 6000],
}

const mostFollowed = 10
const typingEvery = 3_000
const askAfter = 500

/**
 * Live holds the state of the hub for one signed-in agent: it follows the stream, fetches what the state says is in
 * doubt, and sends what the agent writes. Views read what it shows, and tell it what is on the screen.
 */
export class Live {
  readonly rest: Rest
  readonly drafts: Drafts
  readonly outbox: Outbox<Event>
  readonly uploads: Uploads
  shown: Shown
  readonly #options: LiveOptions
  readonly #listeners = new Set<() => void>()
  #socket: Socket<Frame, Said> | undefined
  #list: ListKey | undefined // on the screen
  #session: string | undefined // on the screen
  #followed: readonly string[] = [] // the most recent last
  readonly #places = new Map<string, Place>()
  readonly #underway = new Set<string>()
  readonly #alarms = new Map<string, number>()
  readonly #attempts = new Map<string, number>()
  readonly #due = new Set<string>() // what has waited long enough
  #countedIn = -1 // the generation in which the counters were fetched
  #typedAt = 0

  constructor(options: LiveOptions) {
    const { me, rest, store, timers } = options
    this.#options = options
    this.rest = rest
    this.drafts = new Drafts(me.id, store, timers.now, () => this.#show({ drafts: this.drafts.all() }))
    this.outbox = new Outbox<Event>({
      agent: me.id,
      store,
      timers,
      say: (m) =>
        rest.say(m.session, {
          client_id: m.clientId,
          kind: m.kind,
          text: m.text,
          reply_to: m.replyTo,
          attachments: m.files?.map((file) => file.id),
        }),
      onStored: (_, event) => this.hear({ type: 'stored', event }),
      onTaken: (m, winner) => {
        this.drafts.giveBack(m.session, m)
        this.#show({ beaten: { ...this.shown.beaten, [m.session]: winner } })
      },
      onSignedOut: options.onSignedOut,
      onChange: () => this.#show({ unsent: this.outbox.list() }),
    })
    this.uploads = new Uploads({
      bring: rest.bring,
      onBrought: (session, file) =>
        this.drafts.put(session, { files: [...(this.drafts.of(session).files ?? []), file] }),
      onSignedOut: options.onSignedOut,
      onChange: () => this.#show({ uploads: this.uploads.list() }),
    })
    this.shown = {
      state: beginning(me),
      connection: 'connecting',
      unsent: this.outbox.list(),
      drafts: this.drafts.all(),
      uploads: this.uploads.list(),
      faults: {},
      beaten: {},
    }
  }

  /** Calls back after each change of what is shown, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Connects, and sends what waits. */
  start(): void {
    const { stream, WebSocket, timers } = this.#options
    this.#socket = new Socket<Frame, Said>({
      url: () => {
        const { cursor } = this.shown.state
        return cursor === undefined ? stream : `${stream}?after=${encodeURIComponent(cursor)}`
      },
      WebSocket,
      comebacks,
      timers,
      onOpen: () => this.#follow(),
      onFrame: (frame) => this.hear(frame),
      onState: (state, code) => this.#connection(state, code),
    })
    this.#socket.start()
    this.outbox.resume()
    this.#tend()
  }

  /** Disconnects. Start begins again. */
  stop(): void {
    this.#socket?.stop()
    this.#socket = undefined
    this.outbox.pause()
    this.#silence()
  }

  /** Tells that the network, the reader or the sign-in is back. */
  wake(): void {
    if (!this.#socket) return
    this.#socket.wake()
    this.outbox.resume()
    this.#tend()
  }

  /** Applies a piece of news, and fetches what it puts in doubt. */
  hear(news: News): void {
    const before = this.shown.state
    const state = apply(before, news, this.#options.timers.now())
    if (state !== before) this.#show({ state })
    for (const event of told(news)) if (event.client_id) this.outbox.drop(event.client_id)
    if (news.type === 'hello') {
      this.#silence()
      this.#show({ connection: 'connected', faults: {} })
      this.outbox.resume()
    }
    if (state.lost && !before.lost) this.#socket?.reconnect()
    if (state.changes !== before.changes) this.#options.onSettings()
    this.#tend()
  }

  /** Says which list is on the screen. */
  showList(key: ListKey | undefined): void {
    this.#list = key
    if (key) this.hear({ type: 'listed', key })
  }

  /** Says which session is on the screen. Its log is followed, and for a while after it has left the screen too. */
  showSession(id: string | undefined): void {
    this.#session = id
    if (id !== undefined) {
      const followed = [...this.#followed.filter((other) => other !== id), id]
      const dropped = followed.splice(0, Math.max(0, followed.length - mostFollowed))
      const known = this.#followed.includes(id)
      this.#followed = followed
      this.hear({ type: 'opened', session: id })
      for (const session of dropped) {
        this.#places.delete(session)
        this.hear({ type: 'dropped', session })
      }
      if (!known) this.#follow()
    }
    this.#tend()
  }

  /** Continues a list that has not been fetched to its end. */
  more(key: ListKey): void {
    const { state } = this.shown
    if (state.lists[key]?.next && !listInDoubt(state, key))
      this.#fetch(`more:${key}`, () => fetchMore(this.rest, this.shown.state, key))
  }

  /** Where its reader is in a session's log; the same for as long as the log is held. */
  placeIn(session: string): Place {
    const place = this.#places.get(session) ?? newPlace()
    this.#places.set(session, place)
    return place
  }

  /** Fetches older messages of a session. */
  older(id: string): void {
    if (this.shown.state.logs[id]?.more) this.#fetch(`older:${id}`, () => fetchOlder(this.rest, this.shown.state, id))
  }

  /** Tries again at once what could not be fetched. */
  again(name: string): void {
    const { [name]: _fault, ...faults } = this.shown.faults
    this.#options.timers.clear(this.#alarms.get(name))
    this.#alarms.delete(name)
    this.#due.add(name)
    this.#show({ faults })
    this.#tend()
  }

  /** Tells the customer that the agent writes, not more often than the stream allows. */
  typing(session: string): void {
    const now = this.#options.timers.now()
    if (now - this.#typedAt < typingEvery) return
    if (this.#socket?.send({ type: 'typing', session })) this.#typedAt = now
  }

  /** Moves the agent's read mark. One that does not arrive is moved with the next. */
  async read(session: string, seq: number): Promise<void> {
    this.hear({ type: 'session', session: await this.rest.read(session, seq) })
  }

  /** Forgets who took a session first. */
  settle(session: string): void {
    const { [session]: _winner, ...beaten } = this.shown.beaten
    this.#show({ beaten })
  }

  #show(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change }
    for (const listener of this.#listeners) listener()
  }

  #follow(): void {
    this.#socket?.send({ type: 'follow', sessions: [...this.#followed] })
  }

  #connection(state: string, code?: number): void {
    if (state === 'open') return
    if (code !== undefined || this.shown.connection === 'connected') this.#show({ connection: 'lost' })
    if (code === 4401) this.#options.onSignedOut()
    if (code === 4403) this.hear({ type: 'reset' })
    // A browser does not tell why a connection was refused: the sign-in may have ended.
    if (code === 1006) this.rest.me().catch((error) => asRefusal(error).signedOut && this.#options.onSignedOut())
  }

  // tend fetches what is in doubt of what is on the screen.
  #tend(): void {
    if (!this.#socket) return
    const { state } = this.shown
    if (this.#countedIn !== state.generation) {
      this.#fetch('counters', async () => {
        const { counted, generation } = this.shown.state
        const counters = await this.rest.counters()
        this.#countedIn = generation
        return { type: 'counters', counters, counted }
      })
    }
    const key = this.#list
    if (key && listInDoubt(state, key)) {
      // Who took part in what ended is asked once for all that end in a short time.
      const wait = state.lists[key]?.generation === state.generation && !this.#due.has(key) ? askAfter : 0
      this.#fetch(key, () => fetchList(this.rest, this.shown.state, key), wait)
    }
    const id = this.#session
    if (id === undefined || state.gone.has(id)) return
    const log = state.logs[id]
    if (log && inDoubt(log))
      this.#fetch(`log:${id}`, () => this.#unlessGone(id, fetchLog(this.rest, this.shown.state, id)))
    if (presentInDoubt(state, id)) this.#fetch(`session:${id}`, () => this.#unlessGone(id, this.#detail(id)))
  }

  async #detail(id: string): Promise<News> {
    const { participants, ...session } = await this.rest.session(id)
    return { type: 'session', session, participants }
  }

  async #unlessGone(session: string, fetched: Promise<News>): Promise<News> {
    const asOf = this.shown.state.heard.get(session)?.seq ?? 0
    try {
      return await fetched
    } catch (error) {
      if (asRefusal(error).status === 404) return { type: 'unseen', session, asOf }
      throw error
    }
  }

  // fetch runs one fetch of a name at a time. One that fails comes again with backoff, unless that would be in vain.
  #fetch(name: string, run: () => Promise<News>, wait = 0): void {
    if (this.#underway.has(name) || this.#alarms.has(name) || this.shown.faults[name]) return
    if (wait > 0) {
      this.#alarm(name, wait)
      return
    }
    this.#due.delete(name)
    this.#underway.add(name)
    run().then(
      (news) => {
        this.#underway.delete(name)
        this.#attempts.delete(name)
        this.hear(news)
      },
      (error: unknown) => {
        this.#underway.delete(name)
        this.#failed(name, asRefusal(error))
      },
    )
  }

  #failed(name: string, refusal: Refusal): void {
    if (refusal.signedOut) {
      this.#options.onSignedOut()
      return
    }
    this.#show({ faults: { ...this.shown.faults, [name]: refusal } })
    if (!refusal.passing) return
    const attempt = (this.#attempts.get(name) ?? 0) + 1
    this.#attempts.set(name, attempt)
    this.#alarm(name, Math.max(refusal.retryAfter ?? 0, backoff(attempt, this.#options.timers.random)))
  }

  // silence lets what waits for another attempt be tried at once.
  #silence(): void {
    for (const alarm of this.#alarms.values()) this.#options.timers.clear(alarm)
    this.#alarms.clear()
  }

  #alarm(name: string, wait: number): void {
    if (!this.#socket) return
    this.#alarms.set(
      name,
      this.#options.timers.set(() => this.again(name), wait),
    )
  }
}

// told lists the events that a piece of news tells of.
function told(news: News): readonly Event[] {
  switch (news.type) {
    case 'events':
      return news.events
    case 'newest':
    case 'newer':
      return news.page.items
    default:
      return []
  }
}
