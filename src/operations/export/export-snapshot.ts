import { ActionError, describe } from '../../errors.ts'
import type { ExportRequest } from '../../inputs/operations/export.ts'
import type { SnapshotChoice } from '../../inputs/operations/snapshot-choice.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Snapshot } from '../../visual-layer/snapshots.ts'
import { cloneName } from '../../waiting/verdicts/clone.ts'
import { chooseSnapshot } from '../choose-snapshot.ts'
import { aboutSnapshot } from '../facts.ts'
import { makeClone, waitForClone } from '../make-clone.ts'
import { removeDataset } from '../remove-dataset.ts'
import type { Step } from '../step.ts'

/** Time to delete the clone once the export is done or has failed, in ms, whatever is left of the deadline. */
const CLEANING_MS = 60_000

/**
 * Makes a clone of a snapshot, has `body` export it, and deletes it, whatever happens in between: by this step, or by its post
 * step where this one is killed. The vendor's own way to export a snapshot is to restore it first, which changes the live dataset.
 * A clone that cannot be deleted is named in a warning.
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
  // Until its id is known, a clone can only be told of.
  step.onCancel(async () => {
    const name = cloneName(source.name)
    return `A clone of dataset "${source.name}" may have been started: if a dataset named "${name}" is not wanted, delete it in Visual Layer.`
  })
  const made = await makeClone(step, source, target, request.onConflict)
  const { datasetId } = made.found
  reporter.addToResult('clone_dataset_id', datasetId)
  reporter.fact('Ephemeral clone', datasetId, { code: true })
  reporter.state('clone_dataset_id', datasetId)
  reporter.state('owed', 'delete-clone')
  step.onCancel(async (api, waiting) => {
    await removeDataset(api, waiting, datasetId)
    return deleted(datasetId)
  })
  try {
    const clone = await waitForClone(step, made, 'The clone is deleted; run the step again.')
    reporter.output('dataset_status', source.statusWord)
    return await body(clone, target)
  } finally {
    // After a cancellation the undo does it, which has only seconds; after anything else that ended the step, this does.
    const reason: unknown = step.signal.reason
    if (!(reason instanceof ActionError && reason.code === 'cancelled')) await clean(step, datasetId)
  }
}

function deleted(datasetId: string): string {
  return `The ephemeral clone, dataset ${datasetId}, was deleted.`
}

async function clean(step: Step, datasetId: string): Promise<void> {
  try {
    await step.lastly(CLEANING_MS, (api, waiting) => removeDataset(api, waiting, datasetId))
    step.reporter.note(deleted(datasetId))
  } catch (error) {
    step.reporter.warning(`The ephemeral clone, dataset ${datasetId}, could not be deleted: ${describe(error)}.`, {
      todo: 'Delete it in Visual Layer; it is a copy, and nothing else needs it.',
    })
  }
  step.reporter.state('owed', '')
  step.onCancel(undefined)
}
