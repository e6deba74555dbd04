import { datasetId, displayName, parsed, pollInterval } from '../fields.ts'
import { operationInputs } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'
import { uuidIn } from '../uuids.ts'
import { type SnapshotChoice, snapshotChoice, snapshotChoiceFaults } from './snapshot-choice.ts'

export interface DeleteSnapshotRequest extends SharedRequest {
  operation: 'delete-snapshot'
  datasetId: string
  /** Never `current`: Visual Layer does not delete that one. */
  snapshot: SnapshotChoice
  pollIntervalMs: number | 'auto'
}

const UUID_RULE = 'it must be the UUID of a snapshot'
const CURRENT_RULE = `${UUID_RULE}, because Visual Layer does not delete the current snapshot. First take another snapshot (operation: snapshot) or restore one (operation: restore); then delete this one by its UUID`

const fields = {
  dataset_id: datasetId(),
  snapshot_id: parsed<string>(UUID_RULE, (text) => {
    if (text.toLowerCase() === 'current') return { broken: CURRENT_RULE }
    const value = uuidIn(text)
    return value === undefined ? { broken: UUID_RULE } : { value }
  }).optional(),
  snapshot_name: displayName().optional(),
  poll_interval: pollInterval(),
}

export const deleteSnapshot = operationInputs({
  operation: 'delete-snapshot',
  fields: () => fields,
  rules: (given) => snapshotChoiceFaults('delete-snapshot', given, 'a UUID'),
  request: (values, shared): DeleteSnapshotRequest => ({
    operation: 'delete-snapshot',
    ...shared,
    datasetId: values.dataset_id,
    snapshot: snapshotChoice(values),
    pollIntervalMs: values.poll_interval,
  }),
})
