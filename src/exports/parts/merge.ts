import { constants } from 'node:fs'
import { copyFile, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { ActionError } from '../../errors.ts'
import { systemFailure } from '../../system-errors.ts'
import { look } from '../earlier-export.ts'
import {
  type Manifest,
  MANIFEST_NAME,
  type ManifestFile,
  type ManifestOrigin,
  type ManifestPart,
  type ManifestShard,
  OWN_NAMES,
  writeManifest,
} from '../manifest.ts'
import { PARQUET_PART } from '../metadata-files.ts'
import type { DistinctRecords } from './distinct-records.ts'
import { mergeJson } from './merge-json.ts'
import { mergeParquet } from './merge-parquet.ts'
import { moveFiles, removeOthers } from './move-files.ts'
import { changedOnDisk, headOf, type MergedRecords, type PartHead, wholePart } from './part-head.ts'
import { FILES_FOLDER } from './part-record.ts'
import { type Places, planPlaces, type Reserved } from './places.ts'

export interface MergeOptions {
  /** Of the parts, in order: each as {@link readPart} found it whole. On the disk of `work`. */
  folders: readonly string[]
  /** The folder to work in; it is there. `work`/files is made, or continued where an earlier merge of the same parts was stopped. */
  work: string
  /** What the caller knows of the export; its id is `null`, since the parts have one each. */
  origin: ManifestOrigin<null>
  /** Which slice of the dataset the parts are together, where they are not all of it. */
  shard?: ManifestShard
  /** The media ids that must be there, where they are known. */
  expectedIds?: Iterable<string>
  signal: AbortSignal
  /** Called once the records of a part were read. */
  onProgress?: (doneParts: number, parts: number) => void
}

/** One export made of parts. */
export interface Merged {
  /** Records in JSON, rows in parquet, without what the parts repeat. */
  mediaCount: number
  contentDigest: string
  /** How many records were left out because an earlier one tells of the same media item. */
  duplicates: number
  /** Where the records are, relative to `work`/files. */
  metadataFiles: string[]
  /** Every file, relative to `work`/files, posix separators. */
  paths: string[]
  /** How many of the expected ids have no record, and the first ten of them. */
  missingCount: number
  missing: string[]
  /** What a reader should know though nothing failed for it, a sentence each. */
  notes: string[]
}

const MOST_MISSING = 10

/**
 * Makes one export of its parts: `work`/files, which holds all their files and one set of metadata, and the manifest that lists them,
 * `work`/manifest.json.
 *
 * The records come first: nothing is moved unless they can be put together (see {@link mergeJson} and {@link mergeParquet}). The
 * other files are moved out of the parts' folders, not copied (see {@link planPlaces} for their names); the metadata stays there. So
 * a merge that was stopped at any point, by the signal or by force, is done again with the same result; until then `readPart` has
 * to be told of `work`/files to find the parts whole.
 *
 * Takes the memory of one {@link IdSet} of all media items, 32 bytes a record, an `IdSet` of all files, and the paths it returns.
 * Throws an `ActionError`, or the signal's reason: `unexpected_reply` where the parts cannot be put together and should be exported
 * anew.
 */
export async function mergeParts(options: MergeOptions): Promise<Merged> {
  const { work, signal } = options
  try {
    signal.throwIfAborted()
    const heads: PartHead[] = []
    for (const folder of options.folders) heads.push(await headOf(folder))
    return formatOf(heads) === 'json' ? await mergeAsJson(options, heads) : await mergeAsParquet(options, heads)
  } catch (error) {
    signal.throwIfAborted()
    throw systemFailure(error, 'put the parts of the export together', work)
  }
}

function formatOf(heads: readonly PartHead[]): 'json' | 'parquet' {
  const metadata = heads.flatMap((head) => head.metadata)
  const parquet = metadata.filter(({ path }) => /\.parquet$/i.test(path)).length
  if (parquet === 0) return 'json'
  if (parquet === metadata.length) return 'parquet'
  throw new ActionError('unexpected_reply', 'Some parts of the export are JSON and others are parquet.', {
    todo: 'Run the step again. If it happens each time, tell Visual Layer support the export ids in the log.',
  })
}

async function mergeAsJson(options: MergeOptions, heads: readonly PartHead[]): Promise<Merged> {
  const draft = join(options.work, 'metadata.json.partial')
  const merged = await mergeJson(heads, draft, options)
  const reserved = { folders: [], isFile: (path: string) => OWN_NAMES.includes(path) || path === 'metadata.json' }
  return putTogether(options, heads, merged, reserved, (files) => rename(draft, join(files, 'metadata.json')))
}

async function mergeAsParquet(options: MergeOptions, heads: readonly PartHead[]): Promise<Merged> {
  const merged = await mergeParquet(heads, options)
  const reserved = {
    folders: ['metadata'],
    isFile: (path: string) => OWN_NAMES.includes(path) || PARQUET_PART.test(path),
  }
  return putTogether(options, heads, merged, reserved, async (files) => {
    await mkdir(join(files, 'metadata'), { recursive: true })
    for (const { source, path } of merged.tables) {
      options.signal.throwIfAborted()
      await copyFile(source, join(files, path), constants.COPYFILE_FICLONE)
    }
  })
}

/** @param placeMetadata puts the metadata into the folder of the merged export */
async function putTogether(
  options: MergeOptions,
  heads: readonly PartHead[],
  { records, duplicates, files: metadata, notes }: MergedRecords,
  reserved: Reserved,
  placeMetadata: (files: string) => Promise<void>,
): Promise<Merged> {
  const { work, signal } = options
  const files = join(work, FILES_FOLDER)
  const places = await planPlaces(() => filesOf(heads, signal), reserved)
  const list = async function* () {
    yield* metadata
    yield* placed(heads, places, signal)
  }
  const paths: string[] = []
  for await (const { path } of list()) paths.push(path)
  if (look(files)) await removeOthers(files, new Set(paths))
  else await mkdir(files)
  for await (const part of filesOf(heads, signal)) {
    const from = join(part.head.folder, FILES_FOLDER)
    const placeOf = (path: string) => places.of(part.index, path)
    const lost = await moveFiles({ from, to: files, files: part.files, placeOf, signal })
    if (lost !== undefined) throw changedOnDisk(part.head, lost)
  }
  await placeMetadata(files)
  const contentDigest = records.contentDigest()
  const manifest: Manifest = {
    schema_version: 1,
    ...options.origin,
    media_count: records.count,
    content_digest: contentDigest,
    extracted: true,
    parts: heads.map(manifestPart),
    ...(options.shard ? { shard: options.shard } : {}),
  }
  await writeManifest(join(work, MANIFEST_NAME), manifest, list())
  const metadataFiles = metadata.map(({ path }) => path)
  const missing = missingOf(records, options.expectedIds ?? [])
  return { mediaCount: records.count, contentDigest, duplicates, metadataFiles, paths, ...missing, notes }
}

/** The files beside the metadata, part by part: the list of one part is in memory at a time. */
async function* filesOf(heads: readonly PartHead[], signal: AbortSignal) {
  for (const [index, head] of heads.entries()) {
    signal.throwIfAborted()
    const { number, files, metadataFiles } = await wholePart(head.folder)
    const metadata = new Set(metadataFiles)
    yield { index, head, number, files: files.filter(({ path }) => !metadata.has(path)) }
  }
}

/** The same files as the manifest of the merged export lists them. */
async function* placed(heads: readonly PartHead[], places: Places, signal: AbortSignal): AsyncGenerator<ManifestFile> {
  for await (const { index, number, files } of filesOf(heads, signal)) {
    for (const { path, original_name: original = path, size_bytes, crc32 } of files) {
      const place = places.of(index, path)
      if (place === undefined) continue
      const named = place === original ? {} : { original_name: original }
      yield { path: place, ...named, ...(place === path ? {} : { part: number }), size_bytes, crc32 }
    }
  }
}

function manifestPart(head: PartHead): ManifestPart {
  return {
    number: head.number,
    export_id: head.exportId,
    size_bytes: head.sizeBytes,
    sha256: head.sha256,
    media_count: head.mediaCount,
    content_digest: head.contentDigest,
    clusters: head.content.clusters,
    media_ids: head.content.media,
  }
}

function missingOf({ ids }: DistinctRecords, expected: Iterable<string>): Pick<Merged, 'missingCount' | 'missing'> {
  const missing: string[] = []
  let missingCount = 0
  for (const id of expected) {
    if (ids.has(id)) continue
    missingCount += 1
    if (missing.length < MOST_MISSING) missing.push(id)
  }
  return { missingCount, missing }
}
