import { describe, expect, test } from 'vitest'
import type { Event, Frame, Session } from '../../api/wire.ts'
import type { RawSocket } from '../../shared/socket.ts'
import { anna, by, counters, heldBy, message, oleg, session, support } from '../sample/session.ts'
import { HandTimers, MemoryStore, rest as settled } from '../sample/timers.ts'
import { listKey } from '../state/list.ts'
import { rows } from '../state/select.ts'
import { Live } from './live.ts'
import { Refusal } from './refusal.ts'
import type { Rest } from './rest.ts'

const mine = listKey(support.id, 'my')
const closed = listKey(support.id, 'closed')

class FakeSocket implements RawSocket {
  static made: FakeSocket[] = []
  onopen: RawSocket['onopen'] = null
  onmessage: RawSocket['onmessage'] = null
  onclose: RawSocket['onclose'] = null
  readonly sent: { type: string; [name: string]: unknown }[] = []
  readonly url: string
  constructor(url: string) {
    this.url = url
    FakeSocket.made.push(this)
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data))
  }
  close(): void {}
  open(): void {
    this.onopen?.(undefined as never)
  }
  say(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  end(code: number): void {
    this.onclose?.({ code })
  }
}

// server is a Rest over rows and logs that a test changes, which remembers what it was asked.
function server() {
  const sessions = new Map<string, Session>()
  const logs = new Map<string, Event[]>()
  const asked: string[] = []
  let down: Refusal | undefined
  const answer = <T>(what: string, value: () => T): Promise<T> => {
    asked.push(what)
    return down ? Promise.reject(down) : Promise.resolve().then(value)
  }
  const found = (id: string) => {
    const row = sessions.get(id)
    if (!row) throw new Refusal(404)
    return row
  }
  const rest: Rest = {
    login: () => answer('login', () => {}),
    logout: () => answer('logout', () => {}),
    me: () => answer('me', () => anna),
    availability: (to) => answer(`availability ${to}`, () => ({ ...anna, availability: to })),
    links: () => answer('links', () => ({ items: [], kinds: [] })),
    linkCode: () => answer('link code', () => ({ code: 'CODE', expires_at: '2026-01-05T10:10:00Z' })),
    unlink: (id) => answer(`unlink ${id}`, () => {}),
    agents: () => answer('agents', () => []),
    counters: () => answer('counters', () => counters(1, 2, 1)),
    sessions: (query) =>
      answer(`sessions ${query.state}`, () => ({
        items: [...sessions.values()].filter((row) => query.state?.includes(row.state)),
        next: '',
      })),
    session: (id) => answer(`session ${id}`, () => ({ ...found(id), participants: [] })),
    messages: (id, { after_seq = 0, before_seq }) =>
      answer(`messages ${id} ${before_seq ? `before ${before_seq}` : `after ${after_seq}`}`, () => {
        const log = logs.get(id) ?? []
        if (before_seq) return { items: log.filter((event) => event.seq < before_seq), more: false }
        return { items: log.filter((event) => event.seq > after_seq), more: false }
      }),
    say: (id, { client_id, text = '', kind, reply_to, attachments = [] }) =>
      answer(`say ${text}${reply_to ? ` to ${reply_to}` : ''}${attachments.map((file) => ` with ${file}`)}`, () => {
        const log = logs.get(id) ?? []
        const audience = kind === 'note' ? 'agents' : 'everyone'
        const event = message(id, log.length + 1, { client_id, text, audience, actor: by(anna) })
        logs.set(id, [...log, event])
        return event
      }),
    edit: (id, key, text) => answer(`edit ${id} ${key} ${text}`, () => message('ses_1', 2, { text })),
    delete: (id) => answer(`delete ${id}`, () => message('ses_1', 2)),
    react: (id) => answer(`react ${id}`, () => message('ses_1', 2)),
    retry: (id) => answer(`retry ${id}`, () => message('ses_1', 2)),
    take: (id) => answer(`take ${id}`, () => found(id)),
    customer: (id) =>
      answer(`customer ${id}`, () => ({
        id,
        name: 'Diego',
        since: '2026-01-05T10:00:00Z',
        channels: [],
        accounts: [],
      })),
    block: (id) => answer(`block ${id}`, () => found(id)),
    unblock: (id) => answer(`unblock ${id}`, () => found(id)),
    join: (id) => answer(`join ${id}`, () => found(id)),
    leave: (id) => answer(`leave ${id}`, () => found(id)),
    release: (id) => answer(`release ${id}`, () => found(id)),
    snooze: (id) => answer(`snooze ${id}`, () => found(id)),
    unsnooze: (id) => answer(`unsnooze ${id}`, () => found(id)),
    end: (id) => answer(`end ${id}`, () => found(id)),
    assign: (id) => answer(`assign ${id}`, () => found(id)),
    departments: () => answer('departments', () => [support]),
    transfer: (id) => answer(`transfer ${id}`, () => undefined),
    unanswered: (id) => answer(`unanswered ${id}`, () => found(id)),
    triage: (id) => answer(`triage ${id}`, () => found(id)),
    bring: ({ name, size }) =>
      answer(`bring ${name}`, () => ({ id: `fil_${name}`, name, kind: 'photo', type: 'image/png', size })),
    read: (id, seq) => answer(`read ${id} ${seq}`, () => ({ ...found(id), read_seq: seq, unread: 0 })),
  }
  const fail = (refusal: Refusal | undefined) => {
    down = refusal
  }
  return { rest, sessions, logs, asked, fail }
}

