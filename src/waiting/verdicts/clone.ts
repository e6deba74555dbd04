import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Task } from '../../visual-layer/tasks.ts'

/** What was there before the request, so that what came after can be told from it. */
export interface CloneBackground {
  source: { id: string; name: string }
  /** Of all clone tasks. */
  taskIds: ReadonlySet<string>
  datasetIds: ReadonlySet<string>
}

export interface CloneCandidate {
  datasetId: string
  task: Task | undefined
  dataset: Dataset | undefined
}

/** What Visual Layer calls a clone, as documented. */
export function cloneName(sourceName: string): string {
  return `${sourceName} (cloned)`
}

/** Whether a dataset can come from `sourceId`, as far as it tells. */
export function canComeFrom(dataset: Dataset | undefined, sourceId: string): boolean {
  const from = dataset?.sourceDatasetId
  return from === undefined || from.toLowerCase() === sourceId
}

/**
 * The datasets that may be the clone: new since the background, called like a clone of the source, and not known to come from
 * another dataset. Two signs are read, since either list may lag: the clone tasks, whose dataset is documented as the new one
 * (a server that names the source there instead tells nothing of the new one's id), and the datasets.
 */
export function cloneCandidates(
  background: CloneBackground,
  tasks: readonly Task[],
  datasets: readonly Dataset[],
): CloneCandidate[] {
  const { source } = background
  const found = new Map<string, CloneCandidate>()
  const known = new Map(datasets.map((dataset) => [dataset.id, dataset]))
  const isOther = (id: string) => !canComeFrom(known.get(id), source.id)
  const expected = cloneName(source.name).trim()
  const isNew = (id: string) => id !== '' && id !== source.id && !background.datasetIds.has(id)
  for (const task of tasks) {
    if (background.taskIds.has(task.id) || !isNew(task.datasetId) || isOther(task.datasetId)) continue
    if (task.datasetName !== '' && task.datasetName !== source.name && task.datasetName.trim() !== expected) continue
    found.set(task.datasetId, { datasetId: task.datasetId, task, dataset: known.get(task.datasetId) })
  }
  for (const dataset of datasets) {
    if (!isNew(dataset.id) || isOther(dataset.id) || found.has(dataset.id)) continue
    if (dataset.name.trim() === expected) found.set(dataset.id, { datasetId: dataset.id, task: undefined, dataset })
  }
  return [...found.values()]
}

/**
 * The task of a clone that failed before any dataset showed: every clone task that is new and of this source, or of none that is
 * known, has failed. While one of them still runs it may be ours.
 */
export function failedClone(background: CloneBackground, tasks: readonly Task[]): Task | undefined {
  const { source } = background
  const ours = tasks.filter(
    (task) =>
      !background.taskIds.has(task.id) &&
      (task.datasetId === source.id || task.datasetName.trim() === cloneName(source.name).trim()),
  )
  return ours.every((task) => task.state === 'FAILED' || task.state === 'ABORTED') ? ours[0] : undefined
}
