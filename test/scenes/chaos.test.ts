import { describe, expect, it } from 'vitest'
import { play } from '../chaos/play.ts'
import { sequenceOf } from '../chaos/sequence.ts'

/** Always the same seeds, most of them in this process: `npm run chaos` plays thousands of others. */
const SEEDS = Array.from({ length: 100 }, (_, index) => index + 1)

/** Up to 96 steps share the machine here. */
const SLACK_MS = 1_800

// The post step of a killed one looks for up to a minute for what may still appear.
describe.concurrent('a random sequence of faults and signals', { timeout: 120_000 }, () => {
  it.each(SEEDS)('breaks no promise: seed %d', async (seed) => {
    const { broken, log } = await play(sequenceOf(seed), SLACK_MS)
    expect(broken.join('\n'), `npm run chaos -- --seed ${seed}\n${log}`).toBe('')
  })
})
