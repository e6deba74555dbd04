import { ActionError, describe } from '../errors.ts'

/** The longest record or other value that is held in memory, in bytes. */
const LONGEST_VALUE = 256 * 1024 * 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** What may come next, outside of any value. */
type Expecting =
  | 'root'
  | 'first key'
  | 'key'
  | 'colon'
  | 'member'
  | 'comma or }'
  | 'first record'
  | 'record'
  | 'comma or ]'
  | 'nothing'

/**
 * The records of an export's `metadata.json`, one at a time: the elements of its top-level `media_items` array, or of the array
 * that the whole file is. The memory used is that of one record and one chunk, however large the file.
 *
 * Iterate it once; then {@link info} and {@link found} hold. Throws `corrupt_download` when the bytes are not one complete JSON
 * text, or a single value is larger than 256 MiB.
 */
export class RecordReader implements AsyncIterable<unknown> {
  /** The `info` member beside the records, if there is one. */
  info: unknown
  /** Whether there is a `media_items` array (or a bare array) at all. */
  found = false
  readonly #bytes: AsyncIterable<Uint8Array>
  readonly #fileName: string
  readonly #bareArrays: boolean
  #expecting: Expecting = 'root'
  #key = ''
  #inRecords = false
  #bare = false
  #records = 0
  #offset = 0
  readonly #value = new ValueScanner()

  /**
   * @param fileName as errors should name it
   * @param bareArrays whether the elements of an array that is the whole file count as records
   */
  constructor(bytes: AsyncIterable<Uint8Array>, fileName: string, bareArrays = true) {
    this.#bytes = bytes
    this.#fileName = fileName
    this.#bareArrays = bareArrays
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    const start = new ByteOrderMark()
    for await (const bytes of this.#bytes) {
      const chunk = start.strip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      yield* this.#read(chunk)
      this.#offset += bytes.byteLength
    }
    // A number or a word at the root ends with the file itself.
    if (this.#expecting === 'root' && this.#value.active && this.#value.finish()) this.#end()
    if (this.#expecting !== 'nothing')
      throw this.#malformed(`it ends after ${this.#offset} bytes in the middle of its data`)
  }

  *#read(chunk: Buffer): Generator<unknown, void> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#value.active) {
        at = this.#value.scan(chunk, at)
        if (this.#value.active) return
        const isRecord = this.#inRecords
        const value = this.#end()
        if (isRecord) yield value
        continue
      }
      const byte = chunk[at] ?? 0
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at += 1
      else at = this.#step(byte, at)
    }
  }

  /** Takes one byte that belongs to the outer structure, or begins a value at it. Returns where to go on. */
  #step(byte: number, at: number): number {
    const expecting = this.#expecting
    if (expecting === 'root' && byte === OPEN_OBJECT) this.#expecting = 'first key'
    else if (expecting === 'root' && byte === OPEN_ARRAY && this.#bareArrays) this.#openRecords(true)
    else if (expecting === 'member' && byte === OPEN_ARRAY && this.#key === 'media_items') this.#openRecords(false)
    else if (expecting === 'colon' && byte === COLON) this.#expecting = 'member'
    else if (expecting === 'comma or }' && byte === COMMA) this.#expecting = 'key'
    else if ((expecting === 'comma or }' || expecting === 'first key') && byte === CLOSE_OBJECT)
      this.#expecting = 'nothing'
    else if (expecting === 'comma or ]' && byte === COMMA) this.#expecting = 'record'
    else if ((expecting === 'comma or ]' || expecting === 'first record') && byte === CLOSE_ARRAY) this.#closeRecords()
    else if (beginsValue(expecting, byte)) {
      this.#inRecords = expecting === 'record' || expecting === 'first record'
      this.#value.begin(byte)
      return at
    } else {
      throw this.#malformed(
        `it has ${JSON.stringify(String.fromCharCode(byte))} at byte ${this.#offset + at} where something else belongs`,
      )
    }
    return at + 1
  }

  #openRecords(bare: boolean): void {
    if (this.found) throw this.#malformed('it has "media_items" twice')
    this.found = true
    this.#bare = bare
    this.#expecting = 'first record'
  }

  #closeRecords(): void {
    this.#expecting = this.#bare ? 'nothing' : 'comma or }'
  }

  /** The value that was just scanned, put in its place. */
  #end(): unknown {
    let value: unknown
    try {
      const text = this.#value.take()
      value = text === undefined ? undefined : JSON.parse(text)
    } catch (error) {
      const place = this.#inRecords ? `its record ${this.#records + 1}` : `the part before byte ${this.#offset}`
      throw this.#malformed(`${place} is no JSON (${describe(error)})`, error)
    }
    if (this.#inRecords) {
      if (value === undefined)
        throw this.#malformed(`its record ${this.#records + 1} is larger than ${LONGEST_VALUE} bytes`)
      this.#records += 1
      this.#inRecords = false
      this.#expecting = 'comma or ]'
    } else if (this.#expecting === 'first key' || this.#expecting === 'key') {
      this.#key = String(value)
      this.#expecting = 'colon'
    } else if (this.#expecting === 'member') {
      if (this.#key === 'info') this.info = value
      this.#expecting = 'comma or }'
    } else {
      this.#expecting = 'nothing'
    }
    return value
  }

  #malformed(why: string, cause?: unknown): ActionError {
    return new ActionError('corrupt_download', `The export's ${this.#fileName} cannot be read: ${why}.`, {
      todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
      cause,
    })
  }
}

function beginsValue(expecting: Expecting, byte: number): boolean {
  if (expecting === 'first key' || expecting === 'key') return byte === QUOTE
  if (expecting === 'root' || expecting === 'member' || expecting === 'record' || expecting === 'first record') {
    return byte !== COMMA && byte !== COLON && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT
  }
  return false
}

/** Finds the end of one JSON value that may span chunks. What lies between is for `JSON.parse` to judge. */
class ValueScanner {
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
    if (this.#size <= LONGEST_VALUE) this.#parts.push(chunk.subarray(start, end))
    else this.#parts = []
    return end
  }

  /** Ends a scalar that the end of the file ends. False for values that have an end of their own. */
  finish(): boolean {
    if (this.#kind !== 'scalar') return false
    this.active = false
    return true
  }

  /** The text of the value; `undefined` when it was too large to keep. */
  take(): string | undefined {
    if (this.#size > LONGEST_VALUE) return undefined
    const [only] = this.#parts
    return only && this.#parts.length === 1 ? only.toString() : Buffer.concat(this.#parts, this.#size).toString()
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
class ByteOrderMark {
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
