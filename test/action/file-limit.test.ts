import { describe, expect, it } from 'vitest'
import { launchDist, launchStepsBy } from './run-action.ts'
import { splitScene } from './split-scene.ts'

const MANY = 1024
let limit = MANY
launchStepsBy((env, cwd, entry) =>
  launchDist(env, cwd, entry, ['/bin/sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh']),
)

// Windows has no such limit.
describe.skipIf(process.platform === 'win32')('a process that may open only a few files', () => {
  it.each([22, 24, 26, 28, 32])(
    'exports in parts, or says why not and leaves the earlier export: %d',
    async (files) => {
      const split = await splitScene({ exportCap: 20 }, { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] })
      await using scene = split.scene
      const inputs = { ...split.inputs, include_images: 'true' }
      limit = MANY
      await scene.succeed(inputs)
      const before = await split.manifest()
      limit = files
      const { exitCode, errors } = scene.sound(await (await scene.start(inputs)).ended)
      if (exitCode !== 0) {
        expect(errors[0]).toContain('EMFILE')
        expect(await split.manifest()).toEqual(before)
      }
      limit = MANY
      await scene.succeed(inputs)
      await split.expectWhole()
    },
  )
})
