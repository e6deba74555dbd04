import { isUtf8 } from 'node:buffer'
import { readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import prettyBytes from 'pretty-bytes'
import type { Entry } from 'yauzl'
import { ActionError } from '../../errors.ts'
import { systemFailure } from '../../system-errors.ts'
import type { Watermark } from '../download/watermark.ts'
import { bomb, damaged, notAnArchive, quoted, SAMPLE } from './archive-errors.ts'
import { type NamedEntry, placeNames } from './entry-names.ts'

/** A file in an archive whose directory was found safe. Its local header and its data are not read yet. */
export interface ArchiveEntry {
  /** As the archive spells it. */
  name: string
  /** The bytes of the name in the archive, one per character. */
  rawName: string
  /** Where it will be once unpacked: relative, posix separators, safe on every system. */
  path: string
  /** Unpacked, in bytes, as declared; verified against the bytes when they are read. */
  size: number
  compressedSize: number
  crc32: number
  method: 'stored' | 'deflated'
  /** Where its local header begins in the archive. */
  headerStart: number
  /** Where the next entry begins, or the directory: its data ends before. */
  limit: number
  /** Whether the directory begins at `limit`. */
  last: boolean
}

/** An open ZIP archive whose directory was checked completely. */
export interface Archive {
  path: string
  file: FileHandle
  sizeBytes: number
  /** The files, in the order of their data in the archive. */
  entries: ArchiveEntry[]
  /** Folders that the archive names, as safe relative paths. */
  folders: string[]
  /** Of all files, unpacked. */
  totalBytes: number
}

/** Bounds that no honest export comes near. An archive beyond one is rejected before anything is unpacked. */
export interface ArchiveLimits {
  maxEntries: number
  /**
   * Unpacked bytes for each byte of the archive, once it unpacks to more than 1 GiB. Metadata packs to about a twentieth, images hardly at
   * all; archive bombs reach 1,000 and, with shared bytes, millions.
   */
  maxRatio: number
}

const defaultLimits: ArchiveLimits = { maxEntries: 5_000_000, maxRatio: 400 }
const GIB = 1024 ** 3
/** DEFLATE gives at most 1,032 bytes for one (zlib.net/zlib_tech.html), so a declared size beyond it is a lie. */
const MOST_OF_DEFLATE = 1032
const READ_AHEAD = 1024 * 1024
const ENTRY_SIGNATURE = 0x02014b50
const SHORTEST_ENTRY = 46
/** The length of a local header without its name and its extra fields, in bytes. */
export const SHORTEST_HEADER = 30

export interface ArchiveOptions {
  limits?: Partial<ArchiveLimits>
  /** Paths that no entry may take. */
  reserved?: readonly string[]
  signal?: AbortSignal
  /** How far the archive is on disk, if it is still being downloaded; its size must be known. */
  watermark?: Watermark
}

/**
 * Opens a ZIP archive (Zip64 too) and checks its whole directory before a byte is unpacked: names, types, sizes, encryption, methods, and
 * that no two entries share bytes as far as the directory shows. Of an archive that is still being downloaded, only the directory must be
 * on disk. The caller closes `file`. Throws an `ActionError`: `corrupt_download` for what is broken, `unsafe_archive` for what is made to
 * do harm.
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
  const sizeBytes = options.watermark?.sizeBytes ?? (await file.stat()).size
  const limits = { ...defaultLimits, ...options.limits }
  const directory = await readDirectory(file, sizeBytes, limits.maxEntries, options)
  const inOrder = placeNames(directory.entries, options.reserved).sort(
    (one, other) => one.entry.headerStart - other.entry.headerStart,
  )
  const entries: ArchiveEntry[] = []
  const folders: string[] = []
  for (const [index, { entry, kind, path: place }] of inOrder.entries()) {
    const limit = Math.min(directory.start, inOrder[index + 1]?.entry.headerStart ?? directory.start)
    const { name, rawName, size, compressedSize, crc32, headerStart } = entry
    const last = limit === directory.start
    const method = methodOf(entry)
    checkExtent({ name, compressedSize, limit, last }, headerStart + SHORTEST_HEADER + rawName.length)
    if (kind === 'file')
      entries.push({ name, rawName, path: place, size, compressedSize, crc32, method, headerStart, limit, last })
    else if (size !== 0) throw damaged(name, 'it is a folder but contains data')
    else if (place !== '') folders.push(place)
  }
  return { path, file, sizeBytes, entries, folders, totalBytes: checkSizes(entries, sizeBytes, limits) }
}

function methodOf({ name, encrypted, method }: DirectoryEntry): 'stored' | 'deflated' {
  if (encrypted) throw damaged(name, 'it is encrypted')
  if (method === 0) return 'stored'
  if (method === 8) return 'deflated'
  throw damaged(name, `it is packed with method ${method}, which is neither "stored" nor "deflated"`)
}

/** Throws unless the data of an entry, which cannot begin before `dataStart`, ends where something else begins. */
export function checkExtent(
  { name, compressedSize, limit, last }: Pick<ArchiveEntry, 'name' | 'compressedSize' | 'limit' | 'last'>,
  dataStart: number,
): void {
  if (dataStart + compressedSize <= limit) return
  if (last) throw damaged(name, 'its data would reach into the directory')
  throw bomb(`its entry ${quoted(name)} shares bytes with another one`)
}

/** The unpacked size of all entries, in bytes. Throws `unsafe_archive` if declared sizes are impossible or absurd. */
function checkSizes(entries: readonly ArchiveEntry[], archiveBytes: number, { maxRatio }: ArchiveLimits): number {
  const bytes = (count: number) => prettyBytes(count, { binary: true })
  let total = 0
  for (const { name, size, compressedSize } of entries) {
    if (size > (compressedSize + 1) * MOST_OF_DEFLATE)
      throw bomb(`its entry ${quoted(name)} claims to unpack ${bytes(compressedSize)} to ${bytes(size)}`)
    total += size
  }
  if (total > GIB && total > archiveBytes * maxRatio)
    throw bomb(`it claims to unpack ${bytes(archiveBytes)} to ${bytes(total)}, more than ${maxRatio} times its size`)
  return total
}

/** What the central directory says of one entry. */
interface DirectoryEntry extends NamedEntry {
  rawName: string
  method: number
  encrypted: boolean
  crc32: number
  size: number
  compressedSize: number
  headerStart: number
}

/** Reads the whole central directory, which begins at `start`: all data is before it. Names come back unchecked. */
async function readDirectory(
  file: FileHandle,
  sizeBytes: number,
  maxEntries: number,
  { signal, watermark }: ArchiveOptions,
): Promise<{ entries: DirectoryEntry[]; start: number }> {
  const { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } = await import('yauzl')
  const window = new ReadAhead(file.fd)
  class DirectoryReader extends RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      done: (error: Error | null, bytesRead?: number) => void,
    ) {
      const target = buffer.subarray(offset, offset + length)
      if (window.holds(position, length) || !watermark) return done(null, window.read(target, position))
      void this.#readArriving(watermark, target, position, done)
    }

    async #readArriving(
      arriving: Watermark,
      target: Buffer,
      position: number,
      done: (error: Error | null, bytesRead?: number) => void,
    ) {
      try {
        await arriving.reached(position, Math.min(sizeBytes, position + READ_AHEAD))
      } catch (error) {
        return done(error instanceof Error ? error : new Error(String(error)))
      }
      done(null, window.read(target, position))
    }
  }
  const entries: DirectoryEntry[] = []
  const settings = { autoClose: false, decodeStrings: false, strictFileNames: true }
  try {
    const zip = await fromRandomAccessReaderPromise(new DirectoryReader(), sizeBytes, settings)
    const start = Number(zip.readEntryCursor)
    if (zip.entryCount > maxEntries) throw bomb(`it claims to contain ${zip.entryCount} entries`)
    if (zip.entryCount * SHORTEST_ENTRY > sizeBytes) throw new Error('its directory is longer than the whole archive')
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted()
      entries.push(entryOf(entry, getFileNameLowLevel))
    }
    // A directory with more entries than it counts would hide the rest from this check, not from every unpacker.
    const next = Buffer.alloc(4)
    window.read(next, Number(zip.readEntryCursor))
    if (next.readUInt32LE(0) === ENTRY_SIGNATURE) throw new Error('its directory contains more entries than it counts')
    return { entries, start }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ActionError) throw error
    // Its beginning shows what it is instead of an archive.
    await watermark?.reached(0, Math.min(sizeBytes, SAMPLE))
    throw await notAnArchive(file, sizeBytes, error)
  }
}

