import type { BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Customer, see, seeOnceInOrder } from './people.ts'
import { Site, shopPage } from './site.ts'
import { stage } from './stage.ts'

const on = stage()
let site: Site
let snippet: string

beforeAll(async () => {
  site = await Site.open()
  on.origins.add(site.origin)
  snippet = await on.addWidget('shop', site.origin)
})
afterAll(() => site?.close())

const answered = async (customer: Customer, text: string) => {
  await customer.write(text)
  await seeOnceInOrder(customer.log, [text])
  await see(customer.log.getByText('Delivered', { exact: true }))
}

async function visit(path: string, options?: BrowserContextOptions): Promise<Customer> {
  const page = await (await on.person('customer', options)).newPage()
  await page.goto(site.origin + path)
  return new Customer(page)
}

describe('the widget works on a page (A1)', () => {
  test('whose policy lets scripts run by nonce only', async () => {
    const hub = `${on.origin} ${on.origin.replace('http', 'ws')}`
    const policy = `default-src 'none'; script-src 'nonce-r4nd0m'; connect-src ${hub}; base-uri 'none'; form-action 'none'`
    site.pages['/nonce'] = {
      body: shopPage(snippet.replace('<script ', '<script nonce="r4nd0m" ')),
      headers: { 'Content-Security-Policy': policy },
    }
    const customer = await visit('/nonce')
    await customer.open()
    await answered(customer, 'through a policy')
  })

  test('that enforces Trusted Types and allows no policy', async () => {
    site.pages['/trusted'] = {
      body: shopPage(snippet),
      headers: { 'Content-Security-Policy': "require-trusted-types-for 'script'; trusted-types 'none'" },
    }
    const customer = await visit('/trusted')
    await customer.open()
    await answered(customer, 'without innerHTML')
  })

  test('whose style sheet shouts at everything', async () => {
    const shout = `* { font: 40px serif !important; color: red !important; padding: 30px !important; display: block !important;
      box-sizing: content-box !important; letter-spacing: 9px !important; float: left !important; width: 30px !important; text-transform: uppercase !important;
      word-spacing: 9px !important; text-indent: 9px !important; text-align: right !important; visibility: visible !important }`
    site.pages['/loud'] = { body: shopPage(`${snippet}<style>${shout}</style>`) }
    site.pages['/quiet'] = { body: shopPage(snippet) }
    const looks = async (path: string) => {
      const customer = await visit(path)
      await customer.open()
      const panel = customer.page.getByRole('region', { name: 'Chat with Support' })
      await answered(customer, 'how do I look')
      // Fields do not inherit all that words do.
      const bubble = customer.log.getByText('how do I look')
      const styles = [customer.field, bubble].map((shown) =>
        shown.evaluate((element) => {
          const { font, color, padding, letterSpacing, wordSpacing, textTransform, textIndent, textAlign } =
            getComputedStyle(element)
          return { font, color, padding, letterSpacing, wordSpacing, textTransform, textIndent, textAlign }
        }),
      )
      const boxes = [panel, customer.field, bubble].map((shown) => shown.boundingBox())
      return { styles: await Promise.all(styles), boxes: await Promise.all(boxes) }
    }
    expect(await looks('/loud')).toEqual(await looks('/quiet'))
  })

  test('in windows-1252', async () => {
    site.pages['/old'] = {
      body: shopPage(snippet).replace('Lamps and', 'Stühle für'),
      headers: { 'Content-Type': 'text/html; charset=windows-1252' },
      encoding: 'latin1',
    }
    const customer = await visit('/old')
    await see(customer.page.getByRole('heading', { name: 'Stühle für chairs' }))
    await customer.open()
    await answered(customer, 'Größe, 20 € – “ça va”, Привет, 灯')
  })

  test('that may not store anything', async () => {
    site.pages['/plain'] = { body: shopPage(snippet) }
    const context = await on.person('customer')
    await context.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {
          get: () => {
            throw new DOMException('The operation is insecure.', 'SecurityError')
          },
        })
    })
    const page = await context.newPage()
    await page.goto(`${site.origin}/plain`)
    const customer = new Customer(page)
    await customer.open()
    await answered(customer, 'remembered by this tab only')
  })

  test('that includes it twice', async () => {
    site.pages['/twice'] = { body: shopPage(snippet + snippet) }
    const customer = await visit('/twice')
    await customer.open()
    await answered(customer, 'said by one')
    expect(await customer.page.getByRole('button', { name: 'Minimise chat' }).count()).toBe(2)
    expect(await customer.page.getByRole('region', { name: 'Chat with Support' }).count()).toBe(1)
  })
})

describe('a page is unharmed (A1)', () => {
  test('when Parley is down as it loads', async () => {
    site.pages['/plain'] = { body: shopPage(snippet) }
    on.network.cutOff('customer')
    const { page } = await visit('/plain')
    await page.getByRole('checkbox', { name: 'As a gift' }).check()
    expect(await page.getByRole('button').count()).toBe(0)
    on.network.mend('customer')
    await page.reload()
    await new Customer(page).open()
  })

  test('when Parley is down as the chat is opened, and the customer is told', async () => {
    site.pages['/plain'] = { body: shopPage(snippet) }
    const customer = await visit('/plain')
    const launcher = customer.page.getByRole('button', { name: 'Open chat' })
    await see(launcher)
    on.network.cutOff('customer')
    await launcher.click()
    await see(customer.page.getByText('The chat cannot be opened right now.'))
    await customer.page.getByRole('checkbox', { name: 'As a gift' }).check()
    on.network.mend('customer')
    await customer.open()
    await answered(customer, 'at the second attempt')
  })
})

test('what was said just before a page change is sent once (A20)', async () => {
  for (const path of ['/lamps', '/chairs']) site.pages[path] = { body: shopPage(snippet) }
  const customer = await visit('/lamps')
  await customer.open()
  const said: string[] = []
  const leave = (link: string) => customer.page.getByRole('link', { name: link }).click()
  for (const link of ['Chairs', 'Lamps', 'Chairs']) {
    said.push(`said in leaving for ${link} ${said.length}`)
    await customer.write(said.at(-1) ?? '')
    await leave(link)
    await seeOnceInOrder(customer.log, said)
  }
  for (const moment of ['before', 'after'] as const) {
    said.push(`cut off ${moment} it was heard, and left`)
    const cut = on.network.cut(moment, 'customer', said.at(-1) ?? '')
    await customer.write(said.at(-1) ?? '')
    await cut
    await leave('Lamps')
    await see(customer.page.getByRole('heading', { name: 'Lamps and chairs' }))
    on.network.mend('customer')
    await leave('Chairs')
    await seeOnceInOrder(customer.log, said)
  }
})
