import { expect, test } from 'vitest'
import type { Department, RecordPage, RecordRule, RecordType } from '../src/api/wire.ts'
import { Agent, ask, Customer, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

test('F3: an admin adds a rule, mends its condition, tries it; it creates a record, is switched off, changed and removed', async () => {
  const { page } = await Agent.come(on, 'sofia')
  const customer = await Customer.come(on, 'customer')
  await customer.write('I want a refund of my lamp')
  const { items } = await ask<{ items: Department[] }>(page, 'GET', 'departments')
  const department = items.find(({ slug }) => slug === 'support')?.id ?? ''
  const fields = [
    { name: 'subject', label: 'Subject', kind: 'text', required: true },
    { name: 'reason', label: 'Reason', kind: 'choice', choices: ['Late', 'Broken'], default: 'Late' },
  ]

  await page.goto(`${on.origin}/settings/rules`)
  await see(page.getByRole('heading', { name: 'There is no rule yet' }))
  await page.getByRole('button', { name: 'Add a rule' }).click()
  const form = page.getByRole('form', { name: 'Add a rule' })
  await eventually(() => form.getByLabel('Name').evaluate((field) => field === document.activeElement)).toBe(true)
  await form.getByLabel('Name').fill('Refunds')
  await form.getByLabel('Department').selectOption('Support')
  await see(form.getByText(/^Support has no type of record/))
  // What was written is there still when one comes back from making one.
  await form.getByRole('link', { name: 'Make one under Record types' }).click()
  await see(page.getByRole('button', { name: 'Add a type to Support' }))
  const { id: type } = await ask<RecordType>(page, 'POST', 'record-types', { department, name: 'Complaint', fields })
  await page.getByRole('link', { name: 'Rules' }).click()
  await page.getByRole('button', { name: 'Add a rule' }).click()
  expect(await form.getByLabel('Name').inputValue()).toBe('Refunds')

  await form.getByLabel('What it waits for').selectOption('A message is said')
  const condition = form.getByLabel('Condition')
  await condition.fill('event.texts contains "refund"')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await see(form.getByText('Choose what it creates.'))
  await form.getByLabel('Type of record').selectOption('Complaint')
  expect(await form.getByLabel('Reason').getAttribute('placeholder')).toBe('What a form begins with: Late')
  const subject = form.getByLabel(/^Subject/)
  await subject.fill('Asked:')
  await form.getByText('What can stand in it').click()
  await form.getByRole('button', { name: 'event.text' }).click()
  expect(await subject.inputValue()).toBe('Asked: {{event.text}}')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await see(form.getByText(/^Has a name that is not there at column 7: of event there are .*text/))
  expect(await condition.getAttribute('aria-invalid')).toBe('true')
  await eventually(() => condition.evaluate((field) => field === document.activeElement)).toBe(true)
  await condition.fill('')
  await form.getByRole('button', { name: 'The customer says refund' }).click()
  expect(await condition.inputValue()).toBe('event.by == "customer" and lower(event.text) contains "refund"')

  await form.getByRole('button', { name: 'Try it' }).click()
  const tried = form.getByRole('region', { name: 'What it would have created' })
  await see(form.getByText(/It would have created 1 record\.$/))
  await see(tried.getByText('Asked: I want a refund of my lamp').first())
  const [beside] = await Promise.all([
    page.waitForEvent('popup'),
    tried.getByRole('link', { name: /^Session / }).click(),
  ])
  await see(new Agent(beside).log.getByText('I want a refund of my lamp'))
  await beside.close()
  await condition.press('End')
  await condition.press('Space')
  await condition.pressSequentially('and session.number > 0')
  await see(form.getByText(/^You have changed the rule since/))
  const records = () => ask<RecordPage>(page, 'GET', 'records').then((page) => page.items.map(({ title }) => title))
  expect(await records()).toEqual([])
  await condition.press('Control+Enter')
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Refunds', exact: true }) })
  await see(row.getByText('A message is said'))
  await seeGone(form)

  // One that fails says so, and how often.
  const rule = { department, on: 'message.created', type, enabled: true }
  await ask(page, 'POST', 'record-rules', { ...rule, name: 'Fails', fields: { reason: '{{event.text}}' } })
  await ask(page, 'POST', 'record-rules', { ...rule, name: 'Sees', fields: { subject: 'Seen: {{event.text}}' } })
  await customer.write('A refund, please')
  await eventually(records).toEqual(expect.arrayContaining(['Asked: A refund, please', 'Seen: A refund, please']))
  const fails = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Fails' }) })
  await see(fails.getByText(/^Failed once, .*: The field “Reason” /))

  const toggle = row.getByRole('switch', { name: 'Rule Refunds' })
  await toggle.click()
  await eventually(() => toggle.getAttribute('aria-checked')).toBe('false')
  await eventually(async () => (await rules()).Refunds?.enabled).toBe(false)
  await customer.write('No refund?')
  await eventually(records).toContain('Seen: No refund?')
  expect(await records()).not.toContain('Asked: No refund?')

  // Somebody else changes it while one does.
  await row.getByRole('button', { name: 'Edit Refunds' }).click()
  const edit = page.getByRole('form', { name: 'Edit Refunds' })
  await edit.getByLabel('Name').fill('Refunds, asked for')
  const { id = '', department: _, version, failures, failed_at, reason, ...was } = (await rules()).Refunds ?? {}
  await ask(page, 'PUT', `record-rules/${id}`, { ...was, when: 'session.offline' })
  await edit.getByRole('button', { name: 'Save' }).click()
  await see(edit.getByRole('alert').getByText(/^Somebody has changed this rule meanwhile/))
  await see(edit.getByRole('region', { name: 'It now says' }).getByText('session.offline'))
  expect(await edit.getByLabel('Name').inputValue()).toBe('Refunds, asked for')
  await edit.getByRole('button', { name: 'Save it all the same' }).click()
  const changed = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Refunds, asked for' }) })
  await see(changed.getByText('session.number > 0'))

  await changed.getByRole('button', { name: 'Remove Refunds, asked for' }).click()
  await page.getByRole('button', { name: 'Remove rule' }).click()
  await seeGone(changed)

  // Somebody else removes one while one changes it.
  await fails.getByRole('button', { name: 'Edit Fails' }).click()
  const lost = page.getByRole('form', { name: 'Edit Fails' })
  await lost.getByLabel('Name').fill('Fails no more')
  await lost.getByLabel('Reason').fill('Broken')
  await ask(page, 'DELETE', `record-rules/${(await rules()).Fails?.id}`, {})
  await see(lost.getByRole('alert').getByText(/^Somebody has removed this rule meanwhile/))
  await lost.getByRole('button', { name: 'Add', exact: true }).click()
  await seeGone(lost)
  await see(page.getByRole('heading', { name: 'Fails no more' }))
  expect((await rules())['Fails no more']?.fields).toEqual({ reason: 'Broken' })

  await page.goto(`${on.origin}/records`)
  await page.getByRole('link', { name: /Asked: A refund, please/ }).click()
  await see(page.getByRole('region', { name: 'Asked: A refund, please' }).getByText('the rule Refunds'))

  async function rules(): Promise<Record<string, RecordRule>> {
    const { items } = await ask<{ items: RecordRule[] }>(page, 'GET', 'record-rules')
    return Object.fromEntries(items.map((one) => [one.name, one]))
  }
})

test('F3: who is no admin makes no rules', async () => {
  const { page } = await Agent.come(on, 'boris')
  await page.goto(`${on.origin}/settings/rules`)
  await see(page.getByText(/^Only admins say what is created by itself/))
})
