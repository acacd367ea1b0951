import type { BrowserContext, Page } from 'playwright-core'
import { vi } from 'vitest'
import type { Event, EventPage, Session, SessionPage } from '../../src/api/wire.ts'
import { Agent, Customer } from '../people.ts'
import type { Stage } from '../stage.ts'
import { type Look, windows } from './screen.ts'

/** House is the demo with everybody's browser kept, and what they ask of the server without a page. */
export class House {
  readonly on: Stage
  /** The instant at which pages are looked at; what lies behind it is as long ago at every run. */
  readonly #now: number
  readonly #contexts = new Map<string, BrowserContext>()

  constructor(on: Stage) {
    this.on = on
    this.#now = Date.now() + 60_000
  }

  /** An empty page in somebody's browser, in a window. */
  async page(who: string, look: Look): Promise<Page> {
    this.on.network.mend(who)
    const page = await (await this.#context(who)).newPage()
    await page.clock.setFixedTime(this.#now)
    await page.setViewportSize(windows[look])
    return page
  }

  /** Signs the agents in, and lets no session move by itself: a set of pictures takes longer than the times after which they do. */
  async begin(): Promise<void> {
    await Promise.all(
      ['anna', 'sofia'].map(async (name) => {
        const { page } = await Agent.come(this.on, name, await this.#context(name))
        await page.close()
      }),
    )
    const own = { hand_off: { absence: { on: false } }, auto_close: { site: 0 } }
    await this.ask('sofia', 'PUT', 'settings', { own })
  }

  /** Somebody at the demo's shop, with the chat open. */
  async visit(who: string): Promise<Customer> {
    return Customer.come(this.on, who, await this.#context(who))
  }

  async ask<T>(who: string, method: string, path: string, data: unknown = {}): Promise<T> {
    const { request } = await this.#context(who)
    const answer = await request.fetch(`${this.on.origin}/api/v1/${path}`, { method, data })
    if (!answer.ok()) throw new Error(`${who}: ${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return (answer.status() === 204 ? undefined : await answer.json()) as T
  }

  /** The session in which something was said last, once it was. */
  session(says: string): Promise<Session> {
    return this.#once(says, async () => {
      const { items } = await this.ask<SessionPage>('sofia', 'GET', 'sessions?limit=100', undefined)
      return items.find(({ preview }) => preview.includes(says))
    })
  }

  /** The message of a session that says something, once it is there, or has come to a state. */
  message(session: string, says: string, state?: Event['state']): Promise<Event> {
    return this.#once(says, async () => {
      const { items } = await this.ask<EventPage>('sofia', 'GET', `sessions/${session}/messages?limit=100`, undefined)
      return items.find((event) => event.text?.includes(says) && (!state || event.state === state))
    })
  }

  #once<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const found = async () => {
      const it = await look()
      if (!it) throw new Error(`it does not come: ${what}`)
      return it
    }
    return vi.waitFor(found, { timeout: 60_000, interval: 50 })
  }

  async #context(who: string): Promise<BrowserContext> {
    const there = this.#contexts.get(who)
    if (there) return there
    const context = await this.on.person(who, { keep: true, locale: 'en-US', timezoneId: 'UTC' })
    // A whole set of pictures keeps a machine busy.
    context.setDefaultTimeout(60_000)
    this.#contexts.set(who, context)
    return context
  }
}
