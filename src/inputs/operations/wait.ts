import { datasetId, pollInterval } from '../fields.ts'
import { operationInputs } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface WaitRequest extends SharedRequest {
  operation: 'wait'
  datasetId: string
  pollIntervalMs: number | 'auto'
}

const fields = { dataset_id: datasetId(), poll_interval: pollInterval() }

export const wait = operationInputs({
  operation: 'wait',
  fields: () => fields,
  request: (values, shared): WaitRequest => ({
    operation: 'wait',
    ...shared,
    datasetId: values.dataset_id,
    pollIntervalMs: values.poll_interval,
  }),
})
