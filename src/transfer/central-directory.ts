import { isUtf8 } from 'node:buffer'
import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Entry } from 'yauzl'
import { describe } from '../errors.ts'
import { bomb } from './archive-limits.ts'
import { notAnArchive } from './not-a-zip.ts'

/** What the central directory says of one entry. */
export interface DirectoryEntry {
  name: string
  rawName: Buffer
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

/** Reads the whole central directory of an archive. Names come back unchecked. */
export async function readDirectory(
  file: FileHandle,
  sizeBytes: number,
  maxEntries: number,
  signal: AbortSignal | undefined,
): Promise<Directory> {
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
      done(null, window.read(buffer, offset, length, position))
    }
  }
  const entries: DirectoryEntry[] = []
  const options = { autoClose: false, decodeStrings: false, strictFileNames: true }
  try {
    const zip = await fromRandomAccessReaderPromise(new DirectoryReader(), sizeBytes, options)
    const start = Number(zip.readEntryCursor)
    if (zip.entryCount > maxEntries) throw bomb(`it claims to hold ${zip.entryCount} entries`)
    if (zip.entryCount * SHORTEST_ENTRY > sizeBytes) throw new Error('its directory is longer than the whole archive')
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted()
      entries.push(read(entry, getFileNameLowLevel))
    }
    // A directory with more entries than it counts would hide the rest from this check, not from every unpacker.
    const next = Buffer.alloc(4)
    window.read(next, 0, 4, Number(zip.readEntryCursor))
    if (next.readUInt32LE(0) === ENTRY_SIGNATURE) throw new Error('its directory holds more entries than it counts')
    return { entries, start }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Error && error.name === 'ActionError') throw error
    throw await notAnArchive(file, sizeBytes, describe(error), error)
  }
}

function read(
  entry: Entry,
  decode: (flags: number, name: Buffer, fields: Entry['extraFields'], strict: boolean) => string,
): DirectoryEntry {
  const rawName = entry.fileNameRaw
  // Writers often store UTF-8 without the flag that says so; by the letter it would be code page 437.
  const flags = isUtf8(rawName) ? entry.generalPurposeBitFlag | 0x800 : entry.generalPurposeBitFlag
  return {
    name: decode(flags, rawName, entry.extraFields, true),
    rawName,
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

  /** The number of bytes read: fewer than `length` only at the end of the file. */
  read(target: Buffer, offset: number, length: number, position: number): number {
    let done = 0
    while (done < length) {
      const at = position + done
      if (at < this.#start || at >= this.#start + this.#length) {
        this.#length = readSync(this.#fd, this.#window, 0, READ_AHEAD, at)
        this.#start = at
        if (this.#length === 0) break
      }
      const from = at - this.#start
      done += this.#window.copy(target, offset + done, from, Math.min(this.#length, from + length - done))
    }
    return done
  }
}
