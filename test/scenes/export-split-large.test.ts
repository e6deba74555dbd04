import { describe, expect, it } from 'vitest'
import { splitScene } from '../action/split-scene.ts'

// One after the other, and in a file of their own: each keeps the process busy.
describe('an export in parts that is large', { concurrent: false }, () => {
  it('contains 100,000 items in 20,000 clusters', async () => {
    const clusterSizes = Array.from({ length: 20_000 }, (_, index) => 1 + (index % 9))
    const split = await splitScene({ exportCap: 30_000 }, { clusterSizes })
    await using scene = split.scene
    await scene.succeed({ ...split.inputs, timeout: '90s' })
    await split.expectWhole()
    split.expectNothingTwice()
    expect((await split.manifest()).parts).toHaveLength(4)
  })

  it('lists fifty of its parts in the summary, and all in the manifest', async () => {
    const clusterSizes = Array.from({ length: 52 }, () => 1)
    const split = await splitScene({ exportCap: 1, timings: { exportMs: 0 } }, { clusterSizes })
    await using scene = split.scene
    const { summary } = await scene.succeed(split.inputs)
    expect(summary).toContain('50 of 52 parts')
    expect((await split.manifest()).parts).toHaveLength(52)
  })
})
