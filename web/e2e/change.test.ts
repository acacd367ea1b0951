import { expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone, seeOnceInOrder } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

test('a message is edited, reacted to and deleted, and both sides see it, also after a reload', async () => {
  const customer = await Customer.come(on, 'customer')
  await customer.write('where is my parcel')
  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await anna.openSession('where is my parcel')
  await anna.deed('Take')
  await anna.write('It comes tomorow.')
  await anna.write('That was for somebody else.')
  await see(customer.log.getByText('That was for somebody else.'))

  const { page, log, field } = anna
  const { keyboard } = page
  const menu = async (text: string, choose: string) => {
    await log.getByText(text).hover()
    await log.getByRole('button', { name: `What you can do with: ${text}` }).click()
    await page.getByRole('menuitem', { name: choose }).click()
  }

  await menu('where is my parcel', 'React with 👍')
  await see(customer.log.getByText('👍'))
  await see(log.getByRole('button', { name: '👍' }))

  await menu('It comes tomorow.', 'Edit')
  const edit = page.getByRole('textbox', { name: 'Change your message' })
  await see(page.getByText('Editing your message'))
  await edit.fill('It comes tomorrow.')
  await keyboard.press('Enter')
  await seeGone(edit)
  await see(log.getByText('It comes tomorrow. edited'))
  await see(customer.log.getByText('It comes tomorrow. edited'))
  expect(await customer.log.textContent()).not.toContain('tomorow')

  // The keyboard alone: Up edits the last message, Escape leaves it as it was, the menu key opens its menu.
  await field.focus()
  await keyboard.press('ArrowUp')
  await eventually(() => edit.inputValue()).toBe('That was for somebody else.')
  await keyboard.press('Escape')
  await seeGone(edit)
  await keyboard.press('Shift+Tab')
  for (let i = 0; i < 3 && !(await log.locator('.message-more:focus').count()); i++) await keyboard.press('Shift+Tab')
  await keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Delete' }).press('Enter')
  await page
    .getByRole('dialog', { name: 'Delete this message?' })
    .getByRole('button', { name: 'Delete message' })
    .click()
  await see(customer.log.getByText('Message deleted'))
  await see(log.getByText(/^Message deleted by Anna Berg/))

  await menu('where is my parcel', 'Reply')
  await see(page.getByText(/^Replying to Visitor/))
  await anna.write('Here it is.')
  await see(customer.log.getByText('Here it is.'))
  await see(log.getByRole('button', { name: /^In answer to Visitor \d+: where is my parcel$/ }))

  await log.getByRole('button', { name: '👍' }).click()
  await seeGone(customer.log.getByText('👍'))
  await seeGone(log.getByRole('button', { name: '👍' }))

  await page.reload()
  await customer.page.reload()
  await seeOnceInOrder(log, ['It comes tomorrow. edited', 'Message deleted by Anna Berg', 'Here it is.'])
  await seeOnceInOrder(customer.log, [
    'where is my parcel',
    'It comes tomorrow. edited',
    'Message deleted',
    'Here it is.',
  ])
  for (const shown of [log, customer.log]) expect(await shown.textContent()).not.toContain('somebody else')
})
