import { defineConfig } from 'vitest/config'

const jsx = (importSource: string) => ({ jsx: { runtime: 'automatic' as const, importSource } })

// One project a room, as each has its own JSX and its own surroundings (globals: with them Testing
// Library removes what a test rendered). Browser tests are in vitest.e2e.config.ts.
export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      { test: { name: 'shared', include: ['src/*.test.ts', 'src/shared/**/*.test.ts'], environment: 'node' } },
      {
        oxc: jsx('preact'),
        test: { name: 'widget', include: ['src/widget/**/*.test.{ts,tsx}'], environment: 'jsdom', globals: true },
      },
      {
        oxc: jsx('react'),
        test: { name: 'workspace', include: ['src/workspace/**/*.test.{ts,tsx}'], environment: 'jsdom', globals: true },
      },
    ],
  },
})
