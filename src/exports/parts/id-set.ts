import { KEY_WORDS as WORDS, readKey, spread } from '../id-key.ts'

/** A slot with four zeros is free. */
const FIRST_SLOTS = 1024
const FULLEST = 0.75

/** The key of the id that is being looked up. */
const key = new Uint32Array(WORDS)

/**
 * A set of ids that may be millions: 16 bytes a slot, with between 1.3 and 2.7 slots for an id, and three times its memory for the
 * moments in which it grows. UUIDs are kept as they are (upper and lower case are the same); other ids as half of their SHA-256.
 */
export class IdSet {
  size = 0
  #table = new Uint32Array(FIRST_SLOTS * WORDS)
  /** Whether the id whose key is all zeros is in the set: it has no place in the table. */
  #zero = false

  /**
   * @param id a text, or a hash of at least 16 bytes
   * @returns whether it is new
   */
  add(id: string | Uint8Array): boolean {
    readKey(id, key)
    return this.#addKey()
  }

  has(id: string | Uint8Array): boolean {
    readKey(id, key)
    return isZero(key, 0) ? this.#zero : !isZero(this.#table, slotOf(this.#table))
  }

  addAll(other: IdSet): void {
    const table = other.#table
    for (let at = 0; at < table.length; at += WORDS) {
      if (isZero(table, at)) continue
      copyKey(table, at)
      this.#addKey()
    }
    if (!other.#zero) return
    key.fill(0)
    this.#addKey()
  }

  #addKey(): boolean {
    if (isZero(key, 0)) {
      if (this.#zero) return false
      this.#zero = true
    } else {
      const at = slotOf(this.#table)
      if (!isZero(this.#table, at)) return false
      this.#table.set(key, at)
    }
    this.size += 1
    if (this.size * WORDS > this.#table.length * FULLEST) this.#grow()
    return true
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 2)
    for (let at = 0; at < this.#table.length; at += WORDS) {
      if (isZero(this.#table, at)) continue
      copyKey(this.#table, at)
      table.set(key, slotOf(table))
    }
    this.#table = table
  }
}

function copyKey(table: Uint32Array, at: number): void {
  for (let word = 0; word < WORDS; word += 1) key[word] = table[at + word] ?? 0
}

function isZero(words: Uint32Array, at: number): boolean {
  return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0
}

/** Where the key is in a table, or the free place for it. There is always a free one. */
function slotOf(table: Uint32Array): number {
  const mask = table.length - 1
  let at = (spread(key) * WORDS) & mask
  while (!isZero(table, at) && !isKey(table, at)) at = (at + WORDS) & mask
  return at
}

function isKey(table: Uint32Array, at: number): boolean {
  return table[at] === key[0] && table[at + 1] === key[1] && table[at + 2] === key[2] && table[at + 3] === key[3]
}
