import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject, vi } from 'vitest'
import { Network } from './network.ts'
import { Server } from './server.ts'

const viewport = { width: 1440, height: 900 }

/** What opens every account of the demo. */
export const password = 'parley-demo'

/** Stage is what a file of tests plays on: a server of its own, the network in front of it, and the shared browser. */
export interface Stage {
  browser: Browser
  server: Server
  network: Network
  /** Where the server is reached through the network. */
  origin: string
  /** Origins that pages may ask things of, the server's first. */
  origins: Set<string>
  /** Expects what a page's own policy says of the page, in this test. */
  allow: (what: RegExp) => void
  /** A browser of somebody's own; gone after the test, unless it is to be kept for the next ones. */
  person: (who: string, options?: BrowserContextOptions & { keep?: boolean }) => Promise<BrowserContext>
  /** Adds an agent who answers in Support, with the demo's password. */
  addAgent: (who: string, name: string) => Promise<void>
  /** Adds a widget for a site of that origin, and gives the line for its pages when the server knows it. */
  addWidget: (name: string, origin: string, ...settings: string[]) => Promise<string>
}

/** What the server of a stage has that others have not. */
export interface Props {
  /** Instead of an empty SQLite database. */
  databaseURL?: () => Promise<string>
  /** Flags of the program. */
  settings?: readonly string[]
}

/** Sets the stage before the tests of a file. After each one nothing may have happened that no page may do. */
export function stage({ databaseURL, settings = [] }: Props = {}): Stage {
  const made = { origins: new Set<string>() } as Stage
  const kept = new Set<BrowserContext>()
  let trouble: string[] = []
  let allowed: RegExp[] = []

  const startServer = async () => {
    const database = databaseURL ? ['--database-url', await databaseURL()] : []
    return Server.start(made.origin, [...database, ...settings])
  }
  beforeAll(async () => {
    made.network = await Network.listen()
    made.origin = made.network.origin
    made.origins.add(made.origin)
    const [browser, server] = await Promise.all([chromium.connect(inject('browser')), startServer()])
    Object.assign(made, { browser, server })
    made.network.target = server.port
  })
  afterAll(async () => {
    await made.browser?.close()
    await made.network?.close()
    await made.server?.stop()
  })
  afterEach(async ({ task }) => {
    const contexts = made.browser?.contexts() ?? []
    if (task.result?.state === 'fail') await photograph(contexts, task.name)
    await Promise.all(contexts.filter((context) => !kept.has(context)).map((context) => context.close()))
    const seen = trouble.filter((what) => !allowed.some((a) => a.test(what)))
    trouble = []
    allowed = []
    expect(seen).toEqual([])
  })

  made.allow = (what) => allowed.push(what)
  made.person = async (who, { keep = false, ...options } = {}) => {
    const agent = `Mozilla/5.0 (X11; Linux x64_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 e2e/${who}`
    const context = await made.browser.newContext({ userAgent: agent, reducedMotion: 'reduce', viewport, ...options })
    context.setDefaultTimeout(60_000)
    if (keep) kept.add(context)
    watch(context, (what) => trouble.push(`${who}: ${what}`), made.origins)
    return context
  }
  made.addAgent = async (who, name) => {
    const file = join(tmpdir(), `parley-e2e-${process.pid}-password`)
    await writeFile(file, password)
    const of = ['--email', `${who}@example.test`, '--name', name, '--operator', 'support', '--password-file', file]
    await made.server.command('agent', 'add', ...of).finally(() => rm(file))
  }
  made.addWidget = async (name, origin, ...settings) => {
    const of = ['--department', 'support', '--name', name, '--origin', origin, ...settings]
    const snippet = await made.server.command('channel', 'add', 'widget', ...of)
    const known = async () => {
      const { status } = await fetch(`${made.origin}/widget/v1/socket?channel=${name}`)
      if (status === 404) throw new Error(`the server does not know of the channel ${name}`)
    }
    await vi.waitFor(known, { timeout: 60_000, interval: 50 })
    return snippet.trim()
  }
  return made
}

// watch tells of what no page may do, whatever is written in it.
function watch(context: BrowserContext, tell: (what: string) => void, origins: ReadonlySet<string>): void {
  context.on('dialog', (dialog) => {
    tell(`dialog: ${dialog.message()}`)
    dialog.dismiss().catch(() => {})
  })
  context.on('weberror', (error) => tell(`error: ${error.error().stack}`))
  context.on('console', (message) => {
    if (/content security policy|trusted type/i.test(message.text())) tell(message.text())
  })
  const ask = (address: string) => {
    const { protocol, origin } = new URL(address.replace(/^ws/, 'http'))
    if (protocol !== 'data:' && protocol !== 'blob:' && !origins.has(origin)) tell(`asked ${address}`)
  }
  context.on('request', (request) => ask(request.url()))
  context.on('page', (page) => page.on('websocket', (socket) => ask(socket.url())))
}

async function photograph(contexts: readonly BrowserContext[], name: string): Promise<void> {
  const pages = contexts.flatMap((context) => context.pages())
  const file = name.replace(/\W+/g, '-').slice(0, 80)
  await Promise.all(pages.map((page, i) => shoot(page, `test-results/${file}-${i}.png`)))
}

const shoot = (page: Page, path: string) => page.screenshot({ path, timeout: 5_000 }).catch(() => {})
