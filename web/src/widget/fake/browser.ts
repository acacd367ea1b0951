import type { ClientFrame, ServerFrame } from '../../shared/protocol.ts'
import type { RawSocket } from '../../shared/socket.ts'
import type { Timers } from '../../shared/timers.ts'
import { Bell } from '../state/bell.ts'
import { Core } from '../state/core.ts'
import type { Locks } from '../state/lock.ts'
import { openStorage, type StorageHost } from '../state/storage.ts'
import type { Chance } from './chance.ts'
import type { FakeHub } from './hub.ts'

/** A clock that a test turns, shared by all tabs. */
export class Clock {
  now = Date.parse('2026-11-20T10:00:00Z')
  readonly alarms = new Map<number, { at: number; ring: () => void }>()
  #next = 1

  timers(chance: Chance): Timers {
    return {
      now: () => this.now,
      random: chance.next,
      set: (ring, ms) => {
        this.alarms.set(this.#next, { at: this.now + ms, ring })
        return this.#next++
      },
      clear: (id) => this.alarms.delete(id ?? 0),
    }
  }

  /** Lets time pass, ringing in order. */
  advance(ms: number): void {
    const until = this.now + ms
    for (;;) {
      let due = 0
      let at = until
      for (const [id, alarm] of this.alarms) {
        if (alarm.at < at || (alarm.at === at && due === 0)) [due, at] = [id, alarm.at]
      }
      const alarm = this.alarms.get(due)
      if (!alarm) break
      this.now = Math.max(this.now, alarm.at)
      this.alarms.delete(due)
      alarm.ring()
    }
    this.now = until
  }
}

/** The network between a tab and the hub: frames wait in both directions until a test delivers or loses them. */
export class FakeSocket implements RawSocket {
  onopen: ((event: unknown) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly up: string[] = []
  readonly down: ServerFrame[] = []
  isOpen = false
  readonly #tab: Tab
  readonly #line = { send: (f: ServerFrame) => this.down.push(f), close: (code: number) => this.end(code) }

  constructor(tab: Tab) {
    this.#tab = tab
    tab.sockets.add(this)
  }
  send(data: string): void {
    this.up.push(data)
  }
  close(): void {
    this.#gone()
  }
  open(): void {
    this.isOpen = true
    this.onopen?.({})
  }
  deliverUp(): void {
    const data = this.up.shift()
    if (data) this.#tab.browser.hub.hear(this.#line, JSON.parse(data) as ClientFrame)
  }
  deliverDown(): void {
    const frame = this.down.shift()
    if (frame) this.onmessage?.({ data: JSON.stringify(frame) })
  }
  end(code: number): void {
    this.#gone()
    this.onclose?.({ code })
  }
  #gone(): void {
    this.#tab.sockets.delete(this)
    this.#tab.browser.hub.drop(this.#line)
  }
}

/** One page of the site with the widget in it. */
export class Tab {
  readonly sockets = new Set<FakeSocket>()
  readonly news: (() => void)[] = []
  readonly browser: FakeBrowser
  readonly core: Core
  readonly written: string[] = []
  readonly sounds: string[] = []
  isFocused = false
  isAlive = true
  readonly #heldLocks = new Set<() => void>()

