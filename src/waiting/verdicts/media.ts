import type { Dataset } from '../../visual-layer/datasets.ts'
import { hasEnded, type Task } from '../../visual-layer/tasks.ts'
import type { Look } from '../until.ts'
import { datasetError, datasetLine, taskError, taskLine } from './dataset.ts'

export interface MediaSighting {
  dataset: Dataset
  /** The addition, none of which was there before the request. */
  task: Task | undefined
  /** A reindex that came since and has not ended. */
  reindexing: Task | undefined
  /** Whether Visual Layer was asked to reindex by itself. */
  autoReindex: boolean
  /** The dataset was seen busy, or with more items or another status than before the request. */
  seenChange: boolean
  /** Since the request was accepted, in ms. */
  sinceMs: number
  /** How long the task list may lag, in ms. */
  patienceMs: number
  /** Since PARTIAL INDEX was first seen after the end of the task, in ms. */
  partialMs: number
  /** How long PARTIAL INDEX may be only a moment on the way to an automatic reindex, in ms. */
  settlingMs: number
}

/**
 * An addition is over when its own task COMPLETED and the dataset is READY, or PARTIAL INDEX; with an automatic reindex PARTIAL
 * INDEX counts only once it has stood for a while, and is then no success yet. A task that never shows is done without, once the
 * list had time and the dataset was seen to change. docs.visual-layer.com, "Add media to an existing dataset".
 */
export function mediaVerdict(seen: MediaSighting): Look<Dataset> {
  const { dataset, task, reindexing } = seen
  if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
    return { state: 'failed', error: taskError(task, `that adds media to dataset ${dataset.id}`) }
  }
  const over = isOver(seen)
  if (dataset.status === 'ERROR' && (over || !task)) {
    return { state: 'failed', error: datasetError(dataset, 'while media were being added') }
  }
  if (over && !reindexing) {
    if (dataset.status === 'READY') return { state: 'done', value: dataset }
    const stands = !seen.autoReindex || seen.partialMs >= seen.settlingMs
    if (dataset.status === 'PARTIAL_INDEX' && stands) return { state: 'done', value: dataset }
  }
  return pending(dataset, reindexing ?? task)
}

function isOver({ task, seenChange, sinceMs, patienceMs }: MediaSighting): boolean {
  return task ? task.state === 'COMPLETED' : seenChange && sinceMs >= patienceMs
}

/** A reindex. Its READY cannot be old, since the dataset was PARTIAL INDEX. `task` is one that came since the request. */
export function reindexVerdict(dataset: Dataset, task: Task | undefined): Look<Dataset> {
  if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
    return { state: 'failed', error: taskError(task, `that reindexes dataset ${dataset.id}`) }
  }
  if (dataset.status === 'ERROR') {
    return { state: 'failed', error: datasetError(dataset, 'while it was being reindexed') }
  }
  if (dataset.status === 'READY' && (!task || hasEnded(task))) return { state: 'done', value: dataset }
  return pending(dataset, task)
}

function pending(dataset: Dataset, task: Task | undefined): Look<never> {
  const words = task ? taskLine(task) : 'task not listed yet'
  return {
    state: 'pending',
    line: `${datasetLine(dataset)}, ${words}`,
    phase: `${dataset.status} ${task?.type} ${task?.statusWord}`,
  }
}
