import { SequentialFile } from '../../transfer/disk.ts'

const BETWEEN = Buffer.from(',\n')

/** Writes a `metadata.json` batch by batch: the records first, then the other members. Throws what the disk does. */
export class MergedJson {
  readonly #file: SequentialFile
  #empty = true

  private constructor(file: SequentialFile) {
    this.#file = file
  }

  static async create(path: string): Promise<MergedJson> {
    const merged = new MergedJson(await SequentialFile.create(path))
    await merged.#file.write(Buffer.from('{"media_items":[\n'))
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
    await this.#file.write(Buffer.concat(pieces))
  }

  /** Ends the file and closes it: Windows could not move it otherwise. @param members what else is in it */
  async finish(members: object): Promise<{ size: number; crc32: number }> {
    const texts = Object.entries(members).map(([name, value]) => `,\n${JSON.stringify(name)}:${JSON.stringify(value)}`)
    await this.#file.write(Buffer.from(`\n]${texts.join('')}}\n`))
    await this.#file.close()
    return this.#file
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
