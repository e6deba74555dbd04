import { rm } from 'node:fs/promises'
import path from 'node:path'
import { ActionError } from '../../errors.ts'
import { inspectExport } from '../../exports/inspect.ts'
import { listed } from '../../exports/manifest.ts'
import type { KeptPart } from '../../exports/parts/kept-parts.ts'
import type { PartRecord } from '../../exports/parts/part-record.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import { RequestFailure } from '../../visual-layer/failure.ts'
import { patienceMs } from '../../waiting/pace.ts'
import { type Look, until } from '../../waiting/until.ts'
import type { ExportEnd, Refused } from '../../waiting/verdicts/export.ts'
import { fetchUnpacked } from './export-bytes.ts'
import { beginExport, exportProbe } from './export-task.ts'
import { startOfPart } from './part-start.ts'
import type { Step } from '../step.ts'

/** How the export of a part ended, other than by an error. */
export type PartEnd =
  | { kind: 'whole'; record: PartRecord }
  | Refused
  /** The request that asks for it is longer than the server takes. */
  | { kind: 'too_long' }
  /** The server refused the request, though not for the size of the export. */
  | { kind: 'not_understood'; error: RequestFailure }

export interface PartJob {
  step: Step
  request: ExportRequest
  dataset: Dataset
  part: KeptPart
  signal: AbortSignal
  /** Told what the part is doing. */
  onPhase: (phase: string) => void
  /** Told once the service works on it: then it was not refused at once. */
  onRunning: () => void
  /** Keeps the export's id, before anything is waited for; `undefined` where it is of no use any more. */
  onStarted: (exportId: string | undefined) => Promise<void>
}

/** An export that failed, or whose bytes are damaged, is started once more: a single bad worker must not cost the whole. */
const MOST_STARTS = 2

/** Brings one part: starts its export, or goes on with the one that was started before, waits, downloads, unpacks and counts. */
export async function exportPart(job: PartJob): Promise<PartEnd> {
  const { step, part, onPhase, onStarted } = job
  let exportId = part.exportId
  // One that an earlier run of the step had started does not count: it may be long gone.
  let starts = 0
  for (;;) {
    const graceMs = exportId === undefined ? patienceMs(step.deadline.remainingMs()) : 0
    if (exportId === undefined) {
      onPhase('starting')
      const begun = await begin(job)
      if (begun.kind !== 'begun') return begun
      exportId = begun.exportId
      starts += 1
      await onStarted(exportId)
    }
    try {
      const end = await ended(job, exportId, graceMs)
      if (end.kind === 'refused') return end
      return { kind: 'whole', record: await fetched(job, exportId, end.link) }
    } catch (error) {
      if (!isSpoilt(error)) throw error
      // The next run of the step must not come back to it either.
      await onStarted(undefined)
      if (starts >= MOST_STARTS) throw ofPart(part, error)
      step.reporter.info(`Part ${part.number}: ${error.message} Its export is started once more.`)
      exportId = undefined
    }
  }
}

/** Whether nothing will ever come of an export. */
function isSpoilt(error: unknown): error is ActionError {
  if (error instanceof ExportEndedBadly) return true
  return error instanceof ActionError && (error.code === 'corrupt_download' || error.code === 'unsafe_archive')
}

/** An export that failed, or that the service does not know any more. */
class ExportEndedBadly extends ActionError {}

function ofPart({ number }: KeptPart, error: ActionError): ActionError {
  const { code, apiWords, todo } = error
  return new ActionError(code, `Part ${number} of the export: ${error.message}`, { apiWords, todo, cause: error })
}

async function begin({ step, request, dataset, part }: PartJob) {
  try {
    return await beginExport(step, dataset, startOfPart(request, part.content), request.onConflict)
  } catch (error) {
    const refused = error instanceof RequestFailure && error.code === 'rejected' && error.outcome.effect === 'none'
    if (refused) return { kind: 'not_understood' as const, error }
    throw error
  }
}

async function ended(
  { step, dataset, part, signal, onPhase, onRunning }: PartJob,
  exportId: string,
  graceMs: number,
): Promise<ExportEnd> {
  const look = exportProbe(step, dataset.id, exportId, graceMs, ({ state }) => {
    // One that waits in a queue may still be refused for its size.
    if (state === 'RUNNING' || state === 'COMPLETED') onRunning()
  })
  const probe = async (): Promise<Look<ExportEnd>> => {
    const seen = await look().catch((error: unknown): Look<ExportEnd> => {
      const gone = error instanceof RequestFailure && error.outcome.status === 404
      if (gone) return { state: 'failed', error: endedBadly(error) }
      throw error
    })
    if (seen.state === 'failed') return { state: 'failed', error: endedBadly(seen.error) }
    if (seen.state === 'pending') onPhase(seen.phase ?? seen.line)
    return seen
  }
  // What the looks say is told for all parts together.
  const end = await until(probe, { ...step.waiting, signal, onLook: () => undefined })
  if (end.end === 'done') return end.value
  if (end.end === 'failed') throw end.error
  const last = end.lastLine ?? 'nothing was seen of it'
  throw new ActionError(
    'timed_out',
    `The timeout was over while part ${part.number} was waited for; last seen: ${last}.`,
    {
      apiWords: end.lastFault?.apiWords,
      todo: 'Raise timeout.',
      cause: end.lastFault,
    },
  )
}

function endedBadly(error: ActionError): ExportEndedBadly {
  const { code, message, apiWords } = error
  const todo = 'Run the step again. If it fails again, ask Visual Layer support with the export id.'
  return new ExportEndedBadly(code, message, { apiWords, todo, cause: error })
}

async function fetched({ step, dataset, part, signal, onPhase }: PartJob, exportId: string, link: string) {
  onPhase('downloading')
  const target = path.join(part.folder, 'files')
  // Of a step that was killed while it unpacked.
  await rm(target, { recursive: true, force: true })
  const { downloaded, contents } = await fetchUnpacked(step, {
    datasetId: dataset.id,
    exportId,
    link,
    carryOn: '',
    archive: path.join(part.folder, 'part.zip.partial'),
    target,
    label: `part ${part.number}: `,
    signal,
  })
  onPhase('counting')
  const inspection = await inspectExport({ dir: target, signal })
  const record: PartRecord = {
    number: part.number,
    exportId,
    sizeBytes: downloaded.sizeBytes,
    sha256: downloaded.sha256,
    mediaCount: inspection.mediaCount,
    contentDigest: inspection.contentDigest,
    content: { clusters: part.content.clusters.length, media: part.content.mediaIds.length },
    metadataFiles: inspection.metadataFiles,
    files: listed(contents),
  }
  return record
}
