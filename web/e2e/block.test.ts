import { expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

test('C13: a customer is blocked, cannot write, and is let in again', async () => {
  const customer = await Customer.come(on, 'customer')
  await customer.write('you are all fools')
  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await anna.openSession('you are all fools')
  await anna.deed('Take')
  await see(anna.field)
  const { page, talk } = anna
  await anna.deed('Block…')
  const dialog = page.getByRole('dialog', { name: /^Block / })
  expect(await dialog.getByRole('radio', { name: 'Rest of the day' }).isChecked()).toBe(true)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await seeGone(dialog)
  await anna.deed('Block…')
  await dialog.getByRole('radio', { name: '7 days' }).check()
  await dialog.getByRole('button', { name: 'Block', exact: true }).click()
  await seeGone(dialog)

  await see(customer.log.getByText(/^Anna ended the chat at/))
  await see(customer.page.getByText(/^You cannot write to us until /))
  expect(await customer.field.count()).toBe(0)
  await customer.page.reload()
  await see(customer.page.getByText(/^You cannot write to us until /))

  await anna.choose('Closed')
  await anna.openSession('you are all fools')
  await see(anna.log.getByText(/^Anna Berg blocked Visitor \d+ until /))
  await see(talk.getByText(/Blocked until .* by Anna Berg/))
  await anna.deed('Unblock')
  await see(anna.log.getByText(/^Anna Berg let Visitor \d+ write again/))
  await see(customer.field)
  await customer.write('I am sorry')
  await anna.choose('Unassigned')
  await eventually(() => anna.row('I am sorry').count()).toBe(1)
})
