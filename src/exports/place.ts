import { systemFailure } from '../system-errors.ts'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Downloaded } from '../transfer/download/download.ts'
import type { ArchiveContents } from '../transfer/archive/unpack.ts'
import { type EarlierExport, findEarlier, inTheWay, look, removeEarlier, WORK_PREFIX } from './earlier-export.ts'
import { type Inspection, inspectExport } from './inspect.ts'
import { listed, MANIFEST_NAME, type ManifestOrigin, writeManifest } from './manifest.ts'
import { putInPlace } from './put-in-place.ts'

/** A download that was verified, and unpacked if it was to be. */
interface FetchedExport {
  downloaded: Pick<Downloaded, 'sizeBytes' | 'sha256'>
  contents: ArchiveContents
}

export interface PlaceOptions {
  /** Where `fetch` leaves the ZIP when it unpacks nothing: a name that is not its final one, on the disk of `outputDir`. */
  archive: string
  /** The output folder, links in it already resolved; made if it is not there. */
  outputDir: string
  /** The name the ZIP gets in `outputDir`, and in the manifest. */
  archiveName: string
  /** Unpack in place of keeping the ZIP. */
  extract: boolean
  origin: ManifestOrigin
  signal: AbortSignal
  /**
   * Downloads the export and verifies all of it. With a `target` it makes that folder and unpacks into it, with the place of the
   * manifest left free, and keeps no ZIP.
   */
  fetch: (target?: string) => Promise<FetchedExport>
}

export interface Placed extends Inspection {
  /** Of what was downloaded. */
  sizeBytes: number
  /** The ZIP, absolute; only where it was kept. */
  archivePath?: string
  /** Absolute. */
  manifestPath: string
  /** Every file of the export that was unpacked, absolute, without the manifest. */
  files: string[]
}

/**
 * Fetches an export into the output folder and writes its manifest. Before any file gets its final name, the whole archive is
 * verified (every CRC) and its records are counted. An export that was unpacked there before is replaced: the files its manifest
 * lists, and no others. A ZIP is replaced by one of the same name only. Anything else in the way is an error before anything is
 * changed, and before the download where it can be known then. On failure the folder is as it was, but for what the disk itself
 * refused. Throws an `ActionError`, or the signal's reason.
 */
export async function placeExport(options: PlaceOptions): Promise<Placed> {
  try {
    await mkdir(options.outputDir, { recursive: true })
  } catch (error) {
    throw systemFailure(error, 'make the output folder', options.outputDir)
  }
  const earlier = await findEarlier(options.outputDir)
  return options.extract ? placeFiles(options, earlier) : placeArchive(options, earlier)
}

async function placeArchive(options: PlaceOptions, earlier: EarlierExport): Promise<Placed> {
  const { archive, outputDir, archiveName, signal } = options
  const archivePath = join(outputDir, archiveName)
  const there = look(archivePath)
  if (there && !there.isFile()) throw inTheWay(archivePath)
  const { downloaded } = await options.fetch()
  const inspection = await inspectExport({ archive, signal })
  signal.throwIfAborted()
  await removeEarlier(outputDir, earlier)
  try {
    await rename(archive, archivePath)
  } catch (error) {
    throw systemFailure(error, 'give the export its final name', archivePath)
  }
  const manifestPath = join(outputDir, MANIFEST_NAME)
  await writeManifest(manifestPath, manifestOf(options, downloaded, inspection))
  return { ...inspection, sizeBytes: downloaded.sizeBytes, archivePath, manifestPath, files: [] }
}

async function placeFiles(options: PlaceOptions, earlier: EarlierExport): Promise<Placed> {
  const { outputDir, signal } = options
  let work: string | undefined
  try {
    work = await mkdtemp(join(outputDir, `${WORK_PREFIX}${safeId(options.origin.export.id)}-`))
    const target = join(work, 'files')
    const { downloaded, contents } = await options.fetch(target)
    const inspection = await inspectExport({ dir: target, signal })
    const paths = contents.entries.map(({ path }) => path)
    await writeManifest(join(work, MANIFEST_NAME), manifestOf(options, downloaded, inspection), listed(contents))
    await putInPlace({ outputDir, work, paths, earlier, signal })
    return {
      ...inspection,
      sizeBytes: downloaded.sizeBytes,
      manifestPath: join(outputDir, MANIFEST_NAME),
      files: paths.map((path) => join(outputDir, path)),
    }
  } catch (error) {
    signal.throwIfAborted()
    throw systemFailure(error, 'put the export into place', outputDir)
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true }).catch(() => undefined)
  }
}

function manifestOf(options: PlaceOptions, { sizeBytes, sha256 }: FetchedExport['downloaded'], inspection: Inspection) {
  return {
    schema_version: 1 as const,
    ...options.origin,
    archive: { name: options.archiveName, size_bytes: sizeBytes, sha256 },
    media_count: inspection.mediaCount,
    content_digest: inspection.contentDigest,
    extracted: options.extract,
  }
}

/** An export id as part of a file name: as it is, which is a UUID, or its hash where the service sent something else. */
function safeId(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 16)
}
