import { afterAll, expect, test } from 'vitest'
import type { Department, RecordPage, RecordRule, RecordType } from '../src/api/wire.ts'
import { Agent, ask, see, seeGone } from './people.ts'
import { stage } from './stage.ts'
import { Telegram } from './telegram.ts'

const telegram = await Telegram.open()
const on = stage({ settings: ['--telegram-api-url', telegram.origin] })

afterAll(() => telegram.close())

test('F1, F2: a rule registers customers of Telegram by what they write, or matches them; an agent creates a request from their session', async () => {
  await telegram.serve(on.server)
  const { page: admin } = await Agent.come(on, 'sofia')
  const { items } = await ask<{ items: Department[] }>(admin, 'GET', 'departments')
  const department = items.find(({ slug }) => slug === 'support')?.id ?? ''
  const { id: type } = await ask<RecordType>(admin, 'POST', 'record-types', {
    department,
    name: 'Contact',
    use: 'account',
    fields: [
      { name: 'name', label: 'Full name', kind: 'text', required: true },
      { name: 'email', label: 'E-mail', kind: 'email' },
    ],
  })
  await ask<RecordType>(admin, 'POST', 'record-types', {
    department,
    name: 'Request',
    fields: [{ name: 'subject', label: 'Subject', kind: 'text', required: true }],
  })
  await ask<RecordRule>(admin, 'POST', 'record-rules', {
    department,
    name: 'Whoever gives an address',
    on: 'message.created',
    when: 'event.by == "customer" and event.text contains "@"',
    type,
    enabled: true,
  })

  telegram.says(1, 'Rosa', 'Lindqvist', 'Is the Bloom lamp back? Write to Rosa@example.test')
  const agent = await Agent.come(on, 'anna')
  const { page } = agent
  const panel = page.getByRole('region', { name: 'Account' })
  await agent.choose('Unassigned')
  await agent.openSession('Is the Bloom lamp back')
  await see(agent.log.getByText('The rule Whoever gives an address registered Rosa Lindqvist: Rosa Lindqvist'))
  await see(panel.getByText('rosa@example.test'))
  await see(panel.getByText(/^Matched by the rule Whoever gives an address/))

  await page.getByRole('button', { name: 'Create a record of Rosa Lindqvist' }).click()
  const dialog = page.getByRole('dialog', { name: 'New Request' })
  await dialog.getByLabel(/^Subject/).fill('When the Bloom lamp comes')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await seeGone(dialog)
  await see(agent.log.getByText('Anna Berg created Request: When the Bloom lamp comes'))

  // The same person writes from another account of Telegram, and is known by the address.
  telegram.says(2, 'R.', 'L.', 'And the lamp? It is rosa@example.test again')
  await agent.openSession('And the lamp?')
  await see(agent.log.getByText('The rule Whoever gives an address matched R. L. with the account Rosa Lindqvist'))

  // What an agent takes back, the rule does not give again.
  await panel.getByRole('button', { name: 'Take back…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await see(panel.getByText('Not matched with an account yet.'))
  telegram.says(2, 'R.', 'L.', 'Still rosa@example.test')
  telegram.says(3, 'Ben', 'Okoro', 'Mine is ben@example.test')
  await agent.openSession('Mine is ben@example.test')
  await see(agent.log.getByText('The rule Whoever gives an address registered Ben Okoro: Ben Okoro')) // which came after it
  await agent.openSession('Still rosa@example.test')
  await see(panel.getByText('Not matched with an account yet.'))

  const { items: records } = await ask<RecordPage>(admin, 'GET', 'records')
  expect(records.map(({ title, rule }) => [title, rule])).toEqual([
    ['Ben Okoro', 'Whoever gives an address'],
    ['When the Bloom lamp comes', undefined],
    ['Rosa Lindqvist', 'Whoever gives an address'],
  ])
  const list = page.getByRole('region', { name: 'Records' })
  for (const title of ['When the Bloom lamp comes', 'Rosa Lindqvist']) {
    await agent.rail.getByRole('link', { name: 'Records' }).click()
    await list.getByRole('link', { name: new RegExp(`^${title}`) }).click()
    await page
      .getByRole('region', { name: title })
      .getByRole('link', { name: /^Session / })
      .click()
    await see(agent.log.getByText(/Is the Bloom lamp back/))
  }
})
