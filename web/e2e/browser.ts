import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { LaunchOptions } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

// Without these Chromium looks up hosts of its maker at every start; a test machine may have no way out.
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Says how to start the browser of this machine, with an empty profile. */
export function launchOptions(): LaunchOptions {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return { executablePath: executable(), headless: true, args: [...asRoot, ...quiet] }
}

function executable(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      if (isExecutable(path)) return path
    }
  }
  throw new Error('no Chromium found: install it, or set CHROMIUM to its path')
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
