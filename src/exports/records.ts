import { ActionError, describe } from '../errors.ts'
import { ByteOrderMark, LONGEST_VALUE, ValueScanner } from './value-scanner.ts'

const QUOTE = 0x22
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
  /** The other members of the file, in their order; only where they were asked for. */
  readonly others = new Map<string, unknown>()
  readonly #bytes: AsyncIterable<Uint8Array>
  readonly #fileName: string
  readonly #bareArrays: boolean
  readonly #keepOthers: boolean
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
   * @param keepOthers whether to keep the members beside `info` and the records, which takes memory for all of them
   */
  constructor(bytes: AsyncIterable<Uint8Array>, fileName: string, bareArrays = true, keepOthers = false) {
    this.#bytes = bytes
    this.#fileName = fileName
    this.#bareArrays = bareArrays
    this.#keepOthers = keepOthers
  }

  /** The record that came last as the file spells it, without the space around it; only until the next one is asked for. */
  get recordBytes(): Buffer {
    return this.#value.bytes()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    for await (const chunk of this.#chunks()) {
      for (const record of this.#read(chunk)) yield this.parse(record, this.#records)
    }
  }

  /**
   * Reads the records without looking into them, which is a good deal faster: what `take` gets are their bytes as the file spells
   * them, lent until it returns, and their number from 1 on. What stands around them is checked as when they are iterated.
   *
   * @param take may answer a promise, for which the next record waits
   */
  async each(take: (record: Buffer, number: number) => Promise<void> | undefined): Promise<void> {
    for await (const chunk of this.#chunks()) {
      for (const record of this.#read(chunk)) {
        const taken = take(record, this.#records)
        if (taken) await taken
      }
    }
  }

  /** The record that these bytes spell. Throws `corrupt_download` when they are no JSON. */
  parse(record: Buffer, number: number): unknown {
    try {
      return JSON.parse(record.toString())
    } catch (error) {
      throw this.#malformed(`its record ${number} is no JSON (${describe(error)})`, error)
    }
  }

  async *#chunks(): AsyncGenerator<Buffer, void> {
    const start = new ByteOrderMark()
    for await (const bytes of this.#bytes) {
      yield start.strip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      this.#offset += bytes.byteLength
    }
    // A number or a word at the root ends with the file itself.
    if (this.#expecting === 'root' && this.#value.active && this.#value.finish()) this.#end()
    if (this.#expecting !== 'nothing')
      throw this.#malformed(`it ends after ${this.#offset} bytes in the middle of its data`)
  }

  *#read(chunk: Buffer): Generator<Buffer, void> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#value.active) {
        at = this.#value.scan(chunk, at)
        if (this.#value.active) return
        if (this.#inRecords) yield this.#endRecord()
        else this.#end()
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

  #endRecord(): Buffer {
    if (this.#value.tooLarge)
      throw this.#malformed(`its record ${this.#records + 1} is larger than ${LONGEST_VALUE} bytes`)
    this.#records += 1
    this.#inRecords = false
    this.#expecting = 'comma or ]'
    return this.#value.bytes()
  }

  /** Puts the value that was just scanned in its place. */
  #end(): void {
    let value: unknown
    try {
      value = this.#value.tooLarge ? undefined : JSON.parse(this.#value.bytes().toString())
    } catch (error) {
      throw this.#malformed(`the part before byte ${this.#offset} is no JSON (${describe(error)})`, error)
    }
    if (this.#expecting === 'first key' || this.#expecting === 'key') {
      this.#key = String(value)
      this.#expecting = 'colon'
    } else if (this.#expecting === 'member') {
      if (this.#key === 'info') this.info = value
      else if (this.#keepOthers) this.others.set(this.#key, value)
      this.#expecting = 'comma or }'
    } else {
      this.#expecting = 'nothing'
    }
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
