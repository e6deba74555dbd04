import { datasetId, description, displayName, flag } from '../fields.ts'
import { ifExists, onConflict, operationInputs, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface SnapshotRequest extends SharedRequest, Waiting {
  operation: 'snapshot'
  datasetId: string
  /** The name to give; without it the service gives one. */
  snapshotName: string | undefined
  description: string | undefined
  ifExists: 'create' | 'reuse' | 'fail'
  /** The post step restores the snapshot when the job fails or is cancelled later. */
  rollbackOnFailure: boolean
  onConflict: 'wait' | 'fail'
}

const fields = {
  dataset_id: datasetId(),
  snapshot_name: displayName().optional(),
  description: description().optional(),
  if_exists: ifExists,
  rollback_on_failure: flag(),
  on_conflict: onConflict,
  ...waitingFields,
}

export const snapshot = operationInputs({
  operation: 'snapshot',
  fields: () => fields,
  idle: (given) =>
    given.snapshot_name === undefined
      ? [{ inputs: ['if_exists'], because: 'without snapshot_name there is no name to look for' }]
      : [],
  request: (values, shared): SnapshotRequest => ({
    operation: 'snapshot',
    ...shared,
    ...waiting(values),
    datasetId: values.dataset_id,
    snapshotName: values.snapshot_name,
    description: values.description,
    ifExists: values.if_exists,
    rollbackOnFailure: values.rollback_on_failure,
    onConflict: values.on_conflict,
  }),
})
