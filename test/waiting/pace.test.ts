import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patienceMs, pause, settlingMs } from '../../src/waiting/pace.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const duration = fc.double({ min: 0, max: 1e9, noNaN: true })

describe('the pause between two looks', () => {
  it('is the user’s where the user fixed it, however long nothing changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 3_600_000 }), duration, chance, (fixed, since, random) => {
        expect(pause(fixed, since, () => random)).toBe(fixed)
      }),
    )
  })

  it('adapts between about one second and about half a minute', () => {
    fc.assert(
      fc.property(duration, chance, (since, random) => {
        const ms = pause('auto', since, () => random)
        expect(ms).toBeGreaterThanOrEqual(900)
        expect(ms).toBeLessThanOrEqual(33_000)
      }),
    )
  })

  it('grows with the time since something changed, and stays a tenth of it, give or take a tenth', () => {
    fc.assert(
      fc.property(duration, duration, chance, (a, b, random) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)]
        expect(pause('auto', less, () => random)).toBeLessThanOrEqual(pause('auto', more, () => random))
        if (more > 10_000) expect(pause('auto', more, () => random)).toBeLessThanOrEqual(more * 0.110_001)
      }),
    )
  })

  it('is not the same for every runner', () => {
    expect(new Set(Array.from({ length: 50 }, () => pause('auto', 60_000))).size).toBeGreaterThan(40)
  })
})

describe('the patience with lists', () => {
  it('is two minutes or a quarter of the time left, whichever is less', () => {
    expect([0, 60_000, 479_999, 480_000, 7_200_000].map(patienceMs)).toEqual([0, 15_000, 119_999.75, 120_000, 120_000])
  })
})

describe('the settling time', () => {
  it('is five seconds or a tenth of the time left, whichever is less', () => {
    expect([0, 10_000, 50_000, 7_200_000].map(settlingMs)).toEqual([0, 1_000, 5_000, 5_000])
  })
})
