import { randomUUID } from 'node:crypto'
import { Rejection } from './http/reply.ts'
import type { Dataset, DatasetStatus, OperationKind, Outcome, Snapshot, Task, TaskStatus, TaskType } from './model.ts'
import type { World } from './world.ts'

export function isTerminal(status: TaskStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'ABORTED'
}

/** What a retry of a task runs again, and which run of a task is the present one. */
const runs = new WeakMap<Task, { restart: () => void; current: symbol }>()

export function openTask(
  world: World,
  options: { type: TaskType; subject: Dataset; shownUnder?: Dataset; snapshot?: Snapshot; createdBy: string },
): Task {
  const task: Task = {
    id: randomUUID(),
    type: options.type,
    subject: options.subject,
    shownUnder: options.shownUnder ?? options.subject,
    snapshot: options.snapshot,
    status: 'INITIALIZING',
    statusMessage: 'Initializing',
    progress: 0,
    error: undefined,
    startTime: new Date(),
    endTime: undefined,
    createdBy: options.createdBy,
    committing: false,
  }
  world.tasks.push(task)
  world.timeline.begin(task)
  return task
}

/**
 * 409 where the dataset is busy or in the wrong state, in the words of docs.visual-layer.com/api-reference.
 * @throws Rejection 409
 */
export function requireIdle(world: World, dataset: Dataset, operation: string, allowed: DatasetStatus[]): void {
  // A dataset stays READY while a model is trained on it (docs: task manager).
  const running = world.tasks.find(
    (task) => task.subject === dataset && !isTerminal(task.status) && task.type !== 'MODEL_TRAINING',
  )
  if (running) throw new Rejection(409, `Operation ${operation} is blocked while a ${running.type} task is running`)
  if (allowed.includes(dataset.status)) return
  const words = allowed.join(' or ')
  throw new Rejection(409, `Operation ${operation} requires dataset status ${words}; the dataset is ${dataset.status}`)
}

/** Restore, clone and remove are disabled on a snapshot while it is being cloned. @throws Rejection 409 */
export function requireNoClone(world: World, snapshot: Snapshot, operation: string): void {
  const cloning = world.tasks.some(
    (task) => task.type === 'SNAPSHOT_CLONE' && task.snapshot === snapshot && !isTerminal(task.status),
  )
  if (cloning) throw new Rejection(409, `Operation ${operation} is blocked while a SNAPSHOT_CLONE task is running`)
}

/** Runs a task of `ms` milliseconds through its states; `finish` changes the dataset at the same moment as the task ends. */
export function runWork(
  world: World,
  task: Task,
  work: {
    kind: OperationKind
    ms: () => number
    /** Decided from the start, such as by a bucket that is not there; else what the test has queued. */
    outcome?: Outcome | undefined
    begin?: () => void
    finish: (status: TaskStatus, outcome: Outcome) => void
  },
): void {
  const { timeline } = world
  const current = Symbol('run')
  runs.set(task, { restart: () => runWork(world, task, work), current })
  timeline.change(task, {
    status: 'INITIALIZING',
    progress: 0,
    error: undefined,
    endTime: undefined,
    committing: false,
  })
  work.begin?.()
  const ms = work.ms()
  const at = (share: number, body: () => void) => {
    timeline.after(ms * share, () => {
      if (!isTerminal(task.status) && runs.get(task)?.current === current) body()
    })
  }
  for (const share of [0.1, 0.4, 0.7, 0.9]) {
    at(share, () => {
      timeline.change(task, {
        status: 'RUNNING',
        statusMessage: 'Running',
        progress: share * 100,
        committing: share >= 0.9,
      })
      if (task.subject.status === 'INDEXING') timeline.change(task.subject, { progress: share * 100 })
    })
  }
  at(1, () => {
    const outcome = work.outcome ?? world.takeOutcome(work.kind)
    const status = outcome.task ?? 'COMPLETED'
    const error = status === 'COMPLETED' ? undefined : (outcome.message ?? `The ${task.type} task failed`)
    timeline.change(task, { status, progress: 100, error, statusMessage: error ?? 'Done', endTime: new Date() })
    work.finish(status, outcome)
  })
}

/** Aborts a creation. @throws Rejection 400 for another type of task, 409 when it is over or being committed */
export function abortTask(world: World, task: Task): void {
  if (task.type !== 'DATASET_CREATION') throw new Rejection(400, `A ${task.type} task cannot be aborted`)
  if (isTerminal(task.status)) throw new Rejection(409, `The task is already ${task.status}`)
  if (task.committing) throw new Rejection(409, 'The task is in its commit phase and can no longer be aborted')
  world.timeline.change(task, { status: 'ABORTED', statusMessage: 'Aborted by user', endTime: new Date() })
  world.timeline.change(task.subject, { status: 'ERROR', fatalError: 'Dataset creation was aborted' })
}

/** Runs an ended creation again, with what was uploaded. @throws Rejection 400 where the task is not retryable */
export function retryTask(task: Task): void {
  const run = runs.get(task)
  if (!run || task.type !== 'DATASET_CREATION' || !['FAILED', 'ABORTED'].includes(task.status)) {
    throw new Rejection(400, 'The task is not retryable')
  }
  run.restart()
}
