import type { Account, Candidate, SessionDetail } from '../../src/api/wire.ts'
import { see } from '../people.ts'
import type { Desk } from './desk.ts'
import { type Screens, shown } from './screen.ts'

const time = '2026-01-05T10:00:00Z'

const theirs: Candidate = {
  id: '4711',
  title: 'Tomás Vidal',
  fields: { name: 'Tomás Vidal', email: 'tomas.vidal@example.test', phone: '+34600123456', vip: 'true' },
  address: 'https://crm.example.test/contacts/4711',
}
const candidates: Candidate[] = [
  theirs,
  {
    id: '4712',
    title: `Tomás Vidal ${'de la Fuente '.repeat(8)}`,
    fields: { email: `${'long.'.repeat(14)}@example.test` },
  },
]

async function openAccount(desk: Desk, prepare?: Parameters<Desk['open']>[2]) {
  const { page } = await desk.facts('active', 'my', 'anna', prepare)
  const panel = page.getByRole('region', { name: 'Account' })
  await see(panel)
  await panel.scrollIntoViewIfNeeded()
  return { page, panel }
}

async function findAccounts(desk: Desk, items: Candidate[]) {
  const { page, panel } = await openAccount(desk)
  await page.route('**/account/candidates', (route) => route.fulfill({ json: { items } }))
  await panel.getByRole('button', { name: 'Find' }).click()
  const last = items.length > 0 ? panel.locator('li').last() : panel.getByText(/^No account was found/)
  await see(last)
  await last.scrollIntoViewIfNeeded()
  return { page, panel }
}

const matched = (more: Partial<Account>) => async (desk: Desk) => {
  const account: Account = {
    ...theirs,
    id: 'rec_1',
    type: { id: 'rct_1', name: 'Contact' },
    department: 'dep_1',
    version: 1,
    state: 'kept',
    matched_at: time,
    matched_by: { id: 'agt_1', name: 'Anna Berg' },
    ...more,
  }
  return openAccount(desk, (page) =>
    page.route(/\/api\/v1\/sessions\/[^/?]+$/, async (route) => {
      const detail = (await (await route.fetch()).json()) as SessionDetail
      return route.fulfill({ json: { ...detail, account } })
    }),
  )
}

/** The customer's account in the panel, in its states; Support matches its customers with contacts. */
export const accounts: Screens<Desk> = {
  account: shown((desk) => openAccount(desk), 'rtl'),
  'account/found': shown((desk) => findAccounts(desk, candidates), 'rtl'),
  'account/none': shown((desk) => findAccounts(desk, [])),
  'account/search': shown(async (desk) => {
    const { page, panel } = await openAccount(desk)
    await panel.getByRole('button', { name: 'Search by…' }).click()
    await panel.getByLabel('E-mail').fill('nobody')
    await panel.getByRole('button', { name: 'Search', exact: true }).click()
    const fault = panel.getByText(/^Write an e-mail address/)
    await see(fault)
    await panel.getByRole('button', { name: 'Search', exact: true }).scrollIntoViewIfNeeded()
    return { page }
  }),
  'account/failed': shown(async (desk) => {
    const { page, panel } = await openAccount(desk)
    await page.route('**/account/candidates', (route) => route.abort())
    await panel.getByRole('button', { name: 'Find' }).click()
    const fault = panel.getByText(/^That did not work/)
    await see(fault)
    await fault.scrollIntoViewIfNeeded()
    return { page }
  }),
  'account/form': shown(async (desk) => {
    const { page, panel } = await openAccount(desk)
    await panel.getByRole('button', { name: 'Register…' }).click()
    await see(page.getByRole('dialog', { name: 'New Contact' }).getByLabel('Full name'))
    return { page }
  }),
  'account/matched': shown(matched({}), 'rtl'),
  'account/parked': shown(matched({ state: 'parked', reason: 'It knows no such field.', address: '' })),
  'account/takeback': shown(async (desk) => {
    const { page, panel } = await matched({})(desk)
    await panel.getByRole('button', { name: 'Take back…' }).click()
    await see(page.getByRole('dialog', { name: 'Take this account back?' }))
    return { page }
  }),
  'settings/records-use': shown(async (desk) => {
    const { page } = await desk.open('/settings/records', 'sofia')
    await page.getByRole('button', { name: 'Add a type to Sales' }).click()
    await page.getByLabel('What it is for').selectOption('Accounts: who the customers are')
    await page.getByLabel('Name of the type').scrollIntoViewIfNeeded()
    return { page }
  }),
}
