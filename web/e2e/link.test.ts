import { expect, test } from 'vitest'
import { seeNoFault } from './fault.ts'
import { Agent, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

test.for(['light', 'dark'] as const)(
  'an agent connects and disconnects an account by keyboard, %s',
  async (colorScheme) => {
    const desk = await on.person('anna', { colorScheme })
    // The demo has no channel on which agents work.
    const linked = { id: 'lnk_1', channel: 'team', kind: 'slack', linked_at: new Date().toISOString() }
    const links = { kinds: ['slack', 'widget'], items: [] as (typeof linked)[] }
    await desk.route('**/api/v1/me/links', (route) => route.fulfill({ json: links }))
    await desk.route('**/api/v1/me/links/lnk_1', (route) => {
      links.items = []
      return route.fulfill({ status: 204 })
    })

    const { page, rail } = await Agent.come(on, 'anna', desk)
    const { keyboard } = page
    const menu = rail.getByRole('button', { name: 'You and this page' })
    const item = page.getByRole('menuitem', { name: 'Connect an account…' })
    const dialog = page.getByRole('dialog', { name: 'Connect Slack' })
    const focused = (name: string) => dialog.getByRole('button', { name }).evaluate((e) => e === document.activeElement)
    await menu.press('Enter')
    await item.press('Enter')
    await see(dialog.getByText(/^\/parley link [A-Z2-7]{26}$/))
    await seeNoFault(page)
    for (let i = 0; i < 4; i++) {
      await keyboard.press('Tab')
      expect(await rail.locator(':focus').count()).toBe(0)
    }
    await keyboard.press('Escape')
    await seeGone(dialog)
    await eventually(() => menu.evaluate((e) => e === document.activeElement)).toBe(true)

    await keyboard.press('Enter')
    await item.press('Enter')
    await see(dialog.getByText(/^\/parley link /))
    links.items = [linked]
    await see(dialog.getByText('Your Slack account is connected.'))
    await seeNoFault(page)
    await dialog.getByRole('button', { name: /^Disconnect team/ }).press('Enter')
    await see(dialog.getByRole('button', { name: 'Get a code' }))
    await eventually(() => focused('Close')).toBe(true)
    await keyboard.press('Enter')
    await seeGone(dialog)
    await eventually(() => menu.evaluate((e) => e === document.activeElement)).toBe(true)
  },
)
