import type { Page, Route } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()
const all = 10_000
const held = 'They are not at home'

interface Seen {
  text: string
  top: number
}

// What stands in the middle of the log, and how far below its edge.
const middle = (page: Page) =>
  page.evaluate<Seen>(() => {
    const log = document.querySelector('.log') as HTMLElement
    const edge = log.getBoundingClientRect()
    const bubbles = [...log.querySelectorAll('.bubble')]
    const bubble = bubbles.find((one) => one.getBoundingClientRect().top > edge.top + edge.height / 3) as HTMLElement
    return { text: bubble.textContent ?? '', top: bubble.getBoundingClientRect().top - edge.top }
  })

const placeOf = (page: Page, { text }: Seen) =>
  page.evaluate((text) => {
    const log = document.querySelector('.log') as HTMLElement
    const bubble = [...log.querySelectorAll('.bubble')].find((one) => one.textContent === text)
    return bubble && bubble.getBoundingClientRect().top - log.getBoundingClientRect().top
  }, text)

const scrollTo = (page: Page, to: number) =>
  page.evaluate(async (to) => {
    const log = document.querySelector('.log') as HTMLElement
    log.scrollTop = to < 0 ? log.scrollHeight + to : to
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    return log.querySelectorAll('*').length
  }, to)

const highness = (page: Page) => page.evaluate(() => document.querySelector('.log')?.scrollHeight ?? 0)

// told answers what is asked of a session's messages out of as many as no test could write.
function told(of: { items: object[] }, before: number, page: number) {
  const [sample] = of.items
  const first = Math.max(1, before - page)
  const items = Array.from({ length: before - first }, (_, i) => {
    const seq = first + i
    const at = new Date(Date.UTC(2025, 1, 1) + seq * 61_000).toISOString()
    const kind = seq % 5 < 2 ? 'customer' : 'agent'
    const text = `This is message ${seq}. ${'It goes on for a while. '.repeat(seq % 7)}`
    return {
      ...sample,
      id: `msg_${seq}`,
      seq,
      kind: 'message',
      at,
      text,
      client_id: '',
      audience: 'everyone',
      actor: { kind },
    }
  })
  return { items, more: first > 1 }
}

test('10,000 messages: what is read stays where it is while older ones come, and while one looks elsewhere', async () => {
  const anna = await Agent.come(on, 'anna')
  const { page } = anna
  let gate: Promise<void> | undefined
  await page.route(/\/messages\?/, async (route: Route) => {
    const before = Number(new URL(route.request().url()).searchParams.get('before_seq') ?? all + 1)
    const answer = await (await route.fetch()).json()
    await gate
    await route.fulfill({ json: told(answer, before, before > all ? 50 : 2_500) })
  })
  await anna.choose('My')
  await anna.openSession(held)
  await see(anna.log.getByText(`This is message ${all}.`))

  let most = 0
  for (let newest = all - 50; newest > 0; newest -= 2_500) {
    let open = () => {}
    gate = new Promise((done) => {
      open = done
    })
    await scrollTo(page, 300)
    const before = await middle(page)
    const high = await highness(page)
    open()
    await eventually(() => highness(page)).toBeGreaterThan(high)
    expect(Math.abs(((await placeOf(page, before)) ?? Number.NaN) - before.top)).toBeLessThanOrEqual(1)
  }
  gate = undefined
  const whole = await highness(page)
  for (const part of [0.9, 0.31, 0.62, 0.05]) {
    most = Math.max(most, await scrollTo(page, whole * part))
    const { top } = await middle(page)
    expect(top).toBeLessThan(900)
  }
  await scrollTo(page, 0)
  await see(anna.log.getByText('This is message 1.'))
  expect(most).toBeLessThan(3_000)

  await scrollTo(page, whole * 0.4)
  const left = await middle(page)
  await anna.choose('Unassigned')
  await anna.page.getByRole('region', { name: 'Support: Unassigned' }).getByRole('link').first().click()
  await eventually(() => anna.log.getAttribute('aria-label')).not.toContain('Tomás')
  await anna.choose('My')
  await anna.openSession(held)
  expect(Math.abs(((await placeOf(page, left)) ?? Number.NaN) - left.top)).toBeLessThanOrEqual(1)

  await page.getByRole('button', { name: 'Go to the newest message' }).click()
  await see(anna.log.getByText(`This is message ${all}.`))
})

describe('a session that goes on', () => {
  test('while one reads what was said before: a pill counts it and leads there, and nothing moves', async () => {
    const customer = await Customer.come(on, 'customer')
    await customer.write(`A long story\n${'and on\n'.repeat(80)}`)
    const anna = await Agent.come(on, 'anna')
    await anna.choose('Unassigned')
    await anna.openSession('A long story')
    await scrollTo(anna.page, 0)
    await customer.write('That was all')
    const pill = anna.page.getByRole('button', { name: '1 new' })
    await see(pill)
    expect(await anna.page.evaluate(() => document.querySelector('.log')?.scrollTop)).toBe(0)
    await pill.click()
    await seeGone(pill)
    await see(anna.log.getByText('That was all'))
  })

  test('what the server refused stands where it was said, and is sent from there again', async () => {
    const anna = await Agent.come(on, 'anna')
    await anna.choose('My')
    await anna.openSession(held)
    const refuse = (route: Route) => route.fulfill({ status: 422, json: { status: 422, detail: 'Not today.' } })
    await anna.page.route(/\/messages$/, refuse)
    await anna.write('We send new ones')
    await see(anna.log.getByText('Not sent: Not today.'))
    await anna.page.unroute(/\/messages$/, refuse)
    await anna.log.getByRole('button', { name: 'Retry' }).click()
    const said = anna.log.getByRole('listitem').filter({ hasText: 'We send new ones' })
    await see(said.getByText('Sent'))
    await eventually(() => said.count()).toBe(1)
    // D19: held, and taken back.
    await anna.page.getByRole('button', { name: /^Hold each message/ }).click()
    await anna.write('Or not')
    await see(anna.log.getByText('Or not'))
    await anna.page.getByRole('button', { name: 'Undo', exact: true }).click()
    await seeGone(anna.log.getByText('Or not'))
    await eventually(() => anna.field.inputValue()).toBe('Or not')
  })
})
