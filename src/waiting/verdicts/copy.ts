import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Task } from '../../visual-layer/tasks.ts'
import type { Look } from '../until.ts'
import { datasetError, pending, taskError } from './dataset.ts'

/** By the type of the task that makes a dataset of another one. */
const WORDS = {
  SNAPSHOT_CLONE: { task: 'that clones into', dataset: 'the new dataset', during: 'while it was being cloned' },
  ENRICHMENT: { task: 'that enriches', dataset: 'the enriched dataset', during: 'while it was being enriched' },
} as const

export type CopyType = keyof typeof WORDS

/** What was there before a dataset was cloned or enriched, so that what came after can be distinguished from it. */
export interface Background {
  source: { id: string; name: string }
  /** Of all tasks of that type. */
  taskIds: ReadonlySet<string>
  datasetIds: ReadonlySet<string>
}

/** A dataset that may be the copy. */
export interface CopyCandidate {
  datasetId: string
  dataset: Dataset | undefined
}

/** Whether a dataset can come from `sourceId`, as far as it shows. */
export function canComeFrom(dataset: Dataset | undefined, sourceId: string): boolean {
  return (dataset?.sourceDatasetId ?? sourceId) === sourceId
}

/**
 * The task that makes a dataset: the only new one on it, or, if the server names the source in it, the only new one on the source.
 * `undefined` if several could be it.
 */
export function ownTask(
  { source, taskIds }: Pick<Background, 'source' | 'taskIds'>,
  datasetId: string,
  tasks: readonly Task[],
): Task | undefined {
  const on = (id: string) => tasks.filter((task) => task.datasetId === id && !taskIds.has(task.id))
  const own = on(datasetId)
  const [only, ...others] = own.length > 0 ? own : on(source.id)
  return others.length === 0 ? only : undefined
}

export interface CopySighting {
  datasetId: string
  /** `undefined` while it cannot be read yet. */
  dataset: Dataset | undefined
  task: Task | undefined
  /** Without a task: the READY cannot be an old one. */
  proven: boolean
}

/** A clone or an enrichment whose dataset is known. Its READY counts once its task is over, or, if none is listed, once it is proven. */
export function copyVerdict(type: CopyType, { datasetId, dataset, task, proven }: CopySighting): Look<Dataset> {
  const words = WORDS[type]
  if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
    return { state: 'failed', error: taskError(task, `${words.task} dataset ${datasetId}`) }
  }
  if (!dataset) return { state: 'pending', line: `${words.dataset} cannot be read yet` }
  if (dataset.status === 'ERROR') return { state: 'failed', error: datasetError(dataset, words.during) }
  const over = task ? task.state === 'COMPLETED' : proven
  if (dataset.status === 'READY' && over) return { state: 'done', value: dataset }
  if (dataset.status !== 'READY' || task) return pending(dataset, task)
  return { state: 'pending', line: 'dataset READY, its task is not listed yet' }
}
