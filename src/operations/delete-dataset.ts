import { ActionError } from '../errors.ts'
import * as fields from '../inputs/fields.ts'
import { duration } from '../numbers.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { patienceMs } from '../waiting/pace.ts'
import { throughConflicts } from './conflicts.ts'
import { namedDataset, readDataset } from './facts.ts'
import { datasetRemoval } from './remove-dataset.ts'
import { operation } from './operation.ts'
import { waitFor } from './waits.ts'

/** Deletes a dataset permanently; done when it is gone. Without its name as a confirmation nothing is changed. */
export const deleteDataset = operation({
  name: 'delete-dataset',
  inputs: {
    dataset_id: fields.datasetId(),
    /** Must be the name of that dataset, or nothing is deleted. */
    confirm_dataset_name: fields.displayName(),
  },
  outputs: [],
  async run(request, step): Promise<string> {
    const { api } = step
    const dataset = await readDataset(step, request.datasetId)
    // White space around an input is dropped before it gets here.
    if (dataset.name.trim() !== request.confirmDatasetName) throw notConfirmed(dataset, request.confirmDatasetName)

    const { change, isGone } = await datasetRemoval(api, step.waiting, dataset.id)
    await throughConflicts(step, dataset.id, 'wait', () => change.run())

    const acceptedAt = step.clock.now()
    const patience = patienceMs(step.deadline.remainingMs())
    await waitFor<void>(
      step,
      {
        awaited: `${namedDataset(dataset)} to be gone`,
        carryOn: 'Visual Layer accepted the deletion. Check the dataset there, or re-run the job.',
      },
      async () => {
        if (await isGone()) return { state: 'done', value: undefined }
        if (step.clock.now() - acceptedAt >= patience) return { state: 'failed', error: notGone(dataset, patience) }
        return { state: 'pending', line: 'Visual Layer still shows the dataset' }
      },
    )
    step.reporter.output('dataset_status', '')
    return `Deleted dataset "${dataset.name}".`
  },
})

function notConfirmed(dataset: Dataset, given: string): ActionError {
  return new ActionError(
    'invalid_input',
    `Nothing was deleted: confirm_dataset_name is "${given}", but dataset ${dataset.id} is named "${dataset.name}".`,
    {
      todo: `Check that dataset_id is the dataset that you want to delete. If it is, set confirm_dataset_name: ${JSON.stringify(dataset.name)}. Deletion cannot be undone.`,
    },
  )
}

function notGone(dataset: Dataset, afterMs: number): ActionError {
  return new ActionError(
    'operation_failed',
    `Visual Layer accepted the deletion of dataset "${dataset.name}" (${dataset.id}), but after ${duration(afterMs)} still shows it.`,
    {
      todo: 'Check the dataset in Visual Layer. A self-hosted server may have dataset deletion disabled. If the dataset still exists, re-run the job.',
    },
  )
}
