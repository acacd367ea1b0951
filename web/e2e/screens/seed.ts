import { randomUUID } from 'node:crypto'
import type { Brought, Event, Session, SessionPage } from '../../src/api/wire.ts'
import { see, seeGone } from '../people.ts'
import { rate } from '../rate.ts'
import type { Telegram } from '../telegram.ts'
import type { House } from './house.ts'

/** The sessions that the workspace's screens show, by what is remarkable in them. */
export type Sessions = Record<
  'waiting' | 'pending' | 'active' | 'ended' | 'all' | 'stuck' | 'barred' | 'blocked' | 'rated',
  string
>

/** Lets everything happen in a house that a screen of the workspace shows. */
export async function seed(house: House, telegram: Telegram): Promise<Sessions> {
  await house.begin()
  // One after the other, so that lists have their order.
  const { id: all } = await everything(house, 'visitor')
  const blocked = await block(house)
  const rated = await disappoint(house)
  const [stuck, barred] = await fail(house, telegram)
  const { items } = await house.ask<SessionPage>('sofia', 'GET', 'sessions?limit=100', undefined)
  const of = (name: string) => items.find(({ customer }) => customer.name === name)?.id ?? ''
  const sample = {
    waiting: of('Jonas Weber'),
    pending: of('Mei Tanaka'),
    active: of('Tomás Vidal'),
    ended: of('Ingrid Holm'),
  }
  return { ...sample, all, blocked, rated, stuck, barred }
}

const say = (house: House, who: string, session: string, text: string, more: object = {}) =>
  house.ask<Event>(who, 'POST', `sessions/${session}/messages`, {
    client_id: randomUUID(),
    kind: 'reply',
    text,
    ...more,
  })

/** A session with each kind of line that a dialogue has, of a customer of that name. */
export async function everything(house: House, who: string): Promise<Session> {
  const customer = await house.visit(who)
  const { page, log } = customer
  const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 640, height: 400 } })
  await customer.write('Hello! I am looking at https://example.test/lamps/linna and wonder about the cord.')
  const session = await house.session('wonder about the cord')
  const { id } = session
  await house.ask('anna', 'POST', `sessions/${id}/take`)
  await house.ask('anna', 'PATCH', `sessions/${id}`, { priority: 'high', add_tags: ['cord', 'vip'] })
  const short = await say(house, 'anna', id, 'Helo! The cord is 1.8 m long.')
  await house.ask('anna', 'PATCH', `messages/${short.id}`, { text: 'Hello! The cord is 1.8 m long.' })
  const wrong = await say(house, 'anna', id, 'That was for somebody else.')
  await house.ask('anna', 'DELETE', `messages/${wrong.id}`)
  await house.ask('sofia', 'POST', `sessions/${id}/join`)
  await say(house, 'sofia', id, 'We have longer ones in stock, see https://example.test/stock', { kind: 'note' })
  await house.ask('sofia', 'POST', `sessions/${id}/leave`)
  await customer.write('שלום, אפשר כבל של 3 מטר?')
  await customer.write(`One long word: ${'extraordinarily'.repeat(12)}`)
  await page.locator('parley-widget input[type=file]').setInputFiles([
    { name: 'my living room.png', mimeType: 'image/png', buffer: picture },
    { name: 'order 20417.txt', mimeType: 'text/plain', buffer: Buffer.from('two lamps') },
  ])
  await seeGone(page.getByRole('progressbar'))
  await customer.write('This is where it would stand.')
  const asked = await house.message(id, 'This is where it would stand.')
  await house.ask('anna', 'PUT', `messages/${asked.id}/reaction`, { emoji: '👍' })
  const file = await house.ask<Brought>('anna', 'POST', 'files?name=offer.pdf', Buffer.from('%PDF-1.7 an offer'))
  await say(house, 'anna', id, 'A fine place.\nHere is our offer:', { reply_to: asked.id, attachments: [file.id] })
  await see(log.getByText('A fine place.'))
  await customer.write('😍')
  await house.message(id, '😍')
  await page.close()
  return session
}

/** Customers of the widget who come again: one waits, one has something new to read, the chat of some has ended, one is blocked. */
export async function visits(house: House): Promise<void> {
  await block(house)
  await come(house, 'waiting', 'Is anybody there?')
  const over = {
    ended: 'Can I pay by invoice?',
    pleased: 'Is an invoice possible?',
    cross: 'Nobody said: do you take invoices?',
  }
  for (const [who, text] of Object.entries(over)) {
    const ended = await come(house, who, text)
    await say(house, 'anna', ended, 'You can, from the second order on.')
    await read(house, who, 'You can, from the second order on.')
    await house.ask('anna', 'POST', `sessions/${ended}/end`)
  }
  const reader = await come(house, 'reader', 'When will it be here?')
  await say(house, 'anna', reader, 'On Thursday.')
  await read(house, 'reader', 'On Thursday.')
  await say(house, 'anna', reader, 'Between nine and noon.')
  await say(house, 'anna', reader, 'Somebody has to be at home.')
}

/** Somebody reads a session's first answer, which opens the chat by itself; later ones are counted. */
async function read(house: House, who: string, answer: string): Promise<void> {
  const page = await house.page(who, 'wide')
  await page.goto(`${house.on.origin}/demo/`)
  await see(page.getByText(answer))
  await page.getByRole('button', { name: 'Minimise chat' }).first().click()
  await page.close()
}

/** Somebody begins a session at the shop, and leaves. */
async function come(house: House, who: string, text: string): Promise<string> {
  const { page, field } = await house.visit(who)
  await field.fill(text)
  await field.press('Enter')
  const { id } = await house.session(text)
  await field.press('Escape')
  await page.close()
  return id
}

/** A session that ended, and was rated not good. */
async function disappoint(house: House): Promise<string> {
  const customer = await house.visit('disappointed')
  await customer.write('My lamp came without a bulb.')
  const { id } = await house.session('without a bulb')
  await say(house, 'anna', id, 'It is sold without one.')
  await house.ask('anna', 'POST', `sessions/${id}/end`)
  await rate(customer.page, 'bad', 'I had to ask where that is written, and still do not know.\nאין תשובה')
  await customer.page.close()
  return id
}

/** A session that ended because its customer was blocked. */
async function block(house: House): Promise<string> {
  const id = await come(house, 'rude', 'You are all fools')
  await house.ask('anna', 'POST', `sessions/${id}/block`, { for: 'forever' })
  return id
}

/** Two sessions of a network that fails: one whose messages are stuck, and one whose customer cannot be reached. */
async function fail(house: House, telegram: Telegram): Promise<[string, string]> {
  await telegram.serve(house.on.server)
  telegram.says(1, 'Rosa', 'Lindqvist', 'Is the Bloom lamp back in stock?')
  const { id: stuck } = await house.session('Is the Bloom lamp')
  telegram.says(2, 'Ben', 'Okoro', 'Do you deliver to Lagos?')
  const { id: barred } = await house.session('deliver to Lagos')
  await say(house, 'anna', stuck, 'It is, since this morning.')
  await say(house, 'anna', stuck, 'This text will be refused by the network.')
  await say(house, 'anna', stuck, 'This one will get lost on its way.')
  await say(house, 'anna', barred, 'We do. This will be barred, though.')
  await house.message(stuck, 'get lost', 'uncertain')
  await house.message(barred, 'be barred', 'failed')
  return [stuck, barred]
}
