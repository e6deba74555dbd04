import { type FileHandle, open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { count } from '../numbers.ts'
import { ActionError } from '../errors.ts'
import { FREE_SPACE } from '../system-errors.ts'

/** What will take room on a disk. */
export interface Need {
  bytes: number
  /** Completes "4 GiB to …": `unpack it`. */
  purpose: string
}

/**
 * Throws when the disk that `path` will lie on has less free than all of `needs`, so that a full disk is met before the work and
 * not at its end. Says nothing if the file system does not report it.
 */
export async function requireSpace(path: string, needs: readonly Need[]): Promise<void> {
  let free: number
  try {
    const disk = await statfs(dirname(path))
    if (disk.blocks === 0) return
    free = disk.bavail * disk.bsize
  } catch {
    return
  }
  const bytes = needs.reduce((sum, need) => sum + need.bytes, 0)
  if (free >= bytes) return
  const show = inUnitOf(bytes)
  const parts = needs.filter((need) => need.bytes > 0).map((need) => `${show(need.bytes)} to ${need.purpose}`)
  const sum = parts.length === 1 ? parts[0] : `${show(bytes)} (${parts.join(', ')})`
  throw new ActionError(
    'operation_failed',
    `Not enough disk space on the runner: the export needs ${sum}, but only ${show(free)} is free (${dirname(path)}).`,
    { todo: FREE_SPACE },
  )
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** Shows sizes that are to be compared in one unit: that of `largest` bytes. */
export function inUnitOf(largest: number): (bytes: number) => string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, largest)) / 10))
  return (bytes) => `${count(Number((bytes / 1024 ** power).toFixed(power === 0 ? 0 : 2)))} ${UNITS[power]}`
}

/** Writes all of `bytes` at `position`: one write call may take fewer than it is given. */
export async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** A file that is written from its beginning to its end. Throws what the disk does. */
export class SequentialFile {
  /** Of what was written, in bytes. */
  size = 0
  /** Of what was written. */
  crc32 = 0
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<SequentialFile> {
    return new SequentialFile(await open(path, 'w'))
  }

  async write(bytes: Buffer): Promise<void> {
    await writeFully(this.#file, bytes, this.size)
    this.crc32 = crc32(bytes, this.crc32)
    this.size += bytes.length
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