async function connected() {
  const hub = server()
  hub.sessions.set('ses_1', session('ses_1', heldBy(anna, { last_seq: 2 })))
  hub.logs.set('ses_1', [message('ses_1', 1, { kind: 'started' }), message('ses_1', 2)])
  FakeSocket.made = []
  const timers = new HandTimers()
  const seen = { signedOut: 0, settings: 0 }
  const live = new Live({
    me: anna,
    rest: hub.rest,
    store: new MemoryStore(),
    timers,
    WebSocket: FakeSocket,
    stream: 'wss://hub.test/api/v1/events',
    onSignedOut: () => seen.signedOut++,
    onSettings: () => seen.settings++,
  })
  live.start()
  live.showList(mine)
  live.showSession('ses_1')
  await settled()
  const socket = () => FakeSocket.made.at(-1) as FakeSocket
  socket().open()
  socket().say({ type: 'hello', cursor: 'c1', resumed: false })
  socket().say({ type: 'following', sessions: ['ses_1'], cursor: 'c1' })
  await settled()
  hub.asked.length = 0
  return { live, hub, timers, seen, socket }
}

const seqs = (live: Live) => live.shown.state.logs.ses_1?.events.map((event) => event.seq)
const listed = (live: Live) => rows(live.shown.state, mine).map((row) => row.id)

describe('connecting', () => {
  test('what is on the screen is fetched, and followed', async () => {
    const { live, socket } = await connected()
    expect([listed(live), seqs(live), live.shown.state.counters?.badge]).toEqual([['ses_1'], [1, 2], 1])
    expect([socket().url, socket().sent]).toEqual([
      'wss://hub.test/api/v1/events',
      [{ type: 'follow', sessions: ['ses_1'] }],
    ])
    expect(live.shown.connection).toBe('connected')
  })

  test('a lost connection comes back from its cursor, follows again and fetches what it missed', async () => {
    const { live, hub, timers, socket } = await connected()
    socket().end(1006)
    expect(live.shown.connection).toBe('lost')
    hub.logs.get('ses_1')?.push(message('ses_1', 3))
    await timers.turn(1000)
    expect(socket().url).toBe('wss://hub.test/api/v1/events?after=c1')
    socket().open()
    socket().say({ type: 'hello', cursor: 'c1', resumed: true })
    socket().say({ type: 'following', sessions: ['ses_1'], cursor: 'c1' })
    await settled()
    expect([live.shown.connection, seqs(live)]).toEqual(['connected', [1, 2, 3]])
    expect(hub.asked).toEqual(['me', 'messages ses_1 after 2'])
  })

  test('one that cannot be resumed fetches everything that is on the screen again', async () => {
    const { hub, timers, socket } = await connected()
    socket().end(1001)
    await timers.turn(3000)
    socket().open()
    socket().say({ type: 'hello', cursor: 'c9', resumed: false })
    await settled()
    expect(hub.asked.toSorted()).toEqual([
      'counters',
      'messages ses_1 after 2',
      'session ses_1',
      'sessions pending,active',
      'sessions pending,active',
    ])
  })

  test('a frame that does not fit the cursor makes it connect anew, from the cursor held', async () => {
    const { timers, socket } = await connected()
    socket().say({ type: 'events', after: 'c7', cursor: 'c8', events: [] })
    await timers.turn(2000)
    expect([FakeSocket.made.length, socket().url]).toEqual([2, 'wss://hub.test/api/v1/events?after=c1'])
  })

  test('4401 ends the sign-in, and nothing is tried any more', async () => {
    const { seen, timers, socket } = await connected()
    socket().end(4401)
    await timers.turn(60_000)
    expect([seen.signedOut, FakeSocket.made.length]).toEqual([1, 1])
  })

  test('a refused connection asks whether the sign-in has ended, as a browser does not tell', async () => {
    const { hub, seen, socket } = await connected()
    hub.fail(new Refusal(401))
    socket().end(1006)
    await settled()
    expect(seen.signedOut).toBe(1)
  })

  test('4403 begins anew, without the cursor, and looks who one is', async () => {
    const { seen, timers, socket } = await connected()
    socket().end(4403)
    await timers.turn(20_000)
    expect([seen.settings, socket().url]).toEqual([1, 'wss://hub.test/api/v1/events'])
  })
})

