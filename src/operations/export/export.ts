import path from 'node:path'
import { checkObstacles, look } from '../../export/earlier-export.ts'
import { RecordDigest } from '../../export/records/digest.ts'
import { ANNOTATIONS_NAME } from '../../export/manifest.ts'
import { type Placed, prepareFolder, requireWritable } from '../../export/place.ts'
import { exportInputs, type ExportRequest } from './inputs.ts'
import { requireFreeName } from '../../runner/artifact.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import { patienceMs } from '../../waiting/pace.ts'
import { asPhase } from '../../waiting/until.ts'
import { type ExportEnd, type Rejected, rejectedExport } from '../../waiting/verdicts/export.ts'
import { type Earlier, readEarlier } from './compare-with.ts'
import { publishExport } from './export-artifact.ts'
import { fetchExport } from './export-bytes.ts'
import { type Reading, readingFor, reviewExport } from './export-review.ts'
import { withEphemeralClone } from './export-snapshot.ts'
import { type ExportSubject, selectionWords } from './export-subject.ts'
import { type Begun, beginExport, exportProbe } from './export-task.ts'
import { namedDataset, readDataset } from '../facts.ts'
import { check, passGates } from './gates.ts'
import { type PartsCause, partsFolder, wasBegunInParts } from './parts-folder.ts'
import { archiveName, startOf } from './start-export.ts'
import { operation } from '../operation.ts'
import type { Step } from '../step.ts'
import { waitFor } from '../waits.ts'
import { counted } from '../../numbers.ts'

/** Exports a dataset, or a part of it; done when the bytes are on disk, verified, and (by default) up as an artifact. */
export const exportDataset = operation({
  name: 'export',
  ...exportInputs,
  outputs: [
    'snapshot_id',
    'snapshot_name',
    'task_id',
    'export_id',
    'export_path',
    'export_dir',
    'export_size_bytes',
    'export_sha256',
    'media_count',
    'content_digest',
    'changed',
    'added_count',
    'removed_count',
    'modified_count',
    'comparison_path',
    'annotations_path',
    'artifact_id',
    'artifact_name',
    'artifact_url',
    'artifact_digest',
  ],
  async run(request, step): Promise<string> {
    await requireOutput(request, step)
    const earlier = await readEarlier(request, step)
    const source = await readDataset(step, request.datasetId)
    step.reporter.fact('Exported', selectionWords(request))
    if (request.snapshot === undefined) {
      const carryOn = (exportId: string) =>
        `The export is still running in Visual Layer. Do not start it again; to download it later, set export_id: ${exportId}.`
      const again = (exportId: string) =>
        `The export is complete in Visual Layer. To download it without exporting again, set export_id: ${exportId} and re-run the job.`
      return exportSubject(request, step, { source, exported: source, snapshot: undefined, carryOn, again }, earlier)
    }
    return withEphemeralClone(request, step, source, request.snapshot, (clone, snapshot) => {
      const carryOn = () => 'Re-run the job.'
      return exportSubject(request, step, { source, exported: clone, snapshot, carryOn, again: carryOn }, earlier)
    })
  },
})

/** What is surely in the way of an export is an error before it starts. */
async function requireOutput(request: ExportRequest, step: Step): Promise<void> {
  if (!request.wait) return
  const { coco, outputDir } = request
  await requireWritable(outputDir)
  if (coco && look(path.join(outputDir, ANNOTATIONS_NAME)))
    checkObstacles(outputDir, [ANNOTATIONS_NAME], await prepareFolder(outputDir, partsFolder(request)))
  if (!request.uploadArtifact) return
  const name = request.extract || request.shard ? request.artifactName : archiveName(request)
  await requireFreeName({ ...step, name, overwrite: request.overwriteArtifact })
}

async function exportSubject(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  earlier: Earlier | undefined,
): Promise<string> {
  const { source } = subject
  const reading = readingFor(request, earlier)
  const outcome = await fetched(request, step, subject, reading)
  if (outcome.kind === 'started') {
    return `Started the export of dataset "${source.name}". The step did not wait for it to finish (wait: false). To download it in a later step, set export_id: ${outcome.exportId}.`
  }
  const placed = outcome.kind === 'placed' ? outcome.placed : undefined
  if (!placed) {
    step.reporter.output('media_count', 0)
    step.reporter.output('content_digest', new RecordDigest().hex())
  }
  const review = await reviewExport(request, step, placed, earlier, reading)
  const isUploaded =
    placed !== undefined &&
    request.uploadArtifact &&
    (await publishExport(request, step, placed, review.comparisonPath))
  const what =
    outcome.kind === 'nothing'
      ? nothing(source)
      : `Exported dataset "${source.name}"${outcome.how}: ${told(step, request, outcome.placed)}`
  const done = `${what}${review.changes}.`
  const where = !placed
    ? 'No file was written.'
    : `The export is complete: see the ${isUploaded ? 'outputs artifact_url and export_dir' : 'output export_dir'}.`
  const figures = { ...review, sizeBytes: placed?.sizeBytes ?? 0 }
  const [failIf, warnIf] = [check(request.failIf, figures), check(request.warnIf, figures)]
  passGates(step, { failIf, warnIf, unlisted: placed?.coco?.unlisted }, { done, where })
  return done
}

