import { parentPort, workerData } from 'node:worker_threads'
import { HASH_BYTES } from './digest.ts'
import { RecordBatch } from './record-batch.ts'
import { RecordHasher } from './record-hasher.ts'
import type { FilledBatch, HashedBatch, HashingJob } from './record-workers.ts'

const job: HashingJob = workerData
const batches = job.batches.map((shared) => new RecordBatch(shared))
const hasher = new RecordHasher()

/** Fills in the hashes of a batch. Answers which records have none, because they are no JSON. */
function hashAll(batch: RecordBatch): number[] {
  const failed: number[] = []
  for (let index = 0; index < batch.count; index += 1) {
    const record = batch.record(index)
    try {
      hasher.hash(record, batch.hashes, index * HASH_BYTES, () => JSON.parse(record.toString()))
    } catch {
      failed.push(index)
    }
  }
  return failed
}

parentPort?.on('message', ({ batch: number, count }: FilledBatch) => {
  const batch = batches[number]
  if (!batch) return
  batch.count = count
  const hashed: HashedBatch = { batch: number, failed: hashAll(batch) }
  parentPort?.postMessage(hashed, [])
})
