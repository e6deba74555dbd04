import { holding, IdTable, KEY_WORDS, uuidOf } from '../records/id-table.ts'
import { type BatchResult, type ItemBatch, mediaIdOf } from '../records/read-batch.ts'
import { AMOUNT_COUNT, differingFields, type Field, SUM_WORDS } from './fields.ts'

const FIRST_ITEMS = 1024
const BEFORE = 1
const AFTER = 2

/** An item, for people. */
export interface Example {
  /** At most 200 bytes; `undefined` if the record has none. */
  mediaId: string | undefined
  /** Its path, else its name, at most 200 bytes; '' if it has none. */
  name: string
}

/** What became of an item. */
export type IndexedItem =
  | { fate: 'added' }
  | { fate: 'removed'; example: () => Example }
  /** With the fields in which it differs. */
  | { fate: 'kept'; fields: Field[]; example: () => Example }

const LONGEST_BYTES = 200

/**
 * The items of a baseline, and how those of a later export differ: about 200 bytes per item and its name. The fields of the records of an
 * item add up, so neither their order nor that of the items matters.
 */
export class ItemIndex {
  readonly #table = new IdTable()
  #sums = new Uint32Array(FIRST_ITEMS * SUM_WORDS)
  #amounts = new Float64Array(FIRST_ITEMS * AMOUNT_COUNT)
  #seen = new Uint8Array(FIRST_ITEMS)
  /** Of the items of the baseline: their names, and their IDs if these are no UUIDs. */
  readonly #names: string[] = []
  readonly #ids = new Map<number, string | undefined>()

  /** Different items, of both exports together. */
  get size(): number {
    return this.#table.size
  }

  /** Takes records of the baseline. */
  addBefore(batch: BatchResult): void {
    const { keys, otherIds, items } = batch
    if (!items) return
    for (const [index, name] of items.names.entries()) {
      const { number, isNew } = this.#table.addKey(keys, index * KEY_WORDS)
      if (isNew) {
        this.#names[number] = shortened(name)
        if (otherIds.has(index)) this.#ids.set(number, optional(otherIds.get(index)))
      }
      this.#change(number, items, index, 1, BEFORE)
    }
  }

  /** Takes records of the later export. Returns the first ones, at most `most`, whose items the baseline does not have. */
  addAfter(batch: BatchResult, most: number): Example[] {
    const added: Example[] = []
    const { keys, items } = batch
    if (!items) return added
    for (const [index, name] of items.names.entries()) {
      const { number, isNew } = this.#table.addKey(keys, index * KEY_WORDS)
      if (isNew && added.length < most)
        added.push({ mediaId: optional(mediaIdOf(batch, index)), name: shortened(name) })
      this.#change(number, items, index, -1, AFTER)
    }
    return added
  }

  #change(number: number, { fields }: ItemBatch, index: number, sign: 1 | -1, side: number): void {
    while (number >= this.#seen.length) {
      this.#seen = holding(new Uint8Array(this.#seen.length * 2), this.#seen)
      this.#sums = holding(new Uint32Array(this.#sums.length * 2), this.#sums)
      this.#amounts = holding(new Float64Array(this.#amounts.length * 2), this.#amounts)
    }
    this.#seen[number] = (this.#seen[number] ?? 0) | side
    for (let word = 0; word < SUM_WORDS; word += 1) {
      const at = number * SUM_WORDS + word
      this.#sums[at] = (this.#sums[at] ?? 0) + sign * (fields.sums[index * SUM_WORDS + word] ?? 0)
    }
    for (let amount = 0; amount < AMOUNT_COUNT; amount += 1) {
      const at = number * AMOUNT_COUNT + amount
      this.#amounts[at] = (this.#amounts[at] ?? 0) + sign * (fields.amounts[index * AMOUNT_COUNT + amount] ?? 0)
    }
  }

  /** All items: those of the baseline in their order there, then those that were added. */
  *items(): Generator<IndexedItem, void> {
    for (let number = 0; number < this.size; number += 1) {
      const example = () => this.#example(number)
      if (this.#seen[number] === AFTER) yield { fate: 'added' }
      else if (this.#seen[number] === BEFORE) yield { fate: 'removed', example }
      else yield { fate: 'kept', fields: this.#fieldsOf(number), example }
    }
  }

  #fieldsOf(number: number): Field[] {
    const sums = this.#sums.subarray(number * SUM_WORDS, (number + 1) * SUM_WORDS)
    return differingFields(sums, this.#amounts.subarray(number * AMOUNT_COUNT, (number + 1) * AMOUNT_COUNT))
  }

  #example(number: number): Example {
    const isUuid = !this.#ids.has(number)
    const mediaId = isUuid ? uuidOf(this.#table.keys, number * KEY_WORDS) : this.#ids.get(number)
    return { mediaId, name: this.#names[number] ?? '' }
  }
}

function optional(id: string | undefined): string | undefined {
  return id === undefined ? undefined : shortened(id)
}

/** The first 200 bytes of a text, in whole characters. */
function shortened(text: string): string {
  if (text.length <= LONGEST_BYTES / 4) return text
  const bytes = Buffer.alloc(LONGEST_BYTES)
  return bytes.toString('utf8', 0, bytes.write(text))
}
