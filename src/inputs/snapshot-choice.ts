import { type Fault, removal } from './faults.ts'
import * as fields from './fields.ts'
import type { Given } from './input-table.ts'
import type { Values } from './read-fields.ts'

/** Which snapshot of the dataset: the one of an ID (or the word `current`), or the newest of exactly that name. */
export type SnapshotChoice = { by: 'id'; snapshotId: string } | { by: 'name'; snapshotName: string }

export const snapshotChoiceFields = {
  snapshot_id: fields.snapshotId().optional(),
  snapshot_name: fields.displayName().optional(),
}

/** Exactly one of the two must be there: guessing a snapshot could put the wrong data in place. */
export function snapshotChoiceFaults(
  operation: string,
  { snapshot_id: id, snapshot_name: name }: Given,
  idForm = 'a UUID, or "current"',
): Fault[] {
  if (id === undefined && name === undefined) {
    const rule = `operation "${operation}" requires either snapshot_id (${idForm}) or snapshot_name`
    return [{ input: 'snapshot_id', got: undefined, rule }]
  }
  if (id === undefined || name === undefined) return []
  return [bothFault(name)]
}

/** The fault of a snapshot chosen in two ways. */
export function bothFault(name: string): Fault {
  const rule = 'it cannot be combined with snapshot_id; set only one'
  return { input: 'snapshot_name', got: name, rule, fix: removal('snapshot_name', name) }
}

/** The choice that values make once {@link snapshotChoiceFaults} has found nothing wrong. */
export function snapshotChoice({ snapshotId, snapshotName }: Values<typeof snapshotChoiceFields>): SnapshotChoice {
  if (snapshotId !== undefined) return { by: 'id', snapshotId }
  if (snapshotName !== undefined) return { by: 'name', snapshotName }
  throw new Error('neither snapshot_id nor snapshot_name: the rules between inputs let this pass')
}

/** The values with the choice that two of them make. */
export function withSnapshot<All extends Values<typeof snapshotChoiceFields>>(values: All) {
  const { snapshotId, snapshotName, ...others } = values
  return { ...others, snapshot: snapshotChoice({ snapshotId, snapshotName }) }
}
