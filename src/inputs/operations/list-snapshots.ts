import { datasetId, pollInterval } from '../fields.ts'
import { operationInputs } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface ListSnapshotsRequest extends SharedRequest {
  operation: 'list-snapshots'
  datasetId: string
  pollIntervalMs: number | 'auto'
}

const fields = { dataset_id: datasetId(), poll_interval: pollInterval() }

export const listSnapshots = operationInputs({
  operation: 'list-snapshots',
  fields: () => fields,
  request: (values, shared): ListSnapshotsRequest => ({
    operation: 'list-snapshots',
    ...shared,
    datasetId: values.dataset_id,
    pollIntervalMs: values.poll_interval,
  }),
})
