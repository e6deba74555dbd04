import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { ActionError, describe } from '../../errors.ts'
import { codeOf } from '../../system-errors.ts'
import type { ArchiveBytes } from './archive-bytes.ts'
import type { ArchiveEntry } from './archive-entry.ts'
import { Void } from '../download/arrivals.ts'
import { bomb } from './archive-limits.ts'
import { damaged } from './damaged.ts'
import { locate } from './local-header.ts'

const CHUNK = 1024 * 1024
/** What is inflated comes in such pieces: smaller ones take longer, larger ones more memory. */
const INFLATED_CHUNK = 512 * 1024
/** How much packed data is read at once: little, so that an archive that is still arriving is followed closely. */
const PACKED_CHUNK = 256 * 1024

/**
 * All bytes of a small entry, local header, size and CRC checked; lent until the next call or {@link release}.
 *
 * @param ahead up to where the archive may be read along, because the entries there come next
 */
export function inflateSmall(archive: ArchiveBytes, entry: ArchiveEntry, ahead: number): Buffer {
  const dataStart = locate(entry, (length) => archive.lend(entry, entry.headerStart, length, ahead))
  let bytes = archive.lend(entry, dataStart, entry.compressedSize, ahead)
  if (entry.method === 'deflated') {
    try {
      // One byte of room beyond the declared size is enough to see that it lies. What is as large as Node's pool is not part of it.
      const chunkSize = Math.max(Buffer.poolSize, entry.size + 1)
      bytes = inflateRawSync(bytes, { chunkSize, maxOutputLength: entry.size + 1 })
    } catch (error) {
      throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(entry) : undecodable(entry, error)
    }
  }
  check(entry, bytes.length, crc32(bytes))
  return bytes
}

/** Gives back what {@link inflateSmall} lent. */
export function release(bytes: Buffer, entry: ArchiveEntry): void {
  // Stored bytes lie in the window.
  if (entry.method === 'deflated' && bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0)
}

/**
 * Frees bytes that nobody needs any more, where they have memory of their own: the garbage collector lets 64 MiB of such gather in
 * each thread.
 */
export function freeAtOnce(bytes: Buffer): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0)
}

/**
 * The bytes of an entry of any size in chunks; the local header is checked before the first, size and CRC by the end. Memory stays
 * at a few chunks.
 *
 * @param lent each chunk is given only until the next one, which spares memory
 */
export async function* inflateEntry(
  archive: ArchiveBytes,
  entry: ArchiveEntry,
  { signal, lent = false }: { signal?: AbortSignal | undefined; lent?: boolean } = {},
): AsyncGenerator<Buffer, void> {
  await archive.ready(entry.headerStart, entry.limit - entry.compressedSize)
  const dataStart = locate(entry, (length) => archive.lend(entry, entry.headerStart, length, entry.headerStart))
  const stored = entry.method === 'stored'
  const packed = packedBytes(archive, entry, dataStart, stored && lent)
  let size = 0
  let crc = 0
  try {
    for await (const chunk of stored ? packed : inflated(packed)) {
      signal?.throwIfAborted()
      size += chunk.length
      if (size > entry.size) throw tooLong(entry)
      crc = crc32(chunk, crc)
      yield chunk
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof ActionError || error instanceof Void ? error : undecodable(entry, error)
  }
  check(entry, size, crc)
}

async function* packedBytes(
  archive: ArchiveBytes,
  entry: ArchiveEntry,
  dataStart: number,
  lent: boolean,
): AsyncGenerator<Buffer> {
  const end = dataStart + entry.compressedSize
  const most = entry.method === 'stored' ? CHUNK : PACKED_CHUNK
  for (let at = dataStart; at < end; at += most) {
    const length = Math.min(most, end - at)
    const ready = archive.ready(at, at + length)
    if (ready) await ready
    yield lent ? archive.lend(entry, at, length, at) : archive.read(entry, at, length)
  }
}

async function* inflated(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  // Room for one chunk to be inflated, by another thread, while the one before is checked and written.
  const settings = { chunkSize: INFLATED_CHUNK, readableHighWaterMark: 2 * INFLATED_CHUNK }
  const inflate = createInflateRaw(settings)
  const source = Readable.from(packed, { objectMode: false, highWaterMark: PACKED_CHUNK })
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
