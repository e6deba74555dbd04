import { datasetId, flag } from '../fields.ts'
import { onConflict, operationInputs, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'
import { type SnapshotChoice, snapshotChoice, snapshotChoiceFaults, snapshotChoiceFields } from './snapshot-choice.ts'

export interface RestoreRequest extends SharedRequest, Waiting {
  operation: 'restore'
  datasetId: string
  snapshot: SnapshotChoice
  safetySnapshot: boolean
  onConflict: 'wait' | 'fail'
}

const fields = {
  dataset_id: datasetId(),
  ...snapshotChoiceFields,
  safety_snapshot: flag(),
  on_conflict: onConflict,
  ...waitingFields,
}

export const restore = operationInputs({
  operation: 'restore',
  fields: () => fields,
  rules: (given) => snapshotChoiceFaults('restore', given),
  request: (values, shared): RestoreRequest => ({
    operation: 'restore',
    ...shared,
    ...waiting(values),
    datasetId: values.dataset_id,
    snapshot: snapshotChoice(values),
    safetySnapshot: values.safety_snapshot,
    onConflict: values.on_conflict,
  }),
})
