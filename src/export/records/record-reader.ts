import { NEW_EXPORT } from '../../transfer/advice.ts'
import { ActionError } from '../../errors.ts'
import { NotJson, parseJson } from './parse.ts'
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  LONGEST_VALUE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  ValueScanner,
} from './value-scanner.ts'

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

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

interface ReaderOptions {
  /** Whether the elements of an array that is the whole file count as records. */
  bareArrays: boolean
  /** Whether to keep the members other than `info` and the records, which takes memory for all of them. */
  keepOthers: boolean
  /** The top-level arrays whose elements count as records. */
  arrays: readonly string[]
}

/** Records that follow one another in a file, as it spells them. */
export interface RecordBatch {
  /** The number of the first one, from 1. */
  first: number
  /** Their bytes and what is between them; lent until the next batch. */
  bytes: Buffer
  /** Where each begins in `bytes`, and where it ends (exclusive). */
  starts: number[]
  ends: number[]
}

/**
 * The records of an export's `metadata.json`, split as bytes: the elements of its top-level `media_items` array (or of other arrays, if
 * they are named), or of the array that the whole file is. What is inside a record is for its parser to judge. The memory used is that of
 * one chunk and one record, however large the file. Read {@link batches} once; then {@link info} and {@link found} are known.
 */
export class RecordReader {
  /** The `info` member next to the records, if there is one. */
  info: unknown
  /** Whether there is a `media_items` array (or a bare array) at all. */
  found = false
  /** The arrays so far, in their order, and the number of the record that each begins with, from 1. */
  readonly opened: { name: string; first: number }[] = []
  /** The other members of the file, in their order, if they were asked for. */
  readonly others = new Map<string, unknown>()
  readonly #bytes: AsyncIterable<Uint8Array>
  readonly #fileName: string
  readonly #options: ReaderOptions
  #expecting: Expecting = 'root'
  #key = ''
  #bare = false
  #records = 0
  /** Of the present chunk in the file. */
  #offset = 0
  readonly #value = new ValueScanner()

  /** @param fileName as errors should name it */
  constructor(bytes: AsyncIterable<Uint8Array>, fileName: string, options: Partial<ReaderOptions> = {}) {
    this.#bytes = bytes
    this.#fileName = fileName
    this.#options = { bareArrays: true, keepOthers: false, arrays: ['media_items'], ...options }
  }

