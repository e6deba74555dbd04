import * as fields from '../inputs/fields.ts'
import { snapshotChoiceFaults, snapshotChoiceFields, withSnapshot } from '../inputs/snapshot-choice.ts'
import { chooseSnapshot } from './choose-snapshot.ts'
import { waitForMade } from './copies.ts'
import { aboutDataset, aboutSnapshot } from './facts.ts'
import { makeClone } from './make-clone.ts'
import { operation } from './operation.ts'
import { readNew } from './waits.ts'

/** Makes a new dataset from a snapshot; done when the clone's own task COMPLETED and the new dataset is READY. */
export const clone = operation({
  name: 'clone',
  inputs: {
    /** The dataset that the snapshot belongs to. */
    dataset_id: fields.datasetId(),
    ...snapshotChoiceFields,
    on_conflict: fields.onConflict(),
    wait: fields.flag(),
  },
  outputs: ['source_dataset_id', 'snapshot_id', 'snapshot_name', 'task_id'],
  rules: (given) => snapshotChoiceFaults('clone', given),
  request: (values) => withSnapshot(values),
  async run(request, step): Promise<string> {
    const { reporter } = step
    reporter.output('source_dataset_id', request.datasetId)
    const source = await step.api.datasets.get(request.datasetId)
    reporter.fact('Source dataset', source.name || source.id, { link: step.datasetPage(source.id) })
    reporter.fact('Source dataset ID', source.id, { code: true })
    reporter.info(`The source is dataset "${source.name}" (${source.id}), ${source.statusWord}.`)
    const target = await chooseSnapshot(step, source, request.snapshot)
    aboutSnapshot(step, target, 'Cloned snapshot')

    const made = await makeClone(step, source, target, { onConflict: request.onConflict, ephemeral: false })
    step.undo.settle()
    const { datasetId, task, dataset: listed } = made
    reporter.output('dataset_id', datasetId)
    // With its name a later step can delete the clone of a step that failed.
    if (listed) reporter.output('dataset_name', listed.name)
    if (task) reporter.output('task_id', task.id)
    const carryOn = `The clone is still running in Visual Layer. Do not clone again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`
    const dataset = await (request.wait ? waitForMade(step, made) : readNew(step, datasetId, carryOn))
    if (!dataset) {
      reporter.warning(`Dataset ${datasetId} was created, but someone has deleted it since.`)
      return `Cloned snapshot "${target.name}" of dataset "${source.name}" into dataset ${datasetId}, which someone has deleted since.`
    }
    aboutDataset(step, dataset)
    return request.wait
      ? `Cloned snapshot "${target.name}" of dataset "${source.name}" into dataset "${dataset.name}".`
      : `Visual Layer accepted the clone of snapshot "${target.name}" of dataset "${source.name}" as dataset "${dataset.name}". The step did not wait for it to finish (wait: false).`
  },
})
