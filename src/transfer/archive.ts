import { type FileHandle, open } from 'node:fs/promises'
import { type ArchiveLimits, bomb, checkSizes, defaultLimits } from './archive-limits.ts'
import { type DirectoryEntry, readDirectory } from './central-directory.ts'
import { damaged } from './damaged.ts'
import { diskFailure } from './disk.ts'
import { type ArchiveEntry, inflateEntry } from './entry-bytes.ts'
import { placeNames } from './entry-names.ts'
import { locate } from './local-header.ts'

/** An open ZIP archive whose directory has been checked from end to end. */
export interface Archive {
  file: FileHandle
  sizeBytes: number
  /** The files, in the order in which their data lies in the archive. */
  entries: ArchiveEntry[]
  /** Folders that the archive names, as safe relative paths. */
  folders: string[]
  /** Of all files, unpacked. */
  totalBytes: number
  /**
   * The bytes of one file, unpacked, in chunks of up to 1 MiB. Throws `corrupt_download` or `unsafe_archive` when size or CRC
   * turn out wrong, at the latest after the last chunk.
   */
  openEntry(entry: ArchiveEntry, signal?: AbortSignal): AsyncGenerator<Buffer, void>
  close(): Promise<void>
}

export interface ArchiveOptions {
  limits?: Partial<ArchiveLimits>
  /** Paths that no entry may take. */
  reserved?: readonly string[]
  signal?: AbortSignal
}

/**
 * Opens a ZIP archive (Zip64 too) and checks its whole directory before a single byte is unpacked: names, types, sizes,
 * encryption and methods, both headers of each entry against each other, and that no two entries share bytes. Throws an
 * `ActionError`: `corrupt_download` for what is broken, `unsafe_archive` for what is made to do harm.
 */
export async function openArchive(path: string, options: ArchiveOptions = {}): Promise<Archive> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw diskFailure(error, 'read the archive', path)
  }
  try {
    return await examine(file, options)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function examine(file: FileHandle, options: ArchiveOptions): Promise<Archive> {
  const { size: sizeBytes } = await file.stat()
  const limits = { ...defaultLimits, ...options.limits }
  const directory = await readDirectory(file, sizeBytes, limits.maxEntries, options.signal)
  const inOrder = placeNames(directory.entries, options.reserved).sort(
    (one, other) => one.entry.headerStart - other.entry.headerStart,
  )
  const entries: ArchiveEntry[] = []
  const folders: string[] = []
  let end = 0
  for (const { entry, kind, path } of inOrder) {
    const { name, size, compressedSize, crc32 } = entry
    const method = methodOf(entry)
    const dataStart = locate(file.fd, entry, directory.start)
    if (entry.headerStart < end)
      throw bomb(`its entry ${JSON.stringify(name.slice(0, 300))} shares bytes with another one`)
    end = dataStart + compressedSize
    if (kind === 'file') entries.push({ name, path, size, compressedSize, crc32, method, dataStart })
    else if (size !== 0) throw damaged(name, 'it is a folder and yet holds data')
    else if (path !== '') folders.push(path)
  }
  const totalBytes = checkSizes(entries, sizeBytes, limits)
  return {
    file,
    sizeBytes,
    entries,
    folders,
    totalBytes,
    openEntry: (entry, signal) => inflateEntry(file, entry, signal),
    close: () => file.close(),
  }
}

function methodOf({ name, encrypted, method }: DirectoryEntry): 'stored' | 'deflated' {
  if (encrypted) throw damaged(name, 'it is encrypted')
  if (method === 0) return 'stored'
  if (method === 8) return 'deflated'
  throw damaged(name, `it is packed with method ${method}, which is neither "stored" nor "deflated"`)
}
