import { ActionError } from '../errors.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import type { Task } from '../visual-layer/tasks.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs, settlingMs } from '../waiting/pace.ts'
import {
  canComeFrom,
  type CloneBackground,
  type CloneCandidate,
  cloneCandidates,
  cloneName,
  failedClone,
} from '../waiting/verdicts/clone.ts'
import { cloneVerdict, taskError } from '../waiting/verdicts/dataset.ts'
import { throughConflicts } from './conflicts.ts'
import { namedDataset } from './facts.ts'
import type { Step } from './step.ts'
import { MOST_SAVED_IDS } from './undo-log.ts'
import { visibleTasks } from './visible-tasks.ts'
import { Disappeared, lenient, ownDataset, Seen, waitFor } from './waits.ts'

const TYPE = 'SNAPSHOT_CLONE'

/** A clone whose new dataset is known, and what was there before it. */
export interface MadeClone {
  found: CloneCandidate
  known: CloneBackground
}

export interface CloneWish {
  onConflict: 'wait' | 'fail'
  /** Deleted at the end of the step. */
  ephemeral: boolean
}

/**
 * Has a snapshot cloned, once, and finds the new dataset, whose ID the API does not return. Never takes someone else's: if several
 * datasets could be it, it fails and names them.
 */
export async function makeClone(step: Step, source: Dataset, target: Snapshot, wish: CloneWish): Promise<MadeClone> {
  const known = await startClone(step, source, target, wish)
  const found = await findClone(step, source, known)
  step.undo.confirm({ datasetId: found.datasetId })
  step.reporter.info(`The clone is dataset ${found.datasetId}.`)
  return { found, known }
}

/** Reads what is there before the request, and plans the undo of a clone that is not. */
async function backgroundOf(step: Step, source: Dataset, ephemeral: boolean): Promise<CloneBackground> {
  const tasks = await visibleTasks(step, { type: TYPE })
  const datasets = await step.api.datasets.list()
  const known: CloneBackground = {
    source: { id: source.id, name: source.name },
    taskIds: new Set(tasks.map((task) => task.id)),
    // A clone that someone else started a moment ago may be in only one of the lists.
    datasetIds: new Set([...datasets.map((dataset) => dataset.id), ...tasks.map((task) => task.datasetId)]),
  }
  const nothing = { source: known.source, taskIds: new Set<string>(), datasetIds: new Set<string>() }
  const alike = cloneCandidates(nothing, tasks, datasets)
  step.undo.plan({
    kind: 'clone',
    source: known.source,
    earlier: known.datasetIds.size <= MOST_SAVED_IDS ? [...known.datasetIds] : alike.map(({ datasetId }) => datasetId),
    earlierTasks: alike.flatMap(({ task }) => task?.id ?? []),
    ephemeral,
    accepted: false,
  })
  return known
}

async function candidates(step: Step, known: CloneBackground): Promise<{ seen: CloneCandidate[]; tasks: Task[] }> {
  const tasks = await visibleTasks(step, { type: TYPE }, 0)
  return { seen: cloneCandidates(known, tasks, await step.api.datasets.list(0)), tasks }
}

async function startClone(
  step: Step,
  source: Dataset,
  target: Snapshot,
  { onConflict, ephemeral }: CloneWish,
): Promise<CloneBackground> {
  let known: CloneBackground | undefined
  const change = new OnceOnly<'accepted' | 'found'>(
    {
      what: `clone snapshot ${target.id} of dataset ${source.id}`,
      ifUnclear: `The clone may already have been created. Before you clone again, check in Visual Layer for a new dataset named "${cloneName(source.name)}", and delete it if you do not need it.`,
      async send() {
        await step.api.snapshots.clone(source.id, target.id)
        return 'accepted'
      },
      async look() {
        return known && (await candidates(step, known)).seen.length > 0 ? { found: 'found' } : 'absent'
      },
    },
    step.waiting,
    (line) => step.reporter.info(line),
  )
  return throughConflicts(step, source.id, onConflict, async () => {
    if (!known || !change.mayHaveTakenEffect) known = await backgroundOf(step, source, ephemeral)
    if ((await change.run()) === 'found') {
      step.reporter.warning(
        `The response to the clone of dataset "${source.name}" was lost. The step found a new clone of it and uses that one.`,
        { todo: 'If someone else cloned the same dataset at the same moment, check both clones in Visual Layer.' },
      )
    } else {
      step.undo.confirm({ accepted: true })
      step.reporter.info("Visual Layer accepted the clone; it does not return the new dataset's ID.")
    }
    return known
  })
}

