import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Department, RecordType } from '../src/api/wire.ts'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

/** Asks something of the server, as whoever a page is signed in as. */
async function ask<T>(page: Page, method: string, path: string, data?: object): Promise<T> {
  const answer = await page.request.fetch(`${on.origin}/api/v1/${path}`, { method, ...(data ? { data } : {}) })
  expect(answer.ok(), await answer.text()).toBe(true)
  return (await answer.json()) as T
}

test('F1: an admin says what is created; an agent creates it from a session, finds it in the list, and is back in its session', async () => {
  const { page: admin } = await Agent.come(on, 'sofia')
  await admin.goto(`${on.origin}/settings/records`)
  await admin.getByRole('button', { name: 'Add a type to Support' }).click()
  const form = admin.getByRole('form', { name: 'Add a type to Support' })
  await form.getByLabel('Name of the type').fill('Request')
  await form.getByLabel('Label', { exact: true }).fill('Matter')
  expect(await form.getByLabel('Name in other systems').inputValue()).toBe('matter')
  await form.getByLabel('Must be filled in').check()
  await form.getByRole('button', { name: 'Add a field' }).click()
  const second = form.getByRole('group', { name: 'Field 2' })
  await second.getByLabel('Kind').selectOption('E-mail')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await see(form.getByRole('alert').getByText(/^Field 2: /))
  await second.getByLabel('Label', { exact: true }).fill('E-mail')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await see(admin.getByRole('heading', { name: 'Request' }))
  await admin.close()

  const customer = await Customer.come(on, 'customer')
  await customer.write('My lamp is broken. Write to carla@example.test, please.')
  const agent = await Agent.come(on, 'anna')
  const { page } = agent
  await agent.choose('Unassigned')
  await agent.openSession('My lamp is broken')
  await page.getByRole('button', { name: /^Create a record of / }).click()
  const dialog = page.getByRole('dialog', { name: 'New Request' })
  const email = dialog.getByLabel(/^E-mail/)
  await see(email)
  expect(await email.inputValue()).toBe('carla@example.test')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await see(dialog.getByText('Fill this in.'))
  const subject = dialog.getByLabel('Matter')
  expect(await subject.getAttribute('aria-invalid')).toBe('true')
  await subject.fill('Broken lamp')
  // What is written outlives a form that is closed by mistake, and an answer that does not come.
  await page.keyboard.press('Escape')
  await page.keyboard.press('c')
  await see(subject)
  expect(await subject.inputValue()).toBe('Broken lamp')
  let lost = 0
  await page.route('**/records', async (route) => {
    if (route.request().method() !== 'POST' || lost++ > 0) return route.continue()
    await route.fetch() // it has come to the server
    return route.abort()
  })
  await dialog.getByRole('button', { name: 'Create' }).click()
  await see(dialog.getByRole('alert').getByText(/^Parley cannot be reached/))
  expect(await subject.inputValue()).toBe('Broken lamp')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await seeGone(dialog)
  await see(page.getByText('Request created: Broken lamp'))
  await see(agent.log.getByText('Anna Berg created Request: Broken lamp'))
  await see(page.getByRole('region', { name: 'Customer and session' }).getByRole('link', { name: /Broken lamp/ }))

  await agent.rail.getByRole('link', { name: 'Records' }).click()
  const list = page.getByRole('region', { name: 'Records' })
  await see(list.getByRole('link', { name: /Broken lamp/ }))
  expect(await list.getByRole('link', { name: /Broken lamp/ }).count()).toBe(1)
  await list.getByRole('searchbox').fill('nothing of that kind')
  await see(list.getByText('No record is like that.'))
  await list.getByRole('searchbox').fill('lamp')
  await list.getByRole('link', { name: /Broken lamp/ }).click()
  const record = page.getByRole('region', { name: 'Broken lamp' })
  await see(record.getByText('carla@example.test'))
  await see(record.getByText('Kept', { exact: true }))
  await record.getByRole('button', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: 'Edit Broken lamp' })
  await edit.getByLabel(/^E-mail/).fill('carla at home')
  await edit.getByRole('button', { name: 'Save' }).click()
  await see(edit.getByText(/^Write an e-mail address/))
  await edit.getByLabel(/^E-mail/).fill('carla@home.test')
  await edit.getByRole('button', { name: 'Save' }).click()
  await see(record.getByText('E-mail: carla@example.test became carla@home.test'))
  await record.getByRole('link', { name: /^Session / }).click()
  await see(agent.log.getByText('Anna Berg changed Request: Broken lamp'))
})

test('F1: what the server refuses stands at its field, and nothing that was written is lost', async () => {
  const { page: admin } = await Agent.come(on, 'sofia')
  const { items } = await ask<{ items: Department[] }>(admin, 'GET', 'departments')
  const department = items.find(({ slug }) => slug === 'support')?.id ?? ''
  const fields = [{ name: 'why', label: 'Why', kind: 'text', required: true }]
  const { id } = await ask<RecordType>(admin, 'POST', 'record-types', { department, name: 'Lead', fields })
  const other = { department, name: 'Offer', fields }
  await ask<RecordType>(admin, 'POST', 'record-types', other)
  const agent = await Agent.come(on, 'anna')
  const { page } = agent
  await page.goto(`${on.origin}/inbox/support/my`)
  const row = page.locator('.list-rows').getByRole('link').first()
  await row.click()
  await see(agent.log)
  await page.getByRole('button', { name: /^Create a record of / }).click()
  await page.getByRole('menuitem', { name: 'Lead' }).click()
  const dialog = page.getByRole('dialog', { name: 'New Lead' })
  const why = dialog.getByLabel('Why')
  await why.fill('many\u0007 lamps')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await see(dialog.getByText('Has control characters.'))
  expect(await why.getAttribute('aria-invalid')).toBe('true')
  // The form changes while it is open.
  const more = [...fields, { name: 'size', label: 'Size', kind: 'number' }]
  await ask<RecordType>(admin, 'PUT', `record-types/${id}`, { name: 'Lead', fields: more })
  await why.fill('many lamps')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await see(dialog.getByRole('alert').getByText(/^This form has changed meanwhile/))
  await eventually(() => dialog.getByLabel(/^Size/).count()).toBe(1)
  expect(await why.inputValue()).toBe('many lamps')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await see(page.getByText('Lead created: many lamps'))
})

