import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadline } from '../../src/clock.ts'
import { statusFailure } from '../../src/visual-layer/failure.ts'
import { fullJitter, persistent, retryAfterMs } from '../../src/visual-layer/retry.ts'
import { failureOf } from '../failure-of.ts'
import { FakeClock } from '../waiting/fake-clock.ts'

const NOW = Date.UTC(2026, 0, 1, 3)

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    ['  120 ', 120_000],
    ['3600', 3_600_000],
    ['Thu, 01 Jan 2026 03:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 03:02:00 GMT', 120_000],
    ['Thu Jan  1 03:00:05 2026 GMT', 5_000],
    ['Thu, 01 Jan 2026 02:00:00 GMT', 0],
  ])('reads %j as %d ms', (header, expected) => {
    expect(retryAfterMs({ 'retry-after': header }, NOW)).toBe(expected)
  })

  it.each([
    undefined,
    '',
    '   ',
    '-5',
    '1.5',
    '+3',
    '1e3',
    '0x10',
    '99999999999999',
    'soon',
    'in a minute',
    '5 s',
    '1,2',
    'NaN',
    'Infinity',
  ])('makes nothing of %j', (header) => {
    expect(retryAfterMs({ 'retry-after': header }, NOW)).toBeUndefined()
  })

  it.each([300, -300])('as a date is compared with the clock of the server, %d s off', (seconds) => {
    const date = (ms: number) => new Date(NOW + seconds * 1000 + ms).toUTCString()
    expect(retryAfterMs({ 'retry-after': date(3_000), date: date(0) }, NOW)).toBe(3_000)
  })

  it('answers a pause that can be slept, or nothing, for any header at all', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const pause = retryAfterMs({ 'retry-after': header, date: header }, NOW)
        expect(pause === undefined || (Number.isFinite(pause) && pause >= 0)).toBe(true)
      }),
    )
  })
})

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
