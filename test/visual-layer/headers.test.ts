import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redirectTarget, retryAfterMs } from '../../src/visual-layer/headers.ts'

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

it.each([
  ['https://elsewhere.example/b', 'https://elsewhere.example/b'],
  ['/b?c=1', 'https://h.example/b?c=1'],
  ['', 'https://h.example/a/x'],
  ['http://[', undefined],
  [undefined, undefined],
])('a redirect to %j leads to %s', (location, expected) => {
  expect(redirectTarget({ location }, new URL('https://h.example/a/x'))?.href).toBe(expected)
})
