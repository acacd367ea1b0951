import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeNoFault } from './fault.ts'
import { Agent, Customer, eventually, see, seeGone, seeOnceInOrder } from './people.ts'
import { Site, shopPage } from './site.ts'
import { stage } from './stage.ts'

const on = stage()
let site: Site
let other: Site
let snippet: string

beforeAll(async () => {
  ;[site, other] = await Promise.all([Site.open(), Site.open()])
  on.origins.add(site.origin).add(other.origin)
  snippet = await on.addWidget('shop', site.origin)
  site.pages['/plain'] = { body: shopPage(snippet) }
})
afterAll(() => Promise.all([site?.close(), other?.close()]))

async function visit(who: string, path: string, options?: BrowserContextOptions): Promise<Page> {
  const page = await (await on.person(who, options)).newPage()
  await page.goto(site.origin + path)
  return page
}

// Framed is somebody whose widget stands in a frame.
class Framed extends Customer {
  constructor(readonly around: Page) {
    super(around.frameLocator('parley-widget iframe') as unknown as Page)
  }
}

const saidAndStored = async (customer: Customer, text: string) => {
  await customer.write(text)
  await seeOnceInOrder(customer.log, [text])
  await see(customer.log.getByText('Delivered', { exact: true }))
}

test('where no WebSocket comes through, both sides still hear each other, once and in order, through a cut (A20)', async () => {
  on.network.refuseSockets('walled')
  const page = await visit('walled', '/plain')
  const customer = new Customer(page)
  await customer.open()
  await saidAndStored(customer, 'no socket here')
  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await anna.openSession('no socket here')
  await anna.deed('Take')
  await anna.write('I hear you.')
  await see(customer.log.getByText('I hear you.'))
  await customer.field.pressSequentially('I am')
  await see(anna.page.getByText(/is typing|typing…/))

  // Cut off when the server has heard it: the answer is lost, the message is not doubled; what was said meanwhile is there.
  const cut = on.network.cut('after', 'walled', 'heard, not answered')
  await customer.write('heard, not answered')
  await cut
  await anna.write('Said into the gap.')
  on.network.mend('walled')
  const all = ['no socket here', 'I hear you.', 'heard, not answered', 'Said into the gap.']
  await eventually(async () => ((await customer.log.textContent()) ?? '').split('heard, not answered').length).toBe(2)
  await see(customer.log.getByText('Said into the gap.'))
  for (const text of all) await eventually(() => customer.log.getByText(text, { exact: true }).count()).toBe(1)
  await page.reload()
  await seeOnceInOrder(customer.log, all)
})

describe('the frame form', () => {
  test('is chosen by the page, works without any storage, and covers a phone', async () => {
    const head = '<meta name="viewport" content="width=device-width">'
    site.pages['/frame'] = { body: shopPage(head + snippet.replace('<script ', '<script data-mode="frame" ')) }
    const context = await on.person('framed', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
    await context.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {
          get: () => {
            throw new DOMException('The operation is insecure.', 'SecurityError')
          },
        })
    })
    const page = await context.newPage()
    await page.goto(`${site.origin}/frame`)
    const customer = new Framed(page)
    const frame = page.locator('parley-widget iframe')
    await see(frame)
    const { width = 0 } = (await frame.boundingBox()) ?? {}
    expect(width).toBeLessThan(120)
    await customer.open()
    await eventually(() => frame.boundingBox()).toEqual({ x: 0, y: 0, width: 360, height: 740 })
    await saidAndStored(customer, 'from inside a frame')
    await customer.page.getByRole('button', { name: 'Minimise chat' }).click()
    await eventually(async () => (await frame.boundingBox())?.width).toBe(width)
    await see(customer.page.getByRole('button', { name: 'Open chat' }))
  })

  test('comes by itself where the page may ask Parley nothing, and stays open from page to page', async () => {
    site.pages['/strict'] = {
      body: shopPage(snippet.replace('<script ', '<script nonce="r4nd0m" ')),
      headers: {
        'Content-Security-Policy': `default-src 'none'; script-src 'nonce-r4nd0m'; frame-src ${on.origin}; connect-src 'self'`,
      },
    }
    const context = await on.person('strict')
    const page = await context.newPage()
    await page.goto(`${site.origin}/strict`)
    const customer = new Framed(page)
    await customer.open()
    await saidAndStored(customer, 'past a policy')
    await seeNoFault(page)
    on.allow(/widget\/v1\/look\?channel=shop/)
    await page.reload()
    await seeOnceInOrder(customer.log, ['past a policy'])
  })

  test('is shown by pages of the channel only (class 45)', async () => {
    const { origin, pathname } = new URL(`${on.origin}/widget/frame`)
    other.pages['/'] = {
      body: shopPage(`</head><body><iframe src="${origin}${pathname}?channel=shop"></iframe><head>`),
    }
    const page = await (await on.person('thief')).newPage()
    await page.goto(other.origin)
    on.allow(/frame-ancestors/)
    await eventually(() => page.frames().at(-1)?.url()).toBe('chrome-error://chromewebdata/')
  })
})

