import { isAscii } from 'node:buffer'
import { type CocoBatch, CocoBatchBuilder, type CocoLabels } from '../coco/coco-batch.ts'
import { FieldSums, type HashSeeds } from '../comparison/fields.ts'
import { InexactNumber, recordHash } from './canonical.ts'
import { HASH_BYTES } from './digest.ts'
import { KEY_WORDS, writeKey } from './id-table.ts'
import { type Item, itemOf } from './item.ts'
import { NotJson, parseExactly, parseJson } from './parse.ts'
import { emptyTally, tally, type Tally } from './statistics.ts'

/** Some records as they are in a file. */
export interface RecordBytes {
  bytes: Uint8Array
  /** Where each begins in `bytes`, and where it ends (exclusive). */
  starts: readonly number[]
  ends: readonly number[]
}

/** What is to be found out about records. */
export interface Wanted {
  /** What the comparison needs; hashed with these seeds. */
  items?: HashSeeds | undefined
  /** What the COCO file needs. */
  coco?: CocoLabels | undefined
}

/** The records as the comparison sees them: each array has as many entries, or words, as there are records. */
export interface ItemBatch {
  /** Of their IDs; of those without one, of their hash. */
  keys: Uint32Array
  /** As text; `undefined` for a UUID, which its key tells, and for an item without an ID. */
  ids: (string | undefined)[]
  /** 1 for an item whose key is its UUID. */
  areUuids: Uint8Array
  names: string[]
  fields: { sums: Uint32Array; amounts: Float64Array }
}

/** Everything that anyone needs of some records. It can cross between threads. */
export interface BatchResult {
  /** {@link HASH_BYTES} for each record. */
  hashes: Uint8Array
  /** The key of each record's `media_id`; of its hash if it has none. */
  keys: Uint32Array
  tally: Tally
  items: ItemBatch | undefined
  coco: CocoBatch | undefined
  /** The index of the first record that is not JSON, and why; nothing of it or of those after it is in the result. */
  broken: { index: number; why: string } | undefined
}

/** Parses each record once. Throws `corrupt_download` for a record that is nested too deeply. */
export function readBytes({ bytes, starts, ends }: RecordBytes, wanted: Wanted): BatchResult {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8'
  const result = new BatchReader(starts.length, wanted)
  for (let index = 0; index < starts.length; index += 1) {
    const record = buffer.toString(encoding, starts[index], ends[index])
    let value: unknown
    try {
      value = parseJson(record)
    } catch (error) {
      if (!(error instanceof NotJson)) throw error
      return result.end({ index, why: error.message })
    }
    try {
      result.add(value, false)
    } catch (error) {
      if (!(error instanceof InexactNumber)) throw error
      result.add(parseExactly(record), true)
    }
  }
  return result.end()
}

/** The same of records that are values already: rows of a table. */
export function readValues(values: readonly unknown[], wanted: Wanted): BatchResult {
  const result = new BatchReader(values.length, wanted)
  for (const value of values) result.add(value, true)
  return result.end()
}

class BatchReader {
  readonly #hashes: Buffer
  readonly #keys: Uint32Array
  readonly #tally = emptyTally()
  readonly #fields: FieldSums | undefined
  readonly #ids: (string | undefined)[] = []
  readonly #areUuids: Uint8Array
  readonly #names: string[] = []
  readonly #coco: CocoBatchBuilder | undefined
  #count = 0

  constructor(records: number, { items, coco }: Wanted) {
    this.#hashes = Buffer.alloc(records * HASH_BYTES)
    this.#keys = new Uint32Array(records * KEY_WORDS)
    this.#fields = items && new FieldSums(records, items)
    this.#areUuids = new Uint8Array(items ? records : 0)
    this.#coco = coco && new CocoBatchBuilder(coco)
  }

  add(record: unknown, exact: boolean): void {
    const index = this.#count
    const hash = recordHash(record, exact)
    hash.copy(this.#hashes, index * HASH_BYTES)
    const item = itemOf(record)
    const isUuid = writeKey(item.id ?? hash, this.#keys, index * KEY_WORDS)
    tally(this.#tally, item)
    if (this.#fields) {
      this.#fields.add(index, record, item)
      this.#addItem(index, item, isUuid)
    }
    this.#coco?.add(item)
    this.#count += 1
  }

  #addItem(index: number, { id, name }: Item, isUuid: boolean): void {
    this.#areUuids[index] = isUuid ? 1 : 0
    this.#ids.push(isUuid || typeof id !== 'string' ? undefined : id)
    this.#names.push(name)
  }

  end(broken?: BatchResult['broken']): BatchResult {
    const count = this.#count
    const keys = this.#keys.subarray(0, count * KEY_WORDS)
    const items = this.#fields && {
      keys,
      ids: this.#ids,
      areUuids: this.#areUuids.subarray(0, count),
      names: this.#names,
      fields: this.#fields,
    }
    const hashes = this.#hashes.subarray(0, count * HASH_BYTES)
    return { hashes, keys, tally: this.#tally, items, coco: this.#coco?.end(), broken }
  }
}
