import { createHash } from 'node:crypto'
import { endianness } from 'node:os'

/** The length of a record's hash. */
export const HASH_BYTES = 32
const BLOCK_HASHES = 32 * 1024
const GATHERED_HASHES = 2048
const NONE = Buffer.alloc(0)
/** Which half of a 64-bit integer comes first in memory. */
const [LOW, HIGH] = endianness() === 'LE' ? [0, 1] : [1, 0]

/**
 * The `content_digest` of an export: SHA-256, in hex, over its records, regardless of their order, their links, or the time of export. It is
 * the SHA-256 of the sorted hashes of all records in a row. A record that is there twice counts twice; without records it is the SHA-256 of
 * nothing. Only the records count: `info` does not.
 *
 * Uses 32 bytes of memory per record (and 12 more while it ends).
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
    const total = createHash('sha256')
    const gathered = Buffer.allocUnsafeSlow(GATHERED_HASHES * HASH_BYTES)
    let length = 0
    for (const index of this.#order()) {
      const at = placeOf(index)
      length += this.#blockOf(index).copy(gathered, length, at, at + HASH_BYTES)
      if (length < gathered.length) continue
      total.update(gathered)
      length = 0
    }
    return total.update(gathered.subarray(0, length)).digest('hex')
  }

  /** The numbers of all records, sorted by their hashes. */
  #order(): Uint32Array {
    // The first four bytes of a hash and its number, together one integer that is sorted without a call for each two.
    const words = new Uint32Array(2 * this.count)
    for (let index = 0; index < this.count; index += 1) {
      words[2 * index + LOW] = index
      words[2 * index + HIGH] = this.#blockOf(index).readUInt32BE(placeOf(index))
    }
    new BigUint64Array(words.buffer).sort()
    const order = new Uint32Array(this.count).map((_, index) => words[2 * index + LOW] ?? 0)
    for (let start = 0, end = 1; start < this.count; start = end, end += 1) {
      while (end < this.count && words[2 * end + HIGH] === words[2 * start + HIGH]) end += 1
      if (end - start > 1) order.subarray(start, end).sort((one, other) => this.#compare(one, other))
    }
    return order
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
