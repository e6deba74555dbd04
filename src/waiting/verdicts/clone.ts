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
 * rename a clone at once.
 */
export function cloneCandidates(
  background: Background,
  tasks: readonly Task[],
  datasets: readonly Dataset[],
): CloneCandidate[] {
  const all = newClones(background, tasks, datasets)
  const named = all.filter(({ isNamed }) => isNamed)
  return named.length > 0 ? named : all
}

/**
 * All datasets that may be clones of the source and are new since the background. Two signs are read, since either list may lag: the
 * clone tasks, whose dataset is documented as the new one (a server that names the source there instead says nothing of the new one's
 * ID), and the datasets.
 */
export function newClones(
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
  return [...found.values()]
}

/** The clone tasks of a dataset, whichever dataset a server names in them. */
export function cloneTasksOf({ id, name }: { id: string; name: string }, tasks: readonly Task[]): Task[] {
  return tasks.filter((task) => task.datasetId === id || task.datasetName.trim() === cloneName(name).trim())
}

/**
 * The new clone tasks of the source that failed, except those of the candidates themselves. One of them may be ours: then what else is
 * new is someone else's.
 */
export function failedClones(
  { source, taskIds }: Background,
  tasks: readonly Task[],
  candidates: readonly CopyCandidate[],
): Task[] {
  return cloneTasksOf(source, tasks).filter(
    ({ id, state, datasetId }) =>
      !taskIds.has(id) &&
      (state === 'FAILED' || state === 'ABORTED') &&
      !candidates.some((candidate) => candidate.datasetId === datasetId),
  )
}

/**
 * The task of a clone that failed before any dataset showed: every clone task that is new and of this source has failed. While one of
 * them still runs it may be ours.
 */
export function failedClone(background: Background, tasks: readonly Task[]): Task | undefined {
  const ours = cloneTasksOf(background.source, tasks).filter(({ id }) => !background.taskIds.has(id))
  return ours.length === failedClones(background, tasks, []).length ? ours[0] : undefined
}
