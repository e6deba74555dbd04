import { isUtf8 } from 'node:buffer'
import { withoutSignature } from './canonical.ts'
import { Pieces } from './pieces.ts'
import { inNumber, shortestNumber } from './shortest-number.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const QUESTION = 0x3f
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const LOWER_H = 0x68
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** What was seen in a string: a byte beyond ASCII, an escape; below zero for what must not be in one. */
const WIDE = 0x80
const ESCAPE = 0x100

const ITEMS = Buffer.from('"metadata_items"')
const URL = Buffer.from('"url"')
const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')]

/** Longer records (bytes) and those with deeper nesting are rare enough to go the plain way. */
const LONGEST = 256 * 1024
const DEEPEST = 64
/** A canonical text is longer than its record where a number that has an exponent is written in full: `1e20`. */
const MOST_GROWTH = 8

/**
 * Writes the {@link canonical} text of records, straight from their JSON and without making objects of them: several times as fast.
 * What is rare (a record that is no JSON, repeated names, names with escapes, metadata that is a string, great size or depth) it
 * leaves to the plain way.
 */
export class CanonicalBytes {
  /** The text that was written last, up to {@link length}; lent until the next one. */
  text: Buffer = Buffer.allocUnsafeSlow(16 * 1024)
  length = 0
  /** Whether that text is known to be ASCII. */
  ascii = true
  readonly #pieces = new Pieces()
  #source: Buffer = Buffer.alloc(0)
  #at = 0
  #wide = false
  #depth = 0
  /** Inside of how many members that are left out. */
  #leftOut = 0

