import { availableParallelism } from 'node:os'
import { HASH_BYTES, type RecordDigest } from './digest.ts'
import { RecordHasher } from './record-hasher.ts'
import type { RecordReader } from './records.ts'

export interface DigestOptions {
  digest: RecordDigest
  /** Of the whole file: what the work is to be judged by. */
  sizeBytes: number
  signal: AbortSignal
  /** Told of every record, in order. */
  onRecord?: ((record: unknown) => void) | undefined
  /** How many worker threads share the work; by default as many as pay. */
  workers?: number | undefined
}

/** With less to read than this (bytes), starting threads takes longer than they save. */
const WORTH_WORKERS = 16 * 1024 * 1024
/** More have nothing to do: taking the records apart keeps one thread busy, hashing them two at most. */
const MOST_WORKERS = 2

/** Adds all records of a file to a digest. Throws `corrupt_download` for what is wrong in the file first, or the signal's reason. */
export async function digestRecords(reader: RecordReader, options: DigestOptions): Promise<void> {
  const { digest, signal, onRecord } = options
  const count = options.workers ?? worthwhile(options)
  if (count > 0) {
    const { digestInWorkers } = await import('./record-workers.ts')
    return digestInWorkers(reader, { digest, count, signal, onRecord })
  }
  const hasher = new RecordHasher()
  const hashed = Buffer.alloc(HASH_BYTES)
  await reader.each((bytes, number) => {
    const record = onRecord && { value: reader.parse(bytes, number) }
    hasher.hash(bytes, hashed, 0, () => (record ? record.value : reader.parse(bytes, number)))
    digest.addHash(hashed)
    if (record) onRecord(record.value)
    return undefined
  })
}

function worthwhile({ sizeBytes, onRecord }: DigestOptions): number {
  const processors = availableParallelism()
  if (sizeBytes < WORTH_WORKERS || processors === 1) return 0
  // Where this thread parses all records as well, one other has hashed them long before.
  return onRecord ? 1 : Math.min(processors, MOST_WORKERS)
}
