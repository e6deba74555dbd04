import { REPORT } from '../../transfer/advice.ts'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { ActionError } from '../../errors.ts'
import { listed } from '../../export/manifest.ts'
import type { Part, PartRecord } from '../../export/parts/kept-parts.ts'
import { FILES_FOLDER } from '../../export/replace-export.ts'
import type { ExportRequest } from './inputs.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import { isMissing } from '../../visual-layer/failure.ts'
import { patienceMs } from '../../waiting/pace.ts'
import { type Look, until } from '../../waiting/until.ts'
import type { ExportEnd, Rejected } from '../../waiting/verdicts/export.ts'
import { fetchUnpacked } from './export-bytes.ts'
import { beginExport, exportProbe } from './export-task.ts'
import { startOfPart } from './part-start.ts'
import type { Step } from '../step.ts'

/** How the export of a part ended, other than by an error. */
export type PartEnd = { kind: 'whole'; record: PartRecord } | Rejected

export interface PartJob {
  step: Step
  request: ExportRequest
  dataset: Dataset
  part: Part
  /** Told what the part is doing. */
  onPhase: (phase: string) => void
  /** Told once the service works on it: then it was not rejected at once. */
  onRunning: () => void
  /** Keeps the export's ID before anything is waited for; `undefined` if it is of no use any longer. */
  onStarted: (exportId: string | undefined) => Promise<void>
}

/** An export that failed, or whose bytes are damaged, is started again: a single bad worker must not fail the whole export. */
const MOST_STARTS = 2

/** Fetches one part: starts its export, or continues with the one that was started before, waits, downloads, and unpacks. */
export async function exportPart(job: PartJob): Promise<PartEnd> {
  const { step, part, onPhase, onStarted } = job
  let exportId = part.exportId
  // One that an earlier run of the step started does not count: it may be long gone.
  let starts = 0
  for (;;) {
    const graceMs = exportId === undefined ? patienceMs(step.deadline.remainingMs()) : 0
    if (exportId === undefined) {
      onPhase('starting')
      const begun = await beginExport(step, job.dataset, startOfPart(job.request, part.content), job.request.onConflict)
      // A request that is too long is divided like an export that is too large.
      if (begun.kind === 'too_long')
        return { kind: 'rejected', reason: 'too_large', words: undefined, entities: undefined }
      if (begun.kind === 'rejected') return begun
      exportId = begun.exportId
      starts += 1
      await onStarted(exportId)
    }
    try {
      const end = await ended(job, exportId, graceMs)
      if (end.kind === 'rejected') return end
      return { kind: 'whole', record: await fetched(job, exportId, end.link) }
    } catch (error) {
      if (!isSpoilt(error)) throw error
      // The next run of the step must not come back to it either.
      await onStarted(undefined)
      if (starts >= MOST_STARTS) throw error.with({ message: `Part ${part.number} of the export: ${error.message}` })
      step.reporter.info(`Part ${part.number}: ${error.message} Restarting its export.`)
      exportId = undefined
    }
  }
}

/** Whether nothing will ever come of an export. */
function isSpoilt(error: unknown): error is ActionError {
  if (error instanceof ExportEndedBadly) return true
  return error instanceof ActionError && (error.code === 'corrupt_download' || error.code === 'unsafe_archive')
}

/** An export that failed, or that the service does not know any longer. */
class ExportEndedBadly extends ActionError {}

async function ended(
  { step, dataset, part, onPhase, onRunning }: PartJob,
  exportId: string,
  graceMs: number,
): Promise<ExportEnd> {
  const poll = exportProbe(step, dataset.id, exportId, graceMs, ({ state }) => {
    // One that waits in a queue may still be rejected for its size.
    if (state === 'RUNNING' || state === 'COMPLETED') onRunning()
  })
  const probe = async (): Promise<Look<ExportEnd>> => {
    const seen = await poll().catch((error: unknown): Look<ExportEnd> => {
      if (isMissing(error)) return { state: 'failed', error: endedBadly(error) }
      throw error
    })
    if (seen.state === 'failed') return { state: 'failed', error: endedBadly(seen.error) }
    if (seen.state === 'pending') onPhase(seen.phase ?? seen.line)
    return seen
  }
  // What the polls say is shown for all parts together.
  const end = await until(probe, { ...step.waiting, onLook: () => undefined })
  if (end.end === 'done') return end.value
  if (end.end === 'failed') throw end.error
  const last = end.lastLine === undefined ? 'no status received' : `last status: ${end.lastLine}`
  throw new ActionError('timed_out', `Timed out while waiting for part ${part.number}; ${last}.`, {
    apiWords: end.lastFault?.apiWords,
    todo: 'Increase timeout.',
    cause: end.lastFault,
  })
}

function endedBadly(error: ActionError): ExportEndedBadly {
  const { code, message, apiWords } = error
  return new ExportEndedBadly(code, message, { apiWords, todo: `Re-run the job. ${REPORT}`, cause: error })
}

async function fetched({ step, dataset, part, onPhase }: PartJob, exportId: string, link: string): Promise<PartRecord> {
  onPhase('downloading')
  const target = path.join(part.folder, FILES_FOLDER)
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
    signal: step.signal,
  })
  return { exportId, sizeBytes: downloaded.sizeBytes, sha256: downloaded.sha256, files: listed(contents) }
}
