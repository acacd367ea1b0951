import type {
  Department,
  Hook,
  HookCall,
  RecordDetail,
  RecordRow,
  RecordStart,
  RecordType,
} from '../../src/api/wire.ts'
import { type Agent, see } from '../people.ts'
import type { Desk } from './desk.ts'
import type { House } from './house.ts'
import { type Screens, shown } from './screen.ts'

const fields: RecordStart['fields'] = [
  { name: 'subject', label: 'Subject', kind: 'text', required: true, help: 'In a few words' },
  { name: 'reason', label: 'Reason', kind: 'choice', choices: ['Late', 'Broken', 'Wrong'], default: 'Late' },
  { name: 'amount', label: 'Amount', kind: 'number', help: 'In euro' },
  { name: 'wanted_by', label: 'Wanted by', kind: 'date' },
  { name: 'email', label: 'E-mail', kind: 'email' },
  { name: 'phone', label: 'Phone', kind: 'phone' },
  { name: 'agreed', label: 'The customer has agreed', kind: 'checkbox', required: true },
]

const contactFields: RecordStart['fields'] = [
  { name: 'name', label: 'Full name', kind: 'text', required: true },
  { name: 'email', label: 'E-mail', kind: 'email' },
  { name: 'phone', label: 'Phone', kind: 'phone' },
  { name: 'vip', label: 'Important', kind: 'checkbox' },
]

/** Sets up what Support creates, and creates some of it from a session. */
export async function seedRecords(house: House, session: string): Promise<void> {
  const { items } = await house.ask<{ items: Department[] }>('sofia', 'GET', 'departments', undefined)
  const department = items.find(({ slug }) => slug === 'support')?.id
  const complaint = { department, name: 'Complaint', fields }
  const { id: type } = await house.ask<RecordType>('sofia', 'POST', 'record-types', complaint)
  const request = { department, name: 'Request', fields: fields.slice(0, 1) }
  await house.ask('sofia', 'POST', 'record-types', request)
  const contact = { department, name: 'Contact', use: 'account', fields: contactFields }
  await house.ask('sofia', 'POST', 'record-types', contact)
  const said = { subject: 'Lamp arrived broken', reason: 'Broken', amount: '49.90', agreed: 'true' }
  const made = await house.ask<RecordRow>('anna', 'POST', `sessions/${session}/records`, { type, fields: said })
  const more = { ...said, amount: '59.90', email: 'tomas@example.test' }
  await house.ask('anna', 'PUT', `records/${made.id}`, { fields: more })
  const other = { ...said, subject: `A second one, with a title that is ${'very '.repeat(30)}long` }
  await house.ask('anna', 'POST', `sessions/${session}/records`, { type, fields: other })
}

// In a narrow head the button is in the menu.
async function askRecord({ page, deeds }: Agent) {
  const button = page.getByRole('button', { name: /^Create a record of / })
  if (await button.isVisible()) return button.click()
  await deeds.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Create a record…' }).click()
}

async function openForm(desk: Desk) {
  const agent = await desk.talk('active')
  await askRecord(agent)
  await agent.page.getByRole('menuitem', { name: 'Complaint' }).click()
  await see(agent.page.getByLabel('Subject'))
  return agent
}

async function openRecord(desk: Desk, prepare?: Parameters<Desk['open']>[2]) {
  const agent = await desk.open('/records', 'sofia', prepare)
  await agent.page.getByRole('link', { name: /Lamp arrived broken/ }).click()
  await see(agent.page.getByRole('region', { name: 'Lamp arrived broken' }))
  return agent
}

const parked = {
  state: 'parked',
  reason: 'HubSpot does not know the customer’s e-mail address.',
  address: 'https://crm.example.test/tickets/4711',
}

