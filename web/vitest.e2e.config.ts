import { defineConfig } from 'vitest/config'

// Browser tests against the real program: PARLEY_BIN names it, CHROMIUM the browser; make test sets both. Two files at
// a time, each with a server of its own; they share one browser.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'e2e/globals.ts',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
