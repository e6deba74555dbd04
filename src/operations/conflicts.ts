import { ActionError } from '../errors.ts'
import { duration } from '../numbers.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { hasEnded, isBlocking, type Task } from '../visual-layer/tasks.ts'
import { patienceMs } from '../waiting/pace.ts'
import { asPhase, type Phase } from '../waiting/until.ts'
import { cloneName } from '../waiting/verdicts/clone.ts'
import { datasetLine, taskLine } from '../waiting/verdicts/dataset.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitFor } from './waits.ts'

/** What is in the way on a dataset: work that will end, a status that will not change by itself, or nothing visible. */
type Blocker = { kind: 'work'; line: string } | { kind: 'stuck'; line: string } | { kind: 'none' }

function statusBlocks(dataset: Dataset): Blocker {
  switch (dataset.status) {
    case 'READY':
      return { kind: 'none' }
    case 'ERROR':
    case 'PARTIAL_INDEX':
    case 'DRAFT':
      return { kind: 'stuck', line: datasetLine(dataset) }
    case 'INDEXING':
    case 'READ_ONLY':
    case 'BUSY':
    case 'UNKNOWN':
      return { kind: 'work', line: datasetLine(dataset) }
  }
}

function taskName(task: Task): string {
  return `${task.type || 'a task'} (${taskLine(task)}, id ${task.id})`
}

/** Looks at what a dataset is doing. A clone runs on the dataset it makes, so clones of this one are looked for by name. */
async function blocker(step: Step, datasetId: string, retries?: number): Promise<Blocker> {
  const dataset = await step.api.datasets.get(datasetId, retries)
  const own = await visibleTasks(step, { datasetId }, retries)
  const running = own.find(isBlocking)
  if (running) return { kind: 'work', line: taskName(running) }
  const byStatus = statusBlocks(dataset)
  if (byStatus.kind !== 'none') return byStatus
  const clones = await visibleTasks(step, { type: 'SNAPSHOT_CLONE' }, retries)
  const clone = clones.find((task) => !hasEnded(task) && task.datasetName === cloneName(dataset.name))
  return clone ? { kind: 'work', line: taskName(clone) } : byStatus
}

/** Waits until no work is visible on the dataset. */
async function waitForCalm(step: Step, datasetId: string, phase: Phase): Promise<void> {
  await waitFor<void>(step, phase, async () => {
    const now = await blocker(step, datasetId, 0)
    return now.kind === 'work'
      ? { state: 'pending', line: `waiting for ${now.line}`, phase: now.line.replace(/\(\d+%\)/, '') }
      : { state: 'done', value: undefined }
  })
}

/**
 * Makes a request that Visual Layer rejects with 409 while something else runs on the dataset. With `wait`, waits for what runs
 * and tries again, within the deadline; a conflict that waiting cannot resolve ends the step at once.
 */
export async function throughConflicts<T>(
  step: Step,
  datasetId: string,
  onConflict: 'wait' | 'fail',
  attempt: () => Promise<T>,
): Promise<T> {
  let calmSince: number | undefined
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof RequestFailure) || error.outcome.status !== 409) throw error
      const { ifUnclear } = error.outcome
      if (onConflict === 'fail') throw error.with({ todo: ifUnclear ?? 'Set on_conflict: wait to wait for it.' })
      const phase = calm(datasetId, ifUnclear)
      const now = await asPhase(step.waiting, phase, () => blocker(step, datasetId))
      if (now.kind === 'stuck') {
        throw error.with({
          todo:
            ifUnclear ??
            `The dataset will stay in this state (${now.line}) until someone changes it, so waiting will not help. Fix it in Visual Layer first (PARTIAL INDEX: reindex; ERROR: restore a snapshot).`,
        })
      }
      if (now.kind === 'work') {
        calmSince = undefined
        step.reporter.info(
          `Visual Layer reports the dataset as busy (${error.apiWords ?? error.message}). Waiting for ${now.line}.`,
        )
        await waitForCalm(step, datasetId, phase)
        continue
      }
      // Nothing runs, as far as can be seen: the lists may lag a little, and the rejection may have been the last of its kind.
      calmSince ??= step.clock.now()
      const calmFor = step.clock.now() - calmSince
      if (calmFor >= patienceMs(step.deadline.remainingMs())) {
        throw error.with({
          todo:
            ifUnclear ??
            `Nothing appears to have been running on the dataset for ${duration(calmFor)}, so waiting longer will not help.`,
        })
      }
      step.reporter.progress('Visual Layer reports the dataset as busy, but nothing appears to be running. Retrying.')
      const pause = typeof step.waiting.interval === 'number' ? step.waiting.interval : 5_000
      await asPhase(step.waiting, phase, () =>
        step.clock.sleep(Math.min(pause, step.deadline.remainingMs()), step.signal),
      )
    }
  }
}

/**
 * Reads the dataset once its status shows no work in progress (at once with `fail`), so that what follows starts from a known
 * state. Goes by the status alone: a task that was left hanging long ago does not block what Visual Layer would accept.
 */
export async function calmDataset(step: Step, datasetId: string, onConflict: 'wait' | 'fail'): Promise<Dataset> {
  const dataset = await step.api.datasets.get(datasetId)
  if (statusBlocks(dataset).kind !== 'work') return dataset
  if (onConflict === 'fail') {
    throw new ActionError('conflict', `Dataset ${datasetId} is busy: ${datasetLine(dataset)}.`, {
      todo: 'Set on_conflict: wait to wait for it.',
    })
  }
  return waitFor(step, calm(datasetId), async () => {
    const now = await step.api.datasets.get(datasetId, 0)
    const { kind } = statusBlocks(now)
    return kind === 'work'
      ? { state: 'pending', line: datasetLine(now), phase: now.statusWord }
      : { state: 'done', value: now }
  })
}

function calm(
  datasetId: string,
  carryOn = 'The operation was not started. Re-run the job when that work is finished.',
): Phase {
  return { awaited: `other work on dataset ${datasetId} to end`, carryOn }
}
