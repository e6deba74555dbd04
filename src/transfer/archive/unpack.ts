import { lstatSync, mkdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { orAborted } from '../../clock.ts'
import { inScope } from '../../scope.ts'
import { codeOf, systemFailure } from '../../system-errors.ts'
import { startThread, type Thread, ThreadLost, toError } from '../../threads.ts'
import { requireSpace } from '../disk.ts'
import { ObjectChanged } from '../download/watermark.ts'
import { batchesOf, unpackBatch } from './batches.ts'
import { ArchiveBytes } from './entry-bytes.ts'
import type { UnpackReport, UnpackSettings } from './unpack-thread.ts'
import { type Archive, type ArchiveEntry, type ArchiveOptions, openArchive } from './zip.ts'

export interface ReadArchiveOptions extends ArchiveOptions {
  archive: string
  /** The folder to make and unpack into; it must not exist. Without it the archive is only verified. */
  target?: string
  signal: AbortSignal
  /** Called now and then, in unpacked bytes. */
  onProgress?: (doneBytes: number, totalBytes: number) => void
  /** Whether a thread helps; by default if that is faster. An archive that is still being downloaded is always read by a thread. */
  threaded?: boolean
}

/** What an archive contained. */
export interface ArchiveContents {
  entries: { name: string; path: string; size: number; crc32: number }[]
  totalBytes: number
}

type UnpackThread = Thread<ArchiveEntry[], UnpackReport>

/** A smaller archive (bytes) is unpacked before a thread has started. */
const WORTH_A_THREAD = 8 * 1024 * 1024
/** Batches that a thread has at once: one in work, one to begin with next. */
const AHEAD = 2
/** What file systems give out room by, in bytes. */
const BLOCK = 4096
/** What `stat` counts a file's room in, in bytes. */
const STAT_BLOCK = 512

/**
 * Verifies a ZIP archive completely (both headers, size, and CRC of every file) and, with `target`, unpacks it; an archive that is still
 * being downloaded while its bytes arrive. Nothing is written before the whole directory was found safe, nothing outside `target`, nothing
 * through a link, and nothing is overwritten. If it fails or is aborted, `target` is removed. Throws an `ActionError` (`corrupt_download`,
 * `unsafe_archive`; `operation_failed` for the disk), the signal's reason, and for an archive that is still being downloaded
 * {@link ObjectChanged} or {@link ThreadLost}: then it is to be read again once it is on disk.
 */
export async function readArchive(options: ReadArchiveOptions): Promise<ArchiveContents> {
  const { target, signal, watermark } = options
  signal.throwIfAborted()
  // Starting a thread takes as long as reading the directory of a large archive.
  const thread = watermark ? startUnpacking(options) : isWorthwhile(options) ? tryToStart(options) : undefined
  let archive: Archive | undefined
  let made = false
  try {
    archive = await openArchive(options.archive, options)
    if (target !== undefined) {
      await requireSpace(target, [
        { bytes: await missing(archive, options), purpose: 'download the rest of it' },
        { bytes: unpackedRoom(archive), purpose: 'unpack it' },
      ])
      makeFolder(target)
      made = true
      makeFolders(archive, target)
    }
    await unpackAll(archive, options, thread)
    const entries = archive.entries.map(({ name, path, size, crc32 }) => ({ name, path, size, crc32 }))
    return { entries, totalBytes: archive.totalBytes }
  } catch (error) {
    // What it has open or still writes would be in the way.
    await thread?.end()
    if (made && target !== undefined) await rm(target, { recursive: true, force: true }).catch(() => undefined)
    throw error
  } finally {
    await thread?.end()
    await archive?.file.close()
  }
}

function startUnpacking({ archive, target, watermark }: ReadArchiveOptions): UnpackThread {
  const settings: UnpackSettings = { archive, target, watermark: watermark?.shared }
  return startThread(import.meta.url, './unpack-thread.ts', 'archive', settings)
}

function tryToStart(options: ReadArchiveOptions): UnpackThread | undefined {
  try {
    return startUnpacking(options)
  } catch (error) {
    if (error instanceof ThreadLost) return undefined
    throw error
  }
}

function isWorthwhile({ archive, threaded }: ReadArchiveOptions): boolean {
  const sizeBytes = () => statSync(archive, { throwIfNoEntry: false })?.size ?? 0
  return threaded ?? (availableParallelism() > 1 && sizeBytes() >= WORTH_A_THREAD)
}

/** How much of an archive is not on disk yet, in bytes. */
async function missing({ file, sizeBytes }: Archive, { watermark }: ReadArchiveOptions): Promise<number> {
  if (!watermark) return 0
  // Not its size: a file that is written from several places has holes.
  const { blocks } = await file.stat()
  return Math.max(0, sizeBytes - blocks * STAT_BLOCK)
}

function unpackedRoom({ entries }: Archive): number {
  return entries.reduce((sum, { size }) => sum + Math.ceil(size / BLOCK) * BLOCK, 0)
}

function makeFolder(target: string): void {
  try {
    mkdirSync(target)
  } catch (error) {
    throw systemFailure(error, 'make a folder for the export', target)
  }
}

/** Makes every folder that the archive needs, each once. */
function makeFolders({ folders, entries }: Archive, target: string): void {
  const made = new Set<string>([''])
  const make = (folder: string) => {
    if (made.has(folder)) return
    made.add(folder)
    make(parentOf(folder))
    const path = join(target, folder)
    try {
      mkdirSync(path)
    } catch (error) {
      // On a disk that ignores case, "Images" is there once "images" is.
      if (codeOf(error) !== 'EEXIST' || !lstatSync(path).isDirectory())
        throw systemFailure(error, 'unpack the export', path)
    }
  }
  for (const folder of folders) make(folder)
  for (const { path } of entries) make(parentOf(path))
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

async function unpackAll(archive: Archive, options: ReadArchiveOptions, thread: UnpackThread | undefined) {
  const { signal, target, watermark, onProgress } = options
  const { totalBytes } = archive
  let done = 0
  const advance = (bytes: number) => {
    done += bytes
    onProgress?.(done, totalBytes)
  }
  const batches = batchesOf(archive.entries)
  const bytes = new ArchiveBytes(archive.file.fd)
  const unpackHere = async (rest: Iterable<ArchiveEntry[]>, stop: AbortSignal) => {
    for (const batch of rest) {
      await unpackBatch(bytes, batch, target, async (count) => {
        advance(count)
        await breathe()
        stop.throwIfAborted()
      })
    }
  }
  if (!thread) return await unpackHere(batches, signal)
  await inScope(signal, async (scope) => {
    const theirs = scope.start(async (stop) => {
      const taken: ArchiveEntry[][] = []
      try {
        await feed(thread, batches, taken, advance, stop)
      } catch (error) {
        if (!(error instanceof ThreadLost) || watermark) throw error
        // The work of a thread that died is done here, from the beginning of each batch that it had.
        if (target !== undefined) {
          for (const { path } of taken.flat()) await rm(join(target, path), { force: true })
        }
        await unpackHere(taken, stop)
      }
    })
    // While bytes arrive, this thread serves the network.
    const ours = watermark ? undefined : scope.start((stop) => unpackHere(batches, stop))
    await Promise.all([theirs, ours])
  })
}

/** Gives batches to a thread until none is left. `taken` is what it has and has not finished. */
async function feed(
  thread: UnpackThread,
  batches: Generator<ArchiveEntry[], undefined>,
  taken: ArchiveEntry[][],
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const give = () => {
    const { value } = batches.next()
    if (value) {
      taken.push(value)
      thread.send(value)
    } else if (taken.length === 0) {
      resolve()
    }
  }
  thread.receive((report) => {
    if (report.kind === 'unpacked') return onBytes(report.bytes)
    if (report.kind === 'failed') return reject(toError(report.error))
    if (report.kind === 'stopped') return reject(new ObjectChanged())
    taken.shift()
    give()
  })
  for (let count = 0; count < AHEAD; count += 1) give()
  await orAborted(Promise.race([promise, thread.lost]), signal)
}
