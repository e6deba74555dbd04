import { expect, it } from 'vitest'
import { inUnitOf, requireSpace } from '../../src/transfer/disk.ts'
import { failureOf } from '../failure-of.ts'

it.each([
  [3.5 * 1024 ** 3, 900 * 1024 ** 2, '3.5 GiB', '0.88 GiB'],
  [2048, 512, '2 KiB', '0.5 KiB'],
  [900, 20, '900 bytes', '20 bytes'],
  [0, 0, '0 bytes', '0 bytes'],
])('shows sizes to compare in one unit: %d and %d', (large, small, first, second) => {
  expect([large, small].map(inUnitOf(large))).toEqual([first, second])
})

it('a disk that is too full is named with what is free and what is needed, in one unit, and with what helps', async () => {
  const bytes = 2 ** 60
  const { message, todo } = await failureOf(requireSpace('/tmp/x', [{ bytes, purpose: 'unpack it' }]))
  expect(message).toMatch(/needs [\d,.]+ TiB to unpack it, but only [\d.]+ TiB is free/)
  expect(todo).toMatch(/shard/)
  expect(todo).toMatch(/larger runner/)
})
