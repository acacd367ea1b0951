import { test } from 'vitest'
import { Agent, Customer, see, seeOnceInOrder } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

test('every tab of a customer shows the same (A20)', async () => {
  const context = await on.person('customer')
  const first = await Customer.come(on, 'customer', context)
  await first.write('first from one tab')
  await seeOnceInOrder(first.log, ['first from one tab'])
  // The chat stays open from page to page.
  const page = await context.newPage()
  await page.goto(`${on.origin}/demo/`)
  const second = new Customer(page)
  await see(second.field)
  await second.write('second from the other')
  await first.write('third from one tab')
  const all = ['first from one tab', 'second from the other', 'third from one tab']
  for (const tab of [first, second]) await seeOnceInOrder(tab.log, all)

  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await anna.openSession('third from one tab')
  await seeOnceInOrder(anna.log, all)
})
