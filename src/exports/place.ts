import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { diskFailure } from '../transfer/disk.ts'
import { type ArchiveContents, readArchive } from '../transfer/unpack.ts'
import {
  type EarlierExport,
  findEarlier,
  inTheWay,
  isPlainFile,
  look,
  removeEarlier,
  WORK_PREFIX,
} from './earlier-export.ts'
import { type Inspection, inspectExport } from './inspect.ts'
import { MANIFEST_NAME, type ManifestFile, type ManifestOrigin, writeManifest } from './manifest.ts'

export interface PlaceOptions {
  /** The whole download, under a name that is not its final one, on the disk of `outputDir`. Gone in the end, unless it fails. */
  archive: string
  /** The output folder, links in it already resolved; made if it is not there. */
  outputDir: string
  /** The name the ZIP gets in `outputDir`, and in the manifest. */
  archiveName: string
  /** Unpack in place of keeping the ZIP. */
  extract: boolean
  origin: ManifestOrigin
  /** Of the download. */
  sizeBytes: number
  sha256: string
  signal: AbortSignal
  /** Called now and then while the archive is read, in unpacked bytes. */
  onProgress?: (doneBytes: number, totalBytes: number) => void
}

export interface Placed extends Inspection {
  /** The ZIP, absolute; only where it was kept. */
  archivePath?: string
  /** Absolute. */
  manifestPath: string
  /** Every file of the export that was unpacked, absolute, without the manifest. */
  files: string[]
}

/**
 * Puts a downloaded export into the output folder and writes its manifest. Before any file gets its final name, the whole archive
 * is verified (every CRC) and its records are counted. An export that was unpacked there before is replaced: the files its
 * manifest lists, and no others. A ZIP is replaced by one of the same name only. Anything else in the way is an error before
 * anything is changed. On failure the folder is as it was, but for what the disk itself refused. Throws an `ActionError`, or the
 * signal's reason.
 */
export async function placeExport(options: PlaceOptions): Promise<Placed> {
  try {
    await mkdir(options.outputDir, { recursive: true })
  } catch (error) {
    throw diskFailure(error, 'make the output folder', options.outputDir)
  }
  const earlier = await findEarlier(options.outputDir)
  return options.extract ? placeFiles(options, earlier) : placeArchive(options, earlier)
}

async function placeArchive(options: PlaceOptions, earlier: EarlierExport): Promise<Placed> {
  const { archive, outputDir, archiveName, signal, onProgress } = options
  const archivePath = join(outputDir, archiveName)
  const there = look(archivePath)
  if (there && !there.isFile()) throw inTheWay(archivePath)
  await readArchive({ archive, signal, ...(onProgress ? { onProgress } : {}) })
  const inspection = await inspectExport({ archive, signal })
  signal.throwIfAborted()
  await removeEarlier(outputDir, earlier)
  try {
    await rename(archive, archivePath)
  } catch (error) {
    throw diskFailure(error, 'give the export its final name', archivePath)
  }
  const manifestPath = join(outputDir, MANIFEST_NAME)
  await writeManifest(manifestPath, manifestOf(options, inspection))
  return { ...inspection, archivePath, manifestPath, files: [] }
}

async function placeFiles(options: PlaceOptions, earlier: EarlierExport): Promise<Placed> {
  const { archive, outputDir, signal, onProgress } = options
  let work: string | undefined
  let moving: readonly string[] = []
  try {
    work = await mkdtemp(join(outputDir, `${WORK_PREFIX}${safeId(options.origin.export.id)}-`))
    const target = join(work, 'files')
    const contents = await readArchive({
      archive,
      target,
      signal,
      reserved: [MANIFEST_NAME],
      ...(onProgress ? { onProgress } : {}),
    })
    const inspection = await inspectExport({ dir: target, signal })
    const paths = contents.entries.map(({ path }) => path)
    refuseObstacles(outputDir, paths, earlier)
    const draft = join(work, MANIFEST_NAME)
    await writeManifest(draft, manifestOf(options, inspection), listed(contents))
    signal.throwIfAborted()
    // From here on nothing stops for a cancellation: it takes moments, and half a change would be worse.
    await removeEarlier(outputDir, earlier)
    moving = paths
    await moveIn(target, outputDir, paths)
    const manifestPath = join(outputDir, MANIFEST_NAME)
    await rename(draft, manifestPath)
    moving = []
    await rm(archive, { force: true })
    return { ...inspection, manifestPath, files: paths.map((path) => join(outputDir, path)) }
  } catch (error) {
    signal.throwIfAborted()
    throw diskFailure(error, 'put the export into place', outputDir)
  } finally {
    if (moving.length > 0) await removeEarlier(outputDir, { files: new Set(moving), leftovers: [] })
    if (work !== undefined) await rm(work, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Throws unless every file has a free place, or one that an earlier export's file will leave, reached through no link. */
function refuseObstacles(outputDir: string, paths: readonly string[], earlier: EarlierExport): void {
  const free = new Map<string, boolean>()
  const isFree = (folder: string): boolean => {
    if (folder === '.') return false
    const known = free.get(folder)
    if (known !== undefined) return known
    const there = isFree(dirname(folder)) ? undefined : look(join(outputDir, folder))
    if (there && !there.isDirectory() && !replaces(folder)) throw inTheWay(join(outputDir, folder))
    free.set(folder, there === undefined)
    return there === undefined
  }
  const replaces = (path: string) => earlier.files.has(path) && isPlainFile(outputDir, path)
  for (const path of paths) {
    if (isFree(dirname(path)) || look(join(outputDir, path)) === undefined || replaces(path)) continue
    throw inTheWay(join(outputDir, path))
  }
}

/** Moves the unpacked files into the output folder: whole folders where nothing is there, else file by file. */
async function moveIn(from: string, outputDir: string, paths: readonly string[]): Promise<void> {
  const whole = new Set(readdirSync(from).filter((name) => look(join(outputDir, name)) === undefined))
  for (const name of whole) renameSync(join(from, name), join(outputDir, name))
  let moved = 0
  for (const path of paths) {
    if (whole.has(path.split('/', 1)[0] ?? '')) continue
    const target = join(outputDir, path)
    mkdirSync(dirname(target), { recursive: true })
    renameSync(join(from, path), target)
    moved += 1
    if (moved % 256 === 0) await breathe()
  }
}

function manifestOf(options: PlaceOptions, inspection: Inspection) {
  return {
    schema_version: 1 as const,
    ...options.origin,
    archive: { name: options.archiveName, size_bytes: options.sizeBytes, sha256: options.sha256 },
    media_count: inspection.mediaCount,
    content_digest: inspection.contentDigest,
    extracted: options.extract,
  }
}

function listed(contents: ArchiveContents): ManifestFile[] {
  return contents.entries.map(({ name, path, size, crc32 }) => ({
    path,
    ...(name === path ? {} : { original_name: name }),
    size_bytes: size,
    crc32: crc32.toString(16).padStart(8, '0'),
  }))
}

/** An export id as part of a file name: as it is, which is a UUID, or its hash where the service sent something else. */
function safeId(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 16)
}
