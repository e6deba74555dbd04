import { datasetId, displayName, pollInterval } from '../fields.ts'
import { operationInputs } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface DeleteDatasetRequest extends SharedRequest {
  operation: 'delete-dataset'
  datasetId: string
  /** Must be the name of that dataset, or nothing is deleted. */
  confirmDatasetName: string
  pollIntervalMs: number | 'auto'
}

const fields = { dataset_id: datasetId(), confirm_dataset_name: displayName(), poll_interval: pollInterval() }

export const deleteDataset = operationInputs({
  operation: 'delete-dataset',
  fields: () => fields,
  request: (values, shared): DeleteDatasetRequest => ({
    operation: 'delete-dataset',
    ...shared,
    datasetId: values.dataset_id,
    confirmDatasetName: values.confirm_dataset_name,
    pollIntervalMs: values.poll_interval,
  }),
})
