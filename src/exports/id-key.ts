import { hash, randomFillSync } from 'node:crypto'

/** The key of an id is four 32-bit words. */
export const KEY_WORDS = 4

/** Drawn anew in every process: nobody can prepare ids that all fall on one slot of a table. */
const [SEED = 0] = randomFillSync(new Uint32Array(1))

/**
 * Makes `key` that of an id: a UUID's own bytes (upper and lower case are the same), half of the SHA-256 of any other text, or the
 * first 16 bytes of a hash.
 *
 * @returns whether the id is the text of a UUID
 */
export function readKey(id: string | Uint8Array, key: Uint32Array): boolean {
  if (typeof id === 'string' && readUuid(id, key)) return true
  const bytes = typeof id === 'string' ? hash('sha256', id, 'buffer') : id
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let word = 0; word < KEY_WORDS; word += 1) key[word] = view.getUint32(word * 4)
  return false
}

/** A key spread over 32 bits. Ids made from a clock differ in few bits: every bit has to reach those that choose a slot. */
export function spread(key: Uint32Array): number {
  let mixed = Math.imul((key[0] ?? 0) ^ SEED, 0x85ebca6b) ^ Math.imul(key[1] ?? 0, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (key[2] ?? 0), 0x27d4eb2f) ^ Math.imul(key[3] ?? 0, 0x165667b1)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x9e3779b1)
  return mixed ^ (mixed >>> 16)
}

const DASH = 0x2d
/** The value of a hex digit by its character code, below 128; 16 for what is none. */
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase())
  return value === -1 ? 16 : value
})

/** False when the text is no UUID. */
function readUuid(text: string, key: Uint32Array): boolean {
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
