import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { crowd } from './crowd.ts'
import { Agent, Customer, eventually, see, seeGone, seeOnceInOrder } from './people.ts'
import { password, stage } from './stage.ts'

const on = stage()
const isFocused = (locator: Locator) =>
  locator.evaluate((element) => element === (element.getRootNode() as Document | ShadowRoot).activeElement)

// tabTo goes on with Tab until something has the focus.
async function tabTo(page: Page, goal: Locator): Promise<void> {
  await see(goal)
  for (let i = 0; i < 40; i++) {
    if (await isFocused(goal)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${goal}`)
}

test('an agent signs in, takes, answers, notes and closes without a mouse', async () => {
  const customer = await Customer.come(on, 'customer')
  await customer.write('by keyboard, please')

  const page = await (await on.person('anna')).newPage()
  const { keyboard } = page
  const anna = new Agent(page)
  await page.goto(on.origin)
  await eventually(() => isFocused(page.getByRole('textbox', { name: 'E-mail' }))).toBe(true)
  await keyboard.type('anna@example.test')
  await keyboard.press('Tab')
  await keyboard.type(password)
  await keyboard.press('Enter')

  await tabTo(page, anna.listLink('Unassigned'))
  await keyboard.press('Enter')
  const row = anna.row('by keyboard, please').getByRole('link')
  await see(row)
  for (let i = 0; i < 10 && !(await isFocused(row)); i++) await keyboard.press('j')
  await keyboard.press('Enter')
  await see(anna.log.getByText('by keyboard, please'))
  await keyboard.press('t')
  await see(customer.log.getByText('You are connected to Anna'))
  await eventually(() => isFocused(anna.field)).toBe(true)
  await keyboard.type('two lines,')
  await keyboard.press('Shift+Enter')
  await keyboard.type('one message')
  await keyboard.press('Enter')
  await see(customer.log.getByText('two lines,\none message'))

  await keyboard.press('Escape')
  await keyboard.press('n')
  const note = page.getByRole('textbox', { name: 'Note for colleagues' })
  await eventually(() => isFocused(note)).toBe(true)
  await keyboard.type('a note by keyboard')
  await keyboard.press('Enter')
  await see(anna.log.getByText('a note by keyboard'))

  await keyboard.press('Escape')
  await keyboard.press('a')
  const menu = page.getByRole('menu', { name: 'Assign to' })
  await eventually(() => isFocused(menu.getByRole('menuitem').first())).toBe(true)
  await keyboard.press('Escape')
  await seeGone(menu)

  await tabTo(page, anna.deeds.getByRole('button', { name: 'Close' }))
  await keyboard.press('Enter')
  await see(page.getByRole('dialog', { name: 'Close this session?' }))
  await keyboard.press('Enter')
  await see(customer.log.getByText(/^Anna ended the chat at /))
  expect(await customer.log.textContent()).not.toContain('a note by keyboard')
})

test('a customer opens the chat, writes, ends and leaves without a mouse', async () => {
  const page = await (await on.person('customer')).newPage()
  const { keyboard } = page
  const customer = new Customer(page)
  await page.goto(`${on.origin}/demo/`)
  const launcher = page.getByRole('button', { name: 'Open chat' })
  await tabTo(page, launcher)
  await keyboard.press('Enter')
  await eventually(() => isFocused(customer.field)).toBe(true)
  await keyboard.type('typed')
  await keyboard.press('Enter')
  await seeOnceInOrder(customer.log, ['typed'])
  await tabTo(page, page.getByRole('button', { name: 'End chat' }))
  await keyboard.press('Enter')
  const question = page.getByRole('alertdialog', { name: 'End this chat?' })
  await eventually(() => isFocused(question.getByRole('button', { name: 'Cancel' }))).toBe(true)
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await see(customer.log.getByText(/^You ended the chat at /))
  await eventually(() => isFocused(customer.field)).toBe(true)
  await keyboard.press('Escape')
  await seeGone(customer.field)
  await eventually(() => isFocused(launcher)).toBe(true)
})

test('twenty sessions are triaged by keyboard alone: noted, tagged, transferred, closed (D12)', async () => {
  const texts = Array.from({ length: 20 }, (_, i) => `question ${i + 1} of twenty`)
  await crowd(on, texts)
  const anna = await Agent.come(on, 'anna')
  const { page } = anna
  const { keyboard } = page
  const toast = (text: string) => see(page.getByText(text, { exact: true }))
  const palette = (name: string) => page.getByRole('dialog', { name })
  await see(anna.list('Unassigned'))
  await keyboard.press('g')
  await keyboard.press('u')
  await see(anna.row('question 1 of twenty'))

  const row = (text: string) => anna.row(text).getByRole('link')
  while (!(await isFocused(row('question 1 of twenty')))) await keyboard.press('j')
  await keyboard.press('Enter')
  for (const [i, text] of texts.entries()) {
    await see(anna.log.getByText(text, { exact: true }))
    await eventually(() => isFocused(row(text))).toBe(true)
    if (i % 4 === 0) {
      await keyboard.press('n')
      await keyboard.type(`seen ${i}`)
      await keyboard.press('Enter')
      await see(anna.log.getByText(`seen ${i}`, { exact: true }))
      await keyboard.press('Escape')
    } else if (i % 4 === 1) {
      await keyboard.press('l')
      await keyboard.type('billing')
      await keyboard.press('Enter')
      await toast('Tagged billing.')
    } else if (i % 4 === 2) {
      await keyboard.press('m')
      await see(palette('Transfer to'))
      await keyboard.type('sal')
      await keyboard.press('Enter')
      await toast('Transferred to Sales.')
    } else {
      await keyboard.press('Control+k')
      await keyboard.type('unanswered')
      await keyboard.press('Enter')
      await see(page.getByRole('dialog', { name: 'Close this session as unanswered?' }))
      await keyboard.press('Enter')
      await toast('Session closed.')
    }
    // What has left the list makes way for the next one, which is open then and in focus.
    if (i % 4 < 2) await keyboard.press(']')
    const next = texts[i + 1]
    if (next)
      await eventually(() => page.url() && anna.row(next).getByRole('link').getAttribute('aria-current')).toBe('page')
  }
  await eventually(() => anna.listLink('Unassigned', 'Sales').textContent()).toContain('5 unassigned')
  await keyboard.press('Control+k')
  await keyboard.type('sales unass')
  await keyboard.press('Enter')
  await see(anna.list('Unassigned', 'Sales'))
  await eventually(() => anna.row('of twenty').count()).toBe(5)
})