  /** Writes the text of a record. False when only the plain way can tell what it is. */
  write(record: Buffer): boolean {
    if (record.length > LONGEST) return false
    const room = record.length * MOST_GROWTH
    if (this.text.length < room) this.text = Buffer.allocUnsafeSlow(room * 2)
    this.#source = record
    this.#at = 0
    this.#wide = false
    this.#depth = 0
    this.#leftOut = 0
    this.#pieces.clear()
    this.ascii = true
    this.#skipSpace()
    if (!this.#value(this.#at, false) || this.#next() !== -1 || this.#pieces.full) return false
    // Bytes that are no UTF-8 would become replacement characters.
    if (this.#wide && !isUtf8(record)) return false
    if (this.#wide) this.ascii = false
    this.length = this.#pieces.write(record, this.text)
    return true
  }

  #skipSpace(): void {
    const source = this.#source
    for (; this.#at < source.length; this.#at += 1) {
      const byte = source[this.#at] ?? 0
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
    }
  }

  /** The next byte that is no white space, still to be taken; -1 at the end. */
  #next(): number {
    this.#skipSpace()
    return this.#source[this.#at] ?? -1
  }

  /**
   * @param from where the piece begins that the value, which is next, is a part of: there or before
   * @param items whether it is the value of a member named `metadata_items`
   */
  #value(from: number, items: boolean): boolean {
    const byte = this.#source[this.#at] ?? -1
    if (byte === QUOTE) return this.#string(from, items)
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return this.#number(from)
    if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY) return this.#word(from)
    if (this.#depth === DEEPEST) return false
    this.#depth += 1
    this.#at += 1
    this.#pieces.add(from, this.#at)
    const taken = byte === OPEN_OBJECT ? this.#object() : this.#array(items)
    this.#depth -= 1
    return taken
  }

  #object(): boolean {
    const pieces = this.#pieces
    const base = pieces.groups
    let sorted = true
    if (this.#next() !== CLOSE_OBJECT) {
      for (;;) {
        if (!this.#member()) return false
        sorted &&= pieces.groups < base + 2 || pieces.inOrder(this.#source)
        const byte = this.#next()
        if (byte === CLOSE_OBJECT) break
        if (byte !== COMMA) return false
        this.#at += 1
        this.#skipSpace()
      }
    }
    if (!sorted && !pieces.sortMembers(this.#source, base)) return false
    pieces.close(base, this.#at)
    this.#at += 1
    return true
  }

  #member(): boolean {
    const pieces = this.#pieces
    const source = this.#source
    const start = this.#at
    const first = pieces.count
    if (source[start] !== QUOTE) return false
    const seen = this.#scanString()
    if (seen < 0 || (seen & ESCAPE) !== 0) return false
    const nameEnd = this.#at
    let from = start
    if (this.#next() !== COLON) return false
    this.#at += 1
    if (this.#at > nameEnd + 1) {
      pieces.add(start, nameEnd)
      from = this.#at - 1
    }
    const colonEnd = this.#at
    this.#skipSpace()
    if (this.#at > colonEnd) {
      pieces.add(from, colonEnd)
      from = this.#at
    }
    if (isNamed(source, start, nameEnd, URL)) {
      this.#leftOut += 1
      if (!this.#value(from, false)) return false
      this.#leftOut -= 1
      pieces.count = first
      return true
    }
    if (!this.#value(from, isNamed(source, start, nameEnd, ITEMS))) return false
    // A quote is no part of the name.
    pieces.endGroup(first, start, nameEnd - 1)
    return true
  }

  #array(items: boolean): boolean {
    const pieces = this.#pieces
    const base = pieces.groups
    if (this.#next() !== CLOSE_ARRAY) {
      for (;;) {
        const first = pieces.count
        if (!this.#value(this.#at, false)) return false
        pieces.endGroup(first, 0, 0)
        const byte = this.#next()
        if (byte === CLOSE_ARRAY) break
        if (byte !== COMMA) return false
        this.#at += 1
        this.#skipSpace()
      }
    }
    if (items && pieces.groups > base + 1 && !pieces.sortElements(this.#source, base, this.text)) return false
    pieces.close(base, this.#at)
    this.#at += 1
    return true
  }

  #string(from: number, items: boolean): boolean {
    // It may hold JSON.
    if (items) return false
    const source = this.#source
    const start = this.#at
    const seen = this.#scanString()
    if (seen < 0) return false
    if ((seen & ESCAPE) === 0 && (this.#leftOut > 0 || !mayBeSigned(source, start, this.#at))) {
      this.#pieces.add(from, this.#at)
      return true
    }
    return this.#respell(from, start, (value) =>
      typeof value === 'string' ? JSON.stringify(withoutSignature(value)) : undefined,
    )
  }

  /** Goes to the end of a string, and answers what was seen in it. */
  #scanString(): number {
    const source = this.#source
    const { length } = source
    let seen = 0
    // The hot loop: most bytes of every record pass here.
    for (let at = this.#at + 1; at < length; ) {
      const byte = source[at] ?? 0
      at += 1
      if (byte === QUOTE) {
        this.#at = at
        if ((seen & WIDE) !== 0) this.#wide = true
        return seen
      }
      // Below zero for control characters.
      seen |= byte | (byte - 0x20)
      if (byte === BACKSLASH) {
        seen |= ESCAPE
        at += 1
      }
    }
    return -1
  }

  #number(from: number): boolean {
    const source = this.#source
    const start = this.#at
    const end = shortestNumber(source, start, source.length)
    if (end !== -1) {
      this.#at = end
      this.#pieces.add(from, end)
      return true
    }
    while (inNumber(source[this.#at] ?? 0)) this.#at += 1
    const spelled = source.toString('latin1', start, this.#at)
    if (String(Number(spelled)) === spelled) {
      this.#pieces.add(from, this.#at)
      return true
    }
    return this.#respell(from, start, (value) => (Number.isFinite(value) ? JSON.stringify(value) : undefined))
  }

  #word(from: number): boolean {
    const source = this.#source
    const start = this.#at
    const word = WORDS.find((one) => one[0] === source[start])
    if (!word || !isNamed(source, start, start + word.length, word)) return false
    this.#at += word.length
    this.#pieces.add(from, this.#at)
    return true
  }

  /** Spells the string or number that began at `start`, up to here, by its value. */
  #respell(from: number, start: number, spell: (value: unknown) => string | undefined): boolean {
    let spelled: string | undefined
    try {
      spelled = spell(JSON.parse(this.#source.toString('utf8', start, this.#at)))
    } catch {
      return false
    }
    if (spelled === undefined) return false
    if (from < start) this.#pieces.add(from, start)
    if (!this.#pieces.spell(spelled)) this.ascii = false
    return true
  }
}

/** Whether a string might be a link with a query; hardly any is asked for its whole length. */
function mayBeSigned(source: Buffer, start: number, end: number): boolean {
  // Setting this bit makes "h" of "H".
  if (((source[start + 1] ?? 0) | 0x20) !== LOWER_H) return false
  for (let at = start; at < end; at += 1) if (source[at] === QUESTION) return true
  return false
}

function isNamed(source: Buffer, start: number, end: number, name: Buffer): boolean {
  if (end - start !== name.length) return false
  for (let index = 1; index < name.length; index += 1) if (source[start + index] !== name[index]) return false
  return true
}
