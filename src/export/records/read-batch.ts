import { isAscii } from 'node:buffer'
import { type CocoBatch, CocoBatchBuilder, type CocoLabels } from '../coco/coco-batch.ts'
import { FieldSums, ShownTexts } from '../comparison/fields.ts'
import type { HashSeeds } from '../comparison/value-hash.ts'
import { InexactNumber, recordHash } from './canonical.ts'
import { HASH_BYTES } from './digest.ts'
import { KEY_WORDS, uuidOf, writeKey } from './id-table.ts'
import { itemOf } from './item.ts'
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

/** What else the comparison needs of the records, each in as many entries, or words, as there are records. */
export interface ItemBatch {
  names: string[]
  /** Those of {@link ShownTexts}, and which of them each record has. */
  texts: string[]
  shown: number[]
  fields: { sums: Uint32Array; amounts: Float64Array }
}

/** Everything that anyone needs of some records. It can cross between threads. */
export interface BatchResult {
  /** {@link HASH_BYTES} for each record. */
  hashes: Uint8Array
  /** The key of each record's `media_id`; of its hash if it has none. */
  keys: Uint32Array
  /** By index, of the records whose key is not their UUID: what their `media_id` is, if they have one. */
  otherIds: Map<number, string | undefined>
  tally: Tally
  items: ItemBatch | undefined
  coco: CocoBatch | undefined
  /** The index of the first record that is not JSON, and why; nothing of it or of those after it is in the result. */
  broken: { index: number; why: string } | undefined
}

/** The `media_id` of a record. */
export function mediaIdOf({ keys, otherIds }: BatchResult, index: number): string | undefined {
  return otherIds.has(index) ? otherIds.get(index) : uuidOf(keys, index * KEY_WORDS)
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
  readonly #otherIds = new Map<number, string | undefined>()
  readonly #names: string[] = []
  readonly #shown: number[] = []
  readonly #texts = new ShownTexts()
  readonly #coco: CocoBatchBuilder | undefined
  #count = 0

  constructor(records: number, { items, coco }: Wanted) {
    this.#hashes = Buffer.alloc(records * HASH_BYTES)
    this.#keys = new Uint32Array(records * KEY_WORDS)
    this.#fields = items && new FieldSums(records, items)
    this.#coco = coco && new CocoBatchBuilder(coco)
  }

  add(record: unknown, exact: boolean): void {
    const index = this.#count
    this.#hashes.write(recordHash(record, exact), index * HASH_BYTES, 'hex')
    const item = itemOf(record)
    const id = item.id ?? this.#hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
    const isUuid = writeKey(id, this.#keys, index * KEY_WORDS)
    if (!isUuid) this.#otherIds.set(index, typeof id === 'string' ? id : undefined)
    tally(this.#tally, item)
    if (this.#fields) {
      this.#fields.add(index, record, item)
      this.#names.push(item.name)
      this.#shown.push(this.#texts.add(item))
    }
    this.#coco?.add(item)
    this.#count += 1
  }

  end(broken?: BatchResult['broken']): BatchResult {
    const count = this.#count
    const keys = this.#keys.subarray(0, count * KEY_WORDS)
    const hashes = this.#hashes.subarray(0, count * HASH_BYTES)
    const items = this.#fields && {
      names: this.#names,
      texts: this.#texts.texts,
      shown: this.#shown,
      fields: this.#fields,
    }
    const coco = this.#coco?.end()
    return { hashes, keys, otherIds: this.#otherIds, tally: this.#tally, items, coco, broken }
  }
}
