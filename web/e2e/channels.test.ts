import { afterAll, expect, test } from 'vitest'
import { Agent, see } from './people.ts'
import { Slack } from './slack.ts'
import { stage } from './stage.ts'

const slack = await Slack.open()
const on = stage({ settings: ['--slack-api-url', slack.api] })
afterAll(() => slack.close())

test('S-15: an admin adds a Slack app in the workspace; what its token lacks is named, and no key stays on the page', async () => {
  const { page, rail } = await Agent.come(on, 'sofia')
  await rail.getByRole('link', { name: 'Settings: channels' }).click()
  await see(page.getByRole('heading', { name: 'support-widget' }))
  await see(page.getByRole('region', { name: 'Manifest of the app' }).getByText('"socket_mode_enabled": true'))
  await page.getByRole('combobox', { name: 'Department' }).selectOption('Support')
  await page.getByRole('radio', { name: /^Slack calls Parley/ }).check()
  const bot = page.getByLabel('Bot token')
  const submit = page.getByRole('button', { name: 'Check and add' })
  await bot.fill('xoxb-poor-CANARY')
  await page.getByLabel('Signing secret').fill('0123456789abcdef')
  await submit.click()
  await see(page.getByRole('alert').getByText(/without the permissions channels:history/))
  expect(await bot.getAttribute('aria-invalid')).toBe('true')
  await bot.fill('  xoxb-CANARY\n')
  await submit.click()
  await see(page.getByRole('heading', { name: 'support-slack was added' }))
  await see(page.getByText(/^It works: /))
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'support-slack' }) })
  await see(row.getByText('Connected'))
  await row.getByRole('button', { name: 'Test support-slack' }).click()
  await see(row.getByText(/^It works: /))
  expect(await page.content()).not.toContain('CANARY')
  expect(page.url()).not.toContain('CANARY')
})

test('S-15: a widget is added for a site, and the line for its pages is given', async () => {
  const desk = await on.person('sofia')
  const { page } = await Agent.come(on, 'sofia', desk)
  await page.goto(`${on.origin}/settings/channels`)
  await page.getByRole('button', { name: 'Widget', exact: true }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('second')
  await page.getByRole('textbox', { name: 'Sites, one a line' }).fill(on.origin)
  await page.getByRole('button', { name: 'Check and add' }).click()
  await see(page.getByText('data-channel="second"'))
  // The server speaks for it at once.
  const status = await desk.request.get(`${on.origin}/widget/v1/socket?channel=second`)
  expect(status.status()).not.toBe(404)
})

test('who is no admin is told so, and gets no link', async () => {
  const { page, rail } = await Agent.come(on, 'boris')
  expect(await rail.getByRole('link', { name: 'Settings: channels' }).count()).toBe(0)
  await page.goto(`${on.origin}/settings/channels`)
  await see(page.getByText(/^Only admins set up channels/))
})
