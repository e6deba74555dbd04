import { afterAll, expect, it, vi } from 'vitest'
import { HASH_BYTES } from '../../src/exports/digest.ts'
import { RecordBatch } from '../../src/exports/record-batch.ts'
import { RecordHasher } from '../../src/exports/record-hasher.ts'
import type { HashedBatch } from '../../src/exports/record-workers.ts'

// The code of the thread, in this one.
const { batch, channel } = await vi.hoisted(async () => {
  const { RecordBatch: Batch } = await import('../../src/exports/record-batch.ts')
  return { batch: new Batch(), channel: new (process.getBuiltinModule('node:worker_threads').MessageChannel)() }
})
vi.mock(import('node:worker_threads'), async (original) => ({
  ...(await original()),
  parentPort: channel.port2,
  workerData: { batches: [batch.shared] },
}))

afterAll(() => channel.port1.close())

it('hashes a batch in shared memory, and tells which records are no JSON', async () => {
  const records = ['{"media_id":"a"}', '{"media_id":', '{"media_id":"b"}'].map((text) => Buffer.from(text))
  for (const record of records) batch.add(record)
  await import('../../src/exports/record-worker.ts')
  const answers: HashedBatch[] = []
  channel.port1.on('message', (answer: HashedBatch) => answers.push(answer))
  // A batch that it was not given is no reason to fall over.
  channel.port1.postMessage({ batch: 7, count: 1 }, [])
  channel.port1.postMessage({ batch: 0, count: 3 }, [])
  await vi.waitUntil(() => answers.length > 0)
  expect(answers).toEqual([{ batch: 0, failed: [1] }])
  const hashes = new RecordBatch(batch.shared).hashes
  const expected = Buffer.alloc(HASH_BYTES * 3)
  const hasher = new RecordHasher()
  for (const index of [0, 2])
    hasher.hash(records[index] ?? Buffer.alloc(0), expected, index * HASH_BYTES, () => undefined)
  for (const index of [0, 2]) {
    const own = hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
    expect(own.equals(expected.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES))).toBe(true)
  }
})
