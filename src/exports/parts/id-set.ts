import { hash } from 'node:crypto'

/** A key is four 32-bit words. A slot of the table with four zeros is free. */
const WORDS = 4
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
    readKey(id)
    return this.#addKey()
  }

  has(id: string | Uint8Array): boolean {
    readKey(id)
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
  // Ids made from a clock differ in few bits: every bit has to reach those that choose the slot.
  let mixed = Math.imul(key[0] ?? 0, 0x85ebca6b) ^ Math.imul(key[1] ?? 0, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (key[2] ?? 0), 0x27d4eb2f) ^ Math.imul(key[3] ?? 0, 0x165667b1)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x9e3779b1)
  let at = ((mixed ^ (mixed >>> 16)) * WORDS) & mask
  while (!isZero(table, at) && !isKey(table, at)) at = (at + WORDS) & mask
  return at
}

function isKey(table: Uint32Array, at: number): boolean {
  return table[at] === key[0] && table[at + 1] === key[1] && table[at + 2] === key[2] && table[at + 3] === key[3]
}

/** Makes `key` that of an id. */
function readKey(id: string | Uint8Array): void {
  if (typeof id === 'string' && readUuid(id)) return
  const bytes = typeof id === 'string' ? hash('sha256', id, 'buffer') : id
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let word = 0; word < WORDS; word += 1) key[word] = view.getUint32(word * 4)
}

const DASH = 0x2d
/** The value of a hex digit by its character code, below 128; 16 for what is none. */
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase())
  return value === -1 ? 16 : value
})

/** False when the text is no UUID. */
function readUuid(text: string): boolean {
  if (text.length !== 36) return false
  let digit = 0
  for (let at = 0; at < 36; at += 1) {
    const code = text.charCodeAt(at)
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== DASH) return false
      continue
    }
    const value = digits[code] ?? 16
    if (value === 16) return false
    const word = digit >>> 3
    key[word] = ((key[word] ?? 0) << 4) | value
    digit += 1
  }
  return true
}
