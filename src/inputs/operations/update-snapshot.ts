import type { Fault } from '../faults.ts'
import { datasetId, description, displayName, pollInterval, snapshotId } from '../fields.ts'
import type { Given } from '../input-table.ts'
import { operationInputs } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface UpdateSnapshotRequest extends SharedRequest {
  operation: 'update-snapshot'
  datasetId: string
  /** A UUID, or `current`. */
  snapshotId: string
  /** The name to give, and the text to keep with it; at least one is there. */
  snapshotName: string | undefined
  description: string | undefined
  pollIntervalMs: number | 'auto'
}

const fields = {
  dataset_id: datasetId(),
  snapshot_id: snapshotId(),
  snapshot_name: displayName().optional(),
  description: description().optional(),
  poll_interval: pollInterval(),
}

function rules({ snapshot_name: name, description: text }: Given): Fault[] {
  if (name !== undefined || text !== undefined) return []
  const rule = 'operation "update-snapshot" requires snapshot_name (the name to give), description, or both'
  return [{ input: 'snapshot_name', got: undefined, rule }]
}

export const updateSnapshot = operationInputs({
  operation: 'update-snapshot',
  fields: () => fields,
  rules,
  request: (values, shared): UpdateSnapshotRequest => ({
    operation: 'update-snapshot',
    ...shared,
    datasetId: values.dataset_id,
    snapshotId: values.snapshot_id,
    snapshotName: values.snapshot_name,
    description: values.description,
    pollIntervalMs: values.poll_interval,
  }),
})
