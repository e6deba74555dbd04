import path from 'node:path'
import { ActionError } from '../errors.ts'
import { RecordDigest } from '../exports/digest.ts'
import type { Placed } from '../exports/place.ts'
import type { ExportRequest } from '../inputs/operations/export.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { patienceMs } from '../waiting/pace.ts'
import { type ExportEnd, exportVerdict } from '../waiting/verdicts/export.ts'
import { throughConflicts } from './conflicts.ts'
import { publishExport } from './export-artifact.ts'
import { fetchExport } from './export-bytes.ts'
import { originOf } from './export-origin.ts'
import { withEphemeralClone } from './export-snapshot.ts'
import { readDataset } from './facts.ts'
import { startExport } from './start-export.ts'
import type { Step } from './step.ts'
import { lenient, waitFor } from './waits.ts'

/** What is exported, and how it is spoken of. */
interface Subject {
  /** The dataset whose name and id the step tells. */
  source: Dataset
  /** The dataset that is exported: the source, or a clone of one of its snapshots. */
  exported: Dataset
  snapshot: Snapshot | undefined
  /** What to do about an export that goes on when time runs out. */
  carryOn: (exportId: string) => string
}

/** Exports a dataset, or a part of it; done when the bytes are on disk, verified, and (by default) up as an artifact. */
export async function exportDataset(request: ExportRequest, step: Step): Promise<string> {
  const source = await readDataset(step, request.datasetId)
  step.reporter.fact('Exported', selectionWords(request))
  if (request.snapshot === undefined) {
    const carryOn = (exportId: string) =>
      `The export goes on in Visual Layer: fetch it later with export_id: ${exportId}, instead of starting another.`
    return exportSubject(request, step, { source, exported: source, snapshot: undefined, carryOn })
  }
  return withEphemeralClone(request, step, source, request.snapshot, (clone, snapshot) => {
    const carryOn = () => 'The clone that it was made from is deleted: run the step again.'
    return exportSubject(request, step, { source, exported: clone, snapshot, carryOn })
  })
}

async function exportSubject(request: ExportRequest, step: Step, subject: Subject): Promise<string> {
  const { reporter } = step
  const { source, exported } = subject
  const started = await begin(request, step, exported)
  if (started === undefined) return nothing(step, source)
  reporter.output('export_id', started)
  reporter.fact('Export id', started, { code: true })
  if (!request.wait) {
    return `Export ${started} of dataset "${source.name}" was started; the step did not wait for it (wait: false). Fetch it in a later step with export_id: ${started}.`
  }
  const end = await completed(request, step, subject, started)
  if (end.kind === 'nothing_matched') return nothing(step, source)

  const placed = await fetchExport(request, step, {
    datasetId: exported.id,
    exportId: started,
    link: end.link,
    origin: originOf(request, step, subject, started),
    carryOn: subject.carryOn(started),
  })
  if (placed.mediaCount === 0 && !request.allowEmpty) {
    throw new ActionError('rejected', `The export of dataset "${source.name}" is empty: it holds no records.`, {
      todo: 'Check the dataset and what was selected. If an empty export is fine for this workflow, set allow_empty: true.',
    })
  }
  if (request.uploadArtifact) await publishExport(request, step, placed)
  return `Dataset "${source.name}" was exported: ${told(step, request, placed)}.`
}

function told(step: Step, request: ExportRequest, placed: Placed): string {
  const where = path.relative(step.context.workspace, placed.archivePath ?? request.outputDir)
  return `${placed.mediaCount.toLocaleString('en-US')} ${request.exportFormat === 'json' ? 'records' : 'rows'} in ${where}`
}

/** Starts the export, or attaches to one that runs; answers its id, or `undefined` where nothing matched. */
async function begin(request: ExportRequest, step: Step, dataset: Dataset): Promise<string | undefined> {
  if (request.selection.kind === 'attached') {
    step.reporter.info(`Attaching to export ${request.selection.exportId}; none is started.`)
    return request.selection.exportId
  }
  const task = await throughConflicts(step, dataset.id, request.onConflict, () => startExport(request, step, dataset))
  if (task.state === 'REJECTED') {
    const ended = exportVerdict(task, task.id ?? '', request.allowEmpty)
    if (ended.state === 'failed') throw ended.error
    return undefined
  }
  if (task.id === undefined)
    throw new ActionError('unexpected_reply', 'Visual Layer started an export without naming it.')
  return task.id
}

async function completed(
  request: ExportRequest,
  step: Step,
  { exported, carryOn }: Subject,
  exportId: string,
): Promise<ExportEnd> {
  // An export that was started a moment ago may not be known everywhere yet; one that is attached to must be.
  const grace = request.selection.kind === 'attached' ? 0 : patienceMs(step.deadline.remainingMs())
  const read = lenient(step, grace, () => step.api.exports.status(exported.id, exportId, 0))
  return waitFor(
    step,
    { awaited: `export ${exportId} of dataset ${exported.id}`, carryOn: carryOn(exportId) },
    async () => {
      const task = await read()
      if (!task) return { state: 'pending', line: 'the export cannot be read yet' }
      return exportVerdict(task, exportId, request.allowEmpty)
    },
  )
}

function nothing(step: Step, dataset: Dataset): string {
  step.reporter.output('media_count', 0)
  step.reporter.output('content_digest', new RecordDigest().hex())
  return `Nothing matched in dataset "${dataset.name}": there is nothing to export, which allow_empty: true accepts. No file was written and no artifact uploaded.`
}

function selectionWords(request: ExportRequest): string {
  const { selection } = request
  const how = `${request.exportFormat}, ${request.includeImages ? 'with media files' : 'without media files'}`
  switch (selection.kind) {
    case 'attached':
      return `what export ${selection.exportId} selected`
    case 'whole':
      return `the whole dataset (${how})`
    case 'vql':
      return `what the VQL filter matches (${how})`
    case 'selected': {
      const parts = [
        selection.mediaIds.length > 0 ? `${selection.mediaIds.length} media` : undefined,
        selection.clusterIds.length > 0 ? `${selection.clusterIds.length} clusters` : undefined,
        selection.excludeMediaIds.length > 0 ? `less ${selection.excludeMediaIds.length} media` : undefined,
      ]
      return `${parts.filter((part) => part !== undefined).join(', ')} (${how})`
    }
  }
}
