import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs } from '../../src/inputs/durations.ts'

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

describe('durationMs', () => {
  it.each([
    ['90s', 90_000],
    ['45m', 2_700_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1h1m1s1ms', 3_661_001],
    ['1.5h', 5_400_000],
    ['0h30s', 30_000],
    ['0.1h', 360_000],
    ['2 hours', 7_200_000],
    ['2hours', 7_200_000],
    ['1 Hour 30 Minutes', 5_400_000],
    ['2h 30m', 9_000_000],
    ['90 minutes', 5_400_000],
    ['90 mins', 5_400_000],
    ['1 h', 3_600_000],
    ['3 hrs', 10_800_000],
    ['45 sec', 45_000],
    ['1 second', 1_000],
    ['500 milliseconds', 500],
    ['2H', 7_200_000],
    ['PT2H30M', 9_000_000],
    ['PT90S', 90_000],
    ['PT1.5H', 5_400_000],
  ])('reads %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })

  it.each([
    ['a bare number', '90'],
    ['units out of order', '30m1h'],
    ['a unit twice', '1m1m'],
    ['a word before', 'about 2 hours'],
    ['a word between', '1h and 30m'],
    ['a number in words', 'two hours'],
    ['another unit', '1d'],
    ['months of ISO 8601', 'P2M'],
    ['ISO 8601 without a value', 'PT'],
    ['ISO 8601 in lower case', 'pt2h'],
    ['ISO 8601 with spaces', 'PT2H 30M'],
    ['a sign', '-5m'],
    ['an exponent', '1e3s'],
    ['a comma', '1,5h'],
    ['no digit before the point', '.5h'],
    ['no digit after the point', '1.h'],
    ['digits at the end', '1h30'],
    ['zero', '0s'],
    ['less than a millisecond', '0.1ms'],
    ['more than a number holds', `${'9'.repeat(400)}h`],
    ['nothing', ''],
    ['a line end', '5m\n'],
  ])('rejects %s', (_, text) => {
    expect(durationMs(text)).toBeUndefined()
  })

  it('reads back what whole amounts of each unit were written as', () => {
    const amount = fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined })
    fc.assert(
      fc.property(fc.tuple(amount, amount, amount, amount), (amounts) => {
        const text = UNITS.map(([unit], index) =>
          amounts[index] === undefined ? '' : `${amounts[index]}${unit}`,
        ).join('')
        const ms = UNITS.reduce((sum, [, size], index) => sum + (amounts[index] ?? 0) * size, 0)
        expect(durationMs(text)).toBe(ms > 0 ? ms : undefined)
      }),
    )
  })

  it('never takes anything but its grammar', () => {
    const garbage = fc.string({ unit: fc.constantFrom(...Array.from('0123456789.hmshmd, e+-_\n\u0663')) })
    fc.assert(
      fc.property(garbage, (text) => {
        const ms = durationMs(text)
        if (ms === undefined) return
        expect(ms).toBeGreaterThan(0)
        expect(Number.isInteger(ms)).toBe(true)
        const parts = text.match(/[0-9.]+ *(?:ms|[hms]) */g) ?? []
        expect(parts.join('')).toBe(text)
        const order = parts.map((part) => UNITS.findIndex(([unit]) => part.replace(/[0-9. ]+/g, '') === unit))
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b))
      }),
      { numRuns: 2000 },
    )
  })
})
