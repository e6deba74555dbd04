import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { ActionError, describe } from '../errors.ts'
import { bomb } from './archive-limits.ts'
import { damaged } from './damaged.ts'
import { codeOf } from './disk.ts'

/** A file in an archive, checked: its name is safe and both of its headers agree. */
export interface ArchiveEntry {
  /** As the archive spells it. */
  name: string
  /** Where it lies once unpacked: relative, posix separators, safe on every system. */
  path: string
  /** Unpacked, in bytes, as declared; held against the bytes when they are read. */
  size: number
  compressedSize: number
  crc32: number
  method: 'stored' | 'deflated'
  /** Where its data begins in the archive. */
  dataStart: number
}

const CHUNK = 1024 * 1024
/** Up to this size (bytes) an entry is unpacked in one piece: for many small files that is several times faster. */
const SMALL = 4 * CHUNK

/** Whether {@link inflateSmall} may be used. */
export function isSmall(entry: ArchiveEntry): boolean {
  return entry.size <= SMALL && entry.compressedSize <= SMALL
}

/** All bytes of a small entry, size and CRC checked. */
export function inflateSmall(fd: number, entry: ArchiveEntry): Buffer {
  const packed = Buffer.allocUnsafe(entry.compressedSize)
  for (let done = 0; done < packed.length; ) {
    const read = readSync(fd, packed, done, packed.length - done, entry.dataStart + done)
    if (read === 0) throw damaged(entry.name, 'the archive ends within it')
    done += read
  }
  let bytes = packed
  if (entry.method === 'deflated') {
    try {
      // One byte of room beyond the declared size is enough to see that it lies.
      bytes = inflateRawSync(packed, { chunkSize: Math.max(64, entry.size + 1), maxOutputLength: entry.size + 1 })
    } catch (error) {
      throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(entry) : undecodable(entry, error)
    }
  }
  check(entry, bytes.length, crc32(bytes))
  return bytes
}

/** The bytes of an entry of any size in chunks; size and CRC are checked by the end. Memory stays at a few chunks. */
export async function* inflateEntry(
  file: FileHandle,
  entry: ArchiveEntry,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const packed = packedBytes(file, entry, signal)
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
    throw error instanceof ActionError ? error : undecodable(entry, error)
  }
  check(entry, size, crc)
}

async function* packedBytes(file: FileHandle, entry: ArchiveEntry, signal?: AbortSignal): AsyncGenerator<Buffer, void> {
  for (let done = 0; done < entry.compressedSize; ) {
    signal?.throwIfAborted()
    const wanted = Math.min(CHUNK, entry.compressedSize - done)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, entry.dataStart + done)
    if (bytesRead === 0) throw damaged(entry.name, 'the archive ends within it')
    done += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function* inflated(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const inflate = createInflateRaw({ chunkSize: CHUNK })
  const source = Readable.from(packed, { objectMode: false, highWaterMark: CHUNK })
  // Its failure reaches the loop below as the failure of `inflate`.
  const flow = pipeline(source, inflate).catch(() => undefined)
  yield* inflate as AsyncIterable<Buffer>
  await flow
}

function check(entry: ArchiveEntry, size: number, crc: number): void {
  if (size > entry.size) throw tooLong(entry)
  if (size < entry.size) throw damaged(entry.name, `it unpacks to ${size} bytes where ${entry.size} are declared`)
  if (crc !== entry.crc32) throw damaged(entry.name, 'its checksum (CRC-32) is wrong')
}

function tooLong(entry: ArchiveEntry): ActionError {
  return bomb(
    `its entry ${JSON.stringify(entry.name.slice(0, 300))} unpacks to more than the ${entry.size} bytes it declares`,
  )
}

function undecodable(entry: ArchiveEntry, error: unknown): ActionError {
  return damaged(entry.name, `its data cannot be unpacked (${describe(error)})`, error)
}
