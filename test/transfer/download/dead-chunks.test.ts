import { expect, it } from 'vitest'
import { sweeper } from '../../../src/transfer/download/dead-chunks.ts'

const CHUNK = 64 * 1024
const MIB = 1024 * 1024

it('keeps the memory of dead chunks small', () => {
  const sweep = sweeper()
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  for (let received = 0; received < 512 * MIB; received += CHUNK) {
    sweep(Buffer.allocUnsafeSlow(CHUNK).length)
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  expect(most).toBeLessThan(48 * MIB)
})
