import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { ActionError } from '../../errors.ts'
import { systemFailure } from '../../system-errors.ts'
import { findEarlier, inTheWay, look } from '../../exports/earlier-export.ts'
import type { PartContent } from '../../exports/parts/content.ts'
import { KeptParts } from '../../exports/parts/kept-parts.ts'
import { PartCaps } from '../../exports/parts/part-caps.ts'
import type { Placed } from '../../exports/place.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import { requireSpace } from '../../transfer/disk.ts'
import type { ExportSubject } from './export-subject.ts'
import { listContents, listMembers } from './part-contents.ts'
import { PartQueue } from './part-queue.ts'
import { type PartsCause, partsFolder, partsKey } from './parts-folder.ts'
import { placeParts } from './place-parts.ts'
import { sliceOf } from './slice.ts'
import type { Step } from '../step.ts'
import { withinDeadline } from '../waits.ts'

/** An export that was put together. */
export interface FromParts {
  /** `undefined` where there was nothing to export. */
  placed: Placed | undefined
  parts: number
}

/**
 * Exports what one export cannot hold: lists it, divides it, exports the parts, and puts them together as one. Whole parts are
 * kept on disk until then, so that a step that is run again on the same `output_dir` goes on with the rest.
 *
 * @param cause the refusal that made it necessary
 */
export async function exportInParts(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  cause: PartsCause,
): Promise<FromParts> {
  const { reporter } = step
  reporter.output('export_id', '')
  if (cause?.kind === 'refused') {
    reporter.fact('Export id', 'one each part')
    reporter.note(
      `Visual Layer refused the export as too large${cause.words === undefined ? '' : ` ("${cause.words}")`}: it is done in parts (split: auto).`,
    )
  }
  await prepareOutput(request)
  const all = await listContents(request, step, subject, request.shard !== undefined)
  const slice = await sliceOf(request, step, subject, all)
  const plan = {
    key: partsKey(request, subject),
    listing: `${slice.digest} ${all.revision}`,
  }
  const opened = await KeptParts.open(partsFolder(request), plan, () => step.clock.date())
  const { kept } = opened
  const caps = new PartCaps(opened.cap, all.counted)
  if (opened.discarded !== undefined)
    reporter.note(`Parts of an interrupted export were not used: ${opened.discarded}.`)
  if (kept.whole.length > 0)
    reporter.note(
      `An interrupted export is continued: ${partsWord(kept.whole.length)} of it ${kept.whole.length === 1 ? 'is' : 'are'} still there.`,
    )
  if (cause?.kind === 'refused' && opened.cap === undefined) caps.refused(slice.content, cause.words, cause.entities)
  const save = () => kept.save({ ...plan, cap: caps.toState() })
  await save()

  let unpackedBytes = kept.whole.reduce((sum, { record }) => sum + record.unpackedBytes, 0)
  const queue = new PartQueue({
    step,
    request,
    dataset: subject.exported,
    kept,
    caps,
    save,
    counted: all.counted,
    members: (cluster) => listMembers(request, step, subject, cluster),
    async onWhole({ record }, itemsLeft) {
      // What came tells what is to come, so that a full disk is met before the last part.
      unpackedBytes += record?.unpackedBytes ?? 0
      const there = kept.whole.reduce((sum, part) => sum + part.record.mediaCount, 0)
      const bytes = Math.ceil((unpackedBytes / Math.max(1, there)) * itemsLeft)
      await requireSpace(kept.folder, [{ bytes, purpose: 'unpack the parts that are still to come' }])
    },
  })
  const phase = {
    get awaited() {
      return `the export in parts; last seen: ${queue.state}`
    },
    get carryOn() {
      return carryOn(request, step, kept, queue.count)
    },
  }
  return reporter.group('Exporting in parts', () =>
    withinDeadline(step, phase, async (signal) => {
      const work = { request, step, subject, cause, all, slice, kept, queue, signal }
      try {
        await queue.run(withoutKept(firstContent(request, slice.content), kept), signal)
        return await placeParts(work)
      } catch (error) {
        if (step.signal.aborted) reporter.note(phase.carryOn)
        signal.throwIfAborted()
        throw told(error, kept.whole.length, phase.carryOn)
      }
    }),
  )
}

/** Makes the output folder. What is surely in the way there is an error now, not when everything is exported. */
async function prepareOutput(request: ExportRequest): Promise<void> {
  const { outputDir, exportFormat } = request
  try {
    await mkdir(outputDir, { recursive: true })
    const { files } = await findEarlier(outputDir, { keep: partsFolder(request) })
    for (const place of exportFormat === 'json' ? ['metadata.json'] : ['metadata', 'metadata/part-00001.parquet']) {
      const there = look(path.join(outputDir, place))
      if (!there) break
      if (!files.has(place) && !there.isDirectory()) throw inTheWay(path.join(outputDir, place))
    }
  } catch (error) {
    throw systemFailure(error, 'make the output folder', outputDir)
  }
}

/** Media that were given beside clusters wait until it is known which of them the clusters bring. */
function firstContent({ selection, shard }: ExportRequest, content: PartContent): PartContent {
  const both = selection.kind === 'selected' && !shard && content.clusters.length > 0
  return both ? { clusters: content.clusters, mediaIds: [] } : content
}

/** What no part that is there, or under way, asks for. */
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

function carryOn({ outputDir, snapshot }: ExportRequest, { context }: Step, kept: KeptParts, count: number): string {
  const whole = kept.whole.length
  if (whole === 0 || snapshot) return 'Run the step again.'
  const where = path.relative(context.workspace, outputDir)
  return `Kept in ${where}: ${whole} of ${partsWord(count)}. Run the step again with the same inputs within a day, and it exports only the rest. The folder must still be there: a self-hosted runner keeps it with "clean: false" in actions/checkout; elsewhere save and restore it with actions/cache.`
}

function partsWord(count: number): string {
  return count === 1 ? '1 part' : `${count.toLocaleString('en-US')} parts`
}

/** Says how to go on where that helps: what was refused is refused again. */
function told(error: unknown, whole: number, how: string): unknown {
  if (!(error instanceof ActionError) || error.code === 'rejected') return error
  const { code, message, apiWords, todo } = error
  if (whole === 0 && todo !== undefined) return error
  return new ActionError(code, message, { apiWords, todo: [todo, how].filter(Boolean).join('\n'), cause: error })
}
