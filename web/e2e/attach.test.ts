import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { seeNoFault } from './fault.ts'
import { Agent, Customer, eventually, see, seeGone } from './people.ts'
import { stage } from './stage.ts'

const on = stage()

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
}
