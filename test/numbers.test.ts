import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { count, counted, duration, percent, signed } from '../src/numbers.ts'

it('shows numbers as Intl does in American English', () => {
  expect([0, 999, 1_234_567, -1_234, 0.1 + 0.2, 1_234.5678].map(count)).toEqual([
    '0',
    '999',
    '1,234,567',
    '-1,234',
    '0.3',
    '1,234.568',
  ])
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(count(value)).toBe(value.toLocaleString('en-US'))
    }),
  )
})

it('counts things in the singular and in the plural', () => {
  expect([0, 1, 2_000].map((value) => counted(value, 'class', 'classes'))).toEqual([
    '0 classes',
    '1 class',
    '2,000 classes',
  ])
})

describe('duration', () => {
  it.each([
    [0, '0s'],
    [999, '0.9s'],
    [3_000, '3s'],
    [8_440, '8.4s'],
    [9_999, '9.9s'],
    [10_999, '10s'],
    [59_999.9, '59s'],
    [80_000, '1m 20s'],
    [7_200_000, '2h'],
    [7_500_000, '2h 5m'],
    [90_061_000, '1d 1h'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })
})

describe('percent', () => {
  it('is whole, below 100, and nothing for what it cannot tell', () => {
    expect([percent(0, 5), percent(2, 5), percent(999, 1000)]).toEqual([' (0%)', ' (40%)', ' (99%)'])
    expect([percent(5, 5), percent(6, 5), percent(0, 0), percent(1, undefined), percent(-1, 5)].join('')).toBe('')
  })
})

describe('numbers', () => {
  it('are grouped, with a real minus and a sign where they are a difference', () => {
    expect([12, -3, -1_234, 0, -0, 0.1 + 0.2 - 0.3].map(signed)).toEqual(['+12', '−3', '−1,234', '±0', '±0', '±0'])
  })
})
