import { ActionError } from '../../errors.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Task } from '../../visual-layer/tasks.ts'
import type { Look } from '../until.ts'

/** The status of a dataset, for a person: `INDEXING (40%)`. */
export function datasetLine(dataset: Dataset): string {
  const known = dataset.status === 'READY' || dataset.progress === undefined ? '' : ` (${dataset.progress}%)`
  return `dataset ${dataset.statusWord}${known}`
}

/** The status of a task, for a person; it distinguishes a queued task from a running one. */
export function taskLine(task: Task): string {
  const progress = task.progress === undefined || task.state !== 'RUNNING' ? '' : ` (${task.progress}%)`
  return task.state === 'QUEUED'
    ? `task ${task.statusWord}: queued behind other work`
    : `task ${task.statusWord}${progress}`
}

/** The state of a dataset and its task. */
export function pending(dataset: Dataset, task: Task | undefined): Look<never> {
  return {
    state: 'pending',
    line: [datasetLine(dataset), ...(task ? [taskLine(task)] : [])].join(', '),
    phase: `${dataset.status} ${task?.statusWord ?? ''}`,
  }
}

/** The failure of a dataset in status ERROR, with the reason that Visual Layer gives. */
export function datasetError(dataset: Dataset, doing: string): ActionError {
  return new ActionError('operation_failed', `Dataset ${dataset.id} ended in status ${dataset.statusWord} ${doing}.`, {
    apiWords: dataset.fatalError,
    todo: dataset.fatalError
      ? 'Fix the problem Visual Layer reports, then re-run the job.'
      : 'Visual Layer gave no reason. Open the dataset there, or send its support the dataset ID.',
  })
}

/** The failure of a task that ended FAILED or ABORTED. */
export function taskError(task: Task, doing: string): ActionError {
  const aborted = task.state === 'ABORTED'
  return new ActionError('operation_failed', `The task ${doing} ended as ${task.statusWord} (task ${task.id}).`, {
    apiWords: task.words,
    todo: aborted
      ? 'Someone aborted it in Visual Layer. If that was unintended, re-run the job.'
      : 'Check the task in the Task Manager of Visual Layer, then re-run the job.',
  })
}

/**
 * A dataset that is being made. Its READY cannot be old, since the dataset is new. `task` is its creation task, where the list
 * shows it.
 */
export function creationVerdict(dataset: Dataset, task: Task | undefined): Look<Dataset> {
  if (dataset.status === 'READY') return { state: 'done', value: dataset }
  if (dataset.status === 'ERROR') return { state: 'failed', error: datasetError(dataset, 'while it was being created') }
  if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
    return { state: 'failed', error: taskError(task, 'that creates the dataset') }
  }
  return pending(dataset, task)
}

/**
 * Any dataset that is waited for until it is READY. A READY next to a task that has not ended may be the old one: it counts once
 * it has stood for `patienceMs`, since a task may also have been left hanging long ago.
 */
export function readyVerdict(
  dataset: Dataset,
  unended: Task | undefined,
  readyForMs: number,
  patienceMs: number,
): Look<Dataset> {
  if (dataset.status === 'ERROR') return { state: 'failed', error: datasetError(dataset, 'instead of READY') }
  if (dataset.status === 'READY' && (!unended || readyForMs >= patienceMs)) return { state: 'done', value: dataset }
  return pending(dataset, unended)
}