  constructor(browser: FakeBrowser) {
    this.browser = browser
    const { chance, clock } = browser
    const timers = clock.timers(chance)
    const tab = this
    const options = {
      name: 'parley:shop:',
      locks: browser.hasLocks ? this.#locks() : undefined,
      timers: { ...timers, set: (ring: () => void, ms: number) => timers.set(() => tab.isAlive && ring(), ms) },
      isFocused: () => tab.isFocused,
    }
    this.core = new Core({
      ...options,
      url: () => 'wss://hub.test/widget/v1/socket?channel=shop',
      storage: openStorage(this.#host(), 'parley:shop:'),
      WebSocket: class extends FakeSocket {
        constructor() {
          super(tab)
        }
      },
      isVisible: () => true,
    })
    new Bell(this.core, { ...options, play: (sound) => this.sounds.push(sound) })
  }

  write(text: string): void {
    this.written.push(text)
    this.core.write(text)
  }

  /** The page is gone, without a word to anybody. */
  die(): void {
    this.isAlive = false
    this.core.stop()
    for (const release of this.#heldLocks) release()
  }

  #host(): StorageHost {
    const { browser } = this
    const local = {
      getItem: (key: string) => browser.storage.get(key) ?? null,
      setItem: (key: string, value: string) => browser.keep(this, key, value),
      removeItem: (key: string) => browser.keep(this, key, null),
      key: (n: number) => [...browser.storage.keys()][n] ?? null,
      get length() {
        return browser.storage.size
      },
    } as Storage
    return {
      get localStorage() {
        if (browser.isStorageBlocked) throw new Error('blocked')
        return local
      },
      addEventListener: (_, listener) => {
        browser.listeners.set(this, (event) => listener({ ...event, storageArea: local } as StorageEvent))
      },
    }
  }

  #locks(): Locks {
    const { locks } = this.browser
    const run = async (name: string, work: (lock: unknown) => Promise<void> | undefined) => {
      await new Promise<void>((done) => {
        const release = () => {
          this.#heldLocks.delete(release)
          done()
        }
        this.#heldLocks.add(release)
        work({})?.then(release)
      })
      const next = locks.get(name)?.shift()
      if (next) next()
      else locks.delete(name)
    }
    return {
      request: async (name, options, work) => {
        const waiting = locks.get(name)
        if (!waiting) {
          locks.set(name, [])
          return run(name, work)
        }
        if (options.ifAvailable) return work(null)
        await new Promise<void>((resolve) => waiting.push(resolve))
        return run(name, work)
      },
    }
  }
}

/** A browser with tabs of one site, which share storage and locks; news of storage come late, in order. */
export class FakeBrowser {
  readonly storage = new Map<string, string>()
  readonly listeners = new Map<Tab, (event: Partial<StorageEvent>) => void>()
  readonly locks = new Map<string, (() => void)[]>()
  readonly clock = new Clock()
  tabs: Tab[] = []
  isStorageBlocked = false
  hasLocks = true
  readonly hub: FakeHub
  readonly chance: Chance

  constructor(hub: FakeHub, chance: Chance) {
    this.hub = hub
    this.chance = chance
  }

  open(): Tab {
    const tab = new Tab(this)
    this.tabs.push(tab)
    tab.core.wake()
    return tab
  }

  close(tab: Tab): void {
    tab.die()
    this.listeners.delete(tab)
    this.tabs = this.tabs.filter((t) => t !== tab)
  }

  keep(by: Tab, key: string, value: string | null): void {
    const old = this.storage.get(key) ?? null
    if (value === old) return
    if (value === null) this.storage.delete(key)
    else this.storage.set(key, value)
    for (const [tab, listener] of this.listeners) {
      if (tab !== by) tab.news.push(() => listener({ key, newValue: value, oldValue: old }))
    }
  }

  /** Everything under way arrives, until nothing is. */
  async flow(): Promise<void> {
    for (let isMoving = true; isMoving; ) {
      isMoving = false
      for (const tab of this.tabs) {
        for (const socket of tab.sockets) {
          if (!socket.isOpen) socket.open()
          else if (socket.up.length > 0) socket.deliverUp()
          else if (socket.down.length > 0) socket.deliverDown()
          else continue
          isMoving = true
        }
        const news = tab.news.shift()
        news?.()
        isMoving ||= news !== undefined
      }
      await settle()
    }
  }

  /** Time passes, a little at a time, with everything arriving. */
  async pass(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += 250) {
      await this.flow()
      this.clock.advance(250)
    }
    await this.flow()
  }
}

/** Lets promises take their course. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 6; i++) await Promise.resolve()
}