test('F1: where nothing is set up nobody is offered to create anything, and who is no admin sets nothing up', async () => {
  const { page } = await Agent.come(on, 'boris')
  await page.goto(`${on.origin}/settings/records`)
  await see(page.getByText(/^Only admins say what can be created/))
})

test('F2: an agent registers a customer’s account from a session and sees it on their next one, takes it back, finds it and matches it', async () => {
  const { page: admin } = await Agent.come(on, 'sofia')
  await ask(admin, 'PUT', 'settings', { own: { accounts: { web: true } } })
  await admin.goto(`${on.origin}/settings/records`)
  await admin.getByRole('button', { name: 'Add a type to Support' }).click()
  const form = admin.getByRole('form', { name: 'Add a type to Support' })
  await form.getByLabel('Name of the type').fill('Contact')
  await form.getByLabel('What it is for').selectOption('Accounts: who the customers are')
  await form.getByLabel('Label', { exact: true }).fill('Full name')
  await form.getByLabel('Must be filled in').check()
  await form.getByRole('button', { name: 'Add a field' }).click()
  const second = form.getByRole('group', { name: 'Field 2' })
  await second.getByLabel('Kind').selectOption('E-mail')
  await second.getByLabel('Label', { exact: true }).fill('E-mail')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await see(admin.getByRole('heading', { name: 'Contact' }))
  await see(admin.getByText('An account: who the customers are.'))
  // A department has one such type.
  await admin.getByRole('button', { name: 'Add a type to Support' }).click()
  await see(form.getByLabel('Name of the type'))
  expect(await form.getByLabel('What it is for').count()).toBe(0)

  const customer = await Customer.come(on, 'dora')
  await customer.write('I moved. Write to dora@example.test from now on.')
  const agent = await Agent.come(on, 'anna')
  const { page } = agent
  await agent.choose('Unassigned')
  await agent.openSession('I moved')
  const panel = page.getByRole('region', { name: 'Account' })
  await see(panel.getByText('Not matched with an account yet.'))
  // Its key leads there, also where the panel was put away.
  await page.keyboard.press('i')
  await seeGone(panel)
  await page.keyboard.press('Shift+C')
  await see(panel)
  await eventually(() =>
    panel.getByRole('button', { name: 'Find' }).evaluate((one) => one === document.activeElement),
  ).toBe(true)
  await panel.getByRole('button', { name: 'Find' }).click()
  await see(panel.getByText(/^No account was found by what is known/))
  await panel.getByRole('button', { name: 'Register…' }).click()
  const dialog = page.getByRole('dialog', { name: 'New Contact' })
  const email = dialog.getByLabel(/^E-mail/)
  await see(email)
  expect(await email.inputValue()).toBe('dora@example.test')
  await dialog.getByLabel('Full name').fill('Dora Lind')
  let lost = 0
  await page.route('**/account', async (route) => {
    if (lost++ > 0) return route.continue()
    await route.fetch() // it has come to the server
    return route.abort()
  })
  await dialog.getByRole('button', { name: 'Register' }).click()
  await see(dialog.getByRole('alert').getByText(/^Parley cannot be reached/))
  await dialog.getByRole('button', { name: 'Register' }).click()
  await seeGone(dialog)
  await see(agent.log.getByText(/^Anna Berg registered .*: Dora Lind/))
  await see(panel.getByText('Dora Lind', { exact: true }))
  await see(panel.getByText(/^Matched by Anna Berg/))
  expect(await agent.log.getByText(/^Anna Berg registered/).count()).toBe(1)

  await agent.deed('Close')
  await page.getByRole('button', { name: 'Close session' }).click()
  await customer.write('One more thing about my address.')
  await agent.choose('Unassigned')
  await agent.openSession('One more thing')
  await see(panel.getByText('Dora Lind', { exact: true }))
  await see(panel.getByText('dora@example.test'))

  // A colleague who looks on sees what becomes of it.
  await admin.goto(page.url())
  const seen = admin.getByRole('region', { name: 'Account' })
  await see(seen.getByText('Dora Lind', { exact: true }))
  await panel.getByRole('button', { name: 'Take back…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await see(panel.getByText('Not matched with an account yet.'))
  await see(agent.log.getByText(/^Anna Berg took the account Dora Lind from /))
  await see(seen.getByText('Not matched with an account yet.'))

  await panel.getByRole('button', { name: 'Search by…' }).click()
  await panel.getByRole('button', { name: 'Search', exact: true }).click()
  await see(panel.getByText('Fill in what to look for.'))
  await panel.getByLabel('Full name').fill('Nobody')
  await panel.getByRole('button', { name: 'Search', exact: true }).click()
  await see(panel.getByText(/^No account has that/))
  await panel.getByLabel('Full name').fill('Dora Lind')
  await panel.getByRole('button', { name: 'Search', exact: true }).click()
  await see(panel.getByText('1 account found'))
  await panel.getByRole('button', { name: 'Match with Dora Lind' }).click()
  await see(agent.log.getByText(/^Anna Berg matched .* with the account Dora Lind/))
  await see(panel.getByText(/^Matched by Anna Berg/))
  await see(seen.getByText(/^Matched by Anna Berg/))
})
