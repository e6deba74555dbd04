import { ActionError } from '../errors.ts'
import type { CreateFromS3Request } from '../inputs/operations/create-from-s3.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { OnceOnly } from '../waiting/once.ts'
import { patienceMs } from '../waiting/pace.ts'
import { creationVerdict } from '../waiting/verdicts/dataset.ts'
import { abortCreation, abortUnnamedCreation } from './abort-creation.ts'
import { aboutDataset, items } from './facts.ts'
import type { Step, Undo } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { waitUntilReady } from './wait-until-ready.ts'
import { lenient, waitFor } from './waits.ts'

const TYPE = 'DATASET_CREATION'

/** Creates a dataset from a bucket path; done when it is READY. */
export async function createFromS3(request: CreateFromS3Request, step: Step): Promise<string> {
  const { reporter } = step
  const { datasetName: name, bucketPath } = request
  reporter.output('dataset_name', name)
  reporter.fact('Bucket path', bucketPath, { code: true })
  const existing = request.ifExists === 'create' ? undefined : await newestDataset(step, name)
  if (existing && request.ifExists === 'fail') {
    throw new ActionError('conflict', `A dataset named "${name}" already exists (${existing.id}).`, {
      todo: 'Choose another dataset_name, or set if_exists: reuse to use that dataset, or if_exists: create to create another one of the same name.',
    })
  }
  if (existing) {
    aboutDataset(step, existing)
    if (request.wait) {
      const carryOn = `Wait for it with operation: wait and dataset_id: ${existing.id}.`
      aboutDataset(step, await waitUntilReady(step, existing.id, carryOn))
    }
    return `Dataset "${name}" was already there and is used; none was created.`
  }
  const datasetId = await create(step, request)
  const accepted = `Dataset "${name}" was accepted for creation from ${bucketPath}`
  if (!request.wait) {
    owe(step, request, undefined)
    return `${accepted}; the step did not wait for it (wait: false).`
  }
  const dataset = await waitForCreation(step, datasetId)
  owe(step, request, undefined)
  aboutDataset(step, dataset)
  const size = items(dataset.images, dataset.videos)
  if (size !== undefined) reporter.fact('Items', size)
  return `Dataset "${name}" was created from ${bucketPath}${size === undefined ? '' : ` with ${size}`}.`
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

/** What is owed from now on when the workflow is cancelled: by this step, or by its post step where this one was killed. */
function owe(step: Step, request: CreateFromS3Request, undo: Undo | undefined): void {
  const aborts = undo !== undefined && request.onCancel === 'abort'
  step.reporter.state('owed', aborts ? 'abort-creation' : '')
  step.onCancel(aborts ? undo : undefined)
}

async function create(step: Step, request: CreateFromS3Request): Promise<string> {
  const { api, reporter } = step
  const { datasetName: name, bucketPath } = request
  /** Ids of all datasets of that name which are not known to come from another bucket path. */
  const named = async (retries?: number) => {
    const datasets = await api.datasets.list(retries)
    const tasks = await visibleTasks(step, { type: TYPE }, retries)
    const ids = [
      ...datasets.filter((dataset) => dataset.name === name && fits(dataset, bucketPath)).map((dataset) => dataset.id),
      ...tasks.filter((task) => task.datasetName === name).map((task) => task.datasetId),
    ]
    return new Set(ids.filter((id) => id !== ''))
  }
  const before = await named()
  const change = new OnceOnly<string>(
    {
      what: `create dataset "${name}"`,
      send: () => api.datasets.createFromS3(name, bucketPath),
      async look() {
        const [only, ...others] = [...(await named(0))].filter((id) => !before.has(id))
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
  owe(step, request, (client, waiting) => abortUnnamedCreation(client, waiting, name, before))
  const made = await change.run().catch((error: unknown) => {
    throw withBucketHint(error, bucketPath)
  })
  const datasetId = made.toLowerCase()
  reporter.output('dataset_id', datasetId)
  reporter.state('dataset_id', datasetId)
  reporter.info(`Visual Layer accepted the creation: dataset ${datasetId}.`)
  owe(step, request, (client, waiting) => abortCreation(client, waiting, datasetId))
  return datasetId
}

/** The API answers HTTP 500 at once where it cannot read the bucket; docs.visual-layer.com, "Create a dataset from S3". */
function withBucketHint(error: unknown, bucketPath: string): unknown {
  if (!(error instanceof RequestFailure) || (error.outcome.status !== 500 && error.outcome.status !== 400)) return error
  const { code, message, apiWords } = error
  const todo = `Check that ${bucketPath} exists, holds media, and may be read by Visual Layer (a public bucket, or a role that it may assume). If it does, run the step again later.`
  return new ActionError(code, message, { apiWords, todo, cause: error })
}

/** Whether a dataset can come from a bucket path: where the API tells its source, that must agree. */
function fits(dataset: Dataset, bucketPath: string): boolean {
  const { sourceUri } = dataset
  const bare = (path: string) => path.replace(/^s3:\/\//, '').replace(/\/+$/, '')
  return !sourceUri?.startsWith('s3://') || bare(sourceUri) === bare(bucketPath)
}

async function waitForCreation(step: Step, datasetId: string): Promise<Dataset> {
  const read = lenient(step, patienceMs(step.deadline.remainingMs()), () => step.api.datasets.get(datasetId, 0))
  return waitFor(
    step,
    {
      awaited: `dataset ${datasetId} to be READY`,
      carryOn: `The creation goes on in Visual Layer: wait for it with operation: wait and dataset_id: ${datasetId}, instead of creating again.`,
    },
    async () => {
      const dataset = await read()
      if (!dataset) return { state: 'pending', line: 'the new dataset cannot be read yet' }
      step.reporter.output('dataset_status', dataset.statusWord)
      const tasks = await visibleTasks(step, { datasetId, type: TYPE }, 0)
      const task = tasks[0]
      if (task) step.reporter.output('task_id', task.id)
      return creationVerdict(dataset, task)
    },
  )
}
