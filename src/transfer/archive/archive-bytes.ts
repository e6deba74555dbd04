import { readSync } from 'node:fs'
import { damaged } from './damaged.ts'

/** What is read at once where small entries lie side by side, in bytes: small enough to stay in a processor's cache. */
const WINDOW = 1024 * 1024

/** The bytes of an archive on disk, read through one window: thousands of small entries cost a few hundred reads. */
export class ArchiveBytes {
  readonly #fd: number
  readonly #arrive: (start: number, end: number) => void
  readonly #want: ((start: number, end: number) => Promise<void>) | undefined
  #window = Buffer.alloc(0)
  #start = 0
  #end = 0

  /**
   * @param fd the archive, opened for reading
   * @param arrive called before bytes are read; returns once they are on disk
   * @param want the same for a thread that must not block: resolves then
   */
  constructor(
    fd: number,
    {
      arrive = () => undefined,
      want,
    }: { arrive?: (start: number, end: number) => void; want?: (start: number, end: number) => Promise<void> } = {},
  ) {
    this.#fd = fd
    this.#arrive = arrive
    this.#want = want
  }

  /** To be waited for before bytes are read, in a thread that must not block; nothing elsewhere. */
  ready(start: number, end: number): Promise<void> | undefined {
    return this.#want?.(start, end)
  }

  /**
   * Lends bytes of the archive until the next call. Throws `corrupt_download`, naming `entry`, where the archive ends before.
   *
   * @param ahead may be read along with them, because it is wanted next: up to here
   */
  lend(entry: { name: string }, start: number, length: number, ahead: number): Buffer {
    if (start < this.#start || start + length > this.#end) {
      const wanted = Math.max(length, Math.min(WINDOW, ahead - start))
      if (this.#window.length < wanted) this.#window = Buffer.allocUnsafeSlow(Math.max(WINDOW, wanted))
      // Nothing of the window counts until it is full again.
      this.#end = 0
      this.#read(entry, start, this.#window.subarray(0, wanted))
      this.#start = start
      this.#end = start + wanted
    }
    return this.#window.subarray(start - this.#start, start - this.#start + length)
  }

  /** Bytes of the archive, to keep. Throws as {@link lend} does. */
  read(entry: { name: string }, start: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length)
    this.#read(entry, start, bytes)
    return bytes
  }

  #read(entry: { name: string }, start: number, target: Buffer): void {
    this.#arrive(start, start + target.length)
    for (let done = 0; done < target.length; ) {
      const read = readSync(this.#fd, target, done, target.length - done, start + done)
      if (read === 0) throw damaged(entry.name, 'the archive ends within it')
      done += read
    }
  }
}