type Outcome =
  | { kind: 'started'; exportId: string }
  | { kind: 'nothing' }
  /** `how` follows the name of the dataset. */
  | { kind: 'placed'; placed: Placed; how: string }

/** One export if possible; parts if it was rejected as too large, is a shard, or was started in parts before. */
async function fetched(request: ExportRequest, step: Step, subject: ExportSubject, reading: Reading): Promise<Outcome> {
  if (
    request.shard ||
    (request.split && request.wait && (await wasBegunInParts(request, subject, step.clock.date())))
  ) {
    return inParts(request, step, subject, undefined, reading)
  }
  const begun = await begin(request, step, subject.exported)
  if (begun.kind === 'too_long') {
    if (!request.split || !request.wait) throw begun.error
    return inParts(request, step, subject, begun, reading)
  }
  if (begun.kind === 'rejected') return rejectedOutcome(request, step, subject, begun, reading)
  const { exportId } = begun
  step.reporter.output('export_id', exportId)
  step.reporter.fact('Export ID', exportId, { code: true })
  if (!request.wait) return { kind: 'started', exportId }
  const end = await completed(request, step, subject, exportId)
  if (end.kind === 'rejected') return rejectedOutcome(request, step, subject, end, reading)
  const placed = await fetchExport(request, step, subject, { exportId, link: end.link }, reading)
  return { kind: 'placed', placed, how: '' }
}

async function rejectedOutcome(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  rejection: Rejected,
  reading: Reading,
): Promise<Outcome> {
  if (rejection.reason === 'nothing_matched' && request.allowEmpty) return { kind: 'nothing' }
  if (rejection.reason !== 'too_large' || !request.split) throw rejectedExport(rejection)
  if (request.selection.kind === 'attached') {
    throw rejectedExport(rejection, 'Remove export_id: the step then exports in parts (split: auto).')
  }
  if (!request.wait) {
    throw rejectedExport(rejection, 'Set wait: true: the step then exports in parts and merges them (split: auto).')
  }
  return inParts(request, step, subject, rejection, reading)
}

async function inParts(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  rejection: PartsCause,
  reading: Reading,
): Promise<Outcome> {
  const { exportInParts } = await import('./export-in-parts.ts')
  const { placed, parts } = await exportInParts(request, step, subject, rejection, reading)
  const ofShard = request.shard ? `, shard ${request.shard.index} of ${request.shard.of}` : ''
  const ofParts = parts === 0 ? '' : ` in ${counted(parts, 'part')}`
  return { kind: 'placed', placed, how: `${ofShard}${ofParts}` }
}

function told(step: Step, request: ExportRequest, placed: Placed): string {
  const where = path.relative(step.context.workspace, placed.archivePath ?? request.outputDir)
  return `${counted(placed.mediaCount, request.exportFormat === 'json' ? 'record' : 'row')} in ${where}`
}

/** Starts the export, or attaches to one that runs. */
async function begin(request: ExportRequest, step: Step, dataset: Dataset): Promise<Begun> {
  if (request.selection.kind === 'attached') {
    step.reporter.info(`Attaching to export ${request.selection.exportId}; none is started.`)
    return { kind: 'begun', exportId: request.selection.exportId }
  }
  const phase = {
    awaited: 'the response to the start of the export',
    carryOn: 'The export may be running in Visual Layer, where it changes nothing. Re-run the job.',
  }
  return asPhase(step.waiting, phase, () => beginExport(step, dataset, startOf(request), request.onConflict))
}

async function completed(
  request: ExportRequest,
  step: Step,
  { exported, carryOn, again }: ExportSubject,
  exportId: string,
): Promise<ExportEnd> {
  const grace = request.selection.kind === 'attached' ? 0 : patienceMs(step.deadline.remainingMs())
  const phase = { awaited: `the export of ${namedDataset(exported)}, export ${exportId}`, carryOn: carryOn(exportId) }
  // COMPLETED, it may still be without its link.
  const probe = exportProbe(step, exported.id, exportId, grace, ({ state }) => {
    if (state === 'COMPLETED') phase.carryOn = again(exportId)
  })
  return waitFor(step, phase, probe)
}

function nothing(dataset: Dataset): string {
  return `Nothing matched in dataset "${dataset.name}", so no file was written and no artifact uploaded (allow_empty: true)`
}
