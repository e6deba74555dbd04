import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** These replace modules that others use, too. */
const ISOLATED = [
  'test/main.test.ts',
  'test/export/replace-export.test.ts',
  'test/export/records/records-thread.test.ts',
  'test/transfer/archive/unpack-thread.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      // Steps in the process of the test, which mostly wait: many at once.
      {
        extends: true,
        test: {
          name: 'scenes',
          include: ['test/scenes/**/*.test.ts'],
          setupFiles: ['test/setup.ts', 'test/scenes/setup.ts'],
          sequence: { concurrent: true },
          maxConcurrency: 32,
        },
      },
      // A step that is a process of its own mostly starts: a few at once.
      {
        extends: true,
        test: {
          name: 'others',
          include: ['test/**/*.test.ts'],
          exclude: ['test/scenes/**', ...ISOLATED],
          setupFiles: ['test/setup.ts'],
          maxConcurrency: 4,
        },
      },
      {
        extends: true,
        test: { name: 'isolated', include: ISOLATED, setupFiles: ['test/setup.ts'], isolate: true },
      },
    ],
    // The files of a worker share what they import, which is what small ones take most of their time for.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The tests mostly wait for the steps that they start.
    maxWorkers: availableParallelism() + 2,
    // Measured by .ci/run, which runs all tests: one file alone would miss the thresholds. What the built action does as a
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
