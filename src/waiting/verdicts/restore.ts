import { ActionError } from '../../errors.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Snapshot } from '../../visual-layer/snapshots.ts'
import type { Task } from '../../visual-layer/tasks.ts'
import type { Look } from '../until.ts'
import { datasetError, datasetLine, taskError, taskLine } from './dataset.ts'

export interface RestoreSighting {
  /** Of the dataset, restores only, none of which was there before the request; newest last seen. */
  task: Task | undefined
  snapshots: readonly Snapshot[]
  dataset: Dataset
  targetId: string
  /** The target was the current snapshot before the request. */
  wasCurrent: boolean
  /** The dataset was in ERROR before the request. */
  wasError: boolean
  /** The target was seen restoring, or the dataset busy, since the request. */
  seenAtWork: boolean
  /** Since the request was accepted, in ms. */
  sinceMs: number
  /** How long the task list may lag, in ms. */
  patienceMs: number
}

/**
 * A restore is over when its own task COMPLETED, its snapshot is the current one, none is restoring, and the dataset is READY.
 * A task that never shows is done without, once the list had time: then the snapshot must have become current, or have been seen
 * restoring. docs.visual-layer.com/api-reference/snapshots; the order of these signs is not documented.
 */
export function restoreVerdict(seen: RestoreSighting): Look<Snapshot> {
  const { task, dataset, snapshots, targetId } = seen
  if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
    return { state: 'failed', error: taskError(task, `that restores snapshot ${targetId}`) }
  }
  const completed = task?.state === 'COMPLETED'
  if (dataset.status === 'ERROR' && (completed || (!task && !seen.wasError))) {
    return { state: 'failed', error: datasetError(dataset, `while snapshot ${targetId} was being restored`) }
  }
  const target = snapshots.find((snapshot) => snapshot.id === targetId)
  const restoring = snapshots.some((snapshot) => snapshot.isRestoring)
  const settled = dataset.status === 'READY' && !restoring
  if (settled && target?.isCurrent) {
    const proven = completed || (!task && (!seen.wasCurrent || seen.seenAtWork) && seen.sinceMs >= seen.patienceMs)
    if (proven) return { state: 'done', value: target }
  }
  if (settled && completed && !target?.isCurrent && seen.sinceMs >= seen.patienceMs) {
    const current = snapshots.find((snapshot) => snapshot.isCurrent)
    return {
      state: 'failed',
      error: new ActionError(
        'operation_failed',
        `The restore task COMPLETED, but snapshot ${targetId} is not the current state of dataset ${dataset.id}${current ? `: that is "${current.name}" (${current.id})` : ''}.`,
        {
          todo: 'Somebody may have changed the dataset meanwhile. Look at its Snapshot Catalog in Visual Layer before you go on.',
        },
      ),
    }
  }
  const signs = [
    datasetLine(dataset),
    task ? taskLine(task) : 'task not listed yet',
    restoring ? 'restoring' : target?.isCurrent ? 'snapshot is current' : 'snapshot not current yet',
  ]
  return { state: 'pending', line: signs.join(', '), phase: `${dataset.status} ${task?.statusWord} ${signs[2]}` }
}
