import { systemFailure } from '../../system-errors.ts'
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { Arrivals } from './arrivals.ts'
import { writeFully } from '../disk.ts'

const READ_BACK = 1024 * 1024
/** Network chunks are gathered to writes of this size, which are as fast as larger ones. */
const BLOCK = 128 * 1024
/** Blocks of one connection that are written at once. */
const MOST_WRITES = 2

/**
 * A file whose parts are written in any order and hashed in theirs: what arrives in order is hashed from memory, the rest is read
 * back from the file, where it still lies in the page cache. So the memory used does not grow with the size.
 */
export class ArrivingFile {
  readonly #file: FileHandle
  readonly #path: string
  #hash = createHash('sha256')
  #hashed = 0
  /** What is written but not yet hashed: each block's end by its start. */
  readonly #unhashed = new Map<number, number>()
  #readingBack: Promise<void> | undefined
  #buffer: Buffer | undefined
  #arrivals: Arrivals | undefined

  constructor(file: FileHandle, path: string) {
    this.#file = file
    this.#path = path
  }

  /** Everything that was written so far, and all that follows, is told to `arrivals`. */
  tell(arrivals: Arrivals): void {
    this.#arrivals = arrivals
    arrivals.add(0, this.#hashed)
  }

  /** Writes all of `bytes` at `start`. No byte of the file is written twice, unless it starts over. */
  async write(bytes: Buffer, start: number): Promise<void> {
    const writing = writeFully(this.#file, bytes, start)
    const inOrder = start === this.#hashed
    if (inOrder) {
      this.#hash.update(bytes)
      this.#hashed += bytes.length
    }
    try {
      await writing
    } catch (error) {
      throw systemFailure(error, 'write the download', this.#path)
    }
    this.#arrivals?.add(start, start + bytes.length)
    if (!inOrder) this.#unhashed.set(start, start + bytes.length)
    if (this.#readingBack || !this.#unhashed.has(this.#hashed)) return
    this.#readingBack = this.#readBack()
    this.#readingBack.catch(() => undefined)
  }

  /** Forgets all that was written. */
  async startOver(): Promise<void> {
    this.#arrivals = undefined
    this.#unhashed.clear()
    await this.#readingBack?.catch(() => undefined)
    this.#readingBack = undefined
    this.#hash = createHash('sha256')
    this.#hashed = 0
    try {
      await this.#file.truncate(0)
    } catch (error) {
      throw systemFailure(error, 'write the download', this.#path)
    }
  }

  /** The SHA-256 of the whole, in hex, once everything is written. Nothing may be written after it. */
  async digest(sizeBytes: number): Promise<string> {
    await this.#readingBack
    if (this.#hashed !== sizeBytes) throw new Error(`${this.#hashed} of ${sizeBytes} bytes of the download were hashed`)
    return this.#hash.digest('hex')
  }

  async #readBack(): Promise<void> {
    this.#buffer ??= Buffer.allocUnsafeSlow(READ_BACK)
    for (;;) {
      let end = this.#hashed
      for (let next = this.#unhashed.get(end); next !== undefined; next = this.#unhashed.get(end)) {
        if (next - this.#hashed > READ_BACK) break
        this.#unhashed.delete(end)
        end = next
      }
      if (end === this.#hashed) break
      await this.#hashFrom(this.#buffer, end)
    }
    this.#readingBack = undefined
  }

  async #hashFrom(buffer: Buffer, end: number): Promise<void> {
    while (this.#hashed < end) {
      let bytesRead: number
      try {
        ;({ bytesRead } = await this.#file.read(buffer, 0, end - this.#hashed, this.#hashed))
      } catch (error) {
        throw systemFailure(error, 'read the download', this.#path)
      }
      if (bytesRead === 0) throw systemFailure(new Error('the file became shorter'), 'read the download', this.#path)
      this.#hash.update(buffer.subarray(0, bytesRead))
      this.#hashed += bytesRead
    }
  }
}

/**
 * Gathers the small chunks of one connection to blocks, which are written while the next ones fill. Chunks are copied at once:
 * what is not kept is the cheapest to clean up.
 */
export class Blocks {
  readonly #file: ArrivingFile
  readonly #spare: Buffer[] = []
  #filling: Buffer | undefined
  #start = 0
  #length = 0
  readonly #writing = new Set<Promise<void>>()
  #failure: { reason: unknown } | undefined

  constructor(file: ArrivingFile) {
    this.#file = file
  }

  /** Takes bytes that follow those before them, or begin anew after {@link flush}. Throws when an earlier block could not be written. */
  push(bytes: Buffer, start: number): void {
    if (this.#failure) throw this.#failure.reason
    if (this.#length === 0) this.#start = start
    for (let done = 0; done < bytes.length; ) {
      this.#filling ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK)
      const copied = bytes.copy(this.#filling, this.#length, done)
      done += copied
      this.#length += copied
      if (this.#length === BLOCK) this.#write(this.#filling)
    }
  }

  /** What to wait for before the next chunk is taken, so that memory stays bounded when the disk is slow. */
  room(): Promise<unknown> | undefined {
    return this.#writing.size < MOST_WRITES ? undefined : Promise.race(this.#writing)
  }

  /** Resolves when everything taken is in the file. */
  async flush(): Promise<void> {
    if (this.#filling && this.#length > 0) this.#write(this.#filling)
    await Promise.all(this.#writing)
    if (this.#failure) throw this.#failure.reason
  }

  #write(block: Buffer): void {
    const writing = this.#save(block, this.#length, this.#start).finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
    this.#filling = undefined
    this.#start += this.#length
    this.#length = 0
  }

  async #save(block: Buffer, length: number, start: number): Promise<void> {
    try {
      await this.#file.write(block.subarray(0, length), start)
      this.#spare.push(block)
    } catch (reason) {
      this.#failure ??= { reason }
    }
  }
}
