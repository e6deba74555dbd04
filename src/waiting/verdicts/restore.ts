import { ActionError } from '../../errors.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Snapshot } from '../../visual-layer/snapshots.ts'
import { hasEnded, type Task } from '../../visual-layer/tasks.ts'
import type { Look } from '../until.ts'
import { datasetError, datasetLine, taskError, taskLine } from './dataset.ts'

export interface RestoreSighting {
  /** The restores of the dataset that were not there before the request. More than one if someone else restores too. */
  tasks: readonly Task[]
  snapshots: readonly Snapshot[]
  /** Snapshots that were listed before the request. */
  earlierIds: ReadonlySet<string>
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

/** A restore that is over. */
export interface Restored {
  /** The snapshot that is current now, because someone else took or restored it since. */
  since: Snapshot | undefined
}

/** Of the restores since a request, the one that runs, or the last that began; one without a start still waits for its turn. */
export function lastRestore(tasks: readonly Task[]): Task | undefined {
  const began = (task: Task) => (hasEnded(task) ? (task.startedAt ?? 0) : Infinity)
  return tasks.reduce<Task | undefined>((best, next) => (best && began(best) >= began(next) ? best : next), undefined)
}

/**
 * A restore is over when its own task COMPLETED, its snapshot is the current one, none is restoring, and the dataset is READY.
 * It is over too if its snapshot is no longer current only because of what someone else did since: a snapshot that was not there
 * before, or a later restore, is the current one.
 * A task that never shows is done without, once the list had time: then the snapshot must have become current, or have been seen
 * restoring. docs.visual-layer.com/api-reference/snapshots; the order of these signs is not documented.
 */
export function restoreVerdict(seen: RestoreSighting): Look<Restored> {
  const { tasks, dataset, snapshots, targetId } = seen
  const task = lastRestore(tasks)
  const target = snapshots.find((snapshot) => snapshot.id === targetId)
  const succeeded = tasks.filter(({ state }) => state === 'COMPLETED').length
  // Only one restore runs at a time, so one that failed after another had COMPLETED may be someone else's.
  const isTheirs = succeeded > 0 && target?.isCurrent === true && !seen.wasCurrent
  if (task && !isTheirs && (task.state === 'FAILED' || task.state === 'ABORTED')) {
    return { state: 'failed', error: taskError(task, `that restores snapshot ${targetId}`) }
  }
  const completed = succeeded > 0 && tasks.every(hasEnded)
  if (dataset.status === 'ERROR' && (completed || (!task && !seen.wasError))) {
    return { state: 'failed', error: datasetError(dataset, `while snapshot ${targetId} was being restored`) }
  }
  const restoring = snapshots.some((snapshot) => snapshot.isRestoring)
  const settled = dataset.status === 'READY' && !restoring
  if (settled && target?.isCurrent) {
    const proven = completed || (!task && (!seen.wasCurrent || seen.seenAtWork) && seen.sinceMs >= seen.patienceMs)
    if (proven) return { state: 'done', value: { since: undefined } }
  }
  const current = snapshots.find((snapshot) => snapshot.isCurrent)
  if (settled && completed && current && !target?.isCurrent) {
    if (!seen.earlierIds.has(current.id) || succeeded > 1) return { state: 'done', value: { since: current } }
  }
  if (settled && completed && !target?.isCurrent && seen.sinceMs >= seen.patienceMs) {
    return {
      state: 'failed',
      error: new ActionError(
        'operation_failed',
        `The restore task COMPLETED, but snapshot ${targetId} is not the current state of dataset ${dataset.id}${current ? `: that is "${current.name}" (${current.id})` : ''}.`,
        {
          todo: 'Someone else may have changed the dataset. Check its Snapshot Catalog in Visual Layer before you continue.',
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
