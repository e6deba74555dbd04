import { ActionError } from '../errors.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { creationVerdict } from '../waiting/verdicts/dataset.ts'
import { aboutDataset, items, namedDataset } from './facts.ts'
import type { Task } from '../visual-layer/tasks.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitUntilReady } from './wait-until-ready.ts'
import { ownDataset, waitFor } from './waits.ts'

export const CREATION = 'DATASET_CREATION'

/** What every creation of a dataset receives. */
interface Wish {
  datasetName: string
  ifExists: 'create' | 'reuse' | 'fail'
  onCancel: 'abort' | 'leave'
  wait: boolean
}

/**
 * What `if_exists` says to a dataset that has the name: the headline where it is used, `undefined` where one is to be created.
 * Throws `conflict` with `fail`, and where the one to be used is a draft, which never becomes READY by itself.
 */
export async function reuseExisting(step: Step, wish: Wish): Promise<string | undefined> {
  const { datasetName: name, ifExists, wait } = wish
  const existing = ifExists === 'create' ? undefined : await newestDataset(step, name)
  if (!existing) return undefined
  if (ifExists === 'fail') {
    throw new ActionError('conflict', `A dataset named "${name}" already exists (${existing.id}).`, {
      todo: 'Choose another dataset_name, set if_exists: reuse to use that dataset, or set if_exists: create to create another one with the same name.',
    })
  }
  aboutDataset(step, existing)
  if (existing.status === 'DRAFT') {
    throw new ActionError(
      'conflict',
      `The newest dataset named "${name}" (${existing.id}) is a draft: its upload is in progress elsewhere or was never finished.`,
      {
        todo: 'If nobody is uploading to the draft, delete it in Visual Layer. Or set if_exists: create to create another dataset with the same name.',
      },
    )
  }
  if (wait) {
    const carryOn = `Wait for it with operation: wait and dataset_id: ${existing.id}.`
    aboutDataset(step, await waitUntilReady(step, existing, carryOn))
  }
  return `Reusing the existing dataset "${name}"; none was created.`
}

async function newestDataset(step: Step, name: string): Promise<Dataset | undefined> {
  const named = (await step.api.datasets.list()).filter((dataset) => dataset.name === name)
  const newest = named.reduce<Dataset | undefined>(
    (best, next) => (best && (best.createdAt ?? 0) >= (next.createdAt ?? 0) ? best : next),
    undefined,
  )
  // The list may not contain the status.
  return newest && step.api.datasets.get(newest.id)
}

/** How one kind of creation is requested and found again. */
interface Creation extends Pick<Wish, 'onCancel'> {
  name: string
  from: 's3' | 'files'
  /** One attempt; returns the ID. */
  send(): Promise<string>
  /** IDs of the datasets that can be of this kind, of those with this name, and of the creation tasks with this name. */
  candidates(datasets: readonly Dataset[], tasks: readonly Task[]): string[]
  /** A rejection in words that fit this kind. */
  explain?(error: unknown): unknown
}

/** Has a dataset made, once; returns its ID, and leaves it to the outputs and the post step. */
export async function createOnce(step: Step, creation: Creation): Promise<string> {
  const { api, reporter, undo } = step
  const { name, from } = creation
  const read = async (retries?: number) => {
    const datasets = (await api.datasets.list(retries)).filter((dataset) => dataset.name === name)
    const tasks = await visibleTasks(step, { type: CREATION }, retries)
    return { datasets, tasks: tasks.filter((task) => task.datasetName === name && task.datasetId !== '') }
  }
  const { datasets, tasks } = await read()
  const before = new Set([...datasets.map(({ id }) => id), ...tasks.map(({ datasetId }) => datasetId)])
  const change = new OnceOnly<string>(
    {
      what: `create dataset "${name}"`,
      ifUnclear: `The dataset may already have been created. Before you re-run the job, check in Visual Layer for a new dataset named "${name}". Delete it if you do not need it, or set if_exists: reuse to use it.`,
      send: () => creation.send(),
      async look() {
        const now = await read(0)
        const candidates = creation.candidates(now.datasets, now.tasks).filter((id) => !before.has(id))
        const [only, ...others] = new Set(candidates)
        if (only === undefined) return 'absent'
        if (others.length === 0) return { found: only }
        throw new ActionError(
          'operation_failed',
          `Could not tell which dataset belongs to this step: the response was lost, and several new datasets are named "${name}" (${[only, ...others].join(', ')}).`,
          {
            todo: 'No data was lost. Open these datasets in Visual Layer, keep the one you want, and delete the others.',
          },
        )
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
  undo.plan({ kind: 'creation', from, name, earlier: [...before], abort: creation.onCancel === 'abort' })
  const datasetId = await change.run().catch((error: unknown) => {
    throw creation.explain?.(error) ?? error
  })
  undo.confirm({ datasetId })
  reporter.output('dataset_id', datasetId)
  return datasetId
}

/** Waits until a dataset that this step has made is READY, and reports its size. */
export async function waitForCreation(
  step: Step,
  datasetId: string,
  name: string,
): Promise<{ dataset: Dataset; size: string | undefined }> {
  const read = ownDataset(step, datasetId, patienceMs(step.deadline.remainingMs()))
  const dataset = await waitFor(
    step,
    {
      awaited: `${namedDataset({ id: datasetId, name })} to be READY`,
      carryOn: `The creation is still running in Visual Layer. Do not create the dataset again; to resume waiting, use operation: wait and dataset_id: ${datasetId}.`,
    },
    async () => {
      // The task first: a dataset that is read after its task has failed says why.
      const task = (await visibleTasks(step, { datasetId, type: CREATION }, 0))[0]
      if (task) step.reporter.output('task_id', task.id)
      const now = await read()
      if (!now) return { state: 'pending', line: 'the new dataset cannot be read yet' }
      step.reporter.output('dataset_status', now.statusWord)
      return creationVerdict(now, task)
    },
  )
  aboutDataset(step, dataset)
  const size = items(dataset.images, dataset.videos)
  if (size !== undefined) step.reporter.fact('Items', size)
  return { dataset, size }
}
