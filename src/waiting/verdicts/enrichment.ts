import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Task } from '../../visual-layer/tasks.ts'
import { cloneName } from './clone.ts'
import { type Background, canComeFrom, type CopyCandidate } from './copy.ts'

/**
 * The datasets that may be the enriched copy, whose name is not documented: new since the background, not known to come from another
 * dataset, and either with an enrichment task or known to come from the source. What is called like a clone needs the task.
 *
 * @param tasks enrichment tasks only
 */
export function enrichedCopies(
  { source, taskIds, datasetIds }: Background,
  tasks: readonly Task[],
  datasets: readonly Dataset[],
): CopyCandidate[] {
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
export function tasksOnSource({ source, taskIds }: Background, tasks: readonly Task[]): Task[] {
  return tasks.filter(({ id, datasetId }) => !taskIds.has(id) && datasetId === source.id)
}
