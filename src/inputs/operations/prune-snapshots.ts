import type { Fault } from '../faults.ts'
import { datasetId, displayName, flag, pollInterval, wholeNumber } from '../fields.ts'
import type { Given } from '../input-table.ts'
import { operationInputs } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface PruneSnapshotsRequest extends SharedRequest {
  operation: 'prune-snapshots'
  datasetId: string
  /** How many of the newest to keep, and for how many days; at least one of them keeps something. */
  keepLast: number | undefined
  keepDays: number | undefined
  /** Only snapshots whose name begins so are deleted; '' is every name. */
  namePrefix: string
  /** Tell what would be deleted, and delete nothing. */
  dryRun: boolean
  pollIntervalMs: number | 'auto'
}

const fields = {
  dataset_id: datasetId(),
  keep_last: wholeNumber(0, 1000).optional(),
  keep_days: wholeNumber(0, 36_500).optional(),
  name_prefix: displayName().optional(),
  dry_run: flag(),
  poll_interval: pollInterval(),
}

/** A rule that keeps nothing is no retention: more likely, an expression in the workflow came out empty or as 0. */
function rules({ keep_last: last, keep_days: days }: Given): Fault[] {
  if (last === undefined && days === undefined) {
    const rule =
      'operation "prune-snapshots" requires keep_last (how many of the newest to keep), keep_days (for how many days), or both'
    return [{ input: 'keep_last', got: undefined, rule }]
  }
  const keepsNothing = [last, days].every((text) => text === undefined || /^0+$/.test(text))
  if (!keepsNothing) return []
  const rule = 'it must be at least 1 if nothing else keeps any, because this rule would delete every snapshot'
  return [last === undefined ? { input: 'keep_days', got: days, rule } : { input: 'keep_last', got: last, rule }]
}

export const pruneSnapshots = operationInputs({
  operation: 'prune-snapshots',
  fields: () => fields,
  rules,
  request: (values, shared): PruneSnapshotsRequest => ({
    operation: 'prune-snapshots',
    ...shared,
    datasetId: values.dataset_id,
    keepLast: values.keep_last,
    keepDays: values.keep_days,
    namePrefix: values.name_prefix ?? '',
    dryRun: values.dry_run,
    pollIntervalMs: values.poll_interval,
  }),
})