describe('a gap', () => {
  test('in the log is fetched', async () => {
    const { live, hub, socket } = await connected()
    hub.logs.get('ses_1')?.push(message('ses_1', 3), message('ses_1', 4))
    socket().say({ type: 'events', after: 'c1', cursor: 'c2', events: [message('ses_1', 4)] })
    await settled()
    expect([seqs(live), hub.asked]).toEqual([[1, 2, 3, 4], ['messages ses_1 after 2']])
  })

  test('in what one took part in is asked once for all that ended meanwhile', async () => {
    const { live, hub, timers, socket } = await connected()
    live.showList(closed)
    await settled()
    hub.asked.length = 0
    for (const id of ['ses_5', 'ses_6', 'ses_7'])
      socket().say({ type: 'summaries', sessions: [session(id, { state: 'ended' })] })
    await timers.turn(2000)
    expect(hub.asked).toEqual(['sessions ended'])
  })
})

describe('what cannot be fetched', () => {
  test('is fetched again with patience, and says so meanwhile', async () => {
    const { live, hub, timers } = await connected()
    hub.fail(new Refusal(503))
    live.showList(closed)
    await settled()
    expect(live.shown.faults[closed]?.status).toBe(503)
    await timers.turn(5000)
    const tries = hub.asked.length
    expect(tries).toBeGreaterThan(1)
    expect(tries).toBeLessThan(7)
    hub.fail(undefined)
    await timers.turn(30_000)
    expect([live.shown.faults[closed], rows(live.shown.state, closed)]).toEqual([undefined, []])
  })

  test('and never will is not asked for again by itself', async () => {
    const { live, hub, timers } = await connected()
    hub.fail(new Refusal(422))
    live.showList(closed)
    await timers.turn(60_000)
    expect(hub.asked).toEqual(['sessions ended'])
  })

  test('a session that is not there is said to be gone', async () => {
    const { live } = await connected()
    live.showSession('ses_none')
    await settled()
    expect(live.shown.state.gone.has('ses_none')).toBe(true)
  })
})

