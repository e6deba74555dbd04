import { randomFillSync } from 'node:crypto'
import { isRecord } from '../../visual-layer/reply.ts'
import { withoutSignature } from '../canonical.ts'
import { metadataIn } from './item.ts'

/** Drawn anew in every process: nobody can prepare other data that has the same hash. */
const [SEED_ONE = 0, SEED_TWO = 0] = randomFillSync(new Int32Array(2))

/** Told apart from texts of the same look. */
const TEXT = 1
const NUMBER = 2
const BIG = 3
const WORD = 4
const BYTES = 5
const LIST = 6
const OBJECT = 7
const SET = 8
const DEEP = 9

/** Nesting beyond this is rare enough to go the slower way, which needs no stack. */
const DEEPEST = 64

const float = new Float64Array(1)
const halves = new Int32Array(float.buffer)

/**
 * A 64-bit hash of any value of a record, as two halves, equal for equal data: links and what signs them do not count (`url` at any
 * depth, see {@link withoutSignature}), nor the order of members or of `metadata_items`; a member that is null is as one that is not
 * there, and a 64-bit integer as the number it is. Good for one process only.
 */
export class ContentHash {
  /** Of the value that was hashed last. */
  one = 0
  two = 0

  of(value: unknown): this {
    this.#value(value, '', 0)
    return this
  }

  #value(value: unknown, name: string, depth: number): void {
    switch (typeof value) {
      case 'string': {
        const items = name === 'metadata_items' ? metadataIn(value) : undefined
        return items ? this.#structure(items, name, depth) : this.#text(withoutSignature(value), TEXT)
      }
      case 'number':
        return this.#number(value)
      case 'bigint': {
        const number = Number(value)
        return Number.isSafeInteger(number) ? this.#number(number) : this.#text(String(value), BIG)
      }
      case 'boolean':
        return this.#text(value ? 'true' : 'false', WORD)
      case 'object':
        return value === null ? this.#text('null', WORD) : this.#structure(value, name, depth)
      default:
        return this.#text('null', WORD)
    }
  }

  #structure(value: object, name: string, depth: number): void {
    if (value instanceof Date) {
      const isNone = Number.isNaN(value.getTime())
      return isNone ? this.#text('null', WORD) : this.#text(value.toISOString(), TEXT)
    }
    if (value instanceof Uint8Array) return this.#text(Buffer.from(value).toString('latin1'), BYTES)
    if (depth === DEEPEST) return this.#deep(value)
    if (Array.isArray(value)) return name === 'metadata_items' ? this.#set(value, depth) : this.#list(value, depth)
    if (isNumbers(value)) return this.#list(Array.from(value), depth)
    if (isRecord(value)) this.#members(value, undefined, depth)
  }

  #members(members: Readonly<Record<string, unknown>>, except: ReadonlySet<string> | undefined, depth: number): void {
    let [one, two] = except ? [this.one, this.two] : [0, 0]
    for (const key of Object.keys(members)) {
      const member = members[key]
      if (key === 'url' || member === null || member === undefined || except?.has(key)) continue
      this.#member(key, member, depth)
      one += this.one
      two += this.two
    }
    this.#end(one | 0, two | 0, OBJECT)
  }

  /** Hashes a member of an object: its name and its value. */
  member(key: string, value: unknown): this {
    this.#member(key, value, 0)
    return this
  }

  /** Hashes the value that was hashed last together with the members of an object, without those that `except` names. */
  and(members: Readonly<Record<string, unknown>>, except: ReadonlySet<string>): this {
    this.#members(members, except, 0)
    return this
  }

  #member(key: string, value: unknown, depth: number): void {
    this.#value(value, key, depth + 1)
    const { one, two } = this
    this.#text(key, TEXT)
    this.#end(this.one ^ Math.imul(one, 0x9e3779b1), this.two ^ Math.imul(two, 0x85ebca6b), OBJECT)
  }

  #list(values: readonly unknown[], depth: number): void {
    let [one, two] = [SEED_ONE, SEED_TWO]
    for (const value of values) {
      this.#value(value, '', depth + 1)
      one = Math.imul(rotated(one, 15) ^ this.one, 0x85ebca6b)
      two = Math.imul(rotated(two, 13) ^ this.two, 0xc2b2ae35)
    }
    this.#end(one, two, LIST)
  }

  #set(values: readonly unknown[], depth: number): void {
    let [one, two] = [0, 0]
    for (const value of values) {
      this.#value(value, '', depth + 1)
      one += this.one
      two += this.two
    }
    this.#end(one | 0, two | 0, SET)
  }

  #number(value: number): void {
    // The two zeros are one number.
    float[0] = value + 0
    this.#end((halves[0] ?? 0) ^ SEED_ONE, (halves[1] ?? 0) ^ SEED_TWO, NUMBER)
  }

  #text(text: string, kind: number): void {
    let one = SEED_ONE
    let two = SEED_TWO ^ text.length
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      one = Math.imul(one ^ code, 0x85ebca6b)
      one ^= one >>> 15
      two = rotated(Math.imul(two ^ code, 0xc2b2ae35), 13)
    }
    this.#end(one, two, kind)
  }

  /** Mixes both halves so that every bit reaches every other, and no two states become one. */
  #end(one: number, two: number, kind: number): void {
    const first = one ^ mixed(two ^ kind)
    this.two = two ^ mixed(first + SEED_ONE)
    this.one = first ^ mixed(this.two)
  }

  /** Hashes what is nested very deeply; there, the order of `metadata_items` counts. */
  #deep(value: object): void {
    let [one, two] = [SEED_ONE, SEED_TWO]
    const waiting: unknown[] = [value]
    while (waiting.length > 0) {
      const next = waiting.pop()
      if (typeof next === 'object' && next !== null && !(next instanceof Date) && !(next instanceof Uint8Array)) {
        const members = Object.entries(next).filter(([key, member]) => key !== 'url' && member !== null)
        members.sort(([first], [second]) => (first < second ? -1 : 1))
        for (const [key, member] of members) waiting.push(member, key)
        this.#text(String(members.length), Array.isArray(next) ? LIST : OBJECT)
      } else this.#value(next, '', 0)
      one = Math.imul(rotated(one, 15) ^ this.one, 0x85ebca6b)
      two = Math.imul(rotated(two, 13) ^ this.two, 0xc2b2ae35)
    }
    this.#end(one, two, DEEP)
  }
}

/** Spreads each bit over all 32: the finish of MurmurHash3, public domain. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/** A typed array: parquet readers give one for a list of plain numbers. */
function isNumbers(value: object): value is Iterable<number | bigint> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}
