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

  it('adapts between two seconds and less than a minute', () => {
    fc.assert(
      fc.property(duration, chance, (since, random) => {
        const ms = pause('auto', since, () => random)
        expect(ms).toBeGreaterThanOrEqual(2_000)
        expect(ms).toBeLessThanOrEqual(48_000)
      }),
    )
  })

  it('grows with the time since something changed, and stays a small share of it', () => {
    fc.assert(
      fc.property(duration, duration, chance, (a, b, random) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)]
        expect(pause('auto', less, () => random)).toBeLessThanOrEqual(pause('auto', more, () => random))
        if (more > 20_000) expect(pause('auto', more, () => random)).toBeLessThanOrEqual(more * 0.144_001)
      }),
    )
  })

  /** When work that lasts `ms` and changes at `changes` is polled, until its end is seen. */
  function polls(ms: number, changes: readonly number[], random: () => number): number[] {
    const at = [0]
    for (let now = 0; now < ms; ) {
      const changedAt = at.findLast((time, index) => changes.some((one) => one <= time && one > (at[index - 1] ?? -1)))
      now += pause('auto', now - (changedAt ?? 0), random)
      at.push(now)
    }
    return at
  }

  it('polls work of 20 s at most 12 times and sees its end at most 3 s late, whenever it changes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 3 }), chance, (changes, random) => {
        const at = polls(20_000, changes, () => random)
        expect(at.length).toBeLessThanOrEqual(12)
        expect((at.at(-1) ?? 0) - 20_000).toBeLessThanOrEqual(3_000)
      }),
    )
  })

  it.each([[[]], [[5_000]], [[2_000, 1_800_000]]])(
    'polls work of an hour at most 160 times: changes at %j',
    (changes) => {
      for (const random of [0, 0.5, 1]) expect(polls(3_600_000, changes, () => random).length).toBeLessThanOrEqual(160)
    },
  )

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