/** Reads what each candidate itself says of where it comes from: the list may say less. */
async function narrowed(step: Step, source: Dataset, found: CloneCandidate[]): Promise<CloneCandidate[]> {
  const kept: CloneCandidate[] = []
  for (const candidate of found) {
    const dataset = await lenient(step, Infinity, () => step.api.datasets.get(candidate.datasetId))()
    if (canComeFrom(dataset, source.id)) kept.push({ ...candidate, dataset })
  }
  return kept
}

/**
 * Finds the one dataset that is new and can be our clone. It is watched for a moment before it is named, since another clone of
 * the same dataset may show first; where several stay, none is named.
 */
async function findClone(step: Step, source: Dataset, known: CloneBackground): Promise<CloneCandidate> {
  let firstAt: number | undefined
  let settling = 0
  const found = await waitFor<CloneCandidate[]>(
    step,
    {
      awaited: `the clone of ${namedDataset(source)} to show in the lists`,
      carryOn: `The clone is still running in Visual Layer as "${source.name} (cloned)". Look for it there before you clone again.`,
    },
    async () => {
      const { seen, tasks } = await candidates(step, known)
      const failed = failedClone(known, tasks)
      if (seen.length === 0 && !failed) return { state: 'pending', line: 'the new dataset is not listed yet' }
      if (firstAt === undefined) {
        firstAt = step.clock.now()
        settling = settlingMs(step.deadline.remainingMs())
      }
      if (step.clock.now() - firstAt < settling) {
        const names =
          seen.map((candidate) => candidate.datasetId).join(', ') || `a clone task that ended as ${failed?.statusWord}`
        return { state: 'pending', line: `found: ${names}; checking whether another clone of this dataset appears` }
      }
      const kept = await narrowed(step, source, seen)
      if (kept.length > 0) return { state: 'done', value: kept }
      if (!failed) return { state: 'pending', line: 'the new dataset is not listed yet' }
      step.reporter.output('task_id', failed.id)
      return { state: 'failed', error: taskError(failed, `that clones dataset ${source.id}`) }
    },
  )
  const [only, ...others] = found
  if (only && others.length === 0) return only
  const ids = found.map((candidate) => candidate.datasetId)
  throw new ActionError(
    'operation_failed',
    `The clone was accepted, but ${found.length} clones of dataset "${source.name}" were created at the same time, and the API does not say which one is from this step: ${ids.join(', ')}.`,
    {
      todo: 'No data was lost. Open these datasets in Visual Layer, keep the one you want, and delete the others. To prevent this, let only one job clone this dataset at a time (a concurrency group in the workflow).',
    },
  )
}

/** The task of our clone: the one of its dataset, or, where the server names the source in it, the only new one of the source. */
function taskOf(found: CloneCandidate, tasks: readonly Task[], known: CloneBackground): Task | undefined {
  const own = tasks.find((task) => task.id === found.task?.id || task.datasetId === found.datasetId)
  if (own) return own
  const [only, ...others] = tasks.filter((task) => !known.taskIds.has(task.id) && task.datasetId === known.source.id)
  return others.length === 0 ? only : undefined
}

/**
 * Waits until the clone is READY and its task over; `undefined` if it was made and someone else deleted it at once. `carryOn` says how
 * to go on when time runs out.
 */
export async function waitForClone(
  step: Step,
  { found, known }: MadeClone,
  carryOn: string,
): Promise<Dataset | undefined> {
  const { datasetId } = found
  const patience = patienceMs(step.deadline.remainingMs())
  const startedAt = step.clock.now()
  const read = ownDataset(step, datasetId, patience, found.dataset)
  const atWork = new Seen()
  return waitFor<Dataset | undefined>(
    step,
    {
      awaited: `the clone, ${namedDataset({ id: datasetId, name: found.dataset?.name })}`,
      carryOn,
    },
    async () => {
      const task = taskOf(found, await visibleTasks(step, { type: TYPE }, 0), known)
      if (task) step.reporter.output('task_id', task.id)
      const dataset = await read().catch((error: unknown) => {
        if (error instanceof Disappeared && task?.state === 'COMPLETED') return 'gone' as const
        throw error
      })
      if (dataset === 'gone') return { state: 'done', value: undefined }
      if (dataset) step.reporter.output('dataset_status', dataset.statusWord)
      const busy = atWork.add(dataset !== undefined && dataset.status !== 'READY')
      return cloneVerdict({ datasetId, dataset, task, proven: busy || step.clock.now() - startedAt >= patience })
    },
  )
}
