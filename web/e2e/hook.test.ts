import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { Agent, Customer, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const heard: { type: string }[] = []
let answer = 204
const theirs = createServer((request, response) => {
  let body = ''
  request.on('data', (part) => {
    body += part
  })
  request.on('end', () => {
    heard.push(JSON.parse(body))
    response.writeHead(answer).end(answer === 204 ? undefined : 'we do not want it')
  })
})
await new Promise<void>((listening) => theirs.listen(0, '127.0.0.1', listening))
const { port } = theirs.address() as AddressInfo
const on = stage({ settings: ['--inside-hosts', '127.0.0.1'] })
afterAll(() => theirs.close())

test('F3: an admin adds a hook, tests it, sees what it was told, sends it again, pauses it and removes it', async () => {
  const { page } = await Agent.come(on, 'sofia')
  await page.goto(`${on.origin}/settings/hooks`)
  await page.getByLabel('Name').fill('Our system')
  await page.getByLabel('Address').fill('ftp://example.test')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await see(page.getByRole('alert').getByText(/^Address: /))
  await page.getByLabel('Address').fill(`http://127.0.0.1:${port}/hook`)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await see(page.getByText(/^The secret of Our system/))
  const secret = await page
    .getByRole('region', { name: 'Secret' })
    .getByText(/^whsec_/)
    .textContent()
  await page.getByRole('button', { name: 'I have it' }).click()
  expect(await page.content()).not.toContain(secret)
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Our system' }) })
  await see(row.getByText('Working'))
  await row.getByRole('button', { name: 'Test Our system' }).click()
  await see(row.getByText(/^It took the call: 204/))
  answer = 500
  await row.getByRole('button', { name: 'Test Our system' }).click()
  await see(row.locator('.channel-told.bad'))
  answer = 204

  const customer = await Customer.come(on, 'customer')
  await customer.write('Hello?')
  await row.getByRole('button', { name: 'Calls of Our system' }).click()
  const call = row.locator('details.call').filter({ hasText: 'session.started' })
  await see(call.getByText('Taken'))
  await call.locator('summary').click()
  await see(call.getByRole('region', { name: 'Request' }).getByText('"type": "session.started"'))
  const before = heard.filter(({ type }) => type === 'session.started').length
  await call.getByRole('button', { name: /^Send again the call of / }).click()
  await see(row.getByText('1 call is sent again.'))
  await expect
    .poll(() => heard.filter(({ type }) => type === 'session.started').length, { timeout: 20_000 })
    .toBe(before + 1)

  await row.getByRole('button', { name: 'New secret for Our system' }).click()
  await page.getByRole('button', { name: 'Make a new secret' }).click()
  await see(page.getByText(/^The secret of Our system/))
  await page.getByRole('button', { name: 'I have it' }).click()
  await see(row.getByText(/^The secret before signs too/))
  await row.getByRole('button', { name: 'Pause Our system' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
  await see(row.getByText('Paused'))
  await row.getByRole('button', { name: 'Let Our system go on' }).click()
  await see(row.getByText('Working'))
  await row.getByRole('button', { name: 'Remove Our system' }).click()
  await page.getByRole('button', { name: 'Remove hook' }).click()
  await seeGone(row)
})
