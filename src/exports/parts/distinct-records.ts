import { RecordDigest, recordHash } from '../digest.ts'
import { idIn } from '../record-ids.ts'
import { IdSet } from './id-set.ts'

/**
 * What a record is to those before it: the first of its media item; of an item that an earlier part has; of one that its own part
 * has had, with the same data or with other data.
 */
export type Novelty = 'new' | 'in an earlier part' | 'again' | 'differing'

/**
 * Tells which records of the parts repeat earlier ones: those with the same `media_id`; without one, those with the same data. An
 * item may come in two parts, because the dataset changed between them. That a single part tells of an item twice with differing
 * data is no such repetition, and must not be lost.
 *
 * Takes the memory of an {@link IdSet} of all media items, and 32 bytes a record for the digest.
 */
export class DistinctRecords {
  /** Those of all parts that were ended. */
  readonly ids = new IdSet()
  readonly #digest = new RecordDigest()
  #idsOfPart = new IdSet()
  #contentsOfPart = new IdSet()

  /** Records that were kept. */
  get count(): number {
    return this.#digest.count
  }

  /** Looks at the next record of a part. Its hash is for {@link keep}. */
  next(record: unknown): { novelty: Novelty; hash: Buffer } {
    const hash = recordHash(record)
    const id = idIn(record, 'media_id') ?? hash
    if (this.ids.has(id)) return { novelty: 'in an earlier part', hash }
    const isNew = this.#idsOfPart.add(id)
    const differs = this.#contentsOfPart.add(hash)
    return { novelty: isNew ? 'new' : differs ? 'differing' : 'again', hash }
  }

  /** Counts a record in. */
  keep(hash: Buffer): void {
    this.#digest.addHash(hash)
  }

  endPart(): void {
    this.ids.addAll(this.#idsOfPart)
    this.#idsOfPart = new IdSet()
    this.#contentsOfPart = new IdSet()
  }

  contentDigest(): string {
    return this.#digest.hex()
  }
}
