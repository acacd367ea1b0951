import { defineConfig } from 'vitest/config'

// Measurements in the browser, against the same program as the browser tests. They print numbers and judge none. One at
// a time, or they measure each other.
export default defineConfig({
  test: {
    include: ['e2e/**/*.bench.ts'],
    environment: 'node',
    globalSetup: 'e2e/globals.ts',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
  },
})
