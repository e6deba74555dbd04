import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { inScope } from '../scope.ts'
import { ThreadLost } from '../threads.ts'
import { type ArchiveContents, readArchive } from './archive/unpack.ts'
import type { ArchiveLimits } from './archive/zip.ts'
import { requireSpace } from './disk.ts'
import { type Downloaded, type DownloadOptions, download } from './download/download.ts'
import { ObjectChanged, type Watermark } from './download/watermark.ts'

export interface FetchArchiveOptions extends Omit<DownloadOptions, 'onSize'> {
  /** The folder to make and unpack into; it must not exist. Without it the archive is only verified. */
  target?: string
  /** Paths below `target` that no entry may take. */
  reserved?: readonly string[]
  limits?: Partial<ArchiveLimits>
  /** Called once the last byte is on disk. */
  onDownloaded?: (downloaded: Downloaded) => void
  /** Called now and then, in unpacked bytes. */
  onUnpacked?: (doneBytes: number, totalBytes: number) => void
  /** Whether a thread reads the archive while its bytes arrive; by default where that pays. */
  threaded?: boolean
}

/** An archive that is on disk, with what was found in it. */
export interface FetchedArchive {
  downloaded: Downloaded
  contents: ArchiveContents
}

/** A smaller archive (bytes) is on disk before a thread has started. */
const WORTH_OVERLAP = 8 * 1024 * 1024

/**
 * Downloads an archive and verifies or unpacks it, while its bytes arrive where that is faster. What its directory shows of harm, of
 * damage, or of a disk too small ends the download at once. If it fails or is aborted, neither `path` nor `target` is left. Throws what
 * `download` and `readArchive` throw.
 */
export async function fetchArchive(options: FetchArchiveOptions): Promise<FetchedArchive> {
  const { path, threaded, onDownloaded, onUnpacked, ...rest } = options
  const reading = { ...rest, archive: path, ...(onUnpacked ? { onProgress: onUnpacked } : {}) }
  const isWorthwhile = (sizeBytes: number) => threaded ?? (sizeBytes >= WORTH_OVERLAP && availableParallelism() > 1)
  try {
    return await inScope(options.signal, async (scope) => {
      let early: Promise<ArchiveContents | undefined> | undefined
      let hasChanged = false
      const onSize = async (watermark: Watermark) => {
        const sizeBytes = watermark.sizeBytes ?? 0
        await requireSpace(path, [{ bytes: sizeBytes, purpose: 'download it' }])
        // Only once: what changed while it was read may change again, and is unpacked when all of it is on disk.
        if (early) hasChanged = true
        else if (isWorthwhile(sizeBytes))
          early = scope.start((signal) => whileArriving(() => readArchive({ ...reading, signal, watermark })))
      }
      const downloaded = await download({ ...options, signal: scope.signal, onSize })
      onDownloaded?.(downloaded)
      const read = await early
      // The reader may have ended before the object changed: it had all bytes except those that belong to no entry.
      const inTime = hasChanged ? undefined : read
      if (read && !inTime && options.target !== undefined) await rm(options.target, { recursive: true, force: true })
      const later = async () => readArchive({ ...reading, signal: scope.signal, ...(early ? { threaded: false } : {}) })
      return { downloaded, contents: inTime ?? (await later()) }
    })
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  }
}

/** `undefined` when what was read does not count, because the object changed or the thread died. */
async function whileArriving(read: () => Promise<ArchiveContents>): Promise<ArchiveContents | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ObjectChanged || error instanceof ThreadLost) return undefined
    throw error
  }
}
