import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    // A step mostly waits: more of them at once than there are cores; with those of another file they are as many again.
    maxConcurrency: 4,
    hookTimeout: 60_000,
    // The tests mostly wait for the steps that they start.
    maxWorkers: availableParallelism() + 1,
    // Measured by npm test, which runs all tests: one file alone would miss the thresholds. What the built action does as a
    // process of its own, in test/action, does not count.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // These are a process: nothing of them can run inside of another one.
      exclude: ['src/main.ts', 'src/post.ts', 'src/lifetime.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 99, branches: 95 },
    },
  },
})
