import { expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone, seeOnceInOrder } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

// How many notes a page has played.
const countNotes = () => {
  const page = window as unknown as { notes: number; OscillatorNode: typeof OscillatorNode }
  page.notes = 0
  page.OscillatorNode = class extends OscillatorNode {
    constructor(context: BaseAudioContext, options?: OscillatorOptions) {
      super(context, options)
      page.notes++
    }
  }
}

test('a minimised chat sounds, opens with the first answer, and is silent once it is muted (A10)', async () => {
  const context = await on.person('listener')
  await context.addInitScript(countNotes)
  const customer = await Customer.come(on, 'listener', context)
  const notes = () => customer.page.evaluate(() => (window as unknown as { notes: number }).notes)
  const minimise = () => customer.page.getByRole('button', { name: 'Minimise chat' }).last().click()
  await customer.write('is anybody there?')
  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await anna.openSession('is anybody there?')
  await anna.deed('Take')
  await see(customer.log.getByText('You are connected to Anna'))
  await eventually(notes).toBe(3)

  await customer.page.waitForTimeout(2_500) // sounds keep a distance
  await minimise()
  await seeGone(customer.field)
  await anna.write('Here I am')
  await see(customer.log.getByText('Here I am'))
  await eventually(notes).toBe(5)

  const mute = customer.page.getByRole('button', { name: 'Mute sounds' })
  await mute.click()
  await customer.page.reload()
  await see(customer.page.getByRole('button', { name: 'Mute sounds', pressed: true }))
  await customer.field.click()
  await minimise()
  await anna.write('Still here')
  await see(customer.page.getByRole('button', { name: /unread messages: 1$/ }))
  expect(await notes()).toBe(0)
})

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
