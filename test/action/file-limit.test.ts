import { describe, expect, it } from 'vitest'
import { type Launch, launchDist } from './run-action.ts'
import { splitScene } from './split-scene.ts'

/** A launch of a process that may open this many files. */
const limitedTo =
  (files: number): Launch =>
  (env, cwd, entry) =>
    launchDist(env, cwd, entry, ['/bin/sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh'])

// Windows has no such limit.
describe.skipIf(process.platform === 'win32')('a process that may open only a few files', () => {
  it.each([22, 24, 26, 28, 32])(
    'exports in parts, or says why not and leaves the earlier export: %d',
    async (files) => {
      const split = await splitScene({ exportCap: 20 }, { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] })
      await using scene = split.scene
      const inputs = { ...split.inputs, include_images: 'true' }
      await scene.succeed(inputs)
      const before = await split.manifest()
      const step = await scene.start(inputs, {}, 'main', limitedTo(files))
      const { exitCode, errors } = scene.sound(await step.ended)
      if (exitCode !== 0) {
        expect(errors[0]).toContain('EMFILE')
        expect(await split.manifest()).toEqual(before)
      }
      await scene.succeed(inputs)
      await split.expectWhole()
    },
  )
})
