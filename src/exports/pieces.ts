const COMMA = 0x2c

const MOST_PIECES = 16 * 1024
const MOST_GROUPS = 4096
/** Sorting more groups than these by insertion would take too long. */
const MOST_TO_SORT = 64
/** From here on, a place is not one in the source. */
const SPELLED = 2 ** 30
const SPELLED_BYTES = 64 * 1024

/**
 * A text that is put together from pieces of a source, and of what is spelled otherwise than there. Pieces are collected in groups,
 * a member of an object or an element of an array each, with a comma after it; those of inner objects above those of outer ones.
 * Groups can be sorted without a byte being moved.
 */
export class Pieces {
  count = 0
  /** How many groups there are. */
  groups = 0
  /** More was asked for than there is room for: the text is not whole. */
  full = false
  readonly #starts = new Int32Array(MOST_PIECES)
  readonly #ends = new Int32Array(MOST_PIECES)
  readonly #scratch = new Int32Array(MOST_PIECES * 2)
  /** What the groups are sorted by, and their pieces. */
  readonly #keyStarts = new Int32Array(MOST_GROUPS)
  readonly #keyEnds = new Int32Array(MOST_GROUPS)
  readonly #firsts = new Int32Array(MOST_GROUPS)
  readonly #lasts = new Int32Array(MOST_GROUPS)
  readonly #spelled = Buffer.alloc(SPELLED_BYTES, COMMA)
  #spelledBytes = 1

  clear(): void {
    this.count = 0
    this.groups = 0
    this.full = false
    // The comma stays.
    this.#spelledBytes = 1
  }

  /** Adds what the source has from `start` to `end`. */
  add(start: number, end: number): void {
    const { count } = this
    if (count === MOST_PIECES) {
      this.full = true
      return
    }
    this.#starts[count] = start
    this.#ends[count] = end
    this.count = count + 1
  }

  /** Adds a text that is not in the source. Answers whether it is ASCII. */
  spell(text: string): boolean {
    const start = this.#spelledBytes
    // In UTF-8, no unit of a string takes more than three bytes.
    if (start + text.length * 3 > SPELLED_BYTES) {
      this.full = true
      return false
    }
    const bytes = this.#spelled.write(text, start)
    this.#spelledBytes += bytes
    this.add(SPELLED + start, SPELLED + start + bytes)
    return bytes === text.length
  }

  /** Makes a group of the pieces from `first` on; what it is to be sorted by is at `keyStart` of the source. */
  endGroup(first: number, keyStart: number, keyEnd: number): void {
    const { groups } = this
    if (groups === MOST_GROUPS) {
      this.full = true
      return
    }
    this.add(SPELLED, SPELLED + 1)
    this.#keyStarts[groups] = keyStart
    this.#keyEnds[groups] = keyEnd
    this.#firsts[groups] = first
    this.#lasts[groups] = this.count
    this.groups = groups + 1
  }

  /** Ends the object or array with the groups from `base` on by a closing bracket, which the source has there. */
  close(base: number, bracket: number): void {
    // It takes the place of the last comma.
    if (this.groups > base) this.count -= 1
    this.add(bracket, bracket + 1)
    this.groups = base
  }

  /** Whether the last group comes after the one before it. */
  inOrder(source: Buffer): boolean {
    return this.#compare(source, this.groups - 2, this.groups - 1) < 0
  }

  /** Puts the members from `base` on in the order of their names. False when there are too many, or two have the same name. */
  sortMembers(source: Buffer, base: number): boolean {
    return this.#sort(source, base, true)
  }

  /** Puts the elements from `base` on in the order of their texts. False when there are too many. */
  sortElements(source: Buffer, base: number, text: Buffer): boolean {
    let to = 0
    for (let group = base; group < this.groups; group += 1) {
      this.#keyStarts[group] = to
      to = this.#write(source, text, to, this.#firsts[group] ?? 0, (this.#lasts[group] ?? 0) - 1)
      this.#keyEnds[group] = to
    }
    return this.#sort(text, base, false)
  }

  /** Writes all of the text. Answers its length in bytes. */
  write(source: Buffer, text: Buffer): number {
    return this.#write(source, text, 0, 0, this.count)
  }

  #write(source: Buffer, text: Buffer, start: number, first: number, last: number): number {
    let to = start
    for (let piece = first; piece < last; piece += 1) {
      const from = this.#starts[piece] ?? 0
      const end = this.#ends[piece] ?? 0
      to =
        from < SPELLED
          ? copy(source, from, end, text, to)
          : copy(this.#spelled, from - SPELLED, end - SPELLED, text, to)
    }
    return to
  }

  #sort(keys: Buffer, base: number, distinct: boolean): boolean {
    if (this.groups - base > MOST_TO_SORT) return false
    for (let next = base + 1; next < this.groups; next += 1) {
      for (let at = next; at > base; at -= 1) {
        const order = this.#compare(keys, at - 1, at)
        if (order === 0 && distinct) return false
        if (order <= 0) break
        swap(this.#keyStarts, at)
        swap(this.#keyEnds, at)
        swap(this.#firsts, at)
        swap(this.#lasts, at)
      }
    }
    this.#rearrange(base)
    return true
  }

  /** Brings the pieces into the order of their groups. */
  #rearrange(base: number): void {
    const [starts, ends, scratch] = [this.#starts, this.#ends, this.#scratch]
    let size = 0
    for (let group = base; group < this.groups; group += 1) {
      const last = this.#lasts[group] ?? 0
      for (let piece = this.#firsts[group] ?? 0; piece < last; piece += 1, size += 2) {
        scratch[size] = starts[piece] ?? 0
        scratch[size + 1] = ends[piece] ?? 0
      }
    }
    for (let at = 0, piece = this.count - size / 2; at < size; at += 2, piece += 1) {
      starts[piece] = scratch[at] ?? 0
      ends[piece] = scratch[at + 1] ?? 0
    }
  }

  /** By the UTF-16 code units of their keys: negative when the one comes first, 0 when they are equal. */
  #compare(keys: Buffer, one: number, other: number): number {
    let first = this.#keyStarts[one] ?? 0
    let second = this.#keyStarts[other] ?? 0
    const firstEnd = this.#keyEnds[one] ?? 0
    const secondEnd = this.#keyEnds[other] ?? 0
    for (; first < firstEnd && second < secondEnd; first += 1, second += 1) {
      const a = keys[first] ?? 0
      const b = keys[second] ?? 0
      if (a !== b) return inUtf16(a) - inUtf16(b)
    }
    return firstEnd - first - (secondEnd - second)
  }
}

function copy(source: Buffer, start: number, end: number, text: Buffer, place: number): number {
  let to = place
  for (let from = start; from < end; from += 1) {
    text[to] = source[from] ?? 0
    to += 1
  }
  return to
}

function swap(field: Int32Array, at: number): void {
  const value = field[at] ?? 0
  field[at] = field[at - 1] ?? 0
  field[at - 1] = value
}

/** The first byte in which two texts in UTF-8 differ, in the order of UTF-16: there, what takes two units comes before U+E000 to U+FFFF. */
function inUtf16(byte: number): number {
  return byte === 0xee || byte === 0xef ? byte + 0x10 : byte
}
