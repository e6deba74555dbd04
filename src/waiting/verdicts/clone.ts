import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Task } from '../../visual-layer/tasks.ts'
import { type Background, canComeFrom, type CopyCandidate } from './copy.ts'

export interface CloneCandidate extends CopyCandidate {
  task: Task | undefined
  /** It is called like a clone of the source. */
  isNamed: boolean
}

/** What Visual Layer calls a clone, as documented. */
export function cloneName(sourceName: string): string {
  return `${sourceName} (cloned)`
}

/**
 * The datasets that may be the clone: new since the background, called like a clone of the source, and not known to come from
 * another dataset. If there is none, those that are known to come from the source, whatever they are called, since someone may
 * rename a clone at once. Two signs are read, since either list may lag: the clone tasks, whose dataset is documented as the new one
 * (a server that names the source there instead says nothing of the new one's ID), and the datasets.
 */
export function cloneCandidates(
  background: Background,
  tasks: readonly Task[],
  datasets: readonly Dataset[],
): CloneCandidate[] {
  const { source } = background
  const expected = cloneName(source.name).trim()
  const known = new Map(datasets.map((dataset) => [dataset.id, dataset]))
  const isNew = (id: string) => id !== '' && id !== source.id && !background.datasetIds.has(id)
  const found = new Map<string, CloneCandidate>()
  const add = (datasetId: string, name: string, task?: Task) => {
    const dataset = known.get(datasetId)
    if (!isNew(datasetId) || found.has(datasetId) || !canComeFrom(dataset, source.id)) return
    const isNamed = name.trim() === expected
    if (isNamed || task || dataset?.sourceDatasetId !== undefined)
      found.set(datasetId, { datasetId, task, dataset, isNamed })
  }
  for (const task of tasks) {
    const name = ['', source.name].includes(task.datasetName) ? expected : task.datasetName
    const isOurs = name.trim() === expected || known.get(task.datasetId)?.sourceDatasetId !== undefined
    if (!background.taskIds.has(task.id) && isOurs) add(task.datasetId, name, task)
  }
  for (const dataset of datasets) add(dataset.id, dataset.name)
  const all = [...found.values()]
  const named = all.filter(({ isNamed }) => isNamed)
  return named.length > 0 ? named : all
}

/**
 * The task of a clone that failed before any dataset showed: every clone task that is new and of this source, or of none that is
 * known, has failed. While one of them still runs it may be ours.
 */
export function failedClone(background: Background, tasks: readonly Task[]): Task | undefined {
  const { source } = background
  const ours = tasks.filter(
    (task) =>
      !background.taskIds.has(task.id) &&
      (task.datasetId === source.id || task.datasetName.trim() === cloneName(source.name).trim()),
  )
  return ours.every((task) => task.state === 'FAILED' || task.state === 'ABORTED') ? ours[0] : undefined
}
