import { ActionError } from '../errors.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { creationVerdict } from '../waiting/verdicts/dataset.ts'
import { aboutDataset, items } from './facts.ts'
import type { Step, Undo } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitUntilReady } from './wait-until-ready.ts'
import { lenient, waitFor } from './waits.ts'

export const CREATION = 'DATASET_CREATION'

/** What every creation of a dataset is told. */
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
      todo: 'Choose another dataset_name, or set if_exists: reuse to use that dataset, or if_exists: create to create another one of the same name.',
    })
  }
  aboutDataset(step, existing)
  if (existing.status === 'DRAFT') {
    throw new ActionError(
      'conflict',
      `The newest dataset named "${name}" (${existing.id}) is a draft: its upload is under way somewhere else, or never came to its end.`,
      {
        todo: 'Delete the draft in Visual Layer if nobody is uploading to it, or set if_exists: create to create another dataset of the same name.',
      },
    )
  }
  if (wait) {
    const carryOn = `Wait for it with operation: wait and dataset_id: ${existing.id}.`
    aboutDataset(step, await waitUntilReady(step, existing.id, carryOn))
  }
  return `Dataset "${name}" was already there and is used; none was created.`
}

async function newestDataset(step: Step, name: string): Promise<Dataset | undefined> {
  const named = (await step.api.datasets.list()).filter((dataset) => dataset.name === name)
  const newest = named.reduce<Dataset | undefined>(
    (best, next) => (best && (best.createdAt ?? 0) >= (next.createdAt ?? 0) ? best : next),
    undefined,
  )
  // The list may not tell the status.
  return newest && step.api.datasets.get(newest.id)
}

/** What the post step is left to do where this one is killed. */
type Debt = 'abort-creation' | 'delete-draft'

/** What is owed from now on when the workflow is cancelled: by this step, or by its post step where this one was killed. */
export function owe(step: Step, wish: Pick<Wish, 'onCancel'>, owed: { debt: Debt; undo: Undo } | undefined): void {
  const undone = wish.onCancel === 'abort' ? owed : undefined
  step.reporter.state('owed', undone?.debt ?? '')
  step.onCancel(undone?.undo)
}

/** How one kind of creation is asked for, found again, and undone. */
interface Creation extends Pick<Wish, 'onCancel'> {
  name: string
  /** One attempt; answers the id. */
  send(): Promise<string>
  /** Ids of all datasets of that name which can be of this kind. */
  candidates(retries?: number): Promise<Set<string>>
  /** A refusal in words that fit this kind. */
  explain?(error: unknown): unknown
  debt: Debt
  /** Undoes one whose id was never told, so that it is one that is not among `earlier`. */
  undoUnnamed(earlier: ReadonlySet<string>): Undo
  undo(datasetId: string): Undo
}

/** Has a dataset made, once; answers its id, and leaves it to the outputs and the post step. */
export async function createOnce(step: Step, creation: Creation): Promise<string> {
  const { reporter } = step
  const { name, debt } = creation
  const before = await creation.candidates()
  const change = new OnceOnly<string>(
    {
      what: `create dataset "${name}"`,
      send: () => creation.send(),
      async look() {
        const [only, ...others] = [...(await creation.candidates(0))].filter((id) => !before.has(id))
        if (only === undefined) return 'absent'
        if (others.length === 0) return { found: only }
        throw new ActionError(
          'operation_failed',
          `The reply to the creation was lost, and several new datasets are named "${name}": ${[only, ...others].join(', ')}. Which of them is this step's cannot be told.`,
          {
            todo: 'Nothing is lost: open these datasets in Visual Layer, keep the one you want and delete the others.',
          },
        )
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
  // From here on a creation may be under way, though its id is told by the reply only.
  reporter.state('dataset_name', name)
  reporter.state('earlier_dataset_ids', [...before].join(' '))
  owe(step, creation, { debt, undo: creation.undoUnnamed(before) })
  const made = await change.run().catch((error: unknown) => {
    throw creation.explain?.(error) ?? error
  })
  const datasetId = made.toLowerCase()
  reporter.output('dataset_id', datasetId)
  reporter.state('dataset_id', datasetId)
  owe(step, creation, { debt, undo: creation.undo(datasetId) })
  return datasetId
}

/** Waits until a dataset that this step has made is READY, and tells how large it became. */
export async function waitForCreation(
  step: Step,
  datasetId: string,
): Promise<{ dataset: Dataset; size: string | undefined }> {
  const read = lenient(step, patienceMs(step.deadline.remainingMs()), () => step.api.datasets.get(datasetId, 0))
  const dataset = await waitFor(
    step,
    {
      awaited: `dataset ${datasetId} to be READY`,
      carryOn: `The creation goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${datasetId}, instead of creating again.`,
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
