import type { Page } from 'playwright-core'
import { type Customer, see, seeGone } from '../people.ts'
import { type Screens, shown } from './screen.ts'
import type { Shop } from './shop.ts'

const photo = {
  name: 'the broken one.txt',
  mimeType: 'text/plain',
  buffer: Buffer.from('as you see'),
}

// shut tells a page, in the server's name, that the department is closed.
const shut = (page: Page) =>
  page.routeWebSocket(/\/widget\/v1\/socket/, (socket) => {
    const server = socket.connectToServer()
    server.onMessage((frame) => {
      socket.send(frame)
      if (`${frame}`.includes('"welcome"')) socket.send('{"type":"status","closed":"notice"}')
    })
  })

// rated is an ended chat whose customer thinks so of it, once they have said it.
const rated = async (shop: Shop, who: string, thumb: string): Promise<Customer> => {
  const customer = await shop.chat(who, /^Anna ended the chat at/)
  const button = customer.page.getByRole('button', { name: thumb, exact: true })
  if ((await button.getAttribute('aria-pressed')) === 'false') await button.click()
  await see(customer.page.getByText('Thank you.'))
  return customer
}

/** The widget's states, on the demo's shop. */
export const widget: Screens<Shop> = {
  launcher: shown(async (shop) => ({ page: await shop.enter() }), 'zoomed', 'rtl'),
  'launcher/unread': shown(async (shop) => {
    const page = await shop.enter('reader')
    await see(page.getByRole('button', { name: /unread messages/ }))
    return { page }
  }),
  'launcher/trouble': shown(async (shop) => {
    const page = await shop.enter()
    await page.route('**/widget/panel*.js*', (route) => route.abort())
    await page.getByRole('button', { name: 'Open chat' }).click()
    await see(page.getByText(/^The chat cannot be opened/))
    return { page }
  }),

  empty: shown((shop) => shop.chat(), 'zoomed', 'rtl'),
  connecting: shown(async (shop) => {
    const page = await shop.enter('stranger')
    const launcher = page.getByRole('button', { name: 'Open chat' })
    await Promise.all([page.waitForResponse(/panel/), launcher.hover()])
    shop.cutOff('stranger')
    await launcher.click()
    await see(page.getByText('Connecting'))
    return { page }
  }),
  conversation: shown((shop) => shop.chat('talker', 'A fine place.'), 'zoomed', 'rtl'),
  'conversation/top': shown(async (shop) => {
    const customer = await shop.chat('talker', 'A fine place.')
    await customer.log.evaluate((log) => log.scrollTo({ top: 0 }))
    return customer
  }),
  waiting: shown((shop) => shop.chat('waiting', /^An agent will be with you shortly/), 'zoomed', 'rtl'),
  closed: shown((shop) => shop.chat('stranger', 'Chat is currently disabled.', shut)),
  ended: shown((shop) => shop.chat('ended', 'How was it with Anna?'), 'zoomed', 'rtl'),
  'ended/good': shown((shop) => rated(shop, 'pleased', 'Good')),
  'ended/bad': shown(
    async (shop) => {
      const customer = await rated(shop, 'cross', 'Not good')
      const comment = customer.page.getByRole('textbox', { name: 'Add a comment, if you like' })
      await comment.fill('I had to ask twice, and the second order is months away.')
      await comment.press('Enter')
      await see(customer.page.getByText('Thank you.'))
      return customer
    },
    'zoomed',
    'rtl',
  ),
  rating: shown(
    async (shop) => {
      const customer = await shop.chat('talker', 'A fine place.')
      await customer.page.getByRole('button', { name: 'Rate this chat' }).click()
      await see(customer.page.getByText('How was it with Anna?'))
      return customer
    },
    'zoomed',
    'rtl',
  ),
  blocked: shown((shop) => shop.chat('rude', /^You cannot write to us/)),
  end: shown(async (shop) => {
    const customer = await shop.chat('talker', 'A fine place.')
    await customer.page.getByRole('button', { name: 'End chat' }).click()
    await see(customer.page.getByRole('alertdialog'))
    return customer
  }),

  draft: shown(async (shop) => {
    const customer = await shop.chat()
    await customer.field.fill('Good evening,\nI am looking for a lamp\nthat can stand outside,\nin the rain.')
    return customer
  }),
  files: shown(async (shop) => {
    const customer = await shop.chat()
    const { page } = customer
    const picker = page.locator('parley-widget input[type=file]')
    await picker.setInputFiles([photo, { ...photo, name: 'a name that is far too long for a line of the tray.txt' }])
    await seeGone(page.getByRole('progressbar'))
    await page.route('**/widget/v1/files?*', (route) => route.abort())
    await picker.setInputFiles({ ...photo, name: 'lost.txt' })
    await see(page.getByRole('button', { name: 'Try again' }))
    return customer
  }),
  unsent: shown(async (shop) => {
    const customer = await shop.chat('stranger')
    shop.cutOff('stranger')
    await customer.write('Said while nobody hears it.')
    await see(customer.page.getByText(/^No connection/))
    return customer
  }),
  long: shown(async (shop) => {
    const customer = await shop.chat()
    await customer.write('much too long '.repeat(5_000))
    await see(customer.page.getByText(/^This is longer than one message can be/))
    return customer
  }),
}
