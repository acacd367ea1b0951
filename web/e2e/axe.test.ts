import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { Agent, Customer, see } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

async function seeNoFault(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const faults = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => ({ id, target, failureSummary })),
  )
  expect(faults).toEqual([])
}

test.for(['light', 'dark'] as const)('axe finds nothing to fault, %s', async (colorScheme) => {
  const shop = await on.person('customer', { colorScheme })
  const desk = await on.person('anna', { colorScheme })

  const page = await desk.newPage()
  await page.goto(on.origin)
  await see(page.getByRole('button', { name: 'Sign in' }))
  await seeNoFault(page)
  await page.close()

  const customer = await Customer.come(on, 'customer', shop)
  await seeNoFault(customer.page)
  await customer.write(`who sees this, ${colorScheme}? https://example.test/lamp`)
  const anna = await Agent.come(on, 'anna', desk)
  await anna.choose('Unassigned')
  await seeNoFault(anna.page)
  await anna.openSession(`who sees this, ${colorScheme}?`)
  await anna.write('everybody does, at https://example.test/all')
  await anna.note('nobody but us')
  await see(customer.log.getByText('everybody does'))
  await see(anna.log.getByText('nobody but us'))
  await seeNoFault(customer.page)
  await seeNoFault(anna.page)
  const menu = () =>
    anna.log.getByRole('button', { name: /^What you can do with: everybody does/ }).click({ force: true })
  await menu()
  await see(anna.page.getByRole('menu'))
  await seeNoFault(anna.page)
  await anna.page.getByRole('menuitem', { name: 'React with 🎉' }).click()
  await see(customer.log.getByText('🎉'))
  await menu()
  await anna.page.getByRole('menuitem', { name: 'Edit' }).click()
  await anna.page.getByRole('textbox', { name: 'Change your message' }).fill('everybody does')
  await anna.page.keyboard.press('Enter')
  await see(customer.log.getByText('edited'))
  await menu()
  await anna.page.getByRole('menuitem', { name: 'Reply' }).click()
  await anna.write('as I said')
  await see(anna.log.getByRole('button', { name: 'In answer to Anna Berg: everybody does' }))
  await anna.write('to be deleted')
  await anna.log.getByRole('button', { name: 'What you can do with: to be deleted' }).click({ force: true })
  await anna.page.getByRole('menuitem', { name: 'Delete' }).click()
  await anna.page.getByRole('button', { name: 'Delete message' }).click()
  await see(customer.log.getByText('Message deleted'))
  await seeNoFault(customer.page)
  await seeNoFault(anna.page)
  await anna.deed('Close')
  await see(anna.page.getByRole('dialog'))
  await seeNoFault(anna.page)
})
