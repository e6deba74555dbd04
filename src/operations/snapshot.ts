import { ActionError } from '../errors.ts'
import * as fields from '../inputs/fields.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { rememberRestored } from '../runner/restored.ts'
import { duration } from '../numbers.ts'
import { newestNamed } from './choose-snapshot.ts'
import { aboutSnapshot, readDataset } from './facts.ts'
import { operation } from './operation.ts'
import type { Step } from './step.ts'
import { takeSnapshot } from './take-snapshot.ts'

/** Saves the dataset's state under a name; done when the snapshot is listed and the dataset READY. */
export const snapshot = operation({
  name: 'snapshot',
  inputs: {
    dataset_id: fields.datasetId(),
    /** The name to give; without it the service gives one. */
    snapshot_name: fields.displayName().optional(),
    description: fields.description().optional(),
    if_exists: fields.ifExists(),
    /** The post step restores the snapshot when the job fails or is cancelled later. */
    rollback_on_failure: fields.flag(),
    on_conflict: fields.onConflict(),
    wait: fields.flag(),
  },
  outputs: ['snapshot_id', 'snapshot_name'],
  idle: (given) =>
    given.snapshot_name === undefined
      ? [{ inputs: ['if_exists'], because: 'without snapshot_name there is no name to look for' }]
      : [],
  async run(request, step): Promise<string> {
    const { reporter } = step
    const dataset = await readDataset(step, request.datasetId)
    const name = request.snapshotName
    let isReused = false
    const existing = async () => {
      if (name === undefined || request.ifExists === 'create') return undefined
      const found = newestNamed(await step.api.snapshots.list(dataset.id), name)
      if (found && request.ifExists === 'fail') {
        throw new ActionError(
          'conflict',
          `Dataset "${dataset.name}" (${dataset.id}) already has a snapshot named "${name}" (${found.id}).`,
          {
            todo: 'Choose another snapshot_name, set if_exists: reuse to use that snapshot, or set if_exists: create to save another one with the same name.',
          },
        )
      }
      isReused = found !== undefined
      return found
    }
    const made = await takeSnapshot(
      step,
      dataset,
      {
        name,
        description: request.description,
        onConflict: request.onConflict,
        safety: false,
        existing,
        onId: (one) => {
          reporter.output('snapshot_id', one.id)
          reporter.output('snapshot_name', one.name)
          reporter.info(`Snapshot "${one.name}" has the ID ${one.id}.`)
        },
      },
      request.wait,
    )
    aboutSnapshot(step, made, 'Snapshot')
    if (isReused && request.rollbackOnFailure) {
      const age =
        made.createdAt === undefined
          ? 'of unknown age'
          : `${duration(Math.max(0, step.clock.date() - made.createdAt))} old`
      reporter.warning(`Snapshot "${made.name}" is ${age}. A rollback to it also undoes what was changed since then.`)
    }
    if (request.rollbackOnFailure) planRollback(step, dataset.id, made)
    if (isReused) return `Reusing the existing snapshot "${made.name}" of dataset "${dataset.name}"; none was created.`
    return request.wait
      ? `Created snapshot "${made.name}" of dataset "${dataset.name}".`
      : `Visual Layer accepted snapshot "${made.name}" of dataset "${dataset.name}". The step did not wait for it to finish (wait: false).`
  },
})

/** From here on the post step restores the snapshot. It runs only if the job fails or is canceled. */
function planRollback(step: Step, datasetId: string, { id, name }: Snapshot): void {
  // What was restored before this step is no reason to skip the rollback.
  rememberRestored(step.context, datasetId, undefined, step.reporter)
  step.undo.plan({ kind: 'rollback', datasetId, snapshot: { id, name } })
  step.reporter.note(
    `If the job fails or is canceled after this step, the dataset will be restored to snapshot "${name}".`,
  )
}
