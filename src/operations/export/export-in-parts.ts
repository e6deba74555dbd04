import path from 'node:path'
import { ActionError, describe } from '../../errors.ts'
import { checkObstacles, inTheWay, look } from '../../export/earlier-export.ts'
import { MANIFEST_NAME } from '../../export/manifest.ts'
import { itemsOf, type PartContent } from '../../export/parts/content.ts'
import { KeptParts } from '../../export/parts/kept-parts.ts'
import { Merge } from '../../export/parts/merge.ts'
import { type Placed, prepareFolder } from '../../export/place.ts'
import { replaceExport } from '../../export/replace-export.ts'
import type { ExportRequest } from './inputs.ts'
import { systemFailure } from '../../system-errors.ts'
import { requireSpace } from '../../transfer/disk.ts'
import { type Asked, checkTotal, restOf, WrongTotal } from './completeness.ts'
import { originOf } from './export-origin.ts'
import type { Reading } from './export-review.ts'
import { EmptyExport, type ExportSubject, requireItems } from './export-subject.ts'
import { tellPlaced } from '../facts.ts'
import { listContents, listMembers } from './part-contents.ts'
import { PartQueue } from './part-queue.ts'
import { type PartsCause, partsFolder, partsKey } from './parts-folder.ts'
import { shardContentOf } from './shard-content.ts'
import type { Step } from '../step.ts'
import { tellParts } from './tell-parts.ts'
import { withinDeadline } from '../waits.ts'
import { counted } from '../../numbers.ts'

/** An export that was merged of parts. */
export interface FromParts {
  placed: Placed
  parts: number
}

/** What is known before the parts are exported. */
interface PartsWork extends Asked {
  kept: KeptParts
  reading: Reading
  /** Files of an earlier export, which the new one replaces. */
  earlier: ReadonlySet<string>
}

/**
 * Exports what one export cannot contain: lists it, divides it, exports the parts, and merges them. Whole parts are kept on disk until the
 * export is in place, so a step that is run again on the same `output_dir` continues with the rest.
 *
 * @param cause the rejection that made it necessary
 */
export async function exportInParts(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  cause: PartsCause,
  reading: Reading,
): Promise<FromParts> {
  const { reporter } = step
  reporter.output('export_id', '')
  if (cause?.kind === 'rejected') {
    reporter.fact('Export ID', 'one per part')
    const words = cause.words === undefined ? '' : ` ("${cause.words}")`
    reporter.note(`Visual Layer rejected the export as too large${words}; exporting in parts (split: auto).`)
  }
  const earlier = await prepareOutput(request)
  const all = await listContents(request, step, subject, request.shard !== undefined)
  const own = await shardContentOf(request, step, subject, all)
  const plan = { key: partsKey(request, subject), listing: `${own.digest} ${all.revision}` }
  const { kept, cap, discarded } = await KeptParts.open(partsFolder(request), plan, step.clock.date())
  if (discarded !== undefined) reporter.note(`Parts of an interrupted export were not used: ${discarded}.`)
  if (kept.whole.length > 0)
    reporter.note(
      `Resuming an interrupted export: ${counted(kept.whole.length, 'part')} ${kept.whole.length === 1 ? 'is' : 'are'} already on disk.`,
    )
  const queue = new PartQueue({
    step,
    request,
    dataset: subject.exported,
    kept,
    cap,
    save: (known) => kept.save({ ...plan, cap: known }),
    members: (cluster) => listMembers(request, step, subject, cluster),
    async onWhole(itemsLeft) {
      // The size of the first parts predicts the rest, so a full disk is found before the last part.
      const items = kept.whole.reduce((sum, part) => sum + itemsOf(part.content), 0)
      const bytes = kept.whole.reduce((sum, part) => sum + part.unpackedBytes, 0)
      const rest = Math.ceil((bytes / Math.max(1, items)) * itemsLeft)
      await requireSpace(kept.folder, [{ bytes: rest, purpose: 'unpack the remaining parts' }])
    },
  })
  if (cause?.kind === 'rejected' && cap === undefined) queue.reject(itemsOf(own.content), cause.words, cause.entities)
  await kept.save(queue.cap === Infinity ? plan : { ...plan, cap: queue.cap })
  const work: PartsWork = { request, step, subject, cause, all, own, kept, reading, earlier }
  const phase = {
    get awaited() {
      return `the export in parts; last status: ${queue.state}`
    },
    get carryOn() {
      return carryOn(request, step, kept, queue.count)
    },
  }
  return reporter.group('Exporting in parts', () =>
    withinDeadline(step, phase, async (signal) => {
      try {
        await queue.run(withoutKept(firstContent(request, own.content), kept), signal)
        return await mergeAndPlace(work, queue, signal)
      } catch (error) {
        if (step.signal.aborted) reporter.note(phase.carryOn)
        signal.throwIfAborted()
        throw told(error, kept.whole.length, phase.carryOn)
      }
    }),
  )
}

