import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadline } from '../../src/clock.ts'
import { statusFailure } from '../../src/visual-layer/failure.ts'
import { fullJitter, persistent } from '../../src/visual-layer/retry.ts'
import { failureOf } from '../failure-of.ts'
import { FakeClock } from '../waiting/fake-clock.ts'

describe('the pause between two attempts', () => {
  it('is between nothing and a ceiling that doubles, up to half a minute', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, random) => {
          const pause = fullJitter(n, () => random)
          expect(pause).toBeGreaterThanOrEqual(0)
          expect(pause).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** Math.min(n, 16)))
        },
      ),
    )
    const ceilings = [0, 1, 2, 3, 20, 5_000].map((n) => Math.round(fullJitter(n, () => 1)))
    expect(ceilings).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000])
  })

  it('spreads by chance of its own', () => {
    expect(new Set(Array.from({ length: 50 }, () => fullJitter(10))).size).toBeGreaterThan(40)
  })
})

describe('persistent', () => {
  it.each([
    [30_000, false],
    [301_000, true],
  ])(
    'says that Retry-After asks for longer than its retries last only where it does: %d ms',
    async (asked, isLonger) => {
      const clock = new FakeClock()
      const options = { clock, deadline: new Deadline(clock, 7_200_000), signal: new AbortController().signal }
      const failing = async () => {
        clock.advance(200)
        throw statusFailure('list the snapshots', 503, '', true, asked)
      }
      const error = await failureOf(persistent(failing, undefined, { ...options, onRetry: () => undefined }))
      expect(error.message.includes('Retry-After asks for longer')).toBe(isLonger)
    },
  )
})
