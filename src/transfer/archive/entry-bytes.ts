import { readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { ActionError, describe } from '../../errors.ts'
import { codeOf } from '../../system-errors.ts'
import { ObjectChanged, waitForBytes } from '../download/watermark.ts'
import { bomb, damaged, quoted } from './archive-errors.ts'
import { type Archive, type ArchiveEntry, checkExtent, SHORTEST_HEADER } from './zip.ts'

/** Up to this size (bytes) an entry is unpacked at once: for many small files that is several times faster. */
const SMALL = 4 * 1024 * 1024
/** What is read at once where small entries lie side by side, in bytes: small enough to stay in a processor's cache. */
const WINDOW = 1024 * 1024
/** The chunks in which large entries are unpacked, in bytes: smaller ones take longer, larger ones more memory. */
const CHUNK = 512 * 1024
/** How much packed data is read at once: little, so that an archive that is still arriving is followed closely. */
const PACKED_CHUNK = 256 * 1024

const HEADER_SIGNATURE = 0x04034b50
const ENCRYPTED = 0x1
/** Sizes and CRC follow the data ("data descriptor"); the header may contain zeros instead. */
const SIZES_FOLLOW = 0x8
const IN_ZIP64 = 0xffffffff
const ZIP64_FIELD = 1

/** Whether an entry is unpacked at once. */
export function isSmall(entry: Pick<ArchiveEntry, 'size' | 'compressedSize'>): boolean {
  return entry.size <= SMALL && entry.compressedSize <= SMALL
}

/** The bytes of an archive on disk, read through one window: thousands of small entries cost a few hundred reads. */
export class ArchiveBytes {
  readonly #fd: number
  readonly #watermark: SharedArrayBuffer | undefined
  #window = Buffer.alloc(0)
  #start = 0
  #end = 0

  /**
   * @param fd the archive, opened for reading
   * @param watermark of an archive that is still being downloaded: reading blocks the thread until the bytes are there, and throws
   *   {@link ObjectChanged} if they will not come
   */
  constructor(fd: number, watermark?: SharedArrayBuffer) {
    this.#fd = fd
    this.#watermark = watermark
  }

  /**
   * Lends bytes of the archive until the next call. Throws `corrupt_download`, naming `entry`, if the archive ends before.
   *
   * @param ahead may be read along with them, because it is wanted next: up to here
   */
  lend(entry: { name: string }, start: number, length: number, ahead = start): Buffer {
    if (start < this.#start || start + length > this.#end) {
      const wanted = Math.max(length, Math.min(WINDOW, ahead - start))
      if (this.#window.length < wanted) this.#window = Buffer.allocUnsafeSlow(Math.max(WINDOW, wanted))
      // Nothing in the window counts until it is full again.
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
    if (this.#watermark && !waitForBytes(this.#watermark, start, start + target.length)) throw new ObjectChanged()
    for (let done = 0; done < target.length; ) {
      const read = readSync(this.#fd, target, done, target.length - done, start + done)
      if (read === 0) throw damaged(entry.name, 'the archive ends within it')
      done += read
    }
  }
}

/**
 * All bytes of a small entry, with local header, size, and CRC checked; lent until the next call.
 *
 * @param ahead up to where the archive may be read along, because the entries there come next
 */
export function inflateSmall(archive: ArchiveBytes, entry: ArchiveEntry, ahead: number): Buffer {
  const dataStart = locate(entry, (length) => archive.lend(entry, entry.headerStart, length, ahead))
  let bytes = archive.lend(entry, dataStart, entry.compressedSize, ahead)
  if (entry.method === 'deflated') {
    try {
      // One byte beyond the declared size is enough to see that it is wrong.
      bytes = inflateRawSync(bytes, { chunkSize: Math.max(64, entry.size + 1), maxOutputLength: entry.size + 1 })
    } catch (error) {
      throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(entry) : undecodable(entry, error)
    }
  }
  check(entry, bytes.length, crc32(bytes))
  return bytes
}

/**
 * The bytes of an entry of any size in chunks; the local header is checked before the first, size and CRC by the end. Memory stays at a few
 * chunks.
 */
export async function* inflateEntry(
  archive: ArchiveBytes,
  entry: ArchiveEntry,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const dataStart = locate(entry, (length) => archive.lend(entry, entry.headerStart, length))
  const packed = packedBytes(archive, entry, dataStart)
  let size = 0
  let crc = 0
  try {
    for await (const chunk of entry.method === 'stored' ? packed : inflated(packed)) {
      signal?.throwIfAborted()
      size += chunk.length
      if (size > entry.size) throw tooLong(entry)
      crc = crc32(chunk, crc)
      yield chunk
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof ActionError || error instanceof ObjectChanged ? error : undecodable(entry, error)
  }
  check(entry, size, crc)
}

/** The bytes of one entry of an open archive, as {@link inflateEntry} gives them. */
export function openEntry({ file }: Archive, entry: ArchiveEntry, signal?: AbortSignal): AsyncGenerator<Buffer, void> {
  return inflateEntry(new ArchiveBytes(file.fd), entry, signal)
}

function* packedBytes(archive: ArchiveBytes, entry: ArchiveEntry, dataStart: number): Generator<Buffer> {
  const end = dataStart + entry.compressedSize
  const most = entry.method === 'stored' ? CHUNK : PACKED_CHUNK
  for (let at = dataStart; at < end; at += most) yield archive.read(entry, at, Math.min(most, end - at))
}

async function* inflated(packed: Iterable<Buffer>): AsyncGenerator<Buffer, void> {
  // Room for one chunk to be inflated, by another thread, while the one before is checked and written.
  const settings = { chunkSize: CHUNK, readableHighWaterMark: 2 * CHUNK }
  const inflate = createInflateRaw(settings)
  const source = Readable.from(packed, { objectMode: false, highWaterMark: PACKED_CHUNK })
  // Its failure reaches the loop below as the failure of `inflate`.
  const flow = pipeline(source, inflate).catch(() => undefined)
  yield* inflate as AsyncIterable<Buffer>
  await flow
}

function check(entry: ArchiveEntry, size: number, crc: number): void {
  if (size > entry.size) throw tooLong(entry)
  if (size < entry.size) throw damaged(entry.name, `it unpacks to ${size} bytes instead of the declared ${entry.size}`)
  if (crc !== entry.crc32) throw damaged(entry.name, 'its checksum (CRC-32) is wrong')
}

function tooLong({ name, size }: ArchiveEntry): ActionError {
  return bomb(`its entry ${quoted(name)} unpacks to more than the ${size} bytes it declares`)
}

function undecodable(entry: ArchiveEntry, error: unknown): ActionError {
  return damaged(entry.name, `its data cannot be unpacked (${describe(error)})`, error)
}

/**
 * Where the data of an entry begins in the archive. Throws `corrupt_download` unless the entry's local header, in front of its data, says
 * the same of name, method, sizes, and CRC as the central directory: unpackers differ in which of the two they believe. Throws also if the
 * data would reach into what follows it.
 *
 * @param begin lends that many bytes of the archive from the beginning of the local header on
 */
function locate(entry: ArchiveEntry, begin: (length: number) => Buffer): number {
  const { name, rawName, headerStart } = entry
  const fixed = begin(SHORTEST_HEADER)
  if (fixed.readUInt32LE(0) !== HEADER_SIGNATURE) throw damaged(name, 'there is no entry where the directory says')
  const flags = fixed.readUInt16LE(6)
  const extraStart = SHORTEST_HEADER + fixed.readUInt16LE(26)
  const length = extraStart + fixed.readUInt16LE(28)
  const dataStart = headerStart + length
  if ((flags & ENCRYPTED) !== 0) throw disagree(name, 'encryption')
  if (fixed.readUInt16LE(8) !== (entry.method === 'stored' ? 0 : 8)) throw disagree(name, 'the method')
  checkExtent(entry, dataStart)
  const header = begin(length)
  if (header.toString('latin1', SHORTEST_HEADER, extraStart) !== rawName) throw disagree(name, 'the name')
  const local = sizesIn(header, extraStart)
  const optional = (flags & SIZES_FOLLOW) !== 0
  if (!agrees(local.size, entry.size, optional) || !agrees(local.compressedSize, entry.compressedSize, optional))
    throw disagree(name, 'the size')
  if (!agrees(header.readUInt32LE(14), entry.crc32, optional)) throw disagree(name, 'the CRC')
  return dataStart
}

function agrees(local: number, central: number, optional: boolean): boolean {
  return local === central || (optional && (local === 0 || local === IN_ZIP64))
}

function sizesIn(header: Buffer, extraStart: number): { size: number; compressedSize: number } {
  let compressedSize = header.readUInt32LE(18)
  let size = header.readUInt32LE(22)
  for (let at = extraStart; at + 4 <= header.length; ) {
    const end = at + 4 + header.readUInt16LE(at + 2)
    if (header.readUInt16LE(at) === ZIP64_FIELD) {
      const data = header.subarray(at + 4, end)
      let next = 0
      if (size === IN_ZIP64 && data.length >= next + 8) {
        size = Number(data.readBigUInt64LE(next))
        next += 8
      }
      if (compressedSize === IN_ZIP64 && data.length >= next + 8) compressedSize = Number(data.readBigUInt64LE(next))
    }
    at = end
  }
  return { size, compressedSize }
}

function disagree(name: string, about: string) {
  return damaged(name, `its two headers disagree about ${about}`)
}