/** Makes the output folder. What is surely in the way there is an error now, not when everything is exported. */
async function prepareOutput(request: ExportRequest): Promise<Set<string>> {
  const { outputDir, exportFormat } = request
  const earlier = await prepareFolder(outputDir, partsFolder(request))
  for (const file of exportFormat === 'json' ? ['metadata.json'] : ['metadata', 'metadata/part-00001.parquet']) {
    const there = look(path.join(outputDir, file))
    if (!there) break
    if (!earlier.has(file) && !there.isDirectory()) throw inTheWay(path.join(outputDir, file))
  }
  return earlier
}

/** Media that were given in addition to clusters wait until it is known which of them the clusters contain. */
function firstContent({ selection, shard }: ExportRequest, content: PartContent): PartContent {
  const both = selection.kind === 'selected' && !shard && content.clusters.length > 0
  return both ? { clusters: content.clusters, mediaIds: [] } : content
}

/** What no part that exists already asks for. */
function withoutKept({ clusters, mediaIds }: PartContent, kept: KeptParts): PartContent {
  const clusterIds = new Set<string>()
  const media = new Set<string>()
  for (const { content } of kept.parts) {
    for (const { id } of content.clusters) clusterIds.add(id)
    for (const id of content.mediaIds) media.add(id)
  }
  return {
    clusters: clusters.filter(({ id }) => !clusterIds.has(id)),
    mediaIds: mediaIds.filter((id) => !media.has(id)),
  }
}

/**
 * Merges the parts, compares the total with what the service says there is, and moves the export into the output folder. What no part
 * contained is requested by its media IDs, if they are listed. Throws `operation_failed` naming what is missing: then nothing is moved.
 */
async function mergeAndPlace(work: PartsWork, queue: PartQueue, signal: AbortSignal): Promise<FromParts> {
  const { request, step, subject, own, kept, reading, earlier } = work
  step.reporter.progress('merging the parts')
  const { wanted, take, coco } = reading
  const merge = new Merge({ work: kept.folder, format: request.exportFormat, wanted, take, coco, signal })
  try {
    await coco?.begin(kept.folder)
    for (const part of kept.whole) await merge.add(part)
    const rest = await restOf(work, merge)
    if (rest.length > 0) {
      step.reporter.note(`Exporting ${counted(rest.length, 'item')} by ID that the clusters did not contain.`)
      const before = new Set(kept.whole.map(({ number }) => number))
      await queue.run({ clusters: [], mediaIds: rest }, signal)
      for (const part of kept.whole) if (!before.has(part.number)) await merge.add(part)
    }
    checkTotal(work, merge)
    requireItems(request, step, subject, merge.mediaCount)
    const { shard } = request
    const manifestShard = shard && { ...shard, plan_digest: own.digest, total_items: own.totalItems }
    const { paths, notes, ...records } = await merge.finish(originOf(request, step, subject, null), manifestShard)
    for (const note of notes) step.reporter.note(note)
    checkObstacles(request.outputDir, paths, earlier)
    signal.throwIfAborted()
    await kept.placing()
    await replaceExport(request.outputDir, kept.folder, paths, earlier).catch((error: unknown) => {
      throw systemFailure(error, 'move the export into place', request.outputDir)
    })
    const parts = kept.whole
    const placed: Placed = {
      ...records,
      sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
      manifestPath: path.join(request.outputDir, MANIFEST_NAME),
      files: paths.map((file) => path.join(request.outputDir, file)),
    }
    tellParts(step, parts, placed.sizeBytes)
    tellPlaced(request, step, placed)
    await leave(kept, step)
    return { placed, parts: parts.length }
  } catch (error) {
    // Before the folder is removed: Windows keeps a file that is open.
    await Promise.allSettled([coco?.close(), merge.close()])
    // With the same parts the next run would come to the same end.
    const isFinal = error instanceof ActionError && ['unexpected_reply', 'corrupt_download'].includes(error.code)
    if (isFinal || error instanceof WrongTotal || error instanceof EmptyExport) await leave(kept, step)
    throw error
  }
}

/** Removes the parts. If the disk does not allow it, that changes nothing of what the step did: the next run removes them. */
async function leave(kept: KeptParts, { reporter }: Step): Promise<void> {
  await kept.remove().catch((error: unknown) => reporter.note(describe(error)))
}

function carryOn({ outputDir, snapshot }: ExportRequest, { context }: Step, kept: KeptParts, parts: number): string {
  const whole = kept.whole.length
  if (whole === 0 || snapshot) return 'Re-run the job.'
  const where = path.relative(context.workspace, outputDir)
  return `Kept in ${where}: ${whole} of ${counted(parts, 'part')}. To export only the rest, re-run the job with the same inputs within a day. The folder must still exist: a self-hosted runner keeps it with "clean: false" in actions/checkout; elsewhere save and restore it with actions/cache.`
}

/** Says how to continue if that helps: what was rejected is rejected again. */
function told(error: unknown, whole: number, how: string): unknown {
  if (!(error instanceof ActionError) || error.code === 'rejected') return error
  const { todo } = error
  if (whole === 0 && todo !== undefined) return error
  return error.with({ todo: [todo, how].filter(Boolean).join('\n') })
}
