import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { writeFully } from '../../transfer/disk.ts'

const BETWEEN = Buffer.from(',\n')

/** Writes a `metadata.json` batch by batch: the records first, then the other members. Throws what the disk does. */
export class MergedJson {
  readonly #file: FileHandle
  #size = 0
  #crc = 0
  #empty = true

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<MergedJson> {
    const merged = new MergedJson(await open(path, 'w'))
    await merged.#write(Buffer.from('{"media_items":[\n'))
    return merged
  }

  /** Adds records, which are valid JSON in UTF-8, as they are. */
  async add({ bytes, starts, ends }: { bytes: Buffer; starts: readonly number[]; ends: readonly number[] }) {
    const pieces: Buffer[] = []
    for (let index = 0; index < starts.length; index += 1) {
      if (!this.#empty) pieces.push(BETWEEN)
      this.#empty = false
      pieces.push(bytes.subarray(starts[index], ends[index]))
    }
    await this.#write(Buffer.concat(pieces))
  }

  /** Ends the file. @param members what else is in it */
  async finish(members: object): Promise<{ size: number; crc32: number }> {
    const texts = Object.entries(members).map(([name, value]) => `,\n${JSON.stringify(name)}:${JSON.stringify(value)}`)
    await this.#write(Buffer.from(`\n]${texts.join('')}}\n`))
    return { size: this.#size, crc32: this.#crc }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #write(bytes: Buffer): Promise<void> {
    await writeFully(this.#file, bytes, this.#size)
    this.#crc = crc32(bytes, this.#crc)
    this.#size += bytes.length
  }
}
