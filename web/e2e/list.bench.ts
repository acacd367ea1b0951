import { test } from 'vitest'
import type { Session } from '../src/api/wire.ts'
import { crowd } from './crowd.ts'
import { scrolled, tell } from './frames.ts'
import { Agent, see } from './people.ts'
import { stage } from './stage.ts'

const on = stage()
const many = 100_000
const page = 100

test('a list of 100,000 sessions', async () => {
  await crowd(on, ['the one that all others are like'])
  const context = await on.person('sofia', { reducedMotion: 'no-preference' })
  // The server's own rows, as many as nobody has: what is measured is the page.
  await context.route(/\/api\/v1\/sessions\?.*state=waiting/, async (route) => {
    const url = new URL(route.request().url())
    const from = Number(url.searchParams.get('after') ?? 0)
    url.searchParams.delete('after')
    const response = await route.fetch({ url: url.href })
    const [like] = ((await response.json()) as { items: Session[] }).items
    const items = Array.from({ length: like && from < many ? page : 0 }, (_, i) => rowOf(like as Session, from + i))
    await route.fulfill({ json: { items, next: from + page < many ? String(from + page) : '' } })
  })
  const { page: tab, listLink } = await agentOf(context)
  await listLink.click()
  await see(tab.locator('.row'))
  const started = Date.now()
  await tab.evaluate(async (most) => {
    const el = document.querySelector('.list-rows') as HTMLElement
    while (Number(el.querySelector('.row:last-child')?.getAttribute('aria-posinset')) < most) {
      el.scrollTop = el.scrollHeight
      await new Promise(requestAnimationFrame)
    }
  }, many)
  console.warn(`P12 list: ${many} sessions came by scrolling in ${Date.now() - started} ms`)
  await tab.evaluate(() => {
    const el = document.querySelector('.list-rows') as HTMLElement
    el.scrollTop = el.scrollHeight / 2
  })
  tell('list of 100,000, by the wheel', await scrolled(tab, '.list-rows', '.row', 120, 300))
  tell('list of 100,000, thrown', await scrolled(tab, '.list-rows', '.row', -1_500, 300))
})

async function agentOf(context: Parameters<typeof Agent.come>[2]) {
  const agent = await Agent.come(on, 'sofia', context)
  return { page: agent.page, listLink: agent.listLink('Unassigned') }
}

const rowOf = (like: Session, i: number): Session => ({
  ...like,
  id: `ses_${(10 ** 12 + i).toString(36)}`,
  number: 1000 + i,
  waiting_since: new Date(Date.parse('2026-01-01T00:00:00Z') + i * 1000).toISOString(),
  preview: `What number ${i} wants to know`,
})