/** Records, wherever they are created, shown and set up, each in its states. */
export const records: Screens<Desk> = {
  'record/menu': shown(async (desk) => {
    const agent = await desk.talk('active')
    await askRecord(agent)
    await see(agent.page.getByRole('menu'))
    return agent
  }),
  'record/form': shown(openForm, 'zoomed', 'rtl'),
  'record/faults': shown(async (desk) => {
    const agent = await openForm(desk)
    await agent.page.getByLabel('Subject').fill('')
    await agent.page.getByLabel(/^Amount/).fill('12,5')
    await agent.page.getByRole('button', { name: 'Create', exact: true }).click()
    await see(agent.page.getByText('Fill this in.'))
    return agent
  }),
  'record/unreachable': shown(async (desk) => {
    const agent = await openForm(desk)
    await agent.page.route('**/records', (route) => route.abort())
    await agent.page.getByLabel('Subject').fill('It flickers')
    await agent.page.getByLabel('The customer has agreed').check()
    await agent.page.getByRole('button', { name: 'Create', exact: true }).click()
    await see(agent.page.getByText(/What you wrote stays/))
    return agent
  }),
  'record/unfetched': shown(async (desk) => {
    const agent = await desk.talk('active')
    await agent.page.route('**/record-forms*', (route) => route.fulfill({ status: 404, json: {} }))
    await askRecord(agent)
    await agent.page.getByRole('menuitem', { name: 'Complaint' }).click()
    await see(agent.page.getByText('The form could not be loaded.'))
    return agent
  }),
  records: shown(
    async (desk) => {
      const { page } = await desk.open('/records', 'sofia')
      await see(page.getByRole('link', { name: /Lamp arrived broken/ }))
      return { page }
    },
    'zoomed',
    'rtl',
  ),
  'records/none': shown(async (desk) => {
    const { page } = await desk.open('/records?q=nothing')
    await see(page.getByText('No record is like that.'))
    return { page }
  }),
  'records/failed': shown(async (desk) => {
    const { page } = await desk.open('/records', 'anna', (page) =>
      page.route('**/api/v1/records', (route) => route.fulfill({ status: 404, json: {} })),
    )
    await see(page.getByText('The records could not be loaded.'))
    return { page }
  }),
  'records/gone': shown(async (desk) => {
    const { page } = await desk.open('/records/rec_1111111111111')
    await see(page.getByText('This record is not here'))
    return { page }
  }),
  'records/open': shown((desk) => openRecord(desk), 'zoomed', 'rtl'),
  'records/parked': shown((desk) =>
    openRecord(desk, (page) =>
      page.route('**/api/v1/records/*', async (route) => {
        const record = (await (await route.fetch()).json()) as RecordDetail
        return route.fulfill({ json: { ...record, ...parked } })
      }),
    ),
  ),
  'records/edit': shown(async (desk) => {
    const agent = await openRecord(desk)
    await agent.page.getByRole('button', { name: 'Edit' }).click()
    await agent.page.getByLabel(/^E-mail/).fill('nobody')
    await agent.page.getByRole('button', { name: 'Save' }).click()
    await see(agent.page.getByText(/^Write an e-mail address/))
    return agent
  }),

  'settings/records': shown((desk) => types(desk), 'zoomed', 'rtl'),
  'settings/records-edit': shown(async (desk) => {
    const agent = await types(desk)
    await agent.page.getByRole('button', { name: 'Edit Complaint' }).click()
    await see(agent.page.getByRole('form', { name: 'Edit Complaint' }))
    return agent
  }),
  'settings/records-refused': shown(async (desk) => {
    const agent = await types(desk)
    await agent.page.getByRole('button', { name: 'Add a type to Sales' }).click()
    await agent.page.getByLabel('Name of the type').fill('Lead')
    await agent.page.getByRole('button', { name: 'Add', exact: true }).click()
    await see(agent.page.getByRole('alert').getByText(/^Field 1: /))
    return agent
  }),
  'settings/records-remove': shown(async (desk) => {
    const agent = await types(desk)
    await agent.page.getByRole('button', { name: 'Remove Request' }).click()
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
  'settings/records-no-admin': shown(async (desk) => {
    const { page } = await desk.open('/settings/records')
    await see(page.getByText(/^Only admins say/))
    return { page }
  }),

  'settings/hooks': shown((desk) => hooks(desk), 'zoomed', 'rtl'),
  'settings/hooks-none': shown(async (desk) => {
    const agent = await desk.open('/settings/hooks', 'sofia')
    await see(agent.page.getByText(/^There is no hook yet/))
    return agent
  }),
  'settings/hooks-refused': shown(async (desk) => {
    const agent = await desk.open('/settings/hooks', 'sofia')
    await agent.page.getByLabel('Name').fill('Ours')
    await agent.page.getByLabel('Address').fill('ftp://example.test')
    await agent.page.getByRole('button', { name: 'Add', exact: true }).click()
    await see(agent.page.getByRole('alert').getByText(/^Address: /))
    return agent
  }),
  'settings/hooks-secret': shown(async (desk) => {
    const agent = await hooks(desk)
    const secret = { hook: hook({}), secret: `whsec_${'a1B2'.repeat(11)}` }
    await agent.page.route('**/secret', (route) => route.fulfill({ json: secret }))
    await agent.page.getByRole('button', { name: 'New secret for Warehouse' }).click()
    await agent.page.getByRole('button', { name: 'Make a new secret' }).click()
    await see(agent.page.getByText('whsec_'))
    return agent
  }),
  'settings/hooks-edit': shown(async (desk) => {
    const agent = await hooks(desk)
    await agent.page.getByRole('button', { name: 'Edit Warehouse' }).click()
    await see(agent.page.getByRole('form', { name: 'Edit Warehouse' }))
    return agent
  }),
  'settings/hooks-tested': shown(async (desk) => {
    const agent = await hooks(desk)
    const attempt = { at: time, took: 812, status: 500, answer: 'out of order', reason: 'It answered 500.' }
    await agent.page.route('**/test', (route) => route.fulfill({ json: attempt }))
    await agent.page.getByRole('button', { name: 'Test Warehouse' }).click()
    await see(agent.page.getByText(/^It answered 500/))
    return agent
  }),
  'settings/hooks-calls': shown(async (desk) => {
    const agent = await hooks(desk)
    await agent.page.route('**/calls?*', (route) => route.fulfill({ json: { items: calls, next: '7' } }))
    await agent.page.getByRole('button', { name: 'Calls of Warehouse' }).click()
    await agent.page.locator('details.call').last().locator('summary').click()
    await agent.page.getByText('Send many again').click()
    await see(agent.page.getByRole('region', { name: 'Answer' }))
    return agent
  }),
  'settings/hooks-remove': shown(async (desk) => {
    const agent = await hooks(desk)
    await agent.page.getByRole('button', { name: 'Remove Warehouse' }).click()
    await see(agent.page.getByRole('dialog'))
    return agent
  }),
}

async function types(desk: Desk) {
  const agent = await desk.open('/settings/records', 'sofia')
  await see(agent.page.getByRole('heading', { name: 'Complaint' }))
  return agent
}

// The demo's server may call nobody.
async function hooks(desk: Desk) {
  const items = [hook({}), hook(troubled), hook(paused)]
  const agent = await desk.open('/settings/hooks', 'sofia', (page) =>
    page.route('**/api/v1/hooks', (route) => route.fulfill({ json: { items } })),
  )
  await see(agent.page.getByRole('heading', { name: 'Warehouse' }))
  return agent
}

const time = '2026-01-05T10:00:00Z'

const hook = (more: Partial<Hook>): Hook => ({
  id: 'hok_1',
  name: 'Warehouse',
  url: 'https://erp.example.com/parley',
  events: ['session.started', 'session.ended', 'record.created'],
  enabled: true,
  version: 1,
  created_at: time,
  failures: 0,
  owed: 0,
  parked: 0,
  ...more,
})
const troubled: Partial<Hook> = {
  id: 'hok_2',
  name: 'Data lake',
  url: `https://hooks.example.com/${'long/'.repeat(30)}`,
  failures: 3,
  owed: 12,
  parked: 4,
  retry_at: '2026-01-05T10:05:00Z',
  rotated_until: '2026-01-06T10:00:00Z',
}
const paused: Partial<Hook> = {
  id: 'hok_3',
  name: 'Old shop',
  enabled: false,
  reason: 'It answered 410, and wants to be called no more.',
}

const request = '{"type":"session.ended","timestamp":"2026-01-05T10:00:00Z","data":{"session":{"number":12}}}'
const last = { at: time, took: 81, status: 204, answer: '' }
const call = (id: string, more: Partial<HookCall>): HookCall => ({
  id,
  event: 'session.ended',
  session: 'ses_1',
  state: 'delivered',
  owed_at: time,
  attempts: 1,
  request,
  last,
  ...more,
})
const refused = { ...last, status: 500, answer: '<h1>Out of order</h1>', reason: 'It answered 500.' }
const calls: HookCall[] = [
  call('evt_3', { event: 'record.created', state: 'owed', attempts: 2, due_at: time, last: refused }),
  call('evt_2', { event: 'session.started' }),
  call('evt_1', { state: 'parked', attempts: 11, last: refused }),
]
