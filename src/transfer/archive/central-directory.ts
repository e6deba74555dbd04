import { isUtf8 } from 'node:buffer'
import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Entry } from 'yauzl'
import { describe } from '../../errors.ts'
import { bomb } from './archive-limits.ts'
import { notAnArchive, SAMPLE } from './not-a-zip.ts'

/** What the central directory says of one entry. */
export interface DirectoryEntry {
  name: string
  /** The bytes of the name in the archive, one a character. */
  rawName: string
  attributes: number
  method: number
  encrypted: boolean
  crc32: number
  /** Unpacked, in bytes. */
  size: number
  compressedSize: number
  /** Where its local header begins. */
  headerStart: number
}

export interface Directory {
  entries: DirectoryEntry[]
  /** Where the central directory begins: all data lies before it. */
  start: number
}

const READ_AHEAD = 1024 * 1024
const ENTRY_SIGNATURE = 0x02014b50
const SHORTEST_ENTRY = 46

export interface DirectoryOptions {
  sizeBytes: number
  maxEntries: number
  signal: AbortSignal | undefined
  /** Resolves once these bytes are on disk, of an archive that is still arriving. Rejects when they never will be. */
  want: (start: number, end: number) => Promise<void>
}

/** Reads the whole central directory of an archive. Names come back unchecked. */
export async function readDirectory(file: FileHandle, options: DirectoryOptions): Promise<Directory> {
  const { sizeBytes, maxEntries, signal, want } = options
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
      if (window.holds(position, length)) return done(null, window.read(target, position))
      void this.#readArriving(target, position, done)
    }

    async #readArriving(target: Buffer, position: number, done: (error: Error | null, bytesRead?: number) => void) {
      try {
        await want(position, Math.min(sizeBytes, position + READ_AHEAD))
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
    if (zip.entryCount > maxEntries) throw bomb(`it claims to hold ${zip.entryCount} entries`)
    if (zip.entryCount * SHORTEST_ENTRY > sizeBytes) throw new Error('its directory is longer than the whole archive')
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted()
      entries.push(read(entry, getFileNameLowLevel))
    }
    // A directory with more entries than it counts would hide the rest from this check, not from every unpacker.
    const next = Buffer.alloc(4)
    window.read(next, Number(zip.readEntryCursor))
    if (next.readUInt32LE(0) === ENTRY_SIGNATURE) throw new Error('its directory holds more entries than it counts')
    return { entries, start }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Error && error.name === 'ActionError') throw error
    // Its beginning tells what it is in place of an archive.
    await want(0, Math.min(sizeBytes, SAMPLE))
    throw await notAnArchive(file, sizeBytes, describe(error), error)
  }
}

function read(
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
    // With 100,000 entries it counts that one string does for both.
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

/** Reads a file through one large window: a directory of 100,000 entries costs a dozen reads in place of 200,000. */
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
