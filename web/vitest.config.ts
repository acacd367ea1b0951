import { defineConfig } from 'vitest/config'

const jsx = (importSource: string) => ({ jsx: { runtime: 'automatic' as const, importSource } })

// On a busy machine a test may take its time: only what hangs fails by it.
const patient = { testTimeout: 60_000, hookTimeout: 60_000 }

// One project a room, as each has its own JSX and its own surroundings (globals: with them Testing
// Library removes what a test rendered). Browser tests are in vitest.e2e.config.ts.
export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        test: {
          ...patient,
          name: 'shared',
          include: ['src/*.test.ts', 'src/shared/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        oxc: jsx('preact'),
        test: {
          ...patient,
          name: 'widget',
          include: ['src/widget/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          globals: true,
        },
      },
      {
        oxc: jsx('react'),
        test: {
          ...patient,
          name: 'workspace',
          include: ['src/workspace/**/*.test.{ts,tsx}'],
          environment: 'jsdom',
          globals: true,
        },
      },
    ],
  },
})
