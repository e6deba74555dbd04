import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { ActionError } from '../../errors.ts'
import { systemFailure } from '../../system-errors.ts'
import { RecordDigest } from '../../exports/digest.ts'
import { findEarlier } from '../../exports/earlier-export.ts'
import { inspectExport } from '../../exports/inspect.ts'
import { MANIFEST_NAME, writeManifest } from '../../exports/manifest.ts'
import { type Cluster, itemsOf } from '../../exports/parts/content.ts'
import { IdSet } from '../../exports/parts/id-set.ts'
import type { KeptParts } from '../../exports/parts/kept-parts.ts'
import { type Merged, type MergeOptions, mergeParts } from '../../exports/parts/merge.ts'
import { FILES_FOLDER } from '../../exports/parts/part-record.ts'
import type { Placed } from '../../exports/place.ts'
import { putInPlace } from '../../exports/put-in-place.ts'
import { idIn } from '../../exports/record-ids.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import { originOf } from './export-origin.ts'
import type { ExportSubject } from './export-subject.ts'
import { size, tellPlaced } from '../facts.ts'
import { heldBy, type Listed } from './part-contents.ts'
import type { PartQueue } from './part-queue.ts'
import type { PartsCause } from './parts-folder.ts'
import type { Slice } from './slice.ts'
import type { Step } from '../step.ts'

/** Rows of the table of parts: more would bury the rest of the summary. */
const MOST_ROWS = 50

/** An export in parts, once its parts are there. */
export interface PartsWork {
  request: ExportRequest
  step: Step
  subject: ExportSubject
  cause: PartsCause
  all: Listed
  slice: Slice
  kept: KeptParts
  queue: PartQueue
  signal: AbortSignal
}

/**
 * Puts the parts together as one export in the output folder, and sets its outputs. Before that the total is held against what
 * the service says there is; what no part brought is asked for by its media ids, where they are listed. Throws `operation_failed`
 * naming what is missing: then nothing is put into place.
 */
export async function placeParts(work: PartsWork): Promise<{ placed: Placed; parts: number }> {
  const { request, step, subject, slice, kept, signal } = work
  await fetchRest(work)
  step.reporter.progress('putting the parts together')
  const options: MergeOptions = {
    folders: kept.whole.map(({ folder }) => folder),
    work: kept.folder,
    origin: originOf(request, step, subject, null),
    ...(request.shard ? { shard: { ...request.shard, plan_digest: slice.digest, total_items: slice.totalItems } } : {}),
    ...(work.all.ids && isWholeListing(work) ? { expectedIds: work.all.ids } : {}),
    signal,
  }
  const noTable = request.exportFormat === 'parquet' && kept.whole.length === 0
  const merged = await (noTable ? noTables(options) : mergeParts(options)).catch(async (error: unknown) => {
    // The same parts would not fit together in the next run either.
    if (error instanceof ActionError && error.code === 'unexpected_reply') await kept.remove()
    throw error
  })
  for (const note of merged.notes) step.reporter.note(note)
  await checkTotal(work, merged)
  const earlier = await findEarlier(request.outputDir, { keep: kept.folder })
  await putInPlace({ outputDir: request.outputDir, work: kept.folder, paths: merged.paths, earlier, signal })
  const parts = kept.whole
  const bytes = parts.reduce((sum, { record }) => sum + record.sizeBytes, 0)
  const placed: Placed = {
    sizeBytes: bytes,
    mediaCount: merged.mediaCount,
    contentDigest: merged.contentDigest,
    metadataFiles: merged.metadataFiles,
    manifestPath: path.join(request.outputDir, MANIFEST_NAME),
    files: merged.paths.map((file) => path.join(request.outputDir, file)),
  }
  step.reporter.output('export_size_bytes', bytes)
  step.reporter.fact(
    'Size',
    `${size(bytes)} (${bytes.toLocaleString('en-US')} bytes) in ${parts.length === 1 ? 'one ZIP' : `${parts.length} ZIPs`}`,
  )
  if (parts.length > 0) tellParts(step, parts)
  tellPlaced(request, step, placed)
  const count = parts.length
  await kept.remove()
  return { placed, parts: count }
}

/** An empty slice: where there is no row, there are no columns to make a table of. */
async function noTables({ work, origin, shard }: MergeOptions): Promise<Merged> {
  const contentDigest = new RecordDigest().hex()
  try {
    await mkdir(path.join(work, FILES_FOLDER), { recursive: true })
  } catch (error) {
    throw systemFailure(error, 'make a folder for the export', work)
  }
  const counts = { media_count: 0, content_digest: contentDigest, extracted: true, parts: [] }
  const manifest = { schema_version: 1 as const, ...origin, ...counts, ...(shard ? { shard } : {}) }
  await writeManifest(path.join(work, MANIFEST_NAME), manifest, [])
  const nothing = { duplicates: 0, metadataFiles: [], paths: [], missingCount: 0, missing: [], notes: [] }
  return { mediaCount: 0, contentDigest, ...nothing }
}

