import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { writeFully } from '../../transfer/disk.ts'

const BUFFER_BYTES = 1024 * 1024
const BETWEEN = Buffer.from(',\n')
const TOTAL = 'total_media_items'

/**
 * Writes a `metadata.json` record by record: `info` first, a record a line. Uses a megabyte of memory, however long the file gets.
 * Throws what the disk does.
 */
export class MergedJson {
  readonly #path: string
  readonly #file: FileHandle
  /** The total that stands in `info` before the records were counted, and where. */
  readonly #total: { text: string; at: number }
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #used = 0
  #size = 0
  #crc = 0
  #empty = true

  private constructor(path: string, file: FileHandle, total: { text: string; at: number }) {
    this.#path = path
    this.#file = file
    this.#total = total
  }

  /**
   * @param info its `total_media_items` is set to the true number
   * @param mostRecords an upper bound of that number
   */
  static async create(path: string, info: object, mostRecords: number): Promise<MergedJson> {
    const total = { text: String(mostRecords), at: 0 }
    let head = '{"info":{'
    for (const [name, value] of Object.entries({ ...info, [TOTAL]: mostRecords })) {
      head += `${head.endsWith('{') ? '' : ','}${JSON.stringify(name)}:`
      if (name === TOTAL) total.at = Buffer.byteLength(head)
      head += JSON.stringify(value)
    }
    const merged = new MergedJson(path, await open(path, 'w'), total)
    await merged.#append(Buffer.from(`${head}},"media_items":[\n`))
    return merged
  }

  /**
   * @param record valid JSON in UTF-8
   * @returns a promise only where the caller has to wait before it goes on
   */
  add(record: Buffer): Promise<void> | undefined {
    if (this.#used + BETWEEN.length + record.length > BUFFER_BYTES) return this.#addLater(record)
    if (!this.#empty) this.#take(BETWEEN)
    this.#take(record)
    this.#empty = false
    return undefined
  }

  /**
   * Ends the file.
   *
   * @param others what else stands in it, after the records
   */
  async finish(records: number, others: ReadonlyMap<string, unknown>): Promise<{ size: number; crc32: number }> {
    await this.#append(Buffer.from('\n]'))
    for (const [name, value] of others)
      await this.#append(Buffer.from(`,\n${JSON.stringify(name)}:${JSON.stringify(value)}`))
    await this.#append(Buffer.from('}\n'))
    await this.#flush()
    const total = String(records)
    if (total !== this.#total.text) {
      await writeFully(this.#file, Buffer.from(total.padEnd(this.#total.text.length)), this.#total.at)
      this.#crc = 0
      for await (const chunk of createReadStream(this.#path, { highWaterMark: BUFFER_BYTES })) {
        this.#crc = crc32(chunk, this.#crc)
      }
    }
    return { size: this.#size, crc32: this.#crc }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #addLater(record: Buffer): Promise<void> {
    if (!this.#empty) await this.#append(BETWEEN)
    await this.#append(record)
    this.#empty = false
  }

  async #append(bytes: Buffer): Promise<void> {
    if (this.#used + bytes.length > BUFFER_BYTES) await this.#flush()
    if (bytes.length <= BUFFER_BYTES) this.#take(bytes)
    else await this.#write(bytes)
  }

  #take(bytes: Buffer): void {
    this.#used += bytes.copy(this.#buffer, this.#used)
  }

  async #flush(): Promise<void> {
    await this.#write(this.#buffer.subarray(0, this.#used))
    this.#used = 0
  }

  async #write(bytes: Buffer): Promise<void> {
    await writeFully(this.#file, bytes, this.#size)
    this.#crc = crc32(bytes, this.#crc)
    this.#size += bytes.length
  }
}
