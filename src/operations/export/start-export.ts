import type { ExportRequest } from './inputs.ts'
import type { ExportStart, ExportTask } from '../../visual-layer/exports.ts'
import { isTransient, RequestFailure } from '../../visual-layer/failure.ts'
import { fullJitter } from '../../visual-layer/retry.ts'
import { rejectionReason } from '../../waiting/verdicts/export.ts'
import type { Step } from '../step.ts'

/** The name that the ZIP gets, on the server and on disk: that of the artifact. */
export function archiveName(request: ExportRequest): string {
  return /\.zip$/i.test(request.artifactName) ? request.artifactName : `${request.artifactName}.zip`
}

/** What the inputs ask for, as one export. */
export function startOf(request: ExportRequest): ExportStart {
  const { selection } = request
  return {
    fileName: archiveName(request),
    format: request.exportFormat,
    includeImages: request.includeImages,
    entityType: request.entityType,
    vql: selection.kind === 'vql' ? selection.vql : undefined,
    selection: selection.kind === 'selected' ? selection : undefined,
  }
}

/**
 * Starts an export. A start whose response is lost is sent again: exports cannot be listed, so there is nothing to look for, and an
 * export changes nothing in the dataset; at worst one more than needed runs on the server.
 */
export async function startExport(step: Step, datasetId: string, start: ExportStart): Promise<ExportTask> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await step.api.exports.start(datasetId, start)
    } catch (error) {
      if (!isTransient(error)) {
        const rejected = rejectionAtStart(error)
        if (rejected) return rejected
        throw error
      }
      const pause = Math.max(fullJitter(failures), error.outcome.retryAfterMs ?? 0)
      if (failures >= step.maxRetries || pause >= step.deadline.remainingMs()) throw error
      const doubled = error.outcome.effect === 'unknown' ? ' If the first request arrived, its export is ignored.' : ''
      step.reporter.info(`${error.message} Retrying (${failures + 1} of ${step.maxRetries}).${doubled}`)
      await step.clock.sleep(pause, step.signal)
    }
  }
}

/** A rejection at the start that says the same as a REJECTED export, in another form. */
function rejectionAtStart(error: unknown): ExportTask | undefined {
  if (!(error instanceof RequestFailure) || error.code !== 'rejected') return undefined
  const words = error.apiWords
  const reason = rejectionReason(words, undefined)
  // A proxy that finds the request too long says nothing of the export.
  if (error.outcome.status === 413 && !error.outcome.answered) return undefined
  // A fault in the request itself (400, 422) is never an empty result.
  if (reason === 'other' || (reason === 'nothing_matched' && error.outcome.status !== 200)) return undefined
  return {
    id: undefined,
    state: 'REJECTED',
    statusWord: 'REJECTED',
    progress: undefined,
    entities: undefined,
    words,
    link: undefined,
  }
}