describe('the widget looks as it is set (A1)', () => {
  test('in the brand’s colour, on the left, with words that can be read', async () => {
    const settings = ['--color', '#ffd400', '--position', 'left']
    site.pages['/painted'] = { body: shopPage(await on.addWidget('painted', site.origin, ...settings)) }
    const page = await visit('painted', '/painted', { colorScheme: 'dark' })
    const customer = new Customer(page)
    const launcher = page.getByRole('button', { name: 'Open chat' })
    const bright = ['rgb(255, 212, 0)', 'rgb(22, 24, 29)']
    await see(launcher)
    expect(await paint(launcher)).toEqual(bright)
    expect((await launcher.boundingBox())?.x).toBe(24)
    await customer.open()
    const panel = page.getByRole('region', { name: 'Chat with Support' })
    expect((await panel.boundingBox())?.x).toBe(24)
    await saidAndStored(customer, 'as bright as that')
    expect(await paint(customer.log.getByText('as bright as that'))).toEqual(bright)
    await seeNoFault(page)
  })

  test('from right to left where the page is, and at twice the size', async () => {
    site.pages['/rtl'] = { body: shopPage(snippet).replace('lang="en"', 'lang="ar" dir="rtl"') }
    // 200 % zoom of 1280 × 800 is a page of half that.
    const page = await visit('rtl', '/rtl', { viewport: { width: 640, height: 500 }, deviceScaleFactor: 2 })
    const launcher = page.getByRole('button', { name: 'Open chat' })
    await see(launcher)
    expect((await launcher.boundingBox())?.x).toBe(24)
    const customer = new Customer(page)
    await customer.open()
    await customer.write('مرحبا، كيف الحال؟')
    const bubble = customer.log.getByText('مرحبا، كيف الحال؟')
    await see(bubble)
    const log = (await customer.log.boundingBox()) ?? { x: 0, width: 0 }
    // One's own stand where lines end: on the left.
    expect(((await bubble.boundingBox())?.x ?? 0) - log.x).toBeLessThan(40)
    await seeNoFault(page)
  })
})

describe('the widget comes to terms with its page (A1)', () => {
  test('that stands in a frame of another site', async () => {
    other.pages['/'] = {
      body: `<!doctype html><title>x</title><iframe src="${site.origin}/plain" height=700 width=900>`,
    }
    const page = await (await on.person('nested')).newPage()
    await page.goto(other.origin)
    const inner = page.frames().at(-1)
    const customer = new Customer(inner as unknown as Page)
    await customer.open()
    await saidAndStored(customer, 'from a page in a page')
  })

  test('that is put away and taken out again, and has missed nothing', async () => {
    const page = await visit('cached', '/plain')
    const customer = new Customer(page)
    await customer.open()
    await saidAndStored(customer, 'before I went')
    // As a browser tells of it; headless Chromium keeps no page.
    const turn = (name: string) =>
      page.evaluate((type) => void dispatchEvent(new PageTransitionEvent(type, { persisted: true })), name)
    await turn('pagehide')
    const anna = await Agent.come(on, 'anna')
    await anna.choose('Unassigned')
    await anna.openSession('before I went')
    await anna.write('while you were away')
    await turn('pageshow')
    await seeOnceInOrder(customer.log, ['before I went', 'while you were away'])
  })

  test('while Parley is away: no launcher, no harm, and it comes by itself', async () => {
    const context = await on.person('early')
    const page = await context.newPage()
    // The script is in the browser's cache, Parley is not there.
    await page.clock.install()
    await page.route('**/widget/v1/look?*', (route) => route.abort())
    await page.goto(`${site.origin}/plain`)
    await page.getByRole('checkbox', { name: 'As a gift' }).check()
    expect(await page.getByRole('button').count()).toBe(0)
    await page.unroute('**/widget/v1/look?*')
    await page.clock.fastForward(8_000)
    await new Customer(page).open()
  })

  test('whose channel is not there: no launcher', async () => {
    site.pages['/gone'] = { body: shopPage(snippet.replace('"shop"', '"gone"')) }
    const context = await on.person('gone')
    const page = await context.newPage()
    const answer = page.waitForResponse(/widget\/v1\/look/)
    await page.goto(`${site.origin}/gone`)
    expect((await answer).status()).toBe(404)
    await seeGone(page.locator('parley-widget'))
  })
})

const paint = (locator: ReturnType<Page['locator']>) =>
  locator.evaluate((element) => {
    const { backgroundColor, color } = getComputedStyle(element)
    return [backgroundColor, color]
  })
