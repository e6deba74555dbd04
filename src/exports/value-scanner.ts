/** The longest record or other value that is held in memory, in bytes. */
export const LONGEST_VALUE = 256 * 1024 * 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Finds the end of one JSON value that may span chunks. What lies between is for `JSON.parse` to judge. */
export class ValueScanner {
  active = false
  #kind: 'container' | 'string' | 'scalar' = 'scalar'
  #depth = 0
  #inString = false
  #escaped = false
  #parts: Buffer[] = []
  #size = 0

  /** @param byte the first of the value, which {@link scan} will see again */
  begin(byte: number): void {
    this.active = true
    this.#kind = byte === QUOTE ? 'string' : byte === OPEN_OBJECT || byte === OPEN_ARRAY ? 'container' : 'scalar'
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
    this.#parts = []
    this.#size = 0
  }

  /** Scans on from `start`; returns the place after the value, or the end of the chunk while {@link active} stays true. */
  scan(chunk: Buffer, start: number): number {
    const end = this.#kind === 'scalar' ? this.#scanScalar(chunk, start) : this.#scanNested(chunk, start)
    this.#size += end - start
    if (this.#size > LONGEST_VALUE) this.#parts = []
    // A chunk may be lent until the next one only.
    else this.#parts.push(this.active ? Buffer.from(chunk.subarray(start, end)) : chunk.subarray(start, end))
    return end
  }

  /** Ends a scalar that the end of the file ends. False for values that have an end of their own. */
  finish(): boolean {
    if (this.#kind !== 'scalar') return false
    this.active = false
    return true
  }

  /** Whether the value was too large to keep. */
  get tooLarge(): boolean {
    return this.#size > LONGEST_VALUE
  }

  /** The bytes of the value, unless it was {@link tooLarge}. */
  bytes(): Buffer {
    const [only] = this.#parts
    if (only && this.#parts.length === 1) return only
    const whole = Buffer.concat(this.#parts, this.#size)
    this.#parts = [whole]
    return whole
  }

  #scanScalar(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0
      if (byte > 0x20 && byte !== COMMA && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT) continue
      this.active = false
      return at
    }
    return chunk.length
  }

  // The hot loop: every byte of every record passes here.
  #scanNested(chunk: Buffer, start: number): number {
    const length = chunk.length
    let depth = this.#depth
    let inString = this.#inString
    let at = start
    if (this.#escaped && at < length) {
      this.#escaped = false
      at += 1
    }
    while (at < length) {
      const byte = chunk[at] ?? 0
      at += 1
      if (inString) {
        if (byte === QUOTE) {
          inString = false
          if (depth === 0) return this.#ended(at)
        } else if (byte === BACKSLASH) {
          if (at === length) this.#escaped = true
          at += 1
        }
      } else if (byte === QUOTE) inString = true
      // Setting this bit makes "[" of "{" and "]" of "}" the same.
      else if ((byte | 0x20) === OPEN_OBJECT) depth += 1
      else if ((byte | 0x20) === CLOSE_OBJECT) {
        depth -= 1
        if (depth === 0) return this.#ended(at)
      }
    }
    this.#depth = depth
    this.#inString = inString
    return length
  }

  #ended(at: number): number {
    this.active = false
    return at
  }
}

/** Takes the byte order mark off the beginning of a text, though it may come in pieces. */
export class ByteOrderMark {
  static readonly #mark = Buffer.from([0xef, 0xbb, 0xbf])
  #seen: Buffer | undefined = Buffer.alloc(0)

  strip(chunk: Buffer): Buffer {
    if (!this.#seen) return chunk
    const start = Buffer.concat([this.#seen, chunk])
    const mark = ByteOrderMark.#mark
    if (start.length < mark.length && mark.subarray(0, start.length).equals(start)) {
      this.#seen = start
      return Buffer.alloc(0)
    }
    this.#seen = undefined
    return mark.equals(start.subarray(0, mark.length)) ? start.subarray(mark.length) : start
  }
}
