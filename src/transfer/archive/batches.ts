import { closeSync, openSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { systemFailure } from '../../system-errors.ts'
import { writeFully } from '../disk.ts'
import { type ArchiveBytes, inflateEntry, inflateSmall, isSmall } from './entry-bytes.ts'
import type { ArchiveEntry } from './zip.ts'

/** A batch is this many bytes of archive, this many entries, or one entry that is not small. */
const BATCH_BYTES = 1024 * 1024
const BATCH_ENTRIES = 256

/** Cuts entries, given in the order of their data, into batches that are each unpacked in one go. */
export function* batchesOf(entries: readonly ArchiveEntry[]): Generator<ArchiveEntry[], undefined> {
  let batch: ArchiveEntry[] = []
  let start = 0
  for (const entry of entries) {
    const small = isSmall(entry)
    const full = batch.length >= BATCH_ENTRIES || entry.limit - start > BATCH_BYTES || !small
    if (batch.length > 0 && full) {
      yield batch
      batch = []
    }
    if (batch.length === 0) start = entry.headerStart
    batch.push(entry)
    if (small) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/**
 * Verifies the entries of a batch and, with a `target`, writes each to its place below it; the folders must exist. Nothing of an entry is
 * written before its local header was checked, and nothing is overwritten. Throws an `ActionError`, and what `onBytes` throws.
 *
 * @param onBytes called after each large chunk and at the end, with the unpacked bytes since the last call; waited for
 */
export async function unpackBatch(
  archive: ArchiveBytes,
  batch: readonly ArchiveEntry[],
  target: string | undefined,
  onBytes: (bytes: number) => Promise<void> | void,
): Promise<void> {
  const ahead = batch.at(-1)?.limit ?? 0
  let bytes = 0
  for (const entry of batch) {
    const path = target === undefined ? undefined : join(target, entry.path)
    try {
      if (!isSmall(entry)) {
        await unpackLarge(archive, entry, path, onBytes)
        continue
      }
      const content = inflateSmall(archive, entry, ahead)
      if (path !== undefined) writeWhole(path, content)
      release(entry, content)
      bytes += entry.size
    } catch (error) {
      throw error instanceof Error && 'syscall' in error
        ? systemFailure(error, 'unpack the export', path ?? entry.name)
        : error
    }
  }
  await onBytes(bytes)
}

async function unpackLarge(
  archive: ArchiveBytes,
  entry: ArchiveEntry,
  path: string | undefined,
  onBytes: (bytes: number) => Promise<void> | void,
): Promise<void> {
  let file: FileHandle | undefined
  let writing: Promise<void> | undefined
  let position = 0
  try {
    for await (const chunk of inflateEntry(archive, entry)) {
      if (path !== undefined) file ??= await open(path, 'wx')
      await writing
      // To be written while the next chunk is inflated.
      writing = file && writeFully(file, chunk, position)
      writing?.catch(() => undefined)
      position += chunk.length
      await onBytes(chunk.length)
    }
    await writing
  } finally {
    await writing?.catch(() => undefined)
    await file?.close()
  }
}

/** Frees unpacked bytes: left to the garbage collector, unpacking thousands of images takes half as long again. */
function release({ method }: ArchiveEntry, { buffer }: Buffer): void {
  // Stored bytes lie in the window, and small ones in Node's pool.
  const isOwn = method === 'deflated' && buffer.byteLength !== Buffer.poolSize
  if (isOwn && buffer instanceof ArrayBuffer) buffer.transfer(0)
}

// A fifth faster than writeFileSync, which counts with 100,000 files.
function writeWhole(path: string, bytes: Buffer): void {
  const file = openSync(path, 'wx')
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  } finally {
    closeSync(file)
  }
}
