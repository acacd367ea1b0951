import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Session, SessionPage } from '../src/api/wire.ts'
import { Agent, ask, Customer, eventually, see, seeGone, seeOnceInOrder } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

const question = (page: Page) => page.getByRole('group', { name: 'How was it with Anna?' })
const thumb = (page: Page, name: 'Good' | 'Not good') => question(page).getByRole('button', { name, exact: true })
const comment = (page: Page) => question(page).getByRole('textbox', { name: 'Add a comment, if you like' })
const control = (page: Page) => page.getByRole('button', { name: 'Rate this chat' })
const thanks = (page: Page) => question(page).getByRole('status').getByText('Thank you.')
const pressed = (button: Locator) => eventually(() => button.getAttribute('aria-pressed'))
const isFocused = (target: Locator) => target.evaluate((e) => (e.getRootNode() as ShadowRoot).activeElement === e)

// talk is a session that a customer has begun and Anna has answered.
async function talk(who: string, text: string) {
  const context = await on.person(who)
  const customer = await Customer.come(on, who, context)
  await customer.write(text)
  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await anna.openSession(text)
  await anna.deed('Take')
  await anna.write('Here I am')
  await see(customer.log.getByText('Here I am'))
  const { items } = await ask<SessionPage>(anna.page, 'GET', 'sessions?limit=100')
  const id = items.find((s) => s.preview.includes('Here I am'))?.id
  const rating = async () => {
    const { rating } = await ask<Session>(anna.page, 'GET', `sessions/${id}`)
    return rating && [rating.value, rating.comment, rating.agent?.name]
  }
  return { context, customer, page: customer.page, anna, rating }
}

async function close(anna: Agent): Promise<void> {
  await anna.deed('Close')
  await anna.page.getByRole('dialog').getByRole('button', { name: 'Close session' }).click()
}

test('a customer rates during the session and after its end, every tab shows it, and it stays (A18)', async () => {
  const { context, customer, page, anna, rating } = await talk('customer', 'a question to rate')
  expect(await question(page).count()).toBe(0)
  await control(page).click()
  await thumb(page, 'Good').click()
  await see(thanks(page))
  expect(await rating()).toEqual(['good', undefined, 'Anna Berg'])

  // Where the customer wanted it, it stays when the chat ends.
  await comment(page).fill('half a sen')
  await close(anna)
  await see(customer.log.getByText(/^Anna ended the chat at/))
  expect([await comment(page).inputValue(), await isFocused(comment(page))]).toEqual(['half a sen', true])
  await comment(page).fill('half a sentence')
  await comment(page).press('Enter')
  await eventually(rating).toEqual(['good', 'half a sentence', 'Anna Berg'])

  const other = await context.newPage()
  await other.goto(`${on.origin}/demo/`)
  await pressed(thumb(other, 'Good')).toBe('true')
  expect(await comment(other).inputValue()).toBe('half a sentence')
  await thumb(other, 'Not good').click()
  await pressed(thumb(page, 'Not good')).toBe('true')
  await eventually(rating).toEqual(['bad', undefined, 'Anna Berg'])
  await comment(other).fill('on second thoughts')
  await comment(other).press('Enter')
  await eventually(() => comment(page).inputValue()).toBe('on second thoughts')

  await page.reload()
  await pressed(thumb(page, 'Not good')).toBe('true')
  expect(await comment(page).inputValue()).toBe('on second thoughts')
  await thumb(page, 'Not good').click()
  await see(thanks(page))
  expect(await rating()).toEqual(['bad', 'on second thoughts', 'Anna Berg'])

  await customer.write('one more question')
  await seeGone(question(page))
  await seeGone(question(other))
  await seeOnceInOrder(customer.log, ['a question to rate', 'Here I am', 'Anna ended the chat', 'one more question'])
})

test('what a customer thinks without a connection arrives when it is back, the last of it, also after a reload (A18, A20)', async () => {
  const { page, customer, anna, rating } = await talk('traveller', 'a question from a train')
  await close(anna)
  await see(question(page))
  on.network.cutOff('traveller')
  await see(page.getByText(/^No connection/))
  await thumb(page, 'Good').click()
  await thumb(page, 'Not good').click()
  await comment(page).fill('a bad line')
  await comment(page).press('Enter')
  await see(question(page).getByText('Kept, goes out when you are online'))
  expect(await rating()).toBeUndefined()
  on.network.mend('traveller')
  await see(thanks(page))
  await eventually(rating).toEqual(['bad', 'a bad line', 'Anna Berg'])

  const cut = on.network.cut('after', 'traveller', 'a better line')
  await comment(page).fill('a better line')
  await comment(page).press('Enter')
  await cut
  on.network.mend('traveller')
  await page.reload()
  await see(customer.field)
  await eventually(() => comment(page).inputValue()).toBe('a better line')
  await see(thanks(page))
  expect(await rating()).toEqual(['bad', 'a better line', 'Anna Berg'])
})

test('a customer is asked by keyboard, and the question takes the focus from nothing (A18, A28)', async () => {
  const { page, customer, anna, rating } = await talk('typist', 'a question without a mouse')
  const { keyboard } = page
  await control(page).focus()
  await keyboard.press('Enter')
  expect([await isFocused(control(page)), await control(page).getAttribute('aria-expanded')]).toEqual([true, 'true'])
  await keyboard.press('Enter')
  await seeGone(question(page))
  await customer.field.focus()
  await close(anna)
  await see(question(page))
  expect(await isFocused(customer.field)).toBe(true)
  for (let i = 0; i < 4 && !(await isFocused(thumb(page, 'Not good'))); i++) await keyboard.press('Shift+Tab')
  await keyboard.press('Space')
  await see(thanks(page))
  expect(await isFocused(thumb(page, 'Not good'))).toBe(true)
  await keyboard.press('Tab')
  await keyboard.type('typed')
  await keyboard.press('Enter')
  await eventually(async () => (await rating())?.[1]).toBe('typed')
  expect(await isFocused(comment(page))).toBe(true)
})

test('nobody is asked about a session that nobody has answered (A18)', async () => {
  const customer = await Customer.come(on, 'alone')
  const { page } = customer
  await customer.write('hello?')
  await seeOnceInOrder(customer.log, ['hello?'])
  await page.getByRole('button', { name: 'End chat' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'End chat' }).click()
  await see(customer.log.getByText(/^You ended the chat at/))
  expect([await page.getByText(/^How was it/).count(), await control(page).count()]).toEqual([0, 0])
})
