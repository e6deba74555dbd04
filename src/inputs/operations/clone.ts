import { datasetId } from '../fields.ts'
import { onConflict, operationInputs, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'
import { type SnapshotChoice, snapshotChoice, snapshotChoiceFaults, snapshotChoiceFields } from './snapshot-choice.ts'

export interface CloneRequest extends SharedRequest, Waiting {
  operation: 'clone'
  /** The dataset that the snapshot belongs to. */
  datasetId: string
  snapshot: SnapshotChoice
  onConflict: 'wait' | 'fail'
}

const fields = { dataset_id: datasetId(), ...snapshotChoiceFields, on_conflict: onConflict, ...waitingFields }

export const clone = operationInputs({
  operation: 'clone',
  fields: () => fields,
  rules: (given) => snapshotChoiceFaults('clone', given),
  request: (values, shared): CloneRequest => ({
    operation: 'clone',
    ...shared,
    ...waiting(values),
    datasetId: values.dataset_id,
    snapshot: snapshotChoice(values),
    onConflict: values.on_conflict,
  }),
})
