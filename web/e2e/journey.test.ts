import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone, seeOnceInOrder } from './people.ts'
import { createDatabase } from './server.ts'
import { stage } from './stage.ts'

const postgres = process.env.PARLEY_TEST_POSTGRES ?? ''

describe('on SQLite', () => journey(stage()))

describe.skipIf(!postgres)('on PostgreSQL (set PARLEY_TEST_POSTGRES to its address)', () => {
  let drop = async () => {}
  // Comes before the stage's own, which run in reverse: the server has stopped when its database goes.
  afterAll(() => drop())
  journey(
    stage({
      databaseURL: async () => {
        const database = await createDatabase(postgres)
        drop = database.drop
        return database.url
      },
    }),
  )
})

const first = 'Good evening, is my lamp on its way?'
const answer = 'Good evening, let me look.'
const second = 'It was order 4711.'
const secret = 'He paid twice, be nice.'
const handed = 'Boris here, it comes tomorrow.'

function journey(on: ReturnType<typeof stage>): void {
  test('a session from the first word to the next session (A12, A19, C2, C10, C12, D12)', async () => {
    const anna = await Agent.come(on, 'anna')
    const boris = await Agent.come(on, 'boris')
    // What the demo left unread is read, so that the counters begin at nothing.
    await anna.choose('My')
    await anna.openSession('They are not at home.')
    await eventually(() => anna.page.title()).toBe('Parley')
    for (const agent of [anna, boris]) await agent.choose('Unassigned')

    const context = await on.person('customer')
    const heard = eavesdrop(await context.newPage())
    const customer = new Customer(heard.page)
    await customer.page.goto(`${on.origin}/demo/`)
    await customer.open()
    await customer.write(first)
    await see(customer.log.getByText('Delivered', { exact: true }))

    for (const agent of [anna, boris]) {
      await see(agent.row(first).getByText('New', { exact: true }))
      await see(agent.listLink('Unassigned').getByText('2 unassigned sessions'))
      await see(agent.rail.getByRole('button', { name: 'Open the longest waiting of 2 unassigned sessions' }))
    }

    // Boris does not hear of it yet when he, too, wants it: he learns in the page who was first.
    on.network.freeze('boris')
    await anna.openSession(first)
    await anna.deed('Take')
    await see(customer.log.getByText('You are connected to Anna'))
    await see(customer.log.getByText('Read', { exact: true }))
    await boris.row(first).getByRole('button', { name: 'Take' }).click()
    await see(boris.page.getByText('Anna Berg took this session first.'))
    on.network.thaw('boris')
    await seeGone(boris.row(first))
    await see(boris.listLink('Unassigned').getByText('1 unassigned session'))

    await customer.field.pressSequentially('It was')
    await see(anna.page.getByText(/^Visitor \d+ is typing$/))
    await anna.field.pressSequentially('Good')
    await see(customer.log.getByText('Anna is typing'))
    await anna.write(answer)
    await seeOnceInOrder(customer.log, [first, 'You are connected to Anna', answer])
    await seeGone(customer.log.getByText('Anna is typing'))

    await anna.note(secret)
    await see(anna.log.getByText(secret))

    await anna.openSession('They are not at home.')
    await customer.write(second)
    await eventually(() => anna.page.title()).toBe('(1) Parley')
    await see(anna.rail.getByRole('button', { name: 'Open the first of 1 sessions to look after' }))
    await see(anna.listLink('My').getByText('1 session with unread messages'))
    await see(anna.row(second).getByText('1 unread message'))
    await anna.openSession(second)
    await eventually(() => anna.page.title()).toBe('Parley')
    await seeGone(anna.row(second).getByText('1 unread message'))
    await seeOnceInOrder(anna.log, [first, answer, secret, second])

    await anna.deed('Assign')
    await anna.page.getByRole('menuitem', { name: 'Boris Lind' }).click()
    await see(anna.talk.getByText('Pending', { exact: true }))
    await seeGone(anna.row(second))
    await boris.choose('My')
    await see(boris.row(second).getByText('Pending'))
    await boris.openSession(second)
    await seeOnceInOrder(boris.log, [first, answer, secret, second])
    await boris.write(handed)
    await seeOnceInOrder(customer.log, [first, answer, second, handed])
    await see(boris.row(handed).getByText('Active'))

    await boris.deed('Close')
    const question = boris.page.getByRole('dialog', { name: 'Close this session?' })
    await question.getByRole('button', { name: 'Close session' }).click()
    await see(customer.log.getByText(/^Boris ended the chat at /))
    await seeGone(boris.row(handed))

    await customer.page.reload()
    await seeOnceInOrder(customer.log, [first, answer, second, handed, 'Boris ended the chat'])
    await eventually(() => customer.log.getByText('Read', { exact: true }).count()).toBe(2)
    await boris.page.reload()
    await boris.choose('Closed')
    await boris.openSession(handed)
    await seeOnceInOrder(boris.log, [first, answer, secret, second, handed, 'Boris Lind closed the session'])

    const again = 'One more thing, please.'
    await customer.write(again)
    await boris.choose('Unassigned')
    await boris.openSession(again)
    await seeOnceInOrder(boris.log, [again])
    expect(await boris.log.textContent()).not.toContain(first)
    await seeOnceInOrder(customer.log, [first, answer, second, handed, 'Boris ended the chat', again])

    expect(heard.frames()).toContain(handed)
    expect(heard.frames()).not.toContain(secret)
    expect(await customer.page.content()).not.toContain(secret)
  })

  test('the red counter and the title rise while one looks elsewhere, and fall when one reads (C10)', async () => {
    const context = await on.person('anna')
    const anna = await Agent.come(on, 'anna', context)
    const customer = await Customer.come(on, 'other')
    await customer.write('Hello, me again')
    await anna.choose('Unassigned')
    await anna.openSession('Hello, me again')
    await anna.deed('Take')
    await see(customer.log.getByText('You are connected to Anna'))
    const devtools = await context.newCDPSession(anna.page)
    await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: false })
    const elsewhere = await context.newPage()
    await elsewhere.bringToFront()
    await customer.write('Are you still there?')
    await eventually(() => anna.page.title()).toBe('(1) Parley')
    await see(anna.log.getByText('Are you still there?'))
    expect(await anna.page.title()).toBe('(1) Parley')
    await anna.page.bringToFront()
    await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: true })
    await eventually(() => anna.page.title()).toBe('Parley')
  })
}

// eavesdrop keeps all that a page's sockets are told.
function eavesdrop(page: Page): { page: Page; frames: () => string } {
  const frames: string[] = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))))
  return { page, frames: () => frames.join('\n') }
}
