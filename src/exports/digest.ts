import { createHash, hash } from 'node:crypto'
import { canonical } from './canonical.ts'

const HASH_BYTES = 32
const FIRST_CAPACITY = 1024

/** SHA-256 of one record's {@link canonical} text in UTF-8: 32 bytes, equal for equal data. */
function recordHash(record: unknown): Buffer {
  return hash('sha256', canonical(record), 'buffer')
}

/**
 * The `content_digest` of an export: SHA-256, in hex, over its records, whatever their order, their links or the time of export.
 *
 * To compute it elsewhere: write each record as canonical JSON (the rules stand at {@link canonical}), take the SHA-256 of each
 * text in UTF-8, sort these 32-byte values as bytes, ascending, and take the SHA-256 of all of them in a row. A record that is
 * there twice counts twice; without records it is the SHA-256 of nothing. Only the records count: `info` does not.
 *
 * Uses 32 bytes of memory a record (and 4 more while it ends).
 */
export class RecordDigest {
  count = 0
  #hashes = Buffer.alloc(FIRST_CAPACITY * HASH_BYTES)

  add(record: unknown): void {
    const at = this.count * HASH_BYTES
    if (at === this.#hashes.length) this.#hashes = Buffer.concat([this.#hashes], this.#hashes.length * 2)
    recordHash(record).copy(this.#hashes, at)
    this.count += 1
  }

  hex(): string {
    const hashes = this.#hashes
    const order = new Uint32Array(this.count).map((_, index) => index)
    order.sort((one, other) => {
      const first = hashes.readUInt32BE(one * HASH_BYTES) - hashes.readUInt32BE(other * HASH_BYTES)
      return first !== 0 ? first : compareWhole(hashes, one, other)
    })
    const total = createHash('sha256')
    for (const index of order) total.update(hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES))
    return total.digest('hex')
  }
}

function compareWhole(hashes: Buffer, one: number, other: number): number {
  const end = (index: number) => (index + 1) * HASH_BYTES
  return hashes.compare(hashes, other * HASH_BYTES, end(other), one * HASH_BYTES, end(one))
}
