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
  ])('reads %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })

  it.each([
    ['a bare number', '90'],
    ['a space', '1h 30m'],
    ['units out of order', '30m1h'],
    ['a unit twice', '1m1m'],
    ['upper case', '2H'],
    ['a word', '2hours'],
    ['another unit', '1d'],
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
  ])('refuses %s', (_, text) => {
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
    const garbage = fc.string({ unit: fc.constantFrom(...Array.from('0123456789.hmsHd, e+-_\n\u0663')) })
    fc.assert(
      fc.property(garbage, (text) => {
        const ms = durationMs(text)
        if (ms === undefined) return
        expect(ms).toBeGreaterThan(0)
        expect(Number.isInteger(ms)).toBe(true)
        const parts = text.match(/[0-9.]+(?:ms|[hms])/g) ?? []
        expect(parts.join('')).toBe(text)
        const order = parts.map((part) => UNITS.findIndex(([unit]) => part.replace(/[0-9.]+/, '') === unit))
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b))
      }),
      { numRuns: 2000 },
    )
  })
})
