import { HASH_BYTES } from './digest.ts'

/** The most bytes of records, and the most records, in one batch. */
const BATCH_BYTES = 512 * 1024
const MOST_RECORDS = 4096

const ENDS_BYTES = MOST_RECORDS * Int32Array.BYTES_PER_ELEMENT
const HASHES_BYTES = MOST_RECORDS * HASH_BYTES

/** Records, and room for their hashes, in memory that threads share. Only one of them has it in hand at a time. */
export class RecordBatch {
  readonly shared: SharedArrayBuffer
  /** As many of {@link count} as were computed. */
  readonly hashes: Buffer
  count = 0
  readonly #ends: Int32Array
  readonly #bytes: Buffer

  /** @param shared of a batch in another thread */
  constructor(shared = new SharedArrayBuffer(ENDS_BYTES + HASHES_BYTES + BATCH_BYTES)) {
    this.shared = shared
    this.#ends = new Int32Array(shared, 0, MOST_RECORDS)
    this.hashes = Buffer.from(shared, ENDS_BYTES, HASHES_BYTES)
    this.#bytes = Buffer.from(shared, ENDS_BYTES + HASHES_BYTES)
  }

  /** Puts in a copy of a record. False when there is no room for it. */
  add(record: Buffer): boolean {
    const start = this.#endOf(this.count - 1)
    if (this.count === MOST_RECORDS || start + record.length > BATCH_BYTES) return false
    this.#bytes.set(record, start)
    this.#ends[this.count] = start + record.length
    this.count += 1
    return true
  }

  /** The bytes of a record, lent. */
  record(index: number): Buffer {
    return this.#bytes.subarray(this.#endOf(index - 1), this.#endOf(index))
  }

  #endOf(index: number): number {
    return index < 0 ? 0 : (this.#ends[index] ?? 0)
  }
}
