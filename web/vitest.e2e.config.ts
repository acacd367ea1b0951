import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// The screens take longest, and whoever begins with them last ends alone.
class ScreensFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const after = ({ moduleId }: TestSpecification) => Number(!moduleId.includes('/screens/'))
    return (await super.sort(files)).sort((a, b) => after(a) - after(b))
  }
}

// Browser tests against the real program: PARLEY_BIN names it, CHROMIUM the browser; make test sets both. Two files at
// a time, each with a server of its own; they share one browser.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'e2e/globals.ts',
    maxWorkers: 2,
    sequence: { sequencer: ScreensFirst },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
