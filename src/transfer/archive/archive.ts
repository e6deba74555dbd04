import { systemFailure } from '../../system-errors.ts'
import { type FileHandle, open } from 'node:fs/promises'
import { ArchiveBytes } from './archive-bytes.ts'
import { type ArchiveEntry, checkExtent } from './archive-entry.ts'
import { type ArchiveLimits, checkSizes, defaultLimits } from './archive-limits.ts'
import type { Arrivals } from '../download/arrivals.ts'
import { type DirectoryEntry, readDirectory } from './central-directory.ts'
import { damaged } from './damaged.ts'
import { inflateEntry } from './entry-bytes.ts'
import { placeNames } from './entry-names.ts'
import { SHORTEST_HEADER } from './local-header.ts'

/** An open ZIP archive whose directory has been checked from end to end. */
export interface Archive {
  path: string
  file: FileHandle
  sizeBytes: number
  /** The files, in the order in which their data lies in the archive. */
  entries: ArchiveEntry[]
  /** Folders that the archive names, as safe relative paths. */
  folders: string[]
  /** Of all files, unpacked. */
  totalBytes: number
  /**
   * The bytes of one file, unpacked, in chunks of up to 1 MiB. Throws `corrupt_download` or `unsafe_archive` when its local header,
   * size or CRC turn out wrong, at the latest after the last chunk.
   */
  openEntry(entry: ArchiveEntry, signal?: AbortSignal): AsyncGenerator<Buffer, void>
  close(): Promise<void>
}

export interface ArchiveOptions {
  limits?: Partial<ArchiveLimits>
  /** Paths that no entry may take. */
  reserved?: readonly string[]
  signal?: AbortSignal
  /** Which bytes of the archive are on disk, where it is still being downloaded. */
  arrivals?: Arrivals
}

/**
 * Opens a ZIP archive (Zip64 too) and checks its whole directory before a single byte is unpacked: names, types, sizes,
 * encryption and methods, and that no two entries share bytes as far as the directory tells. Of an archive that is still being
 * downloaded only the directory has to be there. Throws an `ActionError`: `corrupt_download` for what is broken, `unsafe_archive`
 * for what is made to do harm.
 */
export async function openArchive(path: string, options: ArchiveOptions = {}): Promise<Archive> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw systemFailure(error, 'read the archive', path)
  }
  try {
    return await examine(path, file, options)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function examine(path: string, file: FileHandle, options: ArchiveOptions): Promise<Archive> {
  const { arrivals, reserved, signal } = options
  const sizeBytes = arrivals?.sizeBytes ?? (await file.stat()).size
  const limits = { ...defaultLimits, ...options.limits }
  const want = async (start: number, end: number) => arrivals?.want(start, end)
  const directory = await readDirectory(file, { sizeBytes, maxEntries: limits.maxEntries, signal, want })
  const inOrder = placeNames(directory.entries, reserved).sort(
    (one, other) => one.entry.headerStart - other.entry.headerStart,
  )
  const entries: ArchiveEntry[] = []
  const folders: string[] = []
  for (const [index, { entry, kind, path: place }] of inOrder.entries()) {
    const method = methodOf(entry)
    const limit = Math.min(directory.start, inOrder[index + 1]?.entry.headerStart ?? directory.start)
    const { name, rawName, size, compressedSize, crc32, headerStart } = entry
    const last = limit === directory.start
    checkExtent({ name, compressedSize, limit, last }, headerStart + SHORTEST_HEADER + rawName.length)
    if (kind === 'file')
      entries.push({ name, rawName, path: place, size, compressedSize, crc32, method, headerStart, limit, last })
    else if (size !== 0) throw damaged(name, 'it is a folder and yet holds data')
    else if (place !== '') folders.push(place)
  }
  const totalBytes = checkSizes(entries, sizeBytes, limits)
  const bytes = new ArchiveBytes(file.fd)
  return {
    path,
    file,
    sizeBytes,
    entries,
    folders,
    totalBytes,
    openEntry: (entry, stop) => inflateEntry(bytes, entry, { signal: stop }),
    close: () => file.close(),
  }
}

function methodOf({ name, encrypted, method }: DirectoryEntry): 'stored' | 'deflated' {
  if (encrypted) throw damaged(name, 'it is encrypted')
  if (method === 0) return 'stored'
  if (method === 8) return 'deflated'
  throw damaged(name, `it is packed with method ${method}, which is neither "stored" nor "deflated"`)
}
