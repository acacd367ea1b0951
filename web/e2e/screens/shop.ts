import type { Page } from 'playwright-core'
import { Customer, see } from '../people.ts'
import type { House } from './house.ts'
import type { Look } from './screen.ts'

// Who comes for the first time, each time.
const newcomers = ['nobody', 'stranger']

/** Shop is the demo's, in one window, with customers before it. */
export class Shop {
  readonly look: Look
  readonly #house: House

  constructor(house: House, look: Look) {
    this.#house = house
    this.look = look
  }

  /** Opens the shop before a customer who was here before, or is new; prepare has the page before there is anything on it. */
  async enter(who = 'nobody', prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
    const page = await this.#house.page(who, this.look)
    await prepare?.(page)
    if (newcomers.includes(who)) await page.addInitScript(() => localStorage.clear())
    await page.goto(`${this.#house.on.origin}/demo/`)
    await see(page.getByRole('button', { name: /^(Open|Minimise) chat/ }))
    return page
  }

  /** Opens the chat there, and waits for something in it. */
  async chat(
    who?: string,
    says: string | RegExp = 'Write to us',
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Customer> {
    const page = await this.enter(who, prepare)
    // It is open where it was open when they left, but on a phone.
    const launcher = page.getByRole('button', { name: /^Open chat/ })
    if (await launcher.isVisible()) await launcher.click()
    await see(page.getByText(says))
    return new Customer(page)
  }

  /** Cuts somebody off, until they open another page. */
  cutOff(who: string): void {
    this.#house.on.network.cutOff(who)
  }
}
