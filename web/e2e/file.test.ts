import { expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()
const lamp = {
  name: 'lamp.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
}

test('A13: a customer sends files with and without words, and the agents have them', async () => {
  const customer = await Customer.come(on, 'customer')
  const { page, log, field } = customer
  const picker = page.locator('parley-widget input[type=file]')
  await see(page.getByRole('button', { name: 'Attach files' }))
  await picker.setInputFiles([lamp, { name: 'order.txt', mimeType: 'text/plain', buffer: Buffer.from('order 4711') }])
  const tray = page.getByRole('list', { name: 'Files to send' })
  await see(tray.getByText('order.txt'))
  await seeGone(tray.getByRole('progressbar'))
  await customer.write('this one is broken')
  await seeGone(tray)
  await see(log.getByText('this one is broken'))
  await eventually(() => log.getByRole('img', { name: 'lamp.png' }).getAttribute('src')).toMatch(
    /^http.*\/widget\/v1\/files\/[\w-]{43}$/,
  )
  await see(log.getByRole('link', { name: /order\.txt/ }))

  // Nothing but a file, and one that is removed before.
  await picker.setInputFiles([lamp, { ...lamp, name: 'wrong.png' }])
  await tray.getByRole('button', { name: 'Remove wrong.png' }).click()
  await seeGone(tray.getByRole('progressbar'))
  await field.press('Enter')
  await eventually(() => log.getByRole('img', { name: 'lamp.png' }).count()).toBe(2)
  expect(await log.textContent()).not.toContain('wrong.png')

  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await see(anna.row('[photo] lamp.png'))
})

test('A13: where the setting is off, nothing can be attached', async () => {
  await on.server.command('channel', 'set', 'support-widget', '--no-files')
  const context = await on.person('other')
  const upload = async () => {
    const headers = { origin: on.origin, authorization: `Bearer ${'a'.repeat(43)}` }
    const answer = await context.request.post(`${on.origin}/widget/v1/files?channel=support-widget&name=a`, {
      headers,
      data: lamp.buffer,
    })
    return answer.status()
  }
  await eventually(upload).toBe(403)
  const page = await context.newPage()
  await page.goto(`${on.origin}/demo/`)
  await new Customer(page).open()
  await see(page.getByText('Write to us'))
  expect(await page.getByRole('button', { name: 'Attach files' }).count()).toBe(0)
})
