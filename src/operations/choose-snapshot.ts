import { ActionError } from '../errors.ts'
import type { SnapshotChoice } from '../inputs/snapshot-choice.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { settlingMs } from '../waiting/pace.ts'
import { type Look, until } from '../waiting/until.ts'
import type { Step } from './step.ts'

/** The newest snapshot of exactly this name. Names are not unique; the list is newest first, and stamps decide where there are any. */
export function newestNamed(snapshots: readonly Snapshot[], name: string): Snapshot | undefined {
  return snapshots
    .filter((snapshot) => snapshot.name === name)
    .reduce<Snapshot | undefined>(
      (best, next) => (best && (best.createdAt ?? 0) >= (next.createdAt ?? 0) ? best : next),
      undefined,
    )
}

function pick(snapshots: readonly Snapshot[], choice: SnapshotChoice): Snapshot | undefined {
  if (choice.by === 'name') return newestNamed(snapshots, choice.snapshotName)
  if (choice.snapshotId === 'current') return snapshots.find((snapshot) => snapshot.isCurrent)
  return snapshots.find((snapshot) => snapshot.id.toLowerCase() === choice.snapshotId)
}

/**
 * Finds the snapshot that an input chooses, by id, by name, or `current`. A list that does not show it is read again for a
 * moment, since lists lag; then it is `not_found`, never another one.
 */
export async function chooseSnapshot(step: Step, dataset: Dataset, choice: SnapshotChoice): Promise<Snapshot> {
  let known = await step.api.snapshots.list(dataset.id)
  const first = pick(known, choice)
  if (first) return first
  const look = async (): Promise<Look<Snapshot>> => {
    known = await step.api.snapshots.list(dataset.id, 0)
    const snapshot = pick(known, choice)
    return snapshot
      ? { state: 'done', value: snapshot }
      : { state: 'pending', line: 'the snapshot is not listed; reading the list again' }
  }
  const ended = await until(look, step.waiting, settlingMs(step.deadline.remainingMs()))
  if (ended.end === 'failed') throw ended.error
  if (ended.end === 'done') return ended.value
  if (ended.lastFault) throw ended.lastFault
  const wanted =
    choice.by === 'name'
      ? `named "${choice.snapshotName}"`
      : choice.snapshotId === 'current'
        ? 'marked as current'
        : choice.snapshotId
  const names = known.slice(0, 10).map((snapshot) => `"${snapshot.name}" (${snapshot.id})`)
  const others =
    known.length === 0
      ? 'The dataset has no snapshots.'
      : `It has: ${names.join(', ')}${known.length > 10 ? `, and ${known.length - 10} more` : ''}.`
  throw new ActionError('not_found', `Dataset "${dataset.name}" (${dataset.id}) has no snapshot ${wanted}.`, {
    todo: `${others} Deleted snapshots are not listed. Fix snapshot_id or snapshot_name.`,
  })
}
