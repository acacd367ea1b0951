import { beforeAll, describe, test } from 'vitest'
import { Agent, Customer, see, seeGone, seeOnceInOrder } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

describe('what is said in a loss of the network stands once and in order on every screen (A20)', () => {
  let customer: Customer
  let anna: Agent
  let boris: Agent
  const said: string[] = []

  beforeAll(async () => {
    const shop = await on.person('customer', { keep: true })
    ;[anna, boris] = await Promise.all([
      Agent.come(on, 'anna', await on.person('anna', { keep: true })),
      Agent.come(on, 'boris', await on.person('boris', { keep: true })),
    ])
    customer = await Customer.come(on, 'customer', shop)
    await customer.write('Is anybody there?')
    said.push('Is anybody there?')
    for (const agent of [anna, boris]) {
      await agent.choose('Unassigned')
      await agent.openSession('Is anybody there?')
    }
    await anna.deed('Take')
    await see(anna.field)
  })

  const everywhere = async () => {
    for (const { log } of [customer, anna, boris]) await seeOnceInOrder(log, said)
  }

  test.for(['before', 'after'] as const)('the customer is cut off %s the server hears a message', async (moment) => {
    const text = `said and cut off ${moment}`
    const cut = on.network.cut(moment, 'customer', text)
    await customer.write(text)
    await cut
    const later = `said while away ${moment}`
    await customer.write(later)
    await see(customer.log.getByText('Kept, goes out when you are online'))
    // What the server heard is already with the agents, once; what it did not is not.
    if (moment === 'after') await see(anna.log.getByText(text))
    await anna.write(`answered meanwhile ${moment}`)
    await see(boris.log.getByText(`answered meanwhile ${moment}`))
    on.network.mend('customer')
    said.push(...(moment === 'after' ? [text, `answered meanwhile ${moment}`] : [`answered meanwhile ${moment}`, text]))
    said.push(later)
    await everywhere()
    await seeGone(customer.log.getByText('Kept, goes out when you are online'))
  })

  test.for(['before', 'after'] as const)('the agent is cut off %s the server hears a reply', async (moment) => {
    const text = `replied and cut off ${moment}`
    const cut = on.network.cut(moment, 'anna', text)
    await anna.write(text)
    await cut
    const later = `replied while away ${moment}`
    await anna.write(later)
    await see(anna.log.getByText('Waits for the connection'))
    if (moment === 'after') await see(customer.log.getByText(text))
    await customer.write(`asked meanwhile ${moment}`)
    await see(boris.log.getByText(`asked meanwhile ${moment}`))
    on.network.mend('anna')
    said.push(...(moment === 'after' ? [text, `asked meanwhile ${moment}`] : [`asked meanwhile ${moment}`, text]))
    said.push(later)
    await everywhere()
    await seeGone(anna.log.getByText(/Sending|Waits for the connection/))
  })

  test('nothing of it is doubled by a reload', async () => {
    await Promise.all([customer, anna, boris].map(({ page }) => page.reload()))
    await everywhere()
  })
})
