import { test } from 'vitest'
import { seeNoFault } from './fault.ts'
import { Agent, Customer, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

test('an agent says that they are away, and a colleague sees it where they assign', async () => {
  const anna = await Agent.come(on, 'anna')
  const sofia = await Agent.come(on, 'sofia')
  const control = (agent: Agent, word: string) =>
    agent.rail.getByRole('button', { name: `${word}: change what colleagues see of you` })
  await control(anna, 'Available').press('Enter')
  const menu = anna.page.getByRole('menu', { name: 'What colleagues see of you' })
  await see(menu.getByRole('menuitem', { name: 'Available, as now' }))
  await seeNoFault(anna.page)
  await menu.getByRole('menuitem', { name: 'Away' }).press('Enter')
  await seeGone(menu)
  await see(control(anna, 'Away'))
  await seeNoFault(anna.page)

  const customer = await Customer.come(on, 'carla')
  await customer.write('Is anybody there?')
  await sofia.choose('Unassigned')
  await sofia.openSession('Is anybody there?')
  await sofia.deed('Assign')
  const assign = sofia.page.getByRole('menu', { name: 'Assign to' })
  await see(assign.getByRole('menuitem', { name: /Anna Berg.*Away/ }))
  // Of whom it is seen while the menu is open, too.
  await control(anna, 'Away').press('Enter')
  await menu.getByRole('menuitem', { name: 'Available', exact: true }).press('Enter')
  await see(assign.getByRole('menuitem', { name: /^Anna Berg$/ }))
})
