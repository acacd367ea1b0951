import { see } from '../people.ts'
import type { Desk } from './desk.ts'
import { only, type Screens, shown } from './screen.ts'

const lamp = { name: 'lamp.txt', mimeType: 'text/plain', buffer: Buffer.from('a lamp') }

/** The workspace's pages, each in its states. */
export const workspace: Screens<Desk> = {
  login: shown((desk) => desk.open('/login', 'nobody'), 'zoomed', 'rtl'),
  'login/ended': shown((desk) => desk.open('/login?ended=true', 'nobody')),
  'login/wrong': shown(async (desk) => {
    const { page } = await desk.open('/login', 'nobody')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await see(page.getByText('Enter your e-mail and your password.'))
    return { page }
  }),
  'splash/unreachable': shown(async (desk) => {
    const { page } = await desk.open('/inbox', 'anna', (page) => page.route('**/api/v1/me', (route) => route.abort()))
    await see(page.getByText('Parley cannot be reached.'))
    return { page }
  }),

  rail: only(['phone', 'zoomed'], async (desk) => {
    const agent = await desk.open('/inbox')
    await see(agent.listLink('Unassigned'))
    return agent
  }),
  'rail/availability': only(['phone', 'wide'], async (desk) => {
    const agent = await desk.open('/inbox')
    await agent.rail.getByRole('button', { name: /change what colleagues see of you/ }).click()
    await see(agent.page.getByRole('menu'))
    return agent
  }),

  'list/unassigned': shown((desk) => desk.list('support/unassigned'), 'zoomed', 'rtl'),
  'list/my': shown((desk) => desk.list('support/my')),
  'list/closed': shown((desk) => desk.list('support/closed')),
  'list/active': shown((desk) => desk.list('support/active', 'sofia')),
  'list/empty': shown((desk) => desk.list('sales/unassigned')),
  'list/empty-my': shown((desk) => desk.list('sales/my')),
  'list/unknown': shown((desk) => desk.open('/inbox/support/nothing')),
  'list/failed': shown(async (desk) => {
    const { page } = await desk.open('/inbox/support/my', 'anna', (page) =>
      page.route('**/api/v1/sessions?*', (route) => route.abort()),
    )
    await see(page.getByText('This list could not be loaded.'))
    return { page }
  }),

  dialogue: shown((desk) => desk.talk('all'), 'zoomed', 'rtl'),
  'dialogue/top': shown(async (desk) => {
    const agent = await desk.talk('all')
    await agent.log.evaluate((log) => (log.closest('.log') ?? log).scrollTo({ top: 0 }))
    return agent
  }),
  'dialogue/waiting': shown((desk) => desk.talk('waiting', 'unassigned')),
  'dialogue/pending': shown((desk) => desk.talk('pending', 'active', 'sofia')),
  'dialogue/watched': shown((desk) => desk.talk('active', 'active', 'sofia')),
  'dialogue/ended': shown((desk) => desk.talk('ended', 'closed')),
  'dialogue/rated': shown((desk) => desk.talk('rated', 'closed'), 'zoomed', 'rtl'),
  'dialogue/blocked': shown((desk) => desk.talk('blocked', 'closed')),
  'dialogue/stuck': shown((desk) => desk.talk('stuck')),
  'dialogue/barred': shown((desk) => desk.talk('barred')),
  'dialogue/gone': shown(async (desk) => {
    const { page } = await desk.open('/inbox/support/my/ses_1111111111111')
    await see(page.getByText('This session is not here'))
    return { page }
  }),
  'session/gone': shown(async (desk) => {
    const { page } = await desk.open('/sessions/ses_1111111111111')
    await see(page.getByText('This session is not here'))
    return { page }
  }),
  'dialogue/failed': shown(async (desk) => {
    const { page } = await desk.open('/inbox/support/my', 'anna', (page) =>
      page.route('**/messages?*', (route) => route.abort()),
    )
    await page.locator('.list-rows').getByRole('link').first().click()
    await see(page.getByText('The messages could not be loaded.'))
    return { page }
  }),

  'facts/rated': shown((desk) => desk.facts('rated', 'closed'), 'rtl'),
  'facts/rated-well': shown((desk) => desk.facts('ended', 'closed', 'sofia')),

  'message/menu': shown((desk) => desk.messageMenu('active', 'The carrier left it')),
  'message/edit': shown((desk) => desk.messageDeed('active', 'The carrier left it', 'Edit')),
  'message/reply': shown((desk) => desk.messageDeed('active', 'They are not at home', 'Reply')),
  'message/delete': shown((desk) => desk.messageDeed('active', 'The carrier left it', 'Delete')),

  'composer/draft': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.field.fill('Dear Tomás,\n\nwe send two new ones today.\nThey will be with you on Thursday.')
    return agent
  }),
  'composer/note': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.page.getByRole('button', { name: 'Note', exact: true }).click()
    return agent
  }),
  'composer/files': shown(async (desk) => {
    const agent = await desk.talk('active')
    const { page } = agent
    await page
      .locator('input[type=file]')
      .setInputFiles([lamp, { ...lamp, name: 'a name that is far too long for a chip.txt' }])
    await page.route('**/api/v1/files?*', (route) => route.abort())
    await page.locator('input[type=file]').setInputFiles({ ...lamp, name: 'lost.txt' })
    await see(page.getByText('Not uploaded: Parley cannot be reached.'))
    return agent
  }),
  'composer/long': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.field.fill('much too long '.repeat(5_000))
    await see(agent.page.getByText(/^This text is too long/))
    return agent
  }),

  'deed/assign': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.deed('Assign')
    await see(agent.page.getByRole('menuitem', { name: 'Boris Lind' }))
    return agent
  }),
  'deed/more': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.deeds.getByRole('button', { name: 'More' }).click()
    await see(agent.page.getByRole('menu'))
    return agent
  }),
  'deed/snooze': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.deed('Snooze…')
    await see(agent.page.getByText('Tomorrow at 9:00'))
    return agent
  }),
  'deed/release': shown(async (desk) => {
    const agent = await desk.talk('all')
    await agent.deed('Release')
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
  'deed/close': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.deed('Close')
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
  'deed/block': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.deed('Block…')
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
  'deed/toast': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.page.route('**/assign', (route) => route.abort())
    await agent.deed('Assign')
    await agent.page.getByRole('menuitem', { name: 'Boris Lind' }).click()
    await see(agent.page.getByText(/^That did not work/))
    return agent
  }),

  keys: shown(async (desk) => {
    const agent = await desk.list('support/my')
    await agent.page.keyboard.press('?')
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
  palette: shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.page.keyboard.press('Control+k')
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
  'list/menu': shown(async (desk) => {
    const agent = await desk.list('support/unassigned')
    await agent.page.locator('.row').first().click({ button: 'right' })
    await see(agent.page.getByRole('menu'))
    return agent
  }),
  link: shown(async (desk) => {
    // The demo has no channel on which agents work.
    const { page, rail } = await desk.open('/inbox', 'anna', (page) =>
      page.route('**/api/v1/me/links', (route) => route.fulfill({ json: { kinds: ['slack'], items: [] } })),
    )
    await rail.getByRole('button', { name: 'You and this page' }).click()
    await page.getByRole('menuitem', { name: 'Connect an account…' }).click()
    await see(page.getByText(/^\/parley link /))
    return { page }
  }),

  'net/lost': shown(async (desk) => {
    const agent = await desk.talk('active')
    desk.cutOff('anna')
    await agent.write('Said while nobody hears it.')
    await see(agent.page.getByText(/^Connection lost/))
    return agent
  }),
  'net/offline': shown(async (desk) => {
    const agent = await desk.talk('active')
    const devtools = await agent.page.context().newCDPSession(agent.page)
    const nothing = { latency: 0, downloadThroughput: 0, uploadThroughput: 0 }
    await devtools.send('Network.emulateNetworkConditions', { offline: true, ...nothing })
    await see(agent.page.getByText(/^You are offline/))
    return agent
  }),

  'settings/channels': shown((desk) => desk.channels(), 'zoomed', 'rtl'),
  'settings/tested': shown(async (desk) => {
    const { page } = await desk.channels()
    await page.getByRole('button', { name: 'Test support-telegram' }).click()
    await see(page.getByText(/^It works/))
    return { page }
  }),
  'settings/refused': shown(async (desk) => {
    const { page } = await desk.channels()
    await page.getByLabel('Bot token').fill('xapp-1')
    await page.getByRole('button', { name: 'Check and add' }).click()
    await see(page.getByText(/which begins with xoxb-/))
    return { page }
  }),
  'settings/telegram': shown(async (desk) => {
    const { page } = await desk.channels()
    await page.getByRole('button', { name: 'Telegram', exact: true }).click()
    return { page }
  }),
  'settings/widget': shown(async (desk) => {
    const { page } = await desk.channels()
    await page.getByRole('button', { name: 'Widget', exact: true }).click()
    return { page }
  }),
  'settings/added': shown(async (desk) => {
    const { page } = await desk.channels((page) =>
      page.route('**/api/v1/channels', async (route) => {
        if (route.request().method() !== 'POST') return route.continue()
        const channel = { id: 'chn_1', slug: 'sales-widget', kind: 'widget', department: '', health: {} }
        const embed = '<script async src="https://chat.example.com/widget.js" data-channel="sales-widget"></script>'
        return route.fulfill({ status: 201, json: { channel, embed } })
      }),
    )
    await page.getByRole('button', { name: 'Widget', exact: true }).click()
    await page.getByRole('button', { name: 'Check and add' }).click()
    await see(page.getByText('sales-widget was added'))
    return { page }
  }),
  'settings/no-admin': shown(async (desk) => {
    const { page } = await desk.open('/settings/channels')
    await see(page.getByText(/^Only admins set up channels/))
    return { page }
  }),
}