function entryOf(
  entry: Entry,
  decode: (flags: number, name: Buffer, fields: Entry['extraFields'], strict: boolean) => string,
): DirectoryEntry {
  const bytes = entry.fileNameRaw
  // Writers often store UTF-8 without the flag that says so; by the letter it would be code page 437.
  const flags = isUtf8(bytes) ? entry.generalPurposeBitFlag | 0x800 : entry.generalPurposeBitFlag
  const name = decode(flags, bytes, entry.extraFields, true)
  const rawName = bytes.toString('latin1')
  return {
    name,
    // With 100,000 entries it counts that one string serves as both.
    rawName: rawName === name ? name : rawName,
    attributes: entry.externalFileAttributes,
    method: entry.compressionMethod,
    encrypted: entry.isEncrypted(),
    crc32: entry.crc32,
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    headerStart: entry.relativeOffsetOfLocalHeader,
  }
}

/** Reads a file through one large window: a directory of 100,000 entries costs a dozen reads instead of 200,000. */
class ReadAhead {
  readonly #fd: number
  readonly #window = Buffer.allocUnsafe(READ_AHEAD)
  #start = 0
  #length = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  holds(position: number, length: number): boolean {
    return position >= this.#start && position + length <= this.#start + this.#length
  }

  /** The number of bytes read: fewer than `target` takes only at the end of the file. */
  read(target: Buffer, position: number): number {
    if (!this.holds(position, target.length)) {
      this.#length = readSync(this.#fd, this.#window, 0, READ_AHEAD, position)
      this.#start = position
    }
    const from = position - this.#start
    return this.#window.copy(target, 0, from, Math.min(this.#length, from + target.length))
  }
}
