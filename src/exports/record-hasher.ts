import { hash } from 'node:crypto'
import { CanonicalBytes } from './canonical-bytes.ts'
import { recordHash } from './digest.ts'

/** Computes {@link recordHash} of records from their JSON, the fast way where there is one. */
export class RecordHasher {
  readonly #canonical = new CanonicalBytes()

  /**
   * Writes the hash of a record to `target`, from `at` on.
   *
   * @param parse called where the record has to be parsed; what it throws comes out
   */
  hash(record: Buffer, target: Buffer, at: number, parse: () => unknown): void {
    const canonical = this.#canonical
    if (!canonical.write(record)) {
      target.set(recordHash(parse()), at)
      return
    }
    const { text, length, ascii } = canonical
    // From string to string is the way that costs least.
    const hashed = hash('sha256', ascii ? text.toString('latin1', 0, length) : text.subarray(0, length), 'binary')
    target.write(hashed, at, 'latin1')
  }
}
