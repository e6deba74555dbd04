import { type FileHandle, open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import prettyBytes from 'pretty-bytes'
import { ActionError } from '../errors.ts'

/** What will take room on a disk. */
export interface Need {
  bytes: number
  /** Completes "4 GiB to …": `unpack it`. */
  purpose: string
}

/**
 * Throws when the disk that `path` will lie on has less free than all of `needs`, so that a full disk is met before the work and
 * not at its end. Says nothing where the file system does not tell.
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
  const parts = needs.filter((need) => need.bytes > 0).map((need) => `${size(need.bytes)} to ${need.purpose}`)
  const sum = parts.length === 1 ? parts[0] : `${size(bytes)} (${parts.join(', ')})`
  throw new ActionError(
    'operation_failed',
    `The disk of the runner is too full for the export: it needs ${sum}, and ${size(free)} are free (${dirname(path)}).`,
    { todo: 'Free disk space before this step, use a runner with a larger disk, or divide the export (shard).' },
  )
}

function size(bytes: number): string {
  return prettyBytes(bytes, { binary: true })
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