  /** Throws `corrupt_download` when the bytes are not one complete JSON text, or a value is larger than 256 MiB. */
  async *batches(): AsyncGenerator<RecordBatch, void> {
    let start: Buffer | undefined = Buffer.alloc(0)
    for await (const bytes of this.#bytes) {
      let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      if (start) {
        // A byte order mark may be split across chunks.
        start = Buffer.concat([start, chunk])
        if (start.length < BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.subarray(0, start.length).equals(start)) continue
        chunk = BYTE_ORDER_MARK.equals(start.subarray(0, BYTE_ORDER_MARK.length)) ? start.subarray(3) : start
        start = undefined
      }
      const batch = this.#read(chunk)
      this.#offset += chunk.length
      if (batch) yield batch
    }
    // A number or a word at the root ends with the file itself.
    if (this.#expecting === 'root' && this.#value.endsWithFile()) this.#endValue(0)
    if (this.#expecting !== 'nothing')
      throw this.malformed(`it ends after ${this.#offset} bytes in the middle of its data`)
  }

  /** The error for what is wrong in the file. `why` completes "The export's metadata.json cannot be read: …". */
  malformed(why: string, cause?: unknown): ActionError {
    return new ActionError('corrupt_download', `The export's ${this.#fileName} cannot be read: ${why}.`, {
      todo: NEW_EXPORT,
      cause,
    })
  }

  /** How errors name a place in the file. @param byte counted from 0, without a byte order mark */
  protected place(byte: number): string {
    return `byte ${byte}`
  }

  #read(chunk: Buffer): RecordBatch | undefined {
    const value = this.#value
    const starts: number[] = []
    const ends: number[] = []
    const first = this.#records + 1
    for (let at = 0; at < chunk.length; ) {
      if (!value.active) {
        const byte = chunk[at] ?? 0
        at = byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 ? at + 1 : this.#step(byte, at)
        continue
      }
      at = value.scan(chunk, at)
      if (value.active) break
      if (this.#expecting === 'record' || this.#expecting === 'first record') {
        starts.push(value.start)
        ends.push(at)
        this.#records += 1
        this.#expecting = 'comma or ]'
      } else {
        value.keep(chunk, at)
        this.#endValue(at)
      }
    }
    // A record that began in an earlier chunk is the first of the batch.
    const [from = 0] = starts
    const until = ends.at(-1) ?? 0
    const batch = starts.length > 0 ? { first, bytes: value.bytesBefore(chunk, from, until), starts, ends } : undefined
    if (batch && from !== 0) {
      batch.starts = starts.map((start) => start - from)
      batch.ends = ends.map((end) => end - from)
    }
    if (!value.active) value.drop()
    else if (!value.carry(chunk))
      throw this.malformed(`its record ${this.#records + 1} is larger than ${LONGEST_VALUE} bytes`)
    return batch
  }

  /** Takes one byte that belongs to the outer structure, or begins a value at it. Returns where to continue. */
  #step(byte: number, at: number): number {
    const expecting = this.#expecting
    if (expecting === 'root' && byte === OPEN_OBJECT) this.#expecting = 'first key'
    else if (expecting === 'root' && byte === OPEN_ARRAY && this.#options.bareArrays) this.#openRecords(true)
    else if (expecting === 'member' && byte === OPEN_ARRAY && this.#options.arrays.includes(this.#key))
      this.#openRecords(false)
    else if (expecting === 'colon' && byte === COLON) this.#expecting = 'member'
    else if (expecting === 'comma or }' && byte === COMMA) this.#expecting = 'key'
    else if ((expecting === 'comma or }' || expecting === 'first key') && byte === CLOSE_OBJECT)
      this.#expecting = 'nothing'
    else if (expecting === 'comma or ]' && byte === COMMA) this.#expecting = 'record'
    else if ((expecting === 'comma or ]' || expecting === 'first record') && byte === CLOSE_ARRAY)
      this.#expecting = this.#bare ? 'nothing' : 'comma or }'
    else if (beginsValue(expecting, byte)) {
      this.#value.begin(byte, at)
      return at
    } else {
      const found = JSON.stringify(String.fromCharCode(byte))
      throw this.malformed(`it has ${found} at ${this.place(this.#offset + at)}, where something else belongs`)
    }
    return at + 1
  }

  #openRecords(bare: boolean): void {
    if (this.opened.some(({ name }) => name === this.#key)) throw this.malformed(`it has "${this.#key}" twice`)
    this.opened.push({ name: this.#key, first: this.#records + 1 })
    this.found = true
    this.#bare = bare
    this.#expecting = 'first record'
  }

  /** Puts the value that was just scanned, and ended at this place of the chunk, where it belongs. */
  #endValue(at: number): void {
    let value: unknown
    try {
      value = parseJson(this.#value.text())
    } catch (error) {
      if (!(error instanceof NotJson)) throw error
      throw this.malformed(`the part before ${this.place(this.#offset + at)} is not JSON (${error.message})`, error)
    }
    if (this.#expecting === 'first key' || this.#expecting === 'key') {
      this.#key = String(value)
      this.#expecting = 'colon'
    } else if (this.#expecting === 'member') {
      if (this.#key === 'info') this.info = value
      else if (this.#options.keepOthers) this.others.set(this.#key, value)
      this.#expecting = 'comma or }'
    } else {
      this.#expecting = 'nothing'
    }
  }
}

function beginsValue(expecting: Expecting, byte: number): boolean {
  if (expecting === 'first key' || expecting === 'key') return byte === QUOTE
  if (expecting === 'root' || expecting === 'member' || expecting === 'record' || expecting === 'first record') {
    return byte !== COMMA && byte !== COLON && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT
  }
  return false
}
