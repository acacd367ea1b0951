import type { Page } from 'playwright-core'
import { Agent, see } from '../people.ts'
import type { House } from './house.ts'
import type { Look } from './screen.ts'
import type { Sessions } from './seed.ts'

/** Desk is where an agent looks at the workspace, in one window. Nothing is kept there from one screen to the next. */
export class Desk {
  readonly look: Look
  readonly #house: House
  readonly #sessions: Sessions

  constructor(house: House, look: Look, sessions: Sessions) {
    this.#house = house
    this.look = look
    this.#sessions = sessions
  }

  /** Opens an address before anna, sofia, or nobody; prepare has the page before there is anything on it. */
  async open(path: string, who = 'anna', prepare?: (page: Page) => Promise<unknown>): Promise<Agent> {
    const page = await this.#house.page(who, this.look)
    await page.addInitScript(() => localStorage.clear())
    await prepare?.(page)
    await page.goto(this.#house.on.origin + path)
    return new Agent(page)
  }

  /** Opens a list, such as support/my, and waits for it. */
  async list(path: string, who = 'anna'): Promise<Agent> {
    const agent = await this.open(`/inbox/${path}`, who)
    await see(agent.page.locator('.list > .list-rows:not([aria-busy]), .list > .empty'))
    return agent
  }

  /** Opens a session in one of Support's lists, and waits for what was said. */
  async talk(
    session: keyof Sessions,
    list = 'my',
    who = 'anna',
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Agent> {
    const agent = await this.open(`/inbox/support/${list}/${this.#sessions[session]}`, who, prepare)
    await see(agent.log.getByRole('listitem'))
    return agent
  }

  /** Opens a session with the panel of what is known of it; in a window without room for it, it comes by a button. */
  async facts(
    session: keyof Sessions,
    list = 'my',
    who = 'anna',
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Agent> {
    const agent = await this.talk(session, list, who, prepare)
    if (this.look !== 'wide' && this.look !== 'rtl')
      await agent.page.getByRole('button', { name: /^Customer and session/ }).click()
    return agent
  }

  /** Opens what can be done with a message. */
  async messageMenu(session: keyof Sessions, says: string): Promise<Agent> {
    const agent = await this.talk(session)
    await agent.log.getByRole('button', { name: `What you can do with: ${says}` }).click({ force: true })
    await see(agent.page.getByRole('menu'))
    return agent
  }

  /** Chooses something of what can be done with a message. */
  async messageDeed(session: keyof Sessions, says: string, name: string): Promise<Agent> {
    const agent = await this.messageMenu(session, says)
    await agent.page.getByRole('menuitem', { name }).click()
    return agent
  }

  /** Opens the settings of the channels before an admin. */
  async channels(prepare?: (page: Page) => Promise<unknown>): Promise<Agent> {
    const agent = await this.open('/settings/channels', 'sofia', prepare)
    await see(agent.page.getByRole('heading', { name: 'support-telegram' }))
    await see(agent.page.getByText('"display_information"'))
    return agent
  }

  /** Cuts somebody off, until they open another page. */
  cutOff(who: string): void {
    this.#house.on.network.cutOff(who)
  }
}
