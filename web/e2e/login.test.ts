import { expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { password, stage } from './stage.ts'

const on = stage()

test('who is not signed in is asked to, and comes to where they wanted to be', async () => {
  const page = await (await on.person('boris')).newPage()
  await page.goto(`${on.origin}/inbox/support/unassigned`)
  const submit = page.getByRole('button', { name: 'Sign in' })
  await submit.click()
  await see(page.getByText('Enter your e-mail and your password.'))
  await page.getByRole('textbox', { name: 'E-mail' }).fill('boris@example.test')
  await page.getByRole('textbox', { name: 'Password' }).fill('not this one')
  await submit.click()
  await see(page.getByText('E-mail or password is not right. Check both and try again.'))
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await submit.click()
  await see(new Agent(page).list('Unassigned'))
})

test('who comes for the first time begins where somebody waits', async () => {
  const anna = await Agent.come(on, 'anna')
  await see(anna.list('Unassigned').getByRole('listitem'))
})

test('who signs out is out, also for the way back', async () => {
  const { page, rail } = await Agent.come(on, 'boris')
  await rail.getByRole('button', { name: 'You and this page' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await see(page.getByRole('button', { name: 'Sign in' }))
  await page.goBack()
  await page.reload()
  await see(page.getByRole('button', { name: 'Sign in' }))
  expect(await rail.count()).toBe(0)
})

test('whose account is disabled is out at once', async () => {
  await on.addAgent('mara', 'Mara Quist')
  const mara = await Agent.come(on, 'mara')
  const customer = await Customer.come(on, 'customer')
  await customer.write('who will answer me?')
  await mara.choose('Unassigned')
  await mara.openSession('who will answer me?')
  await mara.deed('Take')
  await see(customer.log.getByText('You are connected to Mara'))
  await on.server.command('agent', 'disable', 'mara@example.test')
  await see(mara.page.getByRole('button', { name: 'Sign in' }))
  await seeGone(mara.log)
})

test('a supervisor watches, notes and steers, and moves nobody’s counter (C10, S3.4)', async () => {
  const sofia = await Agent.come(on, 'sofia')
  const boris = await Agent.come(on, 'boris')
  const customer = await Customer.come(on, 'customer')
  await customer.write('is this the right place?')
  await sofia.choose('Unassigned')
  await sofia.openSession('is this the right place?')
  await see(sofia.deeds.getByRole('button', { name: 'Assign' }))
  expect(await sofia.deeds.getByRole('button', { name: 'Take' }).count()).toBe(0)
  await eventually(() => sofia.page.getByRole('button', { name: 'Reply', exact: true }).isDisabled()).toBe(true)
  await sofia.deed('Assign')
  await sofia.page.getByRole('menuitem', { name: 'Boris Lind' }).click()
  await boris.choose('My')
  const row = boris.row('is this the right place?')
  await see(row.getByText('Pending'))
  await see(row.getByText('1 unread message'))
  await eventually(() => boris.page.title()).toBe('(2) Parley')

  await customer.write('hello?')
  await see(sofia.log.getByText('hello?'))
  await see(boris.row('hello?').getByText('2 unread messages'))
  await boris.openSession('hello?')
  await eventually(() => boris.page.title()).toBe('(1) Parley')
  await boris.write('it is')
  await see(sofia.log.getByText('it is'))
  await sofia.choose('Active')
  await see(sofia.row('it is').getByText('Boris Lind'))
})
