import type { FileHandle } from 'node:fs/promises'
import { systemFailure } from '../../system-errors.ts'
import { writeFully } from '../disk.ts'

/** The bytes that may wait for the disk before a connection pauses. */
const MOST_WAITING = 512 * 1024

/** Writes what one connection receives to its place in a file, behind the connection. */
export class FileWriter {
  readonly #file: FileHandle
  readonly #path: string
  readonly #onWritten: (bytes: number) => void
  #position: number
  #chunks: Buffer[] = []
  #bytes = 0
  #writing: Promise<void> | undefined

  /**
   * @param position of the first byte
   * @param onWritten called after each write, with its bytes; writes are in order
   */
  constructor(file: FileHandle, path: string, position: number, onWritten: (bytes: number) => void) {
    this.#file = file
    this.#path = path
    this.#position = position
    this.#onWritten = onWritten
  }

  /** Takes ownership of bytes. Resolves when there is room for more. Throws an `ActionError` if an earlier write failed. */
  async push(chunk: Buffer): Promise<void> {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.#writing ??= this.#writeAll()
    this.#writing.catch(() => undefined)
    if (this.#bytes >= MOST_WAITING) await this.#writing
  }

  /** Resolves when everything is in the file. */
  async flush(): Promise<void> {
    await this.#writing
  }

  /** What arrives during one write goes into the next. */
  async #writeAll(): Promise<void> {
    while (this.#bytes > 0) await this.#write()
    this.#writing = undefined
  }

  async #write(): Promise<void> {
    const [chunks, bytes] = [this.#chunks, this.#bytes]
    this.#chunks = []
    this.#bytes = 0
    try {
      const { bytesWritten } = await this.#file.writev(chunks, this.#position)
      if (bytesWritten < bytes) {
        const rest = Buffer.concat(chunks).subarray(bytesWritten)
        await writeFully(this.#file, rest, this.#position + bytesWritten)
      }
    } catch (error) {
      throw systemFailure(error, 'write the download', this.#path)
    }
    this.#position += bytes
    this.#onWritten(bytes)
  }
}
