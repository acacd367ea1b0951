import { expect, test } from 'vitest'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()
<<<<<<<< HEAD:web/e2e/file.test.ts
const lamp = {
  name: 'lamp.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
========

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const lamp = { name: 'lamp.png', mimeType: 'image/png', buffer: png }
const trap = { name: 'trap.png', mimeType: 'image/png', buffer: Buffer.from('<script>alert(1)</script>') }

test.for(['light', 'dark'] as const)(
  'an agent attaches files, and colleagues see them, %s (A13)',
  async (colorScheme) => {
    const customer = await Customer.come(on, 'customer')
    const question = `how does it look, ${colorScheme}?`
    const answer = `Like this, ${colorScheme}.`
    await customer.write(question)
    const anna = await Agent.come(on, 'anna', await on.person('anna', { colorScheme }))
    await anna.choose('Unassigned')
    await anna.openSession(question)
    const { page, log, field } = anna
    const chips = page.getByRole('list', { name: 'Files to send' })

    // One that cannot be uploaded says so, and is not left behind in silence.
    await page.route('**/api/v1/files?*', (route) => route.abort())
    await page.locator('input[type=file]').setInputFiles(lamp)
    await see(chips.getByText('Not uploaded: Parley cannot be reached.'))
    await field.fill(answer)
    await field.press('Enter')
    await see(page.getByText('Retry or remove the file that was not uploaded.'))
    await seeNoFault(page)
    await page.unroute('**/api/v1/files?*')
    await chips.getByRole('button', { name: 'Retry lamp.png' }).click()
    await seeGone(chips.getByRole('button', { name: 'Retry lamp.png' }))

    // What was uploaded is there after a reload, and more is dropped beside it.
    await eventually(() => chips.getByRole('progressbar').count()).toBe(0)
    await page.reload()
    await see(chips.getByText('lamp.png'))
    await drop(anna, trap)
    await see(chips.getByText('trap.png'))
    await eventually(() => chips.getByRole('progressbar').count()).toBe(0)
    await seeNoFault(page)
    await field.press('Enter')

    const sofia = await Agent.come(on, 'sofia')
    await sofia.choose('Active')
    await sofia.openSession(answer)
    for (const shown of [anna, sofia]) {
      const picture = shown.log.getByRole('link', { name: 'Open lamp.png in a new tab' })
      await see(picture)
      await eventually(() => picture.locator('img').evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(1)
    }
    await seeNoFault(page)
    await see(log.getByText(answer))
    const download = sofia.page.waitForEvent('download')
    await sofia.log.getByRole('link', { name: /^Download trap\.png, / }).click()
    const saved = await download
    expect(saved.suggestedFilename()).toBe('trap.png')
    expect(await text(await saved.createReadStream())).toBe('<script>alert(1)</script>')

    // A note has its own, without a word too.
    await page.getByRole('button', { name: 'Note', exact: true }).click()
    await page.locator('input[type=file]').setInputFiles({ ...lamp, name: 'ours.png' })
    await eventually(() => page.getByRole('button', { name: 'Add note' }).isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Add note' }).click()
    await see(sofia.log.getByRole('link', { name: 'Open ours.png in a new tab' }))
    expect(await customer.log.textContent()).not.toContain('ours.png')
  },
)

// drop lets a file fall on the dialogue.
async function drop(agent: Agent, file: typeof lamp): Promise<void> {
  const data = await agent.page.evaluateHandle(
    ({ name, text }) => {
      const data = new DataTransfer()
      data.items.add(new File([text], name))
      return data
    },
    { name: file.name, text: file.buffer.toString() },
  )
  await agent.log.dispatchEvent('dragover', { dataTransfer: data })
  await see(agent.page.getByText('Drop files here to attach them'))
  await agent.log.dispatchEvent('drop', { dataTransfer: data })
>>>>>>>> 86a0888 (web/e2e: an agent attaches files):web/e2e/attach.test.ts
}

test('A13: a customer sends files with and without words, and the agents have them', async () => {
  const customer = await Customer.come(on, 'customer')
  const { page, log, field } = customer
  const picker = page.locator('parley-widget input[type=file]')
  await see(page.getByRole('button', { name: 'Attach files' }))
  await picker.setInputFiles([lamp, { name: 'order.txt', mimeType: 'text/plain', buffer: Buffer.from('order 4711') }])
  const tray = page.getByRole('list', { name: 'Files to send' })
  await see(tray.getByText('order.txt'))
  await seeGone(tray.getByRole('progressbar'))
  await customer.write('this one is broken')
  await seeGone(tray)
  await see(log.getByText('this one is broken'))
  await eventually(() => log.getByRole('img', { name: 'lamp.png' }).getAttribute('src')).toMatch(
    /^http.*\/widget\/v1\/files\/[\w-]{43}$/,
  )
  await see(log.getByRole('link', { name: /order\.txt/ }))

  // Nothing but a file, and one that is removed before.
  await picker.setInputFiles([lamp, { ...lamp, name: 'wrong.png' }])
  await tray.getByRole('button', { name: 'Remove wrong.png' }).click()
  await seeGone(tray.getByRole('progressbar'))
  await field.press('Enter')
  await eventually(() => log.getByRole('img', { name: 'lamp.png' }).count()).toBe(2)
  expect(await log.textContent()).not.toContain('wrong.png')

  const anna = await Agent.come(on, 'anna')
  await anna.choose('Unassigned')
  await see(anna.row('[photo] lamp.png'))
})

test('A13: where the setting is off, nothing can be attached', async () => {
  await on.server.command('channel', 'set', 'support-widget', '--no-files')
  const context = await on.person('other')
  const visits = async () => {
    const page = await context.newPage()
    await page.goto(`${on.origin}/demo/`)
    const customer = new Customer(page)
    await customer.open()
    await see(page.getByText('Write to us'))
    const n = await page.getByRole('button', { name: 'Attach files' }).count()
    await page.close()
    return n
  }
  await eventually(visits).toBe(0)
})
