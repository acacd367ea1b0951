import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone, seeOnceInOrder } from './people.ts'
import { stage } from './stage.ts'

const on = stage()
const viewport = { width: 390, height: 844 }
const phone = { viewport, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
const whole = { x: 0, y: 0, ...viewport }

test('on a phone the chat covers the page, and gives it back', async () => {
  const page = await (await on.person('customer', phone)).newPage()
  await page.goto(`${on.origin}/demo/`)
  const launcher = page.getByRole('button', { name: 'Open chat' })
  await launcher.tap()
  const customer = new Customer(page)
  await see(customer.field)
  await eventually(() => page.getByRole('region', { name: 'Chat with Support' }).boundingBox()).toEqual(whole)
  await customer.write('from the train')
  await seeOnceInOrder(customer.log, ['from the train'])
  expect(await narrow(page.locator('html'))).toBe(true)
  await page.getByRole('button', { name: 'Minimise chat' }).tap()
  await see(launcher)
  await see(page.getByRole('heading', { name: 'Linna table lamp' }))
})

test('on a phone the workspace shows one pane at a time, with a way back', async () => {
  const customer = await Customer.come(on, 'customer')
  await customer.write('are you on the road?')

  const anna = await Agent.come(on, 'anna', await on.person('anna', phone))
  const { page } = anna
  const list = anna.list('Unassigned')
  const back = page.getByRole('button', { name: 'Back' }).or(page.getByRole('link', { name: 'Back' }))
  const only = async (pane: Locator) => {
    await see(pane)
    for (const other of [anna.rail, list, anna.talk]) if (other !== pane) await seeGone(other)
    expect(await narrow(page.locator('html'))).toBe(true)
  }
  await only(anna.rail)
  await anna.listLink('Unassigned').tap()
  await only(list)
  await anna.row('are you on the road?').getByRole('link').tap()
  await only(anna.talk)
  await see(anna.log.getByText('are you on the road?'))
  await anna.deed('Take')
  await see(customer.log.getByText('You are connected to Anna'))
  await anna.field.tap()
  await anna.field.fill('in a tunnel, even')
  await page.getByRole('button', { name: 'Send' }).tap()
  await seeOnceInOrder(customer.log, ['are you on the road?', 'in a tunnel, even'])
  await back.tap()
  await see(anna.list('My'))
  await back.tap()
  await only(anna.rail)
  // Turned wide, it has a list beside the lists as any other.
  await page.setViewportSize({ width: 1280, height: 800 })
  await see(anna.list('My'))
  await see(anna.row('in a tunnel, even'))
})

const narrow = (root: Locator) => root.evaluate((element) => element.scrollWidth <= element.clientWidth)
