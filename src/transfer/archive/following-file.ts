import { systemFailure } from '../../system-errors.ts'
import { closeSync, openSync, write as writeLater, writeSync } from 'node:fs'
import { freeAtOnce } from './entry-bytes.ts'

/** A new file that is made with its first bytes, and written behind the thread that has them. */
export class FollowingFile {
  readonly #path: string
  #file: number | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** Writes bytes before it returns. */
  write(bytes: Buffer): void {
    this.#file ??= openNew(this.#path)
    writeNow(this.#file, bytes, this.#path)
  }

  /** Takes bytes for good, and returns once those before them are written. */
  async push(bytes: Buffer): Promise<void> {
    const file = (this.#file ??= openNew(this.#path))
    const before = this.#writing
    this.#writing = before.then(async () => writeBehind(file, bytes, this.#path))
    this.#writing.catch(() => undefined)
    await before
  }

  /** Resolves once everything is written; a file of no bytes is made as well. */
  async end(): Promise<void> {
    await this.#writing
    this.#file ??= openNew(this.#path)
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined)
    if (this.#file !== undefined) closeSync(this.#file)
  }
}

/** Opens a file that is not there yet. Throws an `ActionError`, as the others here. */
export function openNew(path: string): number {
  try {
    return openSync(path, 'wx')
  } catch (error) {
    throw systemFailure(error, 'unpack the export', path)
  }
}

export function writeNow(file: number, bytes: Buffer, path: string): void {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  } catch (error) {
    throw systemFailure(error, 'unpack the export', path)
  }
}

async function writeBehind(file: number, bytes: Buffer, path: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      writeLater(file, bytes, done, bytes.length - done, null, (error, written) =>
        error ? reject(error) : resolve(written),
      )
      done += await promise
    }
  } catch (error) {
    throw systemFailure(error, 'unpack the export', path)
  }
  freeAtOnce(bytes)
}
