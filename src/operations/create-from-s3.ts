import * as fields from '../inputs/fields.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { createOnce, reuseExisting, waitForCreation } from './creation.ts'
import { operation, type RequestOf } from './operation.ts'
import type { Step } from './step.ts'

/** Creates a dataset from a bucket path; done when it is READY. */
export const createFromS3 = operation({
  name: 'create-from-s3',
  inputs: {
    dataset_name: fields.displayName(),
    bucket_path: fields.bucketPath(),
    if_exists: fields.ifExists(),
    on_cancel: fields.onCancel(),
    wait: fields.flag(),
  },
  outputs: ['task_id'],
  async run(request, step): Promise<string> {
    const { reporter } = step
    const { datasetName: name, bucketPath } = request
    reporter.output('dataset_name', name)
    reporter.fact('Bucket path', bucketPath, { code: true })
    const used = await reuseExisting(step, request)
    if (used !== undefined) return used
    const datasetId = await create(step, request)
    if (!request.wait) {
      step.undo.settle()
      return `Visual Layer accepted the creation of dataset "${name}" from ${bucketPath}. The step did not wait for it to finish (wait: false).`
    }
    const { size } = await waitForCreation(step, datasetId, name)
    step.undo.settle()
    return `Created dataset "${name}" from ${bucketPath}${size === undefined ? '' : ` with ${size}`}.`
  },
})

type CreateFromS3Request = RequestOf<typeof createFromS3>

async function create(step: Step, request: CreateFromS3Request): Promise<string> {
  const { api, reporter } = step
  const { datasetName: name, bucketPath, onCancel } = request
  const datasetId = await createOnce(step, {
    name,
    from: 's3',
    onCancel,
    send: () => api.datasets.createFromS3(name, bucketPath),
    candidates: (datasets, tasks) => [
      ...datasets.filter((dataset) => fits(dataset, bucketPath)).map(({ id }) => id),
      ...tasks.map(({ datasetId: id }) => id),
    ],
    explain: (error) => withBucketHint(error, bucketPath),
  })
  reporter.info(`Visual Layer accepted the creation: dataset ${datasetId}.`)
  return datasetId
}

/** The API returns HTTP 500 at once if it cannot read the bucket; docs.visual-layer.com, "Create a dataset from S3". */
function withBucketHint(error: unknown, bucketPath: string): unknown {
  if (!(error instanceof RequestFailure) || (error.outcome.status !== 500 && error.outcome.status !== 400)) return error
  const todo = `Check that ${bucketPath} exists and contains media, and that Visual Layer can read it (a public bucket, or a role that it may assume). If it does, re-run the job later.`
  return error.with({ todo })
}

/** Whether a dataset can come from a bucket path: if the API reports its source, that must agree. */
function fits(dataset: Dataset, bucketPath: string): boolean {
  const { sourceUri } = dataset
  const bare = (path: string) => path.replace(/^s3:\/\//, '').replace(/(?<!\/)\/+$/, '')
  return !sourceUri?.startsWith('s3://') || bare(sourceUri) === bare(bucketPath)
}
