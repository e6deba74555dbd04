import { randomFillSync } from 'node:crypto'
import { isRecord } from '../../visual-layer/reply.ts'
import { isSet, namesOf, plain, withoutSignature } from '../records/canonical.ts'

/** Random in every process: nobody can prepare other data that has the same hashes. Threads are given those of their process. */
export type HashSeeds = readonly [number, number]

export function drawSeeds(): HashSeeds {
  const [one = 0, two = 0] = randomFillSync(new Int32Array(2))
  return [one, two]
}

/** What comes before a value, so that one kind never looks like another. */
const NULL = 0x10000
const BOOLEAN = 0x20000
const NUMBER = 0x30000
const STRING = 0x40000
const LIST = 0x50000
const SET = 0x60000
const OBJECT = 0x70000

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)

/** The 64-bit hash of some values in a row: equal if `canonicalText` is equal for each of them, without the time to write it. */
export class ValueHash {
  readonly #seeds: HashSeeds
  #one: number
  #two: number

  constructor(seeds: HashSeeds) {
    this.#seeds = seeds
    ;[this.#one, this.#two] = seeds
  }

  /** @param name of the member that the value is */
  add(value: unknown, name = ''): void {
    if (typeof value === 'string') this.#addText(STRING, withoutSignature(value))
    else if (typeof value === 'number') this.#addNumber(value)
    else if (typeof value === 'boolean') this.#addWord(BOOLEAN + Number(value))
    else if (typeof value === 'bigint') this.#addWhole(value)
    else if (Array.isArray(value)) this.#addArray(value, name)
    else if (isRecord(value)) this.#addObject(value, name)
    else this.#addWord(NULL)
  }

  /** Adds what another hash has so far. */
  addHash(other: ValueHash): void {
    this.#addWord(other.#one)
    this.#addWord(other.#two)
  }

  /** Adds the hash to the two words at a place, and starts over. Sums are equal whatever the order of what was added. */
  endIn(sums: Uint32Array, at: number): void {
    const first = this.#one ^ mixed(this.#two)
    const second = this.#two ^ mixed(first)
    sums[at] = (sums[at] ?? 0) + (first ^ mixed(second))
    sums[at + 1] = (sums[at + 1] ?? 0) + second
    ;[this.#one, this.#two] = this.#seeds
  }

  #addNumber(value: number): void {
    if (!Number.isFinite(value)) return this.#addText(STRING, String(value))
    // A larger whole number may be a bigint elsewhere.
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) return this.#addText(NUMBER, String(value))
    // -0 is 0.
    double[0] = value + 0
    this.#addWord(NUMBER)
    this.#addWord(halves[0] ?? 0)
    this.#addWord(halves[1] ?? 0)
  }

  #addWhole(value: bigint): void {
    const number = Number(value)
    if (Number.isSafeInteger(number)) this.#addNumber(number)
    else this.#addText(NUMBER, String(value))
  }

  #addArray(values: readonly unknown[], name: string): void {
    if (!isSet(name)) {
      this.#addWord(LIST)
      this.#addWord(values.length)
      for (const value of values) this.add(value)
      return
    }
    const sum = new Uint32Array(2)
    for (const value of values) {
      const element = new ValueHash(this.#seeds)
      element.add(value)
      element.endIn(sum, 0)
    }
    this.#addWord(SET)
    this.#addWord(values.length)
    for (const word of sum) this.#addWord(word)
  }

  #addObject(object: Record<string, unknown>, name: string): void {
    const value = plain(object)
    if (!isRecord(value)) return this.add(value, name)
    const names = namesOf(value, name)
    this.#addWord(OBJECT)
    this.#addWord(names.length)
    for (const member of names) {
      this.#addText(STRING, member)
      this.add(value[member], member)
    }
  }

  #addText(kind: number, text: string): void {
    this.#addWord(kind)
    this.#addWord(text.length)
    for (let at = 0; at < text.length; at += 1) this.#addWord(text.charCodeAt(at))
  }

  #addWord(word: number): void {
    const one = Math.imul(this.#one ^ word, 0x85ebca6b)
    this.#one = one ^ (one >>> 15)
    const two = Math.imul(this.#two ^ word, 0xc2b2ae35)
    this.#two = (two << 13) | (two >>> 19)
  }
}

/** Spreads each bit over all 32: the finish of MurmurHash3, public domain. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
