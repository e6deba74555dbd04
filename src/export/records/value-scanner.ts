/** The longest record or other value that is kept in memory, in bytes. */
export const LONGEST_VALUE = 256 * 1024 * 1024

export const QUOTE = 0x22
const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_ARRAY = 0x5b
export const CLOSE_ARRAY = 0x5d
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d

/** Finds the end of one JSON value that may span chunks, and keeps what came of it in earlier ones. */
export class ValueScanner {
  active = false
  /** Where the value begins, relative to the present chunk: below 0 if it began in an earlier one. */
  start = 0
  #kind: 'container' | 'string' | 'scalar' = 'scalar'
  #depth = 0
  #inString = false
  #escaped = false
  #carried: Buffer[] = []
  #text: Buffer[] = []

  /** @param byte the first of the value, which {@link scan} will see again */
  begin(byte: number, at: number): void {
    this.active = true
    this.start = at
    this.#kind = byte === QUOTE ? 'string' : byte === OPEN_OBJECT || byte === OPEN_ARRAY ? 'container' : 'scalar'
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
  }

  /** Scans on from `from`. Returns the place after the value, or the end of the chunk while the value stays active. */
  scan(chunk: Buffer, from: number): number {
    return this.#kind === 'scalar' ? this.#scanScalar(chunk, from) : this.#scanNested(chunk, from)
  }

  /** Keeps the value that ended at `end` for {@link text}. */
  keep(chunk: Buffer, end: number): void {
    // What else was carried belongs to a record that ended before this value began.
    this.#text = [...(this.start < 0 ? this.#carried : []), chunk.subarray(Math.max(0, this.start), end)]
  }

  text(): string {
    return Buffer.concat(this.#text).toString()
  }

  /** The bytes from `from`, which may be below 0, up to `until`. */
  bytesBefore(chunk: Buffer, from: number, until: number): Buffer {
    if (from >= 0) return chunk.subarray(from, until)
    return Buffer.concat([...this.#carried, chunk.subarray(0, until)])
  }

  /** At the end of a chunk in the middle of a value. False if the value is too large. */
  carry(chunk: Buffer): boolean {
    if (this.start >= 0) this.#carried = []
    // A copy: a chunk is lent until the next one only.
    this.#carried.push(Buffer.from(chunk.subarray(Math.max(0, this.start))))
    this.start -= chunk.length
    return -this.start <= LONGEST_VALUE
  }

  drop(): void {
    this.#carried = []
  }

  /** Ends a scalar that the end of the file ends. False for values that have an end of their own. */
  endsWithFile(): boolean {
    if (!this.active || this.#kind !== 'scalar') return false
    this.active = false
    this.#text = this.#carried
    return true
  }

  #scanScalar(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0
      if (byte > 0x20 && byte !== COMMA && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT) continue
      this.active = false
      return at
    }
    return chunk.length
  }

  // The hot loops: every byte of every record passes one of these two. As one loop they take twice as long.
  #scanNested(chunk: Buffer, from: number): number {
    const { length } = chunk
    let at = this.#inString ? this.#scanString(chunk, from) : from
    if (this.#depth === 0 && at > from && !this.#inString) return this.#ended(at)
    while (at < length) {
      const byte = chunk[at] ?? 0
      at += 1
      if (byte === QUOTE) {
        at = this.#scanString(chunk, at)
        if (this.#depth === 0 && !this.#inString) return this.#ended(at)
      }
      // Setting this bit makes "[" of "{" and "]" of "}" the same.
      else if ((byte | 0x20) === OPEN_OBJECT) this.#depth += 1
      else if ((byte | 0x20) === CLOSE_OBJECT) {
        this.#depth -= 1
        if (this.#depth === 0) return this.#ended(at)
      }
    }
    return at
  }

  /** From inside of a string to after its end, or to the end of the chunk. */
  #scanString(chunk: Buffer, from: number): number {
    const { length } = chunk
    this.#inString = true
    let at = this.#escaped ? from + 1 : from
    this.#escaped = false
    while (at < length) {
      const byte = chunk[at] ?? 0
      at += 1
      if (byte === QUOTE) {
        this.#inString = false
        return at
      }
      if (byte === BACKSLASH) at += 1
    }
    this.#escaped = at > length
    return length
  }

  #ended(at: number): number {
    this.active = false
    return at
  }
}
