import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Task } from '../../visual-layer/tasks.ts'
import type { Look } from '../until.ts'
import { canComeFrom, cloneName } from './clone.ts'
import { datasetError, pending, taskError } from './dataset.ts'

/** What was there before the request, to distinguish it from what came after. */
export interface EnrichmentBackground {
  source: { id: string; name: string }
  /** Of all enrichment tasks. */
  taskIds: ReadonlySet<string>
  datasetIds: ReadonlySet<string>
}

/** A dataset that may be the enriched copy. */
export interface EnrichedCandidate {
  datasetId: string
  dataset: Dataset | undefined
}

/**
 * The datasets that may be the enriched copy, whose name is not documented: new since the background, not known to come from another
 * dataset, and either with an enrichment task or known to come from the source. What is called like a clone needs the task.
 *
 * @param tasks enrichment tasks only
 */
export function enrichedCopies(
  { source, taskIds, datasetIds }: EnrichmentBackground,
  tasks: readonly Task[],
  datasets: readonly Dataset[],
): EnrichedCandidate[] {
  const known = new Map(datasets.map((dataset) => [dataset.id, dataset]))
  const withTask = tasks.filter((task) => !taskIds.has(task.id)).map((task) => task.datasetId)
  const fromSource = datasets
    .filter(
      ({ sourceDatasetId, name }) => sourceDatasetId !== undefined && name.trim() !== cloneName(source.name).trim(),
    )
    .map(({ id }) => id)
  return [...new Set([...withTask, ...fromSource])]
    .filter((id) => id !== '' && id !== source.id && !datasetIds.has(id) && canComeFrom(known.get(id), source.id))
    .map((datasetId) => ({ datasetId, dataset: known.get(datasetId) }))
}

/** The new tasks that are listed on the source: of an enrichment in place, or of a copy on a server that names the source there. */
export function tasksOnSource({ source, taskIds }: EnrichmentBackground, tasks: readonly Task[]): Task[] {
  return tasks.filter(({ id, datasetId }) => !taskIds.has(id) && datasetId.toLowerCase() === source.id)
}

export interface EnrichmentSighting {
  datasetId: string
  /** `undefined` while it cannot be read yet. */
  dataset: Dataset | undefined
  task: Task | undefined
  /** Without a task: the READY cannot be an old one. */
  proven: boolean
}

/** An enrichment whose dataset is known. Its READY counts once its task is over, or, if none is listed, once it is proven. */
export function enrichmentVerdict({ datasetId, dataset, task, proven }: EnrichmentSighting): Look<Dataset> {
  if (task && (task.state === 'FAILED' || task.state === 'ABORTED')) {
    return { state: 'failed', error: taskError(task, `that enriches dataset ${datasetId}`) }
  }
  if (!dataset) return { state: 'pending', line: 'the enriched dataset cannot be read yet' }
  if (dataset.status === 'ERROR')
    return { state: 'failed', error: datasetError(dataset, 'while it was being enriched') }
  const over = task ? task.state === 'COMPLETED' : proven
  if (dataset.status === 'READY' && over) return { state: 'done', value: dataset }
  if (dataset.status !== 'READY' || task) return pending(dataset, task)
  return { state: 'pending', line: 'dataset READY, its enrichment task is not listed yet' }
}
