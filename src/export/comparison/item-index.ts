import { holding, IdTable, KEY_WORDS, uuidOf } from '../records/id-table.ts'
import { type BatchResult, type ItemBatch, mediaIdOf } from '../records/read-batch.ts'
import { AMOUNT_COUNT, differingFields, type Field, shownIn, SUM_WORDS } from './fields.ts'

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

/** What a field was and is, for people. */
export interface Values {
  before: string
  after: string
}

/** An item of both exports that differs. */
export interface ModifiedExample extends Example {
  fields: Field[]
  /** Of the fields whose values can be shown, and differ as they are shown. */
  values: Partial<Record<Field, Values>>
}

/** What became of an item. */
export type IndexedItem =
  | { fate: 'added' }
  | { fate: 'removed'; example: () => Example }
  /** With the fields in which it differs. */
  | { fate: 'kept'; fields: Field[]; example: () => ModifiedExample }

const LONGEST_BYTES = 200
/** Different values of items that are kept, so that they take no more memory than the rest. */
const MOST_SHOWN = 200_000

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
  /** The different values of items, numbered from 1; an item whose values are too many to keep has 0. */
  readonly #shown = new Map<string, number>()
  #shownBefore = new Uint32Array(FIRST_ITEMS)
  #shownAfter = new Uint32Array(FIRST_ITEMS)

  /** Different items, of both exports together. */
  get size(): number {
    return this.#table.size
  }

  /** Takes records of the baseline. */
  addBefore(batch: BatchResult): void {
    const { keys, otherIds, items } = batch
    if (!items) return
    const texts = items.texts.map((text) => this.#numberOf(text))
    for (const [index, name] of items.names.entries()) {
      const { number, isNew } = this.#table.addKey(keys, index * KEY_WORDS)
      if (isNew) {
        this.#names[number] = shortened(name)
        if (otherIds.has(index)) this.#ids.set(number, optional(otherIds.get(index)))
      }
      this.#change(number, items, index, 1, BEFORE)
      this.#shownBefore[number] = texts[items.shown[index] ?? 0] ?? 0
    }
  }

  /** Takes records of the later export. Returns the first ones, at most `most`, whose items the baseline does not have. */
  addAfter(batch: BatchResult, most: number): Example[] {
    const added: Example[] = []
    const { keys, items } = batch
    if (!items) return added
    const texts = items.texts.map((text) => this.#numberOf(text))
    for (const [index, name] of items.names.entries()) {
      const { number, isNew } = this.#table.addKey(keys, index * KEY_WORDS)
      if (isNew && added.length < most)
        added.push({ mediaId: optional(mediaIdOf(batch, index)), name: shortened(name) })
      this.#change(number, items, index, -1, AFTER)
      this.#shownAfter[number] = texts[items.shown[index] ?? 0] ?? 0
    }
    return added
  }

  #change(number: number, { fields }: ItemBatch, index: number, sign: 1 | -1, side: number): void {
    while (number >= this.#seen.length) {
      this.#seen = holding(new Uint8Array(this.#seen.length * 2), this.#seen)
      this.#shownBefore = holding(new Uint32Array(this.#seen.length), this.#shownBefore)
      this.#shownAfter = holding(new Uint32Array(this.#seen.length), this.#shownAfter)
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
      else {
        const fields = this.#fieldsOf(number)
        const values = () => this.#valuesOf(number, fields)
        yield { fate: 'kept', fields, example: () => ({ ...example(), fields, values: values() }) }
      }
    }
  }

  #numberOf(values: string): number {
    const known = this.#shown.get(values)
    if (known !== undefined || this.#shown.size === MOST_SHOWN) return known ?? 0
    this.#shown.set(values, this.#shown.size + 1)
    return this.#shown.size
  }

  #valuesOf(number: number, fields: readonly Field[]): ModifiedExample['values'] {
    const all = [...this.#shown.keys()]
    const before = all[(this.#shownBefore[number] ?? 0) - 1]
    const after = all[(this.#shownAfter[number] ?? 0) - 1]
    const values: ModifiedExample['values'] = {}
    if (before === undefined || after === undefined) return values
    for (const field of fields) {
      const [was, is] = [shownIn(before, field), shownIn(after, field)]
      if (was !== undefined && is !== undefined && was !== is) values[field] = { before: was, after: is }
    }
    return values
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
