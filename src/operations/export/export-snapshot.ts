import { ActionError } from '../../errors.ts'
import type { ExportRequest } from './inputs.ts'
import type { SnapshotChoice } from '../../inputs/snapshot-choice.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Snapshot } from '../../visual-layer/snapshots.ts'
import { chooseSnapshot } from '../choose-snapshot.ts'
import { waitForMade } from '../copies.ts'
import { aboutSnapshot } from '../facts.ts'
import { makeClone } from '../make-clone.ts'
import type { Step } from '../step.ts'

/**
 * Makes a temporary clone of a snapshot and has `body` export it. The step deletes the clone at its end, however it ends, or the post
 * step does if this one is killed. The vendor's own way to export a snapshot is to restore it first, which changes the live dataset.
 */
export async function withEphemeralClone<T>(
  request: ExportRequest,
  step: Step,
  source: Dataset,
  choice: SnapshotChoice,
  body: (clone: Dataset, snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const { reporter } = step
  const target = await chooseSnapshot(step, source, choice)
  aboutSnapshot(step, target, 'Exported snapshot')
  const made = await makeClone(step, source, target, { onConflict: request.onConflict, ephemeral: true })
  const { datasetId } = made
  reporter.addToResult('clone_dataset_id', datasetId)
  reporter.fact('Ephemeral clone', datasetId, { code: true })
  const clone = await waitForMade(step, made)
  if (!clone) {
    throw new ActionError('not_found', `The temporary clone, dataset ${datasetId}, was deleted by someone else.`, {
      todo: 'Nothing was exported. Re-run the job, and do not delete datasets that end in "(cloned)" while it runs.',
    })
  }
  return await body(clone, target)
}