/** Whether the listing names exactly what must be there: media ids that somebody wrote down may be of media that are gone. */
function isWholeListing({ request }: PartsWork): boolean {
  return request.selection.kind !== 'selected' && !request.shard
}

/** What the service itself says there is, as a least number of items. */
function expectations({ request, subject, cause, slice }: PartsWork): { items: number; source: string }[] {
  const { selection, entityType, shard } = request
  // An export of objects counts objects where records are of media.
  if (entityType !== 'IMAGES') return []
  const found: { items: number; source: string }[] = []
  // What a cluster counts of a video, itself or its frames or both, is documented nowhere.
  if (selection.kind !== 'selected' && (subject.exported.videos ?? 0) === 0)
    found.push({ items: itemsOf(slice.content), source: 'as its clusters and media are listed' })
  if (shard) return found
  if (cause?.kind === 'refused' && cause.entities !== undefined)
    found.push({ items: cause.entities, source: 'as counted when the export of all was refused' })
  found.push({ items: heldBy(request, subject), source: 'as the dataset itself says' })
  return found
}

/**
 * Asks by media ids for what the clusters did not bring: media that were given beside them, clusters that nobody could take apart,
 * and media in no cluster.
 */
async function fetchRest(work: PartsWork): Promise<void> {
  const { step, kept, queue, signal } = work
  const ids = await restIn(work)
  if (!ids) return
  step.reporter.info('Looking for the media that no cluster brought.')
  const seen = new IdSet()
  for (const { folder } of kept.whole) {
    const onRecord = (record: unknown) => {
      const id = idIn(record, 'media_id')
      if (id !== undefined) seen.add(id)
    }
    await inspectExport({ dir: path.join(folder, 'files'), signal, onRecord })
  }
  const mediaIds = ids.filter((id) => !seen.has(id))
  if (mediaIds.length === 0) return
  step.reporter.note(
    `${mediaIds.length.toLocaleString('en-US')} items that no cluster brought are exported by their ids.`,
  )
  await queue.run({ clusters: [], mediaIds }, signal)
}

/** Among which media to look for the rest; `undefined` where there is none, or where nobody can tell. */
async function restIn(work: PartsWork): Promise<readonly string[] | undefined> {
  const { request, step, subject, slice, kept, queue } = work
  const { selection, shard } = request
  const there = kept.whole.reduce((sum, { record }) => sum + record.mediaCount, 0)
  const wanted = Math.max(0, ...expectations(work).map(({ items }) => items))
  const [cluster] = queue.unlisted
  if ((cluster || there < wanted) && selection.kind === 'whole' && !shard) {
    const ids = await step.api.explore.mediaIds(subject.exported.id)
    if (ids) return ids
  }
  if (cluster) throw undividable(cluster)
  const both = selection.kind === 'selected' && !shard && slice.content.clusters.length > 0
  return both ? slice.content.mediaIds : undefined
}

function undividable({ id, items }: Cluster): ActionError {
  const held =
    items > 1 ? `${items.toLocaleString('en-US')} items, more than one export may` : 'more than one export may'
  return new ActionError(
    'rejected',
    `Cluster ${id} holds ${held}, and Visual Layer does not list its media: it cannot be divided.`,
    { todo: 'Export it by filters of your own (vql), each of which matches fewer items.' },
  )
}

async function checkTotal(work: PartsWork, merged: Merged): Promise<void> {
  const { subject, kept, step } = work
  const short = expectations(work).find(({ items }) => merged.mediaCount < items)
  if (merged.missingCount === 0 && !short) return
  // With these parts the next run would come to the same end.
  await kept.remove()
  const there = merged.mediaCount.toLocaleString('en-US')
  const missing = short ? short.items - merged.mediaCount : merged.missingCount
  const of = short ? ` of ${short.items.toLocaleString('en-US')} (${short.source})` : ''
  const names =
    merged.missing.length === 0
      ? ''
      : ` Missing are ${merged.missing.join(', ')}${merged.missingCount > merged.missing.length ? ' and others' : ''}.`
  step.reporter.output('media_count', merged.mediaCount)
  throw new ActionError(
    'operation_failed',
    `The export of dataset "${subject.source.name}" is not whole: its parts hold ${there} items${of}, so that ${missing.toLocaleString('en-US')} are missing. Nothing was put into the output folder.${names}`,
    {
      todo: 'Make sure that nothing changes the dataset meanwhile, then run the step again. If it stays, tell Visual Layer support.',
    },
  )
}

function tellParts(step: Step, parts: KeptParts['whole']): void {
  const shown = parts.slice(0, MOST_ROWS)
  step.reporter.table({
    title: shown.length < parts.length ? `The first ${shown.length} of ${parts.length} parts` : 'Parts',
    headers: ['part', 'export id', 'items', 'size', 'SHA-256'],
    rows: shown.map(({ number, record }) => [
      String(number),
      { code: record.exportId },
      record.mediaCount.toLocaleString('en-US'),
      size(record.sizeBytes),
      { code: record.sha256 },
    ]),
  })
  if (shown.length < parts.length) step.reporter.note('The manifest (manifest.json) lists all parts.')
}
