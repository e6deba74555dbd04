import { ActionError } from '../errors.ts'
import type { VisualLayer } from '../visual-layer/client.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { unlessRejected } from '../visual-layer/failure.ts'
import type { Task } from '../visual-layer/tasks.ts'
import { patienceMs, settlingMs } from '../waiting/pace.ts'
import {
  type Background,
  canComeFrom,
  type CopyCandidate,
  type CopyType,
  copyVerdict,
  ownTask,
} from '../waiting/verdicts/copy.ts'
import { cloneTasksOf } from '../waiting/verdicts/clone.ts'
import { namedDataset } from './facts.ts'
import type { Step } from './step.ts'
import { MOST_SAVED_IDS } from './undo-log.ts'
import { visibleTasks } from './visible-tasks.ts'
import { Disappeared, ownDataset, Seen, waitFor } from './waits.ts'

/** Finds what may be the copy in what the lists show. */
type Find<T> = (known: Background, tasks: readonly Task[], datasets: readonly Dataset[]) => T[]

/** Reads what is there before a request. `saved` is what a plan needs of it. */
export async function backgroundOf(step: Step, type: CopyType, find: Find<CopyCandidate>, { id, name }: Dataset) {
  const source = { id, name }
  const tasks = await visibleTasks(step, { type })
  const datasets = await step.api.datasets.list()
  // A copy that someone else started a moment ago may be in only one of the lists.
  const datasetIds = new Set([...datasets.map((dataset) => dataset.id), ...tasks.map((task) => task.datasetId)])
  const known: Background = { source, taskIds: new Set(tasks.map((task) => task.id)), datasetIds }
  const alike = find({ source, taskIds: new Set(), datasetIds: new Set() }, tasks, datasets)
  const earlier = datasetIds.size <= MOST_SAVED_IDS ? [...datasetIds] : alike.map(({ datasetId }) => datasetId)
  const earlierTasks = cloneTasksOf(source, tasks).map((task) => task.id)
  return { known, saved: { source, earlier, earlierTasks } }
}

/** The datasets that may be the copy. Each is read, since the list may say less of where it comes from than it does itself. */
export async function copiesSince<T extends CopyCandidate>(
  api: VisualLayer,
  find: Find<T>,
  known: Background,
  tasks: readonly Task[],
) {
  const found = find(known, tasks, await api.datasets.list(0)).map(async (candidate) => {
    const dataset = await unlessRejected(api.datasets.get(candidate.datasetId, 0))
    const isFromSource = (dataset ?? candidate.dataset)?.sourceDatasetId !== undefined
    return { ...candidate, dataset, isFromSource }
  })
  return (await Promise.all(found)).filter(({ dataset }) => canComeFrom(dataset, known.source.id))
}

/** Tells whether the same has been seen for a settling time, since more may show. */
export function steadiness({ clock, deadline }: Step): (seen: string) => boolean {
  let last: string | undefined
  let settledAt = 0
  return (seen) => {
    if (seen !== last) settledAt = clock.now() + settlingMs(deadline.remainingMs())
    last = seen
    return clock.now() >= settledAt
  }
}

/** The error for a copy that is one of these, or none of them. */
export function cannotTell(source: Dataset, copies: readonly CopyCandidate[]): ActionError {
  const names = copies.map(({ datasetId, dataset }) => namedDataset({ id: datasetId, name: dataset?.name }))
  const found = names.length === 0 ? 'no new dataset is listed' : `the new ones are ${names.join(', ')}`
  const check =
    names.length === 0
      ? 'Check the Task Manager in Visual Layer for the task of this dataset before you re-run the job.'
      : 'Check these datasets in Visual Layer, keep the one you want, and delete the others.'
  return new ActionError(
    'operation_failed',
    `Could not tell which dataset is this step's copy of ${namedDataset(source)}: ${found}.`,
    {
      todo: `No data was lost. ${check} To prevent this, let only one job clone or enrich this dataset at a time (a concurrency group in the workflow).`,
    },
  )
}

/** What a clone or an enrichment makes: a copy, or the source that is enriched in place. */
export interface Made extends Background, CopyCandidate {
  type: CopyType
  /** If it could be read before. */
  dataset: Dataset | undefined
  /** It is deleted at the end of the step, and not what the outputs are about. */
  ephemeral?: boolean
  /** Whether a source that is enriched in place shows the result, if nothing else does. */
  hasModels?: () => Promise<boolean>
}

/** Waits until it is READY and its task over; `undefined` if it was made and someone else deleted it at once. */
export async function waitForMade(step: Step, made: Made): Promise<Dataset | undefined> {
  const { type, source, datasetId, ephemeral, hasModels } = made
  const isCopy = datasetId !== source.id
  const noun = type === 'ENRICHMENT' ? 'enrichment' : 'clone'
  const phase = {
    awaited: `the ${noun} of ${namedDataset(source)}${isCopy ? ` as ${namedDataset({ id: datasetId, name: made.dataset?.name })}` : ''}`,
    carryOn: ephemeral
      ? 'The step deletes the clone when it ends, so re-run the job.'
      : `The ${noun} is still running in Visual Layer. Do not start it again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`,
  }
  const patience = patienceMs(step.deadline.remainingMs())
  const startedAt = step.clock.now()
  const read = ownDataset(step, datasetId, patience, made.dataset)
  const atWork = new Seen()
  let ours: string | undefined
  return waitFor<Dataset | undefined>(step, phase, async () => {
    const tasks = await visibleTasks(step, { type }, 0)
    const task = tasks.find(({ id }) => id === ours) ?? ownTask(made, datasetId, tasks)
    if (task) step.reporter.output('task_id', task.id)
    // One that is listed on the source of a copy is a guess, which a later look may correct.
    if (task?.datasetId === datasetId && task.id !== ours) {
      ours = task.id
      if (type === 'ENRICHMENT') step.undo.confirm({ taskId: ours })
    }
    const dataset = await read().catch((error: unknown) => {
      if (error instanceof Disappeared && isCopy && task?.state === 'COMPLETED') return 'gone' as const
      throw error
    })
    if (dataset === 'gone') return { state: 'done', value: undefined }
    if (dataset && !ephemeral) {
      step.reporter.output('dataset_name', dataset.name)
      step.reporter.output('dataset_status', dataset.statusWord)
    }
    const busy = atWork.add(dataset !== undefined && dataset.status !== 'READY')
    const hadTime = step.clock.now() - startedAt >= patience
    // The READY of the source itself may be the old one.
    const proven = isCopy ? busy || hadTime : hadTime && (busy || (!task && (await hasModels?.()) === true))
    return copyVerdict(type, { datasetId, dataset, task, proven })
  })
}
