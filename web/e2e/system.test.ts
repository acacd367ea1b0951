import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { password, stage } from './stage.ts'

// A system of the company's: it takes calls that are signed with its secret, and keeps complaints.
let secret = ''
let down = false
const kept: { subject?: string }[] = []
// Where it shows people the session of what it has kept last.
let back = ''
const fields = [
  { name: 'subject', label: 'Subject', kind: 'text', required: true },
  { name: 'reason', label: 'Reason', kind: 'choice', choices: ['Late', 'Broken'] },
]
const signs = (headers: IncomingHttpHeaders, body: string) => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `${headers['webhook-signature']}`.includes(createHmac('sha256', key).update(text).digest('base64'))
}
const theirs = createServer((request, response) => {
  let body = ''
  request.on('data', (part) => {
    body += part
  })
  request.on('end', () => {
    const answer = (status: number, json: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json))
    const { type, data } = JSON.parse(body)
    if (down) return answer(500, {})
    if (!secret || !signs(request.headers, body)) return answer(401, { error: 'The signature is not known.' })
    if (type === 'types.describe') return answer(200, { types: [{ name: 'complaint', label: 'Complaint', fields }] })
    if (type === 'record.create') {
      kept.push(data.fields)
      back = data.session
    }
    return answer(200, { id: `${kept.length}` })
  })
})
await new Promise<void>((listening) => theirs.listen(0, '127.0.0.1', listening))
const address = `http://127.0.0.1:${(theirs.address() as AddressInfo).port}/parley`
const on = stage({ settings: ['--inside-hosts', '127.0.0.1'] })
afterAll(() => theirs.close())

test('F1: an admin sets a system up, tests it, makes a type of what it has, changes it and removes it', async () => {
  const { page } = await Agent.come(on, 'sofia')
  await page.goto(`${on.origin}/settings/systems`)
  await see(page.getByText(/^There is no other system yet/))
  await page.getByRole('button', { name: 'Webhook' }).click()
  await page.getByRole('button', { name: 'Set up', exact: true }).click()
  await see(page.getByText('Fill this in.').first())
  await page.getByRole('textbox', { name: 'Name' }).fill('Our ERP')
  await page.getByRole('textbox', { name: 'Address' }).fill('http://192.168.0.1/parley')
  await page.getByRole('button', { name: 'Set up', exact: true }).click()
  const url = page.getByRole('textbox', { name: 'Address' })
  await expect.poll(() => url.getAttribute('aria-invalid'), { timeout: 30_000 }).toBe('true')
  await expect.poll(() => url.evaluate((field) => field === document.activeElement), { timeout: 30_000 }).toBe(true)
  await url.fill(address)
  await page.getByRole('button', { name: 'Set up', exact: true }).click()
  await see(page.getByRole('heading', { name: 'Our ERP is set up' }))
  const made = (await page.getByRole('region', { name: 'Signing secret' }).textContent()) ?? ''
  expect(made).toMatch(/^whsec_/)
  await page.getByRole('button', { name: 'I have them' }).click()
  expect(await page.content()).not.toContain(made)

  const add = page.getByRole('region', { name: 'Our ERP is set up' })
  await add.getByRole('button', { name: 'Test', exact: true }).click()
  await see(add.locator('.channel-told.bad'))
  secret = made
  await add.getByRole('button', { name: 'Test', exact: true }).click()
  await see(add.getByText('It answers. Types of record: Complaint.'))
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Our ERP' }) })
  await see(row.getByText('Working'))

  await page.getByRole('link', { name: 'Record types' }).click()
  await page.getByRole('button', { name: 'Add a type to Support' }).click()
  const form = page.getByRole('form', { name: 'Add a type to Support' })
  await form.getByLabel('Where its records live').selectOption({ label: 'Our ERP' })
  await see(form.getByLabel('Type of record there'))
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await see(form.getByRole('alert').getByText(/^Choose the type of record/))
  await form.getByLabel('Type of record there').selectOption({ label: 'Complaint' })
  await see(form.getByRole('group', { name: 'Reason' }))
  await form.getByRole('button', { name: 'Remove Reason' }).click()
  await form.getByLabel('Add one of its fields').selectOption({ label: 'Reason' })
  await see(form.getByRole('group', { name: 'Reason' }))
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await see(page.getByText('In Our ERP: complaint'))

  const anna = await Agent.come(on, 'anna')
  const customer = await Customer.come(on, 'customer')
  await customer.write('My lamp is broken')
  await anna.choose('Unassigned')
  await anna.openSession('My lamp is broken')
  await anna.deed('Take')
  await create(anna, 'Lamp arrived broken')
  await expect.poll(() => kept, { timeout: 30_000 }).toEqual([{ subject: 'Lamp arrived broken' }])

  down = true
  await create(anna, 'It flickers')
  await page.getByRole('link', { name: 'Systems' }).click()
  await see(row.getByText('In trouble', { exact: true }))
  await see(row.getByText('What is wrong'))
  await row.getByRole('button', { name: 'Remove Our ERP' }).click()
  await see(page.getByRole('dialog').getByText(/waits until it is set up again/))
  await page.getByRole('button', { name: 'Remove system' }).click()
  await see(row.getByText('Removed'))

  down = false
  await row.getByRole('button', { name: 'Set Our ERP up again' }).click()
  const again = page.getByRole('form', { name: 'Set Our ERP up again' })
  await again.getByLabel(/^Signing secret/).fill('not a key')
  await again.getByRole('button', { name: 'Save' }).click()
  await see(again.getByText(/is in no key/))
  await again.getByLabel(/^Signing secret/).fill(secret)
  await again.getByRole('button', { name: 'Save' }).click()
  await seeGone(again)
  await expect.poll(() => kept.length, { timeout: 60_000 }).toBe(2)
  await see(row.getByText('Working'))
  await row.getByRole('button', { name: 'Remove Our ERP' }).click()
  await page.getByRole('button', { name: 'Remove system' }).click()
  await seeGone(row)
})

test('F1: the address of a session that a system was given opens it in whatever state it is, beside its list', async () => {
  const anna = await Agent.come(on, 'anna')
  const opens = async (list: string) => {
    await anna.page.goto(back)
    await see(anna.list(list))
    await see(anna.row('My lamp is broken'))
    await see(anna.log.getByText('My lamp is broken'))
  }
  await opens('My')
  await anna.deed('Release')
  await anna.page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
  await seeGone(anna.row('My lamp is broken'))
  await opens('Unassigned')
  await anna.deed('Take')
  await anna.deed('Close')
  await anna.page.getByRole('button', { name: 'Close session' }).click()
  await opens('Closed')

  await anna.page.goto(back.replace(/ses_.*/, 'ses_1111111111111'))
  await see(anna.page.getByText('This session is not here'))

  // Who is not signed in comes to it all the same.
  const page = await (await on.person('boris')).newPage()
  await page.goto(back)
  await page.getByRole('textbox', { name: 'E-mail' }).fill('anna@example.test')
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await eventually(() => new URL(page.url()).pathname).toMatch(/^\/inbox\/support\/closed\/ses_/)
})

async function create({ page }: Agent, subject: string) {
  await page.getByRole('button', { name: /^Create a record of / }).click()
  await page
    .getByRole('dialog')
    .getByLabel(/^Subject/)
    .fill(subject)
  await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click()
  await seeGone(page.getByRole('dialog'))
}
