import { ActionError } from '../../errors.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { ExportStart, ExportTask } from '../../visual-layer/exports.ts'
import { RequestFailure } from '../../visual-layer/failure.ts'
import type { Look } from '../../waiting/until.ts'
import { type ExportEnd, exportVerdict, type Rejected, rejected } from '../../waiting/verdicts/export.ts'
import { throughConflicts } from '../conflicts.ts'
import { startExport } from './start-export.ts'
import type { Step } from '../step.ts'
import { lenient } from '../waits.ts'

/** An export that Visual Layer took on, rejected at once, or could not even be asked for: the request itself is too long. */
export type Begun = { kind: 'begun'; exportId: string } | Rejected | { kind: 'too_long'; error: RequestFailure }

/** Starts one export of a dataset, once nothing is in the way. */
export async function beginExport(
  step: Step,
  dataset: Dataset,
  start: ExportStart,
  onConflict: 'wait' | 'fail',
): Promise<Begun> {
  let task: ExportTask
  try {
    task = await throughConflicts(step, dataset.id, onConflict, () => startExport(step, dataset.id, start))
  } catch (error) {
    if (error instanceof RequestFailure && error.outcome.status === 413) return { kind: 'too_long', error }
    throw error
  }
  if (task.state === 'REJECTED') return rejected(task.words, task.entities)
  if (task.id === undefined)
    throw new ActionError('unexpected_reply', 'Visual Layer started an export but did not return its ID.')
  return { kind: 'begun', exportId: task.id }
}

/**
 * Looks at an export until it ends.
 *
 * @param graceMs for how long it may not be known: one that was started a moment ago is not everywhere yet
 * @param onTask receives what each check found
 */
export function exportProbe(
  step: Step,
  datasetId: string,
  exportId: string,
  graceMs: number,
  onTask?: (task: ExportTask) => void,
): () => Promise<Look<ExportEnd>> {
  const read = lenient(step, graceMs, () => step.api.exports.status(datasetId, exportId, 0))
  return async () => {
    const task = await read()
    if (task) onTask?.(task)
    return task
      ? exportVerdict(task, exportId)
      : { state: 'pending', line: 'the status of the export is not available yet' }
  }
}
