import type { BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { password, type Stage } from './stage.ts'

// On two cores, with other tests beside.
const soon = { timeout: 60_000, interval: 50 }

/** Waits for what is to be seen. */
export const see = (locator: Locator) => locator.first().waitFor({ timeout: soon.timeout })

/** Waits until it is not to be seen. */
export const seeGone = (locator: Locator) => locator.first().waitFor({ state: 'hidden', timeout: soon.timeout })

/** Waits until a question to a page has the answer. */
export const eventually = <T>(ask: () => Promise<T> | T) => expect.poll(ask, soon)

/** Asks something of the server, as whoever a page is signed in as. */
export async function ask<T>(page: Page, method: string, path: string, data?: object): Promise<T> {
  const { origin } = new URL(page.url())
  const answer = await page.request.fetch(`${origin}/api/v1/${path}`, { method, ...(data ? { data } : {}) })
  expect(answer.ok(), await answer.text()).toBe(true)
  return (answer.status() === 204 ? undefined : await answer.json()) as T
}

/** Waits until each of the texts stands in a log once, and in this order. */
export async function seeOnceInOrder(log: Locator, texts: readonly string[]): Promise<void> {
  const found = async () => {
    const all = (await log.textContent()) ?? ''
    return texts
      .flatMap((text) => placesOf(all, text).map((at) => ({ text, at })))
      .sort((a, b) => a.at - b.at)
      .map(({ text }) => text)
  }
  await eventually(found).toEqual(texts)
}

function placesOf(all: string, text: string): number[] {
  const places: number[] = []
  for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) places.push(at)
  return places
}

/** Customer is somebody with the widget before them. */
export class Customer {
  readonly log: Locator
  readonly field: Locator
  constructor(readonly page: Page) {
    this.log = page.getByRole('log', { name: 'Messages' })
    this.field = page.getByRole('textbox', { name: 'Write a message' })
  }

  /** Comes to the demo's shop, and opens the chat. */
  static async come(on: Stage, who: string, context?: BrowserContext): Promise<Customer> {
    const page = await (context ?? (await on.person(who))).newPage()
    await page.goto(`${on.origin}/demo/`)
    const customer = new Customer(page)
    await customer.open()
    return customer
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'Open chat' }).click()
    await see(this.field)
  }

  async write(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
  }
}

/** Agent is somebody with the workspace before them. */
export class Agent {
  readonly rail: Locator
  readonly log: Locator
  readonly deeds: Locator
  /** Where a session is shown, or that none is chosen. */
  readonly talk: Locator
  constructor(readonly page: Page) {
    this.rail = page.getByRole('navigation', { name: 'Departments and lists' })
    this.log = page.getByRole('log', { name: /^Messages of / })
    this.talk = page.getByRole('region', { name: 'Session', exact: true })
    this.deeds = page.getByRole('group', { name: 'What you can do with this session' })
  }

  /** Signs in as one of the demo's agents. */
  static async come(on: Stage, who: string, context?: BrowserContext): Promise<Agent> {
    const page = await (context ?? (await on.person(who))).newPage()
    await page.goto(on.origin)
    const agent = new Agent(page)
    await page.getByRole('textbox', { name: 'E-mail' }).fill(`${who}@example.test`)
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await see(agent.rail)
    return agent
  }

  /** The link of a list in the rail. */
  listLink(name: string, department = 'Support'): Locator {
    return this.rail.getByRole('region', { name: department }).getByRole('link', { name })
  }

  list(name: string, department = 'Support'): Locator {
    return this.page.getByRole('region', { name: `${department}: ${name}` })
  }

  async choose(name: string, department = 'Support'): Promise<void> {
    await this.listLink(name, department).click()
    await see(this.list(name, department))
  }

  /** A session's row in the list that is shown, found by what was said last. */
  row(says: string): Locator {
    const list = this.page.getByRole('region', { name: /: (My|Unassigned|Active|Closed)$/ })
    return list.getByRole('listitem').filter({ hasText: says })
  }

  async openSession(says: string): Promise<void> {
    await this.row(says).getByRole('link').click()
    await see(this.log)
  }

  /** Does a deed by its button, or by the menu into which it goes where there is too little room. */
  async deed(name: string): Promise<void> {
    const button = this.deeds.getByRole('button', { name, exact: true })
    const more = this.deeds.getByRole('button', { name: 'More' })
    await see(button.or(more))
    if (await button.isVisible()) await button.click()
    else {
      await more.click()
      await this.page.getByRole('menuitem', { name, exact: true }).click()
    }
  }

  get field(): Locator {
    return this.page.getByRole('textbox', { name: /^Write to / })
  }

  async write(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
  }

  async note(text: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Note', exact: true }).click()
    const field = this.page.getByRole('textbox', { name: 'Note for colleagues' })
    await field.fill(text)
    await field.press('Enter')
    await this.page.getByRole('button', { name: 'Reply', exact: true }).click()
  }
}
