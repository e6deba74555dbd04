import { codeOf, systemFailure } from '../../system-errors.ts'
import { lstatSync, mkdirSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { type Archive, openArchive } from './archive.ts'
import { ArchiveBytes } from './archive-bytes.ts'
import type { ArchiveEntry } from './archive-entry.ts'
import type { ArchiveLimits } from './archive-limits.ts'
import type { ArchiveWorkers } from './archive-workers.ts'
import { type Arrivals, Void } from '../download/arrivals.ts'
import { requireSpace } from '../disk.ts'
import { batchesOf, claimed, shareEntries } from './entry-table.ts'
import { EntryUnpacker } from './entry-unpacker.ts'

export interface ReadArchiveOptions {
  archive: string
  /** The folder to make and unpack into; it must not be there yet. Without it the archive is verified only. */
  target?: string
  signal: AbortSignal
  limits?: Partial<ArchiveLimits>
  /** Paths below `target` that no entry may take. */
  reserved?: readonly string[]
  /** Called now and then, in unpacked bytes. */
  onProgress?: (doneBytes: number, totalBytes: number) => void
  /** Which bytes of the archive are on disk, where it is still being downloaded. */
  arrivals?: Arrivals
  /** How many worker threads share the work; by default one where it pays, and this thread works beside it where it can. */
  workers?: number
}

/** What an archive held. */
export interface ArchiveContents {
  entries: { name: string; path: string; size: number; crc32: number }[]
  totalBytes: number
}

/** With less to unpack than this (bytes), starting a thread takes longer than it saves. */
const WORTH_A_WORKER = 32 * 1024 * 1024
/** Fewer entries are not shared. */
const MANY = 32
/** A thread for an archive of this size (bytes) is started before its directory is read. */
const EARLY = 16 * 1024 * 1024
/** The last record of an archive without a comment: its length, how it begins, and where it counts the entries. */
const END = 22
const END_SIGNATURE = 0x06054b50
const END_COUNT = 10
/** What file systems give out room by, in bytes. */
const BLOCK = 4096
/** What `stat` counts a file's room in, in bytes. */
const STAT_BLOCK = 512
/** What one file costs beyond its bytes, counted in bytes. */
const PER_FILE = 32 * 1024

/**
 * Verifies a ZIP archive from end to end (both headers, size and CRC of every file) and, with `target`, unpacks it; an archive that
 * is still being downloaded as its bytes arrive. Nothing is written before the whole directory was found safe, nothing outside
 * `target`, nothing through a link, and nothing is overwritten. On failure and on abort `target` is removed. Throws an
 * `ActionError` (`corrupt_download`, `unsafe_archive`; `operation_failed` for the disk), the signal's reason, or what the download
 * ended with.
 */
export async function readArchive(options: ReadArchiveOptions): Promise<ArchiveContents> {
  const { target, signal } = options
  signal.throwIfAborted()
  const threads = new Threads(options)
  let archive: Archive | undefined
  try {
    await threads.startEarly()
    archive = await openArchive(options.archive, options)
    if (target === undefined) {
      await walk(archive, options, threads)
    } else {
      const unpacked = archive.entries.reduce((sum, { size }) => sum + Math.ceil(size / BLOCK) * BLOCK, 0)
      await requireSpace(target, [
        { bytes: await missing(archive, options), purpose: 'download the rest of it' },
        { bytes: unpacked, purpose: 'unpack it' },
      ])
      await unpack(archive, options, threads, target)
    }
    const entries = archive.entries.map(({ name, path, size, crc32 }) => ({ name, path, size, crc32 }))
    return { entries, totalBytes: archive.totalBytes }
  } finally {
    await threads.close()
    await archive?.close()
  }
}

/** How much of an archive is not on disk yet, in bytes. */
async function missing({ file, sizeBytes }: Archive, { arrivals }: ReadArchiveOptions): Promise<number> {
  if (!arrivals) return 0
  // Not its size: a file that is written from several places has holes.
  const { blocks } = await file.stat()
  return Math.max(0, sizeBytes - blocks * STAT_BLOCK)
}

async function unpack(archive: Archive, options: ReadArchiveOptions, threads: Threads, target: string): Promise<void> {
  try {
    mkdirSync(target)
  } catch (error) {
    throw systemFailure(error, 'make a folder for the export', target)
  }
  try {
    makeFolders(archive, target)
    await walk(archive, options, threads)
  } catch (error) {
    // What they have open or still write would be in the way.
    await threads.close()
    await rm(target, { recursive: true, force: true }).catch(() => undefined)
    throw error
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

async function walk(archive: Archive, options: ReadArchiveOptions, threads: Threads): Promise<void> {
  const { signal, target, arrivals, onProgress } = options
  const { totalBytes } = archive
  let done = 0
  const advance = (bytes: number) => {
    done += bytes
    onProgress?.(done, totalBytes)
  }
  const unpackHere = async (batches: Iterable<ArchiveEntry[]>, stopped: AbortSignal) => {
    const want = arrivals && (async (start: number, end: number) => arrivals.want(start, end))
    const unpacker = new EntryUnpacker(new ArchiveBytes(archive.file.fd, want ? { want } : {}), target)
    for (const batch of batches) {
      await unpacker.unpack(batch, async (bytes) => {
        advance(bytes)
        await breathe()
        stopped.throwIfAborted()
      })
    }
  }
  const workers = await threads.for(archive)
  if (!workers) return unpackHere(batchesOf(archive.entries), signal)
  const job = {
    archive: archive.path,
    target,
    entries: shareEntries(archive.entries),
    claims: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    arrivals: arrivals?.shared,
  }
  const stop = new AbortController()
  const all = AbortSignal.any([signal, stop.signal])
  const theirs = workers.run(job, { signal: all, onBytes: advance })
  // While bytes arrive, this thread has the network to serve.
  const ours = arrivals ? undefined : unpackHere(claimed(job), all)
  for (const share of [theirs, ours]) share?.catch((error: unknown) => stop.abort(error))
  const [end] = await Promise.allSettled([theirs, ours])
  all.throwIfAborted()
  if (end.status === 'fulfilled' && end.value === 'done') return
  // Why no more bytes come, the download knows.
  await arrivals?.want(0, 0)
  throw new Void()
}

/** The worker threads of one archive. */
class Threads {
  readonly #options: ReadArchiveOptions
  #workers: ArchiveWorkers | undefined

  constructor(options: ReadArchiveOptions) {
    this.#options = options
  }

  /** Starts a thread where the archive has so many entries that there is most likely enough to do. */
  async startEarly(): Promise<void> {
    const { archive, arrivals, workers } = this.#options
    if (workers !== undefined || availableParallelism() === 1) return
    // What arrives does not tell yet how much there is to do; a thread for nothing costs less than one that comes late.
    if (arrivals ? arrivals.sizeBytes >= EARLY : await isOfMany(archive)) await this.#start(1)
  }

  /** The threads to share an archive with; `undefined` where that does not pay. */
  async for(archive: Archive): Promise<ArchiveWorkers | undefined> {
    const { workers } = this.#options
    const count = workers ?? (isWorthwhile(archive) ? 1 : 0)
    if (count === 0) return undefined
    return this.#workers ?? this.#start(count)
  }

  async close(): Promise<void> {
    await this.#workers?.close()
  }

  async #start(count: number): Promise<ArchiveWorkers> {
    const { ArchiveWorkers: Workers } = await import('./archive-workers.ts')
    this.#workers = new Workers(count)
    return this.#workers
  }
}

/** Whether the end of an archive of some size tells of many entries. What it tells is not checked yet. */
async function isOfMany(path: string): Promise<boolean> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const { size } = await file.stat()
    const { buffer } = await file.read(Buffer.alloc(END), 0, END, Math.max(0, size - END))
    return size >= EARLY && buffer.readUInt32LE(0) === END_SIGNATURE && buffer.readUInt16LE(END_COUNT) >= MANY
  } catch {
    // Whatever is wrong with it is found, and told, when it is read.
    return false
  } finally {
    await file?.close()
  }
}

/**
 * Whether a second thread makes it faster: there must be many entries to share. What is inflated in large pieces has other threads
 * by itself, in Node's pool.
 */
function isWorthwhile({ entries, totalBytes }: Archive): boolean {
  return (
    availableParallelism() > 1 && entries.length >= MANY && totalBytes + entries.length * PER_FILE >= WORTH_A_WORKER
  )
}
