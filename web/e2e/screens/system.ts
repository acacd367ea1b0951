import type { Binding, RemoteType } from '../../src/api/wire.ts'
import { see } from '../people.ts'
import type { Desk } from './desk.ts'
import { type Screens, shown } from './screen.ts'

/** Other systems where records live, and types of record that are kept there, each in its states. */
export const systems: Screens<Desk> = {
  'settings/systems': shown((desk) => there(desk), 'zoomed', 'rtl'),
  'settings/systems-none': shown((desk) => none(desk), 'zoomed', 'rtl'),
  'settings/systems-faults': shown(async (desk) => {
    const { page } = await none(desk)
    await page.getByRole('button', { name: 'HubSpot' }).click()
    await page.getByRole('button', { name: 'Set up', exact: true }).click()
    await see(page.getByText('Fill this in.').first())
    return { page }
  }),
  'settings/systems-refused': shown(async (desk) => {
    const { page } = await none(desk)
    await page.getByRole('button', { name: 'Webhook' }).click()
    await page.getByLabel('Name').fill('Our ERP')
    await page.getByLabel('Address').fill('https://erp.example.com/parley')
    await page.getByLabel(/^Signing secret/).fill('secret')
    await page.getByRole('button', { name: 'Set up', exact: true }).click()
    await see(page.getByText('Must be whsec_ and base64'))
    return { page }
  }),
  'settings/systems-made': shown(async (desk) => {
    const { page } = await made(desk)
    return { page }
  }),
  'settings/systems-added': shown(async (desk) => {
    const { page } = await made(desk)
    await page.getByRole('button', { name: 'I have them' }).click()
    await page.route('**/test', (route) =>
      route.fulfill({ json: { answer: 'It answers. Types of record: Complaint.' } }),
    )
    await page.getByRole('region', { name: 'Our ERP is set up' }).getByRole('button', { name: 'Test' }).click()
    await see(page.getByText(/^It answers/))
    return { page }
  }),
  'settings/systems-change': shown(async (desk) => {
    const { page } = await there(desk)
    await page.getByRole('button', { name: 'Edit Warehouse' }).click()
    await see(page.getByRole('form', { name: 'Edit Warehouse' }))
    return { page }
  }),
  'settings/systems-tested': shown(async (desk) => {
    const { page } = await there(desk)
    const json = { code: 'invalid', field: 'keys', detail: 'keys HubSpot does not know the token.' }
    await page.route('**/test', (route) => route.fulfill({ status: 422, json }))
    await page.getByRole('button', { name: 'Test Sales CRM' }).click()
    await see(page.getByText('HubSpot does not know the token.'))
    return { page }
  }),
  'settings/systems-remove': shown(async (desk) => {
    const { page } = await there(desk)
    await page.getByRole('button', { name: 'Remove Warehouse' }).click()
    await see(page.getByRole('dialog'))
    return { page }
  }),
  'settings/systems-no-admin': shown(async (desk) => {
    const { page } = await desk.open('/settings/systems')
    await see(page.getByText(/^Only admins set up other systems/))
    return { page }
  }),
  'settings/records-kept': shown(async (desk) => {
    const { page } = await kept(desk, { json: { items: remote } })
    await page.getByLabel('Type of record there').selectOption('Ticket')
    await see(page.getByRole('group', { name: 'Ticket name' }))
    return { page }
  }),
  'settings/records-unasked': shown(async (desk) => {
    const json = { code: 'unavailable', detail: 'HubSpot does not answer: 503.' }
    const { page } = await kept(desk, { status: 422, json })
    await see(page.getByText('HubSpot does not answer: 503.'))
    return { page }
  }),
}

const none = async (desk: Desk) => {
  const agent = await desk.open('/settings/systems', 'sofia')
  await see(agent.page.getByText(/^There is no other system yet/))
  return agent
}

// The demo's server may call nobody.
async function there(desk: Desk, at = '/settings/systems') {
  const items = [system({}), system(troubled), system(untried), system(removed)]
  const agent = await desk.open(at, 'sofia', (page) =>
    page.route('**/api/v1/bindings', (route) => route.fulfill({ json: { items } })),
  )
  if (at === '/settings/systems') await see(agent.page.getByRole('heading', { name: 'Warehouse' }))
  return agent
}

async function made(desk: Desk) {
  const agent = await none(desk)
  const { page } = agent
  const json = { binding: system({ name: 'Our ERP' }), keys: { secret: `whsec_${'a1B2'.repeat(11)}` } }
  await page.route('**/api/v1/bindings', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ json }) : route.continue(),
  )
  await page.getByRole('button', { name: 'Webhook' }).click()
  await page.getByLabel('Name').fill('Our ERP')
  await page.getByLabel('Address').fill('https://erp.example.com/parley')
  await page.getByRole('button', { name: 'Set up', exact: true }).click()
  await see(page.getByText('whsec_'))
  return agent
}

async function kept(desk: Desk, answer: { status?: number; json: unknown }) {
  const agent = await there(desk, '/settings/records')
  const { page } = agent
  await page.route('**/bindings/*/types', (route) => route.fulfill(answer))
  await page.getByRole('button', { name: 'Add a type to Sales' }).click()
  await page.getByLabel('Where its records live').selectOption('Sales CRM')
  return agent
}

const time = '2026-01-05T10:00:00Z'

const system = (more: Partial<Binding>): Binding => ({
  id: 'bnd_1',
  name: 'Warehouse',
  provider: 'webhook',
  settings: { url: `https://erp.example.com/${'parley/'.repeat(20)}` },
  keys: ['secret'],
  version: 1,
  created_at: time,
  health: { state: 'working', owed: 0, parked: 0 },
  ...more,
})
const troubled: Partial<Binding> = {
  id: 'bnd_2',
  name: 'Sales CRM',
  provider: 'hubspot',
  settings: { address: 'https://api.hubapi.com', unique_property: 'parley_id' },
  keys: ['token'],
  health: { state: 'troubled', reason: 'HubSpot does not know the token.', since: time, owed: 12, parked: 2 },
}
const untried: Partial<Binding> = {
  id: 'bnd_4',
  name: 'New ERP',
  settings: { url: 'https://erp.example.com/new' },
  health: { state: 'untried', owed: 0, parked: 0 },
}
const removed: Partial<Binding> = {
  id: 'bnd_3',
  name: 'Old shop',
  keys: [],
  removed_at: time,
  health: { state: 'removed', owed: 3, parked: 0 },
}

const field = (name: string, label: string) => ({ name, label, kind: 'text' as const })
const remote: RemoteType[] = [
  {
    name: 'tickets',
    label: 'Ticket',
    fields: [
      { ...field('subject', 'Ticket name'), required: true },
      ...Array.from({ length: 12 }, (_, i) => field(`property_${i}`, `Property ${i}`)),
    ],
  },
]
