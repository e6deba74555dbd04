import { hash } from 'node:crypto'
import { KEY_WORDS, readKey, spread } from '../id-key.ts'
import type { Item } from './item.ts'
import { AMOUNTS, type ItemContent, SUM_WORDS } from './item-content.ts'
import { Names } from './names.ts'

const BLOCK_ITEMS = 8192
const FIRST_SLOTS = 1024
const FULLEST = 0.7

const BEFORE = 1
const AFTER = 2
const UUID = 4
const NAMELESS = 8

/** What became of an item, and the names it had before. */
export interface IndexedItem {
  fate: 'removed' | 'added' | 'kept'
  /** Of an item that is kept: the contents before less those after, see {@link ItemContent}; lent until the next item. */
  sums: Uint32Array
  amounts: Float64Array
  /** Not of an item that was added: its names are not kept. */
  example(): { mediaId: string | undefined; name: string }
}

/**
 * The items of an earlier export, and how those of a later one differ: about 200 bytes an item and its name. The contents of the
 * records of an item add up, so neither their order nor that of the items matters.
 */
export class ItemIndex {
  #size = 0
  readonly #blocks: Block[] = []
  /** The number of an item plus one; 0 is free. */
  #slots = new Uint32Array(FIRST_SLOTS)
  readonly #key = new Uint32Array(KEY_WORDS)

  /** Different items, of both exports together. */
  get size(): number {
    return this.#size
  }

  addBefore(item: Item, content: ItemContent): void {
    const isUuid = this.#readKey(item, content)
    const { block, at, isNew } = this.#place()
    block.seen[at] = BEFORE | (item.id === undefined ? NAMELESS : 0) | (isUuid ? UUID : 0)
    if (isNew) {
      if (!isUuid) block.names.add(typeof item.id === 'string' ? item.id : '')
      block.names.add(item.name)
    }
    block.add(at, content)
  }

  /** Takes a record of the later export. Returns whether it is the first of an item that the earlier one has not. */
  addAfter(item: Item, content: ItemContent): boolean {
    this.#readKey(item, content)
    const { block, at, isNew } = this.#place()
    block.seen[at] = (block.seen[at] ?? 0) | AFTER
    block.subtract(at, content)
    return isNew
  }

  /** All items: those of the earlier export in their order there, then those that were added. */
  *items(): Generator<IndexedItem, void> {
    for (const [number, block] of this.#blocks.entries()) {
      yield* block.items(Math.min(BLOCK_ITEMS, this.#size - number * BLOCK_ITEMS))
    }
  }

  /** Returns whether the id is the UUID that the key is. */
  #readKey({ id }: Item, { sums, amounts }: ItemContent): boolean {
    if (id !== undefined) return readKey(id, this.#key) || typeof id !== 'string'
    const content = Buffer.concat([Buffer.from(sums.buffer), Buffer.from(amounts.buffer)])
    readKey(hash('sha256', content, 'buffer'), this.#key)
    return false
  }

  /** Where the item with the present key is; a new place where there is none. */
  #place(): { block: Block; at: number; isNew: boolean } {
    const slot = this.#slotOf(this.#slots, this.#key)
    const number = this.#slots[slot] ?? 0
    if (number > 0) return this.#found(number - 1, false)
    if (this.#size % BLOCK_ITEMS === 0) this.#blocks.push(new Block())
    this.#size += 1
    this.#slots[slot] = this.#size
    const found = this.#found(this.#size - 1, true)
    found.block.keys.set(this.#key, found.at * KEY_WORDS)
    if (this.#size > this.#slots.length * FULLEST) this.#grow()
    return found
  }

  #found(number: number, isNew: boolean): { block: Block; at: number; isNew: boolean } {
    const block = this.#blocks[Math.floor(number / BLOCK_ITEMS)]
    if (!block) throw new Error(`the index has no item ${number}`)
    return { block, at: number % BLOCK_ITEMS, isNew }
  }

  #slotOf(slots: Uint32Array, key: Uint32Array): number {
    const mask = slots.length - 1
    let slot = spread(key) & mask
    for (let number = slots[slot] ?? 0; number > 0; number = slots[slot] ?? 0) {
      const { block, at } = this.#found(number - 1, false)
      if (block.hasKey(at, key)) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    for (let number = 0; number < this.#size; number += 1) {
      const { block, at } = this.#found(number, false)
      slots[this.#slotOf(slots, block.keys.subarray(at * KEY_WORDS, (at + 1) * KEY_WORDS))] = number + 1
    }
    this.#slots = slots
  }
}

/** So many items in a row. */
class Block {
  readonly keys = new Uint32Array(BLOCK_ITEMS * KEY_WORDS)
  readonly seen = new Uint8Array(BLOCK_ITEMS)
  readonly names = new Names()
  readonly #sums = new Uint32Array(BLOCK_ITEMS * SUM_WORDS)
  readonly #amounts = new Float64Array(BLOCK_ITEMS * AMOUNTS.length)

  add(at: number, { sums, amounts }: ItemContent): void {
    this.#change(at, sums, amounts, 1)
  }

  subtract(at: number, { sums, amounts }: ItemContent): void {
    this.#change(at, sums, amounts, -1)
  }

  #change(at: number, sums: Uint32Array, amounts: Float64Array, sign: 1 | -1): void {
    for (let word = 0, place = at * SUM_WORDS; word < SUM_WORDS; word += 1, place += 1) {
      this.#sums[place] = (this.#sums[place] ?? 0) + sign * (sums[word] ?? 0)
    }
    for (let amount = 0, place = at * AMOUNTS.length; amount < AMOUNTS.length; amount += 1, place += 1) {
      this.#amounts[place] = (this.#amounts[place] ?? 0) + sign * (amounts[amount] ?? 0)
    }
  }

  hasKey(at: number, key: Uint32Array): boolean {
    const first = at * KEY_WORDS
    for (let word = 0; word < KEY_WORDS; word += 1) if (this.keys[first + word] !== key[word]) return false
    return true
  }

  *items(count: number): Generator<IndexedItem, void> {
    let nameAt = 0
    for (let at = 0; at < count; at += 1) {
      const seen = this.seen[at] ?? 0
      const named = nameAt
      const before = (seen & BEFORE) !== 0
      if (before) nameAt = this.names.next((seen & UUID) === 0 ? this.names.next(named) : named)
      yield {
        fate: !before ? 'added' : (seen & AFTER) === 0 ? 'removed' : 'kept',
        sums: this.#sums.subarray(at * SUM_WORDS, (at + 1) * SUM_WORDS),
        amounts: this.#amounts.subarray(at * AMOUNTS.length, (at + 1) * AMOUNTS.length),
        example: () => this.#example(at, seen, named),
      }
    }
  }

  #example(at: number, seen: number, named: number): { mediaId: string | undefined; name: string } {
    if ((seen & UUID) !== 0) return { mediaId: this.#uuid(at), name: this.names.at(named) }
    const mediaId = (seen & NAMELESS) === 0 ? this.names.at(named) : undefined
    return { mediaId, name: this.names.at(this.names.next(named)) }
  }

  #uuid(at: number): string {
    const words = this.keys.subarray(at * KEY_WORDS, (at + 1) * KEY_WORDS)
    const hex = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }
}
