import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ActionError, describe } from '../errors.ts'
import { codeOf, systemFailure } from '../system-errors.ts'
import type { ArchiveContents } from '../transfer/archive/unpack.ts'
import type { Downloaded } from '../transfer/download/download.ts'
import { type CocoFile, type CocoSummary, gaveWay } from './coco/coco-file.ts'
import { checkObstacles, findEarlier, inTheWay, isPlainFile, look } from './earlier-export.ts'
import type { ExportPlace } from './export-files.ts'
import { listed, MANIFEST_NAME, type ManifestOrigin, writeManifest } from './manifest.ts'
import type { ExportRecords } from './records/metadata-files.ts'
import { FILES_FOLDER, HalfReplaced, recover, replaceExport, WORK_PREFIX } from './replace-export.ts'

/** A download that was verified, and unpacked if it was to be. */
interface FetchedExport {
  downloaded: Pick<Downloaded, 'sizeBytes' | 'sha256'>
  contents: ArchiveContents
}

export interface PlaceOptions {
  /** The output folder, links in it already resolved; made if it does not exist. */
  outputDir: string
  /** The name the ZIP gets in `outputDir`, and in the manifest. */
  archiveName: string
  /** Unpack instead of keeping the ZIP. */
  extract: boolean
  origin: ManifestOrigin
  signal: AbortSignal
  /**
   * Downloads the ZIP to `archive` and verifies all of it. With a `target` it makes that folder and unpacks into it, with the place of the
   * manifest left free, and keeps no ZIP.
   */
  fetch: (archive: string, target?: string) => Promise<FetchedExport>
  /** Reads the records of the export. */
  read: (place: ExportPlace) => Promise<ExportRecords>
  /** Written while the records are read, and put next to the unpacked files. */
  coco?: CocoFile | undefined
}

export interface Placed extends ExportRecords {
  /** Of what was downloaded. */
  sizeBytes: number
  /** The ZIP, absolute, if it was kept. */
  archivePath?: string
  /** Absolute. */
  manifestPath: string
  /** Every file of the export that was unpacked or written next to them, absolute, without the manifest. */
  files: string[]
  /** What `annotations.json` contains, if it was written. */
  coco?: CocoSummary | undefined
}

/**
 * Fetches an export into the output folder and writes its manifest. Before any file gets its final name, the whole archive is verified
 * (every CRC) and its records are read. An export that was unpacked there before is replaced: the files its manifest lists, and no others.
 * A ZIP is replaced by one of the same name only. Anything else in the way is an error before anything is changed, and before the download
 * if it can be known then. On failure the folder is as it was (see {@link replaceExport}). Throws an `ActionError`, or the signal's reason.
 */
export async function placeExport(options: PlaceOptions): Promise<Placed> {
  const { outputDir, archiveName, extract, signal, coco } = options
  const earlier = await prepareFolder(outputDir)
  if (!extract) {
    const there = look(join(outputDir, archiveName))
    if (there && !there.isFile()) throw inTheWay(join(outputDir, archiveName))
  }
  let work: string | undefined
  try {
    work = await mkdtemp(join(outputDir, `${WORK_PREFIX}${safeId(options.origin.export.id)}-`))
    const archive = join(work, `${archiveName}.partial`)
    const files = join(work, FILES_FOLDER)
    const { downloaded, contents } = await options.fetch(archive, ...(extract ? [files] : []))
    if (!extract) {
      mkdirSync(files)
      await rename(archive, join(files, archiveName))
    }
    const place = extract ? { dir: files } : { archive: join(files, archiveName), spool: join(work, 'metadata') }
    await coco?.begin(work)
    const records = await options.read(place)
    if (coco && records.format === 'parquet') {
      throw new ActionError('invalid_input', 'coco requires an export in JSON, but this one is parquet.', {
        todo: 'Set coco: false, or start an export with export_format: json.',
      })
    }
    const written = await coco?.finish(files, options.origin, records.contentDigest, signal)
    const list = [...listed(contents), ...(written ? [written.file] : [])]
    if (written) written.summary.theirs = list.find(gaveWay)?.path
    const paths = extract ? list.map(({ path }) => path) : [archiveName]
    const manifest = manifestOf(options, downloaded, records)
    await writeManifest(join(work, MANIFEST_NAME), manifest, extract ? list : undefined)
    if (!extract && isPlainFile(outputDir, archiveName)) earlier.add(archiveName)
    checkObstacles(outputDir, paths, earlier)
    signal.throwIfAborted()
    await replaceExport(outputDir, work, paths, earlier)
    return {
      ...records,
      sizeBytes: downloaded.sizeBytes,
      ...(extract ? {} : { archivePath: join(outputDir, archiveName) }),
      manifestPath: join(outputDir, MANIFEST_NAME),
      files: extract ? paths.map((path) => join(outputDir, path)) : [],
      coco: written?.summary,
    }
  } catch (error) {
    if (error instanceof HalfReplaced) work = undefined
    signal.throwIfAborted()
    throw systemFailure(error, 'move the export into place', outputDir)
  } finally {
    await coco?.close().catch(() => undefined)
    if (work !== undefined) await rm(work, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Throws `operation_failed` that names the output folder if nothing can be written there. Leaves nothing behind. */
export async function requireWritable(outputDir: string): Promise<void> {
  // mkdir -p of Node never ends below a folder like /proc.
  let there = outputDir
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there)
  try {
    await rmdir(await mkdtemp(join(there, `${WORK_PREFIX}check-`)))
  } catch (error) {
    // Without the path of the attempt, which nobody knows.
    const fault = Object.assign(new Error(describe(error)), { code: codeOf(error) })
    throw systemFailure(fault, 'write to the workspace', outputDir)
  }
}

/**
 * Makes the output folder, undoes what a killed step left there, and returns the files of an earlier export. Throws `operation_failed`.
 *
 * @param keep a work folder that is still needed
 */
export async function prepareFolder(outputDir: string, keep?: string): Promise<Set<string>> {
  try {
    await mkdir(outputDir, { recursive: true })
    await recover(outputDir, keep)
    return await findEarlier(outputDir)
  } catch (error) {
    throw systemFailure(error, 'prepare the output folder', outputDir)
  }
}

function manifestOf(options: PlaceOptions, { sizeBytes, sha256 }: FetchedExport['downloaded'], records: ExportRecords) {
  return {
    schema_version: 1 as const,
    ...options.origin,
    archive: { name: options.archiveName, size_bytes: sizeBytes, sha256 },
    media_count: records.mediaCount,
    content_digest: records.contentDigest,
    extracted: options.extract,
  }
}

/** An export ID as part of a file name: as it is, which is a UUID, or its hash if the service sent something else. */
function safeId(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 16)
}
