import { ActionError } from '../errors.ts'
import * as fields from '../inputs/fields.ts'
import { snapshotChoiceFaults, withSnapshot } from '../inputs/snapshot-choice.ts'
import { uuidIn } from '../inputs/uuids.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { whenTaken } from './catalog.ts'
import { chooseSnapshot } from './choose-snapshot.ts'
import { throughConflicts } from './conflicts.ts'
import { deletion, stillListed } from './deletion.ts'
import { aboutSnapshot, readDataset } from './facts.ts'
import { operation } from './operation.ts'
import type { Step } from './step.ts'

const UUID_RULE = 'it must be the UUID of a snapshot'
const CURRENT_RULE = `${UUID_RULE}, because Visual Layer does not delete the current snapshot. First take another snapshot (operation: snapshot) or restore one (operation: restore); then delete this one by its UUID`

/** Removes a snapshot from the catalog; done when the catalog no longer shows it. The current one is rejected, also by the service. */
export const deleteSnapshot = operation({
  name: 'delete-snapshot',
  inputs: {
    dataset_id: fields.datasetId(),
    snapshot_id: fields
      .parsed<string>(UUID_RULE, (text) => {
        if (text.toLowerCase() === 'current') return { broken: CURRENT_RULE }
        const value = uuidIn(text)
        return value === undefined ? { broken: UUID_RULE } : { value }
      })
      .optional(),
    snapshot_name: fields.displayName().optional(),
  },
  outputs: ['deleted_snapshot_ids', 'snapshot_id', 'snapshot_name'],
  rules: (given) => snapshotChoiceFaults('delete-snapshot', given, 'a UUID'),
  request: (values) => withSnapshot(values),
  async run(request, step): Promise<string> {
    const { reporter } = step
    reporter.output('deleted_snapshot_ids', '[]')
    const dataset = await readDataset(step, request.datasetId)
    const target = await chooseSnapshot(step, dataset, request.snapshot)
    aboutSnapshot(step, target, 'Snapshot')
    reporter.info(
      `The snapshot to delete is "${target.name}" (${target.id}), taken ${whenTaken(target) || 'at an unknown time'}.`,
    )
    if (target.isCurrent) throw currentIsKept(dataset, target)

    const change = deletion(step, dataset, target)
    await throughConflicts(step, dataset.id, 'wait', async () => {
      try {
        await change.run()
      } catch (error) {
        const rejected = error instanceof RequestFailure && error.outcome.status === 409
        if (rejected && (await isCurrentNow(step, dataset, target))) throw currentIsKept(dataset, target, error)
        throw error
      }
    })
    reporter.output('deleted_snapshot_ids', JSON.stringify([target.id]))
    const left = await stillListed(step, dataset, new Set([target.id]))
    if (left.length === 0) return `Deleted snapshot "${target.name}" of dataset "${dataset.name}".`
    reporter.output('deleted_snapshot_ids', '[]')
    throw new ActionError(
      'operation_failed',
      `Visual Layer accepted the deletion of snapshot "${target.name}" (${target.id}), but still lists it.`,
      { todo: 'Check the Snapshot Catalog of the dataset. If the snapshot is still there, re-run the job.' },
    )
  },
})

async function isCurrentNow(step: Step, dataset: Dataset, target: Snapshot): Promise<boolean> {
  return (await step.api.snapshots.list(dataset.id)).some((one) => one.id === target.id && one.isCurrent)
}

/** Waiting does not end this conflict. */
function currentIsKept(dataset: Dataset, target: Snapshot, rejection?: RequestFailure): ActionError {
  return new ActionError(
    'conflict',
    `Snapshot "${target.name}" (${target.id}) is the current snapshot of dataset "${dataset.name}", and Visual Layer does not delete the current snapshot. Nothing was deleted.`,
    {
      apiWords: rejection?.apiWords,
      todo: `First take another snapshot (operation: snapshot) or restore another one (operation: restore), so this one is no longer current. Then delete it by its ID:\n  snapshot_id: ${target.id}`,
      cause: rejection,
    },
  )
}
