import { rm } from 'node:fs/promises'
import type { ArchiveLimits } from './archive/archive-limits.ts'
import type { Arrivals } from './download/arrivals.ts'
import { requireSpace } from './disk.ts'
import { type Downloaded, type DownloadOptions, download } from './download/download.ts'
import { type ArchiveContents, readArchive } from './archive/unpack.ts'

export interface FetchArchiveOptions extends Omit<DownloadOptions, 'onSize'> {
  /** The folder to make and unpack into; it must not be there yet. Without it the archive is verified only. */
  target?: string
  /** Paths below `target` that no entry may take. */
  reserved?: readonly string[]
  limits?: Partial<ArchiveLimits>
  /** Called once the last byte is on disk. */
  onDownloaded?: (downloaded: Downloaded) => void
  /** Called now and then, in unpacked bytes. */
  onUnpacked?: (doneBytes: number, totalBytes: number) => void
  /** How many worker threads unpack; by default as many as pay. With 0, nothing is unpacked before the last byte is there. */
  workers?: number
}

/** An archive that is on disk, with what was found in it. */
export interface FetchedArchive {
  downloaded: Downloaded
  contents: ArchiveContents
}

/** A smaller archive (bytes) is there before a thread has started. */
const WORTH_OVERLAP = 8 * 1024 * 1024

/**
 * Downloads an archive and verifies or unpacks it, while its bytes arrive where that is faster. What its directory tells of harm,
 * of damage or of a disk too small ends the download at once. On failure and on abort neither `path` nor `target` is left.
 * Throws what `download` and `readArchive` throw.
 */
export async function fetchArchive(options: FetchArchiveOptions): Promise<FetchedArchive> {
  const { path, workers, onDownloaded } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  let early: Promise<ArchiveContents | undefined> | undefined
  const onSize = async (arrivals: Arrivals) => {
    await requireSpace(path, [{ bytes: arrivals.sizeBytes, purpose: 'download it' }])
    // Only once: what changes while it is read may change again, and is unpacked when all of it is there.
    if (early || !(workers === undefined ? arrivals.sizeBytes >= WORTH_OVERLAP : workers > 0)) return
    early = readArriving({ ...options, signal }, arrivals)
    early.catch((error: unknown) => stop.abort(error))
  }
  try {
    const downloaded = await download({ ...options, signal, onSize })
    onDownloaded?.(downloaded)
    const contents = (await early) ?? (await readArchive(readOptions(options)))
    return { downloaded, contents }
  } catch (error) {
    stop.abort(error)
    await early?.catch(() => undefined)
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  }
}

/** `undefined` when the bytes that were read turned out not to count: the object changed, or the download failed. */
async function readArriving(options: FetchArchiveOptions, arrivals: Arrivals): Promise<ArchiveContents | undefined> {
  try {
    return await readArchive({ ...readOptions(options), arrivals })
  } catch (error) {
    const count = await arrivals.want(0, 0).then(
      () => true,
      () => false,
    )
    if (count) throw error
    return undefined
  }
}

function readOptions({ path, target, reserved, limits, signal, onUnpacked, workers }: FetchArchiveOptions) {
  return {
    archive: path,
    signal,
    ...(target === undefined ? {} : { target }),
    ...(reserved ? { reserved } : {}),
    ...(limits ? { limits } : {}),
    ...(onUnpacked ? { onProgress: onUnpacked } : {}),
    ...(workers === undefined ? {} : { workers }),
  }
}
