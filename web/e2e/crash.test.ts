import { test } from 'vitest'
import { Agent, Customer, see, seeGone, seeOnceInOrder } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

test('a kill -9 in mid-conversation loses and doubles nothing, and both sides come back by themselves (A20)', async () => {
  const customer = await Customer.come(on, 'customer')
  const anna = await Agent.come(on, 'anna')
  await customer.write('one, before')
  await anna.choose('Unassigned')
  await anna.openSession('one, before')
  await anna.write('two, before')
  await see(customer.log.getByText('two, before'))

  await on.server.kill()
  await customer.write('three, while it is down')
  await anna.write('four, while it is down')
  await see(customer.log.getByText('Kept, goes out when you are online'))
  await see(anna.log.getByText('Waits for the connection'))
  await see(anna.page.getByText('Connection lost. Trying again; what you send is kept and goes out then.'))
  await recover()

  // Who comes back first says theirs first; everybody sees the same.
  await seeGone(customer.log.getByText('Kept, goes out when you are online'))
  await seeGone(anna.log.getByText(/Sending|Waits for the connection/))
  await customer.write('five, after')
  await anna.write('six, after')
  for (const { log } of [customer, anna]) {
    await seeOnceInOrder(log, ['one, before', 'two, before', 'three, while it is down', 'five, after'])
    await seeOnceInOrder(log, ['one, before', 'two, before', 'four, while it is down', 'six, after'])
  }
})

test('what is said at the moment of a kill -9 is kept once (A20)', async () => {
  const customer = await Customer.come(on, 'customer')
  const anna = await Agent.come(on, 'anna')
  const said = ['hello']
  await customer.write('hello')
  await anna.choose('Unassigned')
  await anna.openSession('hello')
  await anna.deed('Take')
  for (const [who, person] of [
    ['customer', customer],
    ['anna', anna],
  ] as const) {
    // The server has taken it, and its writer does not know.
    said.push(`taken from ${who}, and killed`)
    const cut = on.network.cut('after', who, `taken from ${who}`)
    await person.write(`taken from ${who}, and killed`)
    await cut
    await on.server.kill()
    on.network.mend(who)
    await recover()
    for (const { log } of [customer, anna]) await seeOnceInOrder(log, said)
  }
  said.push('nobody knows how far it came')
  await Promise.all([customer.write('nobody knows how far it came'), on.server.kill()])
  await recover()
  for (const { log } of [customer, anna]) await seeOnceInOrder(log, said)
})

async function recover(): Promise<void> {
  await on.server.start()
  on.network.target = on.server.port
}
