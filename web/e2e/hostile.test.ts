import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { Agent, Customer, eventually, see } from './people.ts'
import { stage } from './stage.ts'

const on = stage()
const family = '👩‍👩‍👧‍👦'
const longest = 65_536

const texts = {
  'a script': '<script>alert(1)</script><b>bold</b>',
  'a picture that fails': '<img src=x onerror=alert(1)> <svg onload=alert(2)>',
  'a link that is a script': 'javascript:alert(1) [here](javascript:alert(2)) data:text/html,<script>alert(3)</script>',
  'a link that leaves its attribute': 'https://example.test/"onmouseover="alert(1)" <a href=//evil.example>x</a>',
  'a text that turns its direction': 'an invoice: \u202Efdp.exe\u202C and on',
  'an emoji of many parts': `${family} end`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant to stay as it is
  'what templates and formats would fill in': '{name} {{7*7}} ${alert(1)} %s &lt;b&gt; \\u003c <!--',
}

describe('what is written is shown as it is, and does nothing', () => {
  let customer: Customer
  let anna: Agent

  beforeAll(async () => {
    customer = await Customer.come(on, 'customer', await on.person('customer', { keep: true }))
    await customer.write('Look at this')
    anna = await Agent.come(on, 'anna', await on.person('anna', { keep: true }))
    await anna.choose('Unassigned')
    await anna.openSession('Look at this')
    await anna.deed('Take')
    await see(anna.list('My'))
  })

  test.for(Object.entries(texts))('%s', async ([what, text]) => {
    await customer.write(text)
    await says(customer.log, text)
    await says(anna.log, text)
    await see(anna.row(text))
    const reply = `${text} (answered: ${what})`
    await anna.write(reply)
    await says(anna.log, reply)
    await says(customer.log, reply)
    await see(anna.row(reply))
  })

  test.for([
    ['letters', 'x'.repeat(longest)],
    ['emoji', family.repeat(2621) + 'x'.repeat(longest - 2621 * 25)],
  ] as const)('65,536 bytes of %s arrive, one more is refused with a reason', async ([, text]) => {
    expect(Buffer.byteLength(text)).toBe(longest)
    await customer.write(`${text}y`)
    await see(customer.page.getByText('This is longer than one message can be. Please send it in parts.'))
    await customer.write(text)
    await says(customer.log, text)
    await says(anna.log, text)
    const reply = text.replace(/x$/, 'z')
    await anna.field.fill(`${reply}y`)
    await see(anna.page.getByText('This text is too long: 65537 of 65536 bytes. Send it in parts.'))
    await anna.write(reply)
    await says(customer.log, reply)
    await says(anna.log, reply)
  })

  test('a name of an agent', async () => {
    const name = '<img/src=x/onerror=alert(1)>'
    await on.addAgent('eve', name)
    const eve = await Agent.come(on, 'eve')
    const customer = await Customer.come(on, 'customer')
    await customer.write('who is there')
    await eve.choose('Unassigned')
    await eve.openSession('who is there')
    await eve.deed('Take')
    await says(customer.log, `You are connected to ${name}`)
    await says(eve.log, `${name} took the session`)
  })
})

// says waits until a text stands in a log letter by letter, with nothing in it that leads astray and nothing cut off.
async function says(log: Locator, text: string): Promise<void> {
  await eventually(() => log.textContent()).toContain(text)
  const links = await log.getByRole('link').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href))
  for (const href of links) expect(href).toMatch(/^https:\/\/example\.test\//)
  const tooWide = await log.evaluate((box) => {
    const { documentElement: root } = document
    return box.scrollWidth > box.clientWidth || root.scrollWidth > root.clientWidth
  })
  expect(tooWide).toBe(false)
}