describe('writing', () => {
  test('a message is in the log once, whether the answer or the stream comes first', async () => {
    const { live, hub, socket } = await connected()
    live.outbox.add('ses_1', 'reply', 'hello')
    await settled()
    expect([seqs(live), live.shown.unsent]).toEqual([[1, 2, 3], []])
    socket().say({ type: 'events', after: 'c1', cursor: 'c2', events: [hub.logs.get('ses_1')?.[2] as Event] })
    expect(seqs(live)).toEqual([1, 2, 3])
  })

  test('an answer to a message says to which', async () => {
    const { live, hub } = await connected()
    live.outbox.add('ses_1', 'reply', 'hello', { replyTo: 'msg_2' })
    await settled()
    expect(hub.asked).toContain('say hello to msg_2')
  })

  test('a file that was brought waits in the draft, and goes with its message, also without a text (A13)', async () => {
    const { live, hub } = await connected()
    live.uploads.add('ses_1', [new File(['x'], 'lamp.png')])
    await settled()
    const files = [{ id: 'fil_lamp.png', name: 'lamp.png', kind: 'photo', type: 'image/png', size: 1 }]
    expect([live.shown.uploads, live.shown.drafts.ses_1]).toEqual([[], { kind: 'reply', text: '', files }])
    live.drafts.put('ses_1', { text: 'look' })
    expect(live.shown.drafts.ses_1).toEqual({ kind: 'reply', text: 'look', files })
    live.outbox.add('ses_1', 'reply', '', { files })
    await settled()
    expect(hub.asked).toContain('say  with fil_lamp.png')
  })

  test('the files of a reply that came too late are in the draft again (C2)', async () => {
    const { live, hub } = await connected()
    const file = (id: string) => ({ id, name: id, kind: 'file', type: 'text/plain', size: 1 })
    live.drafts.put('ses_1', { files: [file('fil_2')] })
    hub.fail(new Refusal(409, { code: 'taken', winner: oleg.name }))
    live.outbox.add('ses_1', 'reply', '', { files: [file('fil_1')] })
    await settled()
    expect(live.shown.drafts.ses_1).toEqual({ kind: 'reply', text: '', files: [file('fil_1'), file('fil_2')] })
  })

  test('a message that was changed here is fetched, so that a lost stream does not hide it', async () => {
    const { live, hub } = await connected()
    const edited = message('ses_1', 3, { kind: 'edited', about: 'msg_2', text: 'changed', actor: by(anna) })
    hub.logs.set('ses_1', [...(hub.logs.get('ses_1') ?? []), edited])
    live.hear({ type: 'amended', session: 'ses_1' })
    await settled()
    expect(live.shown.state.logs.ses_1?.events.map((event) => event.text)).toEqual(['message 1', 'changed', 'changed'])
  })

  test('one whose answer was lost is confirmed by the stream (A20)', async () => {
    const { live, hub, socket, timers } = await connected()
    hub.fail(new Refusal(0))
    live.outbox.add('ses_1', 'reply', 'hello')
    await settled()
    const [{ clientId = '' } = {}] = live.shown.unsent
    const event = message('ses_1', 3, { client_id: clientId, actor: by(anna) })
    socket().say({ type: 'events', after: 'c1', cursor: 'c2', events: [event] })
    expect([live.shown.unsent, seqs(live)]).toEqual([[], [1, 2, 3]])
    await timers.turn(60_000)
    expect(hub.asked.filter((what) => what.startsWith('say')).length).toBe(1)
  })

  test('a reply that came too late is a draft again, and says who was first (C2)', async () => {
    const { live, hub } = await connected()
    live.drafts.put('ses_1', { kind: 'reply', text: 'and more' })
    hub.fail(new Refusal(409, { code: 'taken', winner: oleg.name }))
    live.outbox.add('ses_1', 'reply', 'hello')
    await settled()
    expect(live.shown.drafts.ses_1).toEqual({ kind: 'reply', text: 'hello\nand more' })
    expect([live.shown.beaten.ses_1, live.shown.unsent]).toEqual([oleg.name, []])
    live.settle('ses_1')
    expect(live.shown.beaten).toEqual({})
  })

  test('typing is told at most once in three seconds', async () => {
    const { live, timers, socket } = await connected()
    const told = () => socket().sent.filter((frame) => frame.type === 'typing').length
    live.typing('ses_1')
    live.typing('ses_1')
    expect(told()).toBe(1)
    await timers.turn(3000)
    live.typing('ses_1')
    expect(told()).toBe(2)
  })
})

test('of the sessions that were open the ten newest are followed', async () => {
  const { live, socket } = await connected()
  for (let i = 2; i <= 12; i++) live.showSession(`ses_${i}`)
  await settled()
  expect(socket().sent.at(-1)).toEqual({
    type: 'follow',
    sessions: Array.from({ length: 10 }, (_, i) => `ses_${i + 3}`),
  })
  expect(Object.keys(live.shown.state.logs).length).toBe(10)
})
