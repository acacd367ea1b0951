import type { Page } from 'playwright-core'
import type { RecordRule, RecordType, RuleTrialResult } from '../../src/api/wire.ts'
import { type Agent, see } from '../people.ts'
import type { Desk } from './desk.ts'
import { type Screens, shown } from './screen.ts'

/** Rules that create records by themselves, each in its states; Support has types of record, Sales has none. */
export const rules: Screens<Desk> = {
  'settings/rules': shown((desk) => there(desk), 'zoomed', 'rtl'),
  'settings/rules-none': shown((desk) => none(desk), 'zoomed', 'rtl'),
  'settings/rules-failed': shown(async (desk) => {
    const agent = await desk.open('/settings/rules', 'sofia', (page) =>
      page.route('**/api/v1/record-rules', (route) => route.fulfill({ status: 404, json: {} })),
    )
    await see(agent.page.getByText('The rules could not be loaded.'))
    return agent
  }),
  'settings/rules-add': shown(async (desk) => {
    const { page } = await none(desk)
    await page.getByRole('button', { name: 'Begin with this' }).click()
    await see(page.getByRole('form', { name: 'Add a rule' }))
    return { page }
  }),
  'settings/rules-typeless': shown(async (desk) => {
    const { page } = await none(desk)
    await page.getByRole('button', { name: 'Add a rule' }).click()
    await page.getByLabel('Department').selectOption('Sales')
    const said = page.getByText(/^Sales has no type of record/)
    await see(said)
    await said.scrollIntoViewIfNeeded()
    return { page }
  }),
  'settings/rules-help': shown(async (desk) => {
    const { page } = await form(desk)
    await page.getByText('What can stand in it').click()
    await page.getByLabel('Condition').evaluate((field) => field.scrollIntoView({ block: 'center' }))
    return { page }
  }),
  'settings/rules-faults': shown(
    async (desk) => {
      const { page } = await form(desk)
      await page.getByLabel('Condition').fill('session.waiting > 300')
      await page.getByRole('button', { name: 'Save' }).click()
      await see(page.getByText(/^Has a name that is not there/))
      return { page }
    },
    'zoomed',
    'rtl',
  ),
  'settings/rules-fields': shown(async (desk) => {
    const { page } = await form(desk)
    await page.getByLabel(/^Subject/).fill('Refund of {{customer.name')
    await page.getByRole('button', { name: 'Save' }).click()
    await see(page.getByText(/^Opens braces/))
    return { page }
  }),
  'settings/rules-account': shown(async (desk) => {
    const { page } = await form(desk)
    await page.getByLabel('Type of record').selectOption('Contact (account)')
    const says = page.getByText(/^Matches the customer with the account that has/)
    await see(says)
    await says.scrollIntoViewIfNeeded()
    return { page }
  }),
  'settings/rules-tried': shown((desk) => tried(desk, trial), 'zoomed', 'rtl'),
  'settings/rules-tried-nothing': shown((desk) => tried(desk, { sessions: 1, events: 0, items: [] })),
  'settings/rules-tried-stale': shown(async (desk) => {
    const agent = await tried(desk, trial)
    await agent.page.getByLabel('Switched on').uncheck()
    await see(agent.page.getByText(/^You have changed the rule since/))
    return agent
  }),
  'settings/rules-taken': shown(async (desk) => {
    const agent = await form(desk)
    const { page } = agent
    await page.getByLabel('Name').fill('Refunds that are asked for')
    const fields = { ...refunds.fields, reason: 'Wrong' }
    await say(page, [rule({ version: 2, when: 'event.text contains "money"', fields })])
    await page.route('**/api/v1/record-rules/*', (route) =>
      route.fulfill({ status: 409, json: { code: 'taken', detail: 'This rule has changed since you looked at it.' } }),
    )
    await page.getByRole('button', { name: 'Save' }).click()
    const over = page.getByRole('button', { name: 'Save it all the same' })
    await see(over)
    await over.scrollIntoViewIfNeeded()
    return agent
  }),
  'settings/rules-remove': shown(async (desk) => {
    const agent = await there(desk)
    await agent.page.getByRole('button', { name: 'Remove Nobody answered' }).click()
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
  'settings/rules-no-admin': shown(async (desk) => {
    const agent = await desk.open('/settings/rules')
    await see(agent.page.getByText(/^Only admins say what is created by itself/))
    return agent
  }),
}

const none = async (desk: Desk): Promise<Agent> => {
  const agent = await desk.open('/settings/rules', 'sofia')
  await see(agent.page.getByText('There is no rule yet'))
  return agent
}

async function there(desk: Desk, all = [rule({}), failing, off]): Promise<Agent> {
  const agent = await desk.open('/settings/rules', 'sofia', (page) => say(page, all))
  await see(agent.page.getByRole('heading', { name: 'Refunds' }))
  return agent
}

// Says rules that the server has not, of a type that it has: what failed cannot be made to at one instant.
const say = (page: Page, rules: readonly RecordRule[]) =>
  page.route('**/api/v1/record-rules', async (route) => {
    const types = await page.request.get(route.request().url().replace('rules', 'types'))
    const { items } = (await types.json()) as { items: RecordType[] }
    const { id: type = '', department = '' } = items.find(({ name }) => name === 'Complaint') ?? {}
    return route.fulfill({ json: { items: rules.map((one) => ({ ...one, department, type: one.type || type })) } })
  })

async function form(desk: Desk): Promise<Agent> {
  const agent = await there(desk, [rule({})])
  await agent.page.getByRole('button', { name: 'Edit Refunds' }).click()
  await see(agent.page.getByRole('form', { name: 'Edit Refunds' }))
  return agent
}

async function tried(desk: Desk, json: RuleTrialResult): Promise<Agent> {
  const agent = await form(desk)
  const { page } = agent
  await page.route('**/api/v1/record-rules/dry-run', (route) => route.fulfill({ json }))
  await page.getByRole('button', { name: 'Try it' }).click()
  const sum = page.getByText(/^The newest/)
  await see(sum)
  await sum.evaluate((text) => text.scrollIntoView({ block: 'center' }))
  return agent
}

const time = '2026-01-05T10:00:00Z'

const refunds: RecordRule = {
  id: 'rul_1',
  department: '',
  name: 'Refunds',
  on: 'message.created',
  when: 'event.by == "customer"\nand lower(event.text) contains "refund"',
  type: '',
  fields: { subject: 'Refund of {{customer.name}}', reason: 'Broken' },
  enabled: true,
  version: 1,
  failures: 0,
}
const rule = (more: Partial<RecordRule>): RecordRule => ({ ...refunds, ...more })
const failing = rule({
  id: 'rul_2',
  name: 'Nobody answered',
  on: 'session.ended',
  when: `session.outcome == "unanswered" and session.channel in [${Array.from({ length: 12 }, (_, i) => `"channel-${i}"`).join(', ')}]`,
  failures: 3,
  failed_at: time,
  reason: 'The field “Amount” must be a number such as 12.5.',
})
const off = rule({
  id: 'rul_3',
  name: `A rule with a name that is ${'very '.repeat(20)}long`,
  on: 'session.started',
  type: 'gone',
  enabled: false,
  failures: 1,
  failed_at: time,
  reason: 'This kind of record is not offered any more.',
})
delete off.when

const session = (number: number) => ({ id: `ses_${number}`, number })
const fields = { subject: 'Refund of Tomás Vidal', reason: 'Broken', agreed: 'true' }
const trial: RuleTrialResult = {
  sessions: 100,
  events: 412,
  cut: true,
  items: [
    { session: session(1204), event: 'evt_1', at: time, title: 'Refund of Tomás Vidal', fields },
    { session: session(1198), event: 'evt_2', at: time, reason: 'The field “Agreed” has to be true.' },
    ...Array.from({ length: 14 }, (_, i) => ({
      session: session(1190 - i),
      event: `evt_${3 + i}`,
      at: time,
      title: `Refund of ${'somebody '.repeat(i === 0 ? 30 : 1)}`,
      fields: { subject: `Refund of ${'somebody '.repeat(i === 0 ? 30 : 1)}` },
    })),
  ],
}
