import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { count, counted } from '../src/numbers.ts'

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
