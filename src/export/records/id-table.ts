import { hash, randomFillSync } from 'node:crypto'

/** The key of an ID is four 32-bit words. */
export const KEY_WORDS = 4
const FIRST_SLOTS = 1024
const FULLEST = 0.7
const DASH = 0x2d

/** Random in every process: nobody can prepare IDs that all fall on one slot of a table. */
const [SEED = 0] = randomFillSync(new Uint32Array(1))

/**
 * Writes the key of an ID: a UUID's own bytes (upper and lower case are the same), or half of the SHA-256 of any other text or bytes.
 *
 * @returns whether the ID is a UUID, as text or as its 16 bytes
 */
export function writeKey(id: string | Uint8Array, keys: Uint32Array, at = 0): boolean {
  if (typeof id === 'string' && writeUuid(id, keys, at)) return true
  const isUuid = id instanceof Uint8Array && id.length === 16
  const bytes = isUuid ? id : hash('sha256', id, 'buffer')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let word = 0; word < KEY_WORDS; word += 1) keys[at + word] = view.getUint32(word * 4)
  return isUuid
}

/** The text of the UUID whose key this is. */
export function uuidOf(keys: Uint32Array, at = 0): string {
  let hex = ''
  for (let word = 0; word < KEY_WORDS; word += 1) hex += (keys[at + word] ?? 0).toString(16).padStart(8, '0')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/**
 * Numbers different IDs, of which there may be millions, in the order in which they come: 16 bytes each, and between 1.4 and 2.9 slots of
 * 4 bytes. It is a set, and what indexes by ID are made of.
 */
export class IdTable {
  size = 0
  /** Of the IDs, in their order. */
  keys = new Uint32Array(FIRST_SLOTS * KEY_WORDS)
  /** The number of an ID plus one; 0 is free. */
  #slots = new Uint32Array(FIRST_SLOTS)
  readonly #key = new Uint32Array(KEY_WORDS)

  /** @returns whether the ID is new */
  add(id: string | Uint8Array): boolean {
    writeKey(id, this.#key)
    return this.addKey(this.#key, 0).isNew
  }

  has(id: string | Uint8Array): boolean {
    writeKey(id, this.#key)
    return this.hasKey(this.#key, 0)
  }

  hasKey(keys: Uint32Array, at: number): boolean {
    return this.#slots[this.#slotOf(this.#slots, keys, at)] !== 0
  }

  addAll(other: IdTable): void {
    for (let number = 0; number < other.size; number += 1) this.addKey(other.keys, number * KEY_WORDS)
  }

  /** The number of the key at a place of an array; a new one if it is not in the table. */
  addKey(keys: Uint32Array, at: number): { number: number; isNew: boolean } {
    const slot = this.#slotOf(this.#slots, keys, at)
    const found = this.#slots[slot] ?? 0
    if (found > 0) return { number: found - 1, isNew: false }
    const number = this.size
    if ((number + 1) * KEY_WORDS > this.keys.length)
      this.keys = holding(new Uint32Array(this.keys.length * 2), this.keys)
    for (let word = 0; word < KEY_WORDS; word += 1) this.keys[number * KEY_WORDS + word] = keys[at + word] ?? 0
    this.size += 1
    this.#slots[slot] = this.size
    if (this.size > this.#slots.length * FULLEST) this.#grow()
    return { number, isNew: true }
  }

  #slotOf(slots: Uint32Array, keys: Uint32Array, at: number): number {
    const mask = slots.length - 1
    let slot = spread(keys, at) & mask
    for (let number = slots[slot] ?? 0; number > 0; number = slots[slot] ?? 0) {
      if (isKey(this.keys, (number - 1) * KEY_WORDS, keys, at)) break
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    for (let number = 0; number < this.size; number += 1)
      slots[this.#slotOf(slots, this.keys, number * KEY_WORDS)] = number + 1
    this.#slots = slots
  }
}

/** A larger array with what was in a smaller one. */
export function holding<T extends { set(array: T): void }>(larger: T, smaller: T): T {
  larger.set(smaller)
  return larger
}

function isKey(keys: Uint32Array, at: number, others: Uint32Array, other: number): boolean {
  for (let word = 0; word < KEY_WORDS; word += 1) if (keys[at + word] !== others[other + word]) return false
  return true
}

/** A key spread over 32 bits. IDs made from a clock differ in few bits: every bit has to reach those that choose a slot. */
function spread(keys: Uint32Array, at: number): number {
  let mixed = Math.imul((keys[at] ?? 0) ^ SEED, 0x85ebca6b) ^ Math.imul(keys[at + 1] ?? 0, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (keys[at + 2] ?? 0), 0x27d4eb2f) ^ Math.imul(keys[at + 3] ?? 0, 0x165667b1)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x9e3779b1)
  return mixed ^ (mixed >>> 16)
}

/** The value of a hex digit by its character code, below 128; 16 for any other character. */
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase())
  return value === -1 ? 16 : value
})

/** False if the text is no UUID. */
function writeUuid(text: string, keys: Uint32Array, start: number): boolean {
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
    const word = start + (digit >>> 3)
    keys[word] = ((keys[word] ?? 0) << 4) | value
    digit += 1
  }
  return true
}
