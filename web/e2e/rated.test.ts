import { expect, test } from 'vitest'
import type { Department, RecordPage, SessionPage } from '../src/api/wire.ts'
import { Agent, ask, Customer, eventually, see, seeGone } from './people.ts'
import { rate } from './rate.ts'
import { stage } from './stage.ts'

const on = stage()

test('A18: a rating after the end is in the row, the log and the panel at once; it may be another, or taken back', async () => {
  const anna = await Agent.come(on, 'anna')
  const { page, log } = anna
  const first = await ended('first', 'Where is my lamp?')
  const last = await ended('last', 'And where is mine?')
  await anna.choose('Closed')
  const row = anna.row('On its way: Where is my lamp?')
  await see(row)
  const places = () => page.locator('.row .row-says').allTextContents()
  const before = await places()
  expect(before[0]).toContain('And where is mine?')
  await rate(first.page, 'bad', 'Much too slow')
  await see(row.getByText('Rated not good'))
  expect(await places()).toEqual(before)
  expect(await row.getAttribute('class')).not.toContain('unread')

  await row.getByRole('link').click()
  await see(log.getByText(/rated the session not good/))
  await see(log.getByText('Much too slow'))
  const facts = page.getByRole('region', { name: 'Customer and session' })
  await see(facts.getByText('Not good'))
  await see(facts.getByText('Much too slow'))
  await rate(first.page, 'good')
  await see(log.getByText(/rated the session good/))
  await see(row.getByText('Rated good'))
  await rate(first.page, '')
  await see(log.getByText(/took their rating back/))
  await seeGone(row.getByText(/^Rated/))
  await seeGone(facts.getByText('Rating'))
  await last.page.close()

  async function ended(who: string, text: string): Promise<Customer> {
    const customer = await Customer.come(on, who)
    await customer.write(text)
    const id = await answer(anna, text)
    await ask(page, 'POST', `sessions/${id}/end`, {})
    return customer
  }
})

test('A18, F3: a rule creates a complaint of each bad rating, with what the customer says; a hook can be told', async () => {
  const { page } = await Agent.come(on, 'sofia')
  const { items } = await ask<{ items: Department[] }>(page, 'GET', 'departments')
  const department = items.find(({ slug }) => slug === 'support')?.id ?? ''
  const fields = [{ name: 'subject', label: 'Subject', kind: 'text', required: true }]
  await ask(page, 'POST', 'record-types', { department, name: 'Complaint', fields })
  await page.goto(`${on.origin}/settings/rules`)
  await page.getByRole('button', { name: 'Add a rule' }).click()
  const form = page.getByRole('form', { name: 'Add a rule' })
  await form.getByLabel('Name').fill('Not good')
  await form.getByLabel('What it waits for').selectOption('A customer rates a session')
  await form.getByRole('button', { name: 'Rated not good' }).click()
  expect(await form.getByLabel('Condition').inputValue()).toBe('session.rating == "bad"')
  await form.getByLabel('Type of record').selectOption('Complaint')
  await form.getByLabel(/^Subject/).fill('{{session.rating}}: {{event.text}}')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Not good' }) })
  await see(row.getByText('A customer rates a session'))

  const customer = await Customer.come(on, 'customer')
  await customer.write('Is anybody there?')
  await answer(await Agent.come(on, 'boris'), 'Is anybody there?')
  await rate(customer.page, 'good', 'Quick')
  await rate(customer.page, 'bad', 'Not so quick after all')
  const titles = () => ask<RecordPage>(page, 'GET', 'records').then((page) => page.items.map(({ title }) => title))
  await eventually(titles).toEqual(['bad: Not so quick after all'])

  await page.goto(`${on.origin}/settings/hooks`)
  expect(await page.getByLabel(/^A customer rates a session/).isChecked()).toBe(true)
})

/** Answers the session that waits with these words, and gives its id. */
async function answer({ page }: Agent, text: string): Promise<string> {
  let id: string | undefined
  const find = async () => {
    const { items } = await ask<SessionPage>(page, 'GET', 'sessions?state=waiting')
    id = items.find(({ preview }) => preview === text)?.id
    return id
  }
  await eventually(find).toBeDefined()
  const said = { client_id: crypto.randomUUID(), kind: 'reply', text: `On its way: ${text}` }
  await ask(page, 'POST', `sessions/${id}/messages`, said)
  return id ?? ''
}
