import { createHash } from 'node:crypto'

/** The length of a record's hash. */
export const HASH_BYTES = 32
const BLOCK_HASHES = 32 * 1024
/** By their first two bytes. Of a million records, about 15 share a bucket. */
const BUCKETS = 2 ** 16
const GATHERED_HASHES = 2048
const NONE = Buffer.alloc(0)

/**
 * The `content_digest` of an export: SHA-256, in hex, over its records, regardless of their order, their links, or the time of export. It is
 * the SHA-256 of the sorted hashes of all records in a row. A record that is there twice counts twice; without records it is the SHA-256 of
 * nothing. Only the records count: `info` does not.
 *
 * Uses 32 bytes of memory per record (and 4 more while it ends).
 */
export class RecordDigest {
  count = 0
  readonly #blocks: Buffer[] = []

  /** Adds a record by its hash (see `recordHash`), which is in `hashes` from `start` on. */
  add(hashes: Uint8Array, start = 0): void {
    const at = this.count % BLOCK_HASHES
    if (at === 0) this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_HASHES * HASH_BYTES))
    this.#blocks.at(-1)?.set(hashes.subarray(start, start + HASH_BYTES), at * HASH_BYTES)
    this.count += 1
  }

  hex(): string {
    const { order, ends } = this.#byBucket()
    let start = 0
    for (const end of ends) {
      if (end - start > 1) order.subarray(start, end).sort((one, other) => this.#compare(one, other))
      start = end
    }
    const total = createHash('sha256')
    const gathered = Buffer.allocUnsafeSlow(GATHERED_HASHES * HASH_BYTES)
    let length = 0
    for (const index of order) {
      const at = placeOf(index)
      length += this.#blockOf(index).copy(gathered, length, at, at + HASH_BYTES)
      if (length < gathered.length) continue
      total.update(gathered)
      length = 0
    }
    return total.update(gathered.subarray(0, length)).digest('hex')
  }

  /** The numbers of all records, those of a bucket side by side, and where each bucket ends among them. */
  #byBucket(): { order: Uint32Array; ends: Uint32Array } {
    const ends = new Uint32Array(BUCKETS)
    for (let index = 0; index < this.count; index += 1) {
      const bucket = this.#bucketOf(index)
      ends[bucket] = (ends[bucket] ?? 0) + 1
    }
    let sum = 0
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const size = ends[bucket] ?? 0
      ends[bucket] = sum
      sum += size
    }
    // Each is where its bucket begins, and moves to its end as the bucket fills.
    const order = new Uint32Array(this.count)
    for (let index = 0; index < this.count; index += 1) {
      const bucket = this.#bucketOf(index)
      const at = ends[bucket] ?? 0
      order[at] = index
      ends[bucket] = at + 1
    }
    return { order, ends }
  }

  #bucketOf(index: number): number {
    return this.#blockOf(index).readUInt16BE(placeOf(index))
  }

  #compare(one: number, other: number): number {
    const [first, second] = [placeOf(one), placeOf(other)]
    return this.#blockOf(one).compare(this.#blockOf(other), second, second + HASH_BYTES, first, first + HASH_BYTES)
  }

  #blockOf(index: number): Buffer {
    return this.#blocks[Math.floor(index / BLOCK_HASHES)] ?? NONE
  }
}

/** Where the hash of a record begins in its block. */
function placeOf(index: number): number {
  return (index % BLOCK_HASHES) * HASH_BYTES
}
