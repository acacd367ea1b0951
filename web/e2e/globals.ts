import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { launchOptions } from './browser.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the browser that all tests share is spoken to. */
    browser: string
  }
}

/** Starts one browser for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await chromium.launchServer(launchOptions())
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}
