import { ActionError } from '../errors.ts'
import * as fields from '../inputs/fields.ts'
import { filePatterns } from '../inputs/file-patterns.ts'
import { totalBytes } from '../transfer/upload.ts'
import type { Dataset } from '../visual-layer/datasets.ts'
import type { FilePart } from '../visual-layer/multipart.ts'
import { annotationType } from '../visual-layer/media-formats.ts'
import { OnceOnly } from '../waiting/once.ts'
import { checkAnnotations, warnIfUnlabeled } from './annotations/check.ts'
import { createOnce, CREATION, reuseExisting, waitForCreation } from './creation.ts'
import { type ChosenFile, chooseMedia } from './media-files.ts'
import { sendFiles } from './send-files.ts'
import { size } from './facts.ts'
import { operation, type RequestOf } from './operation.ts'
import type { Step } from './step.ts'
import { visibleTasks } from './visible-tasks.ts'
import { count, counted } from '../numbers.ts'

/**
 * Creates a dataset from files on the runner, media and what labels them: every file goes up, then processing starts; done when the
 * dataset is READY.
 */
export const createFromFiles = operation({
  name: 'create-from-files',
  inputs: ({ workspace }) => ({
    dataset_name: fields.displayName(),
    files: filePatterns(workspace),
    if_exists: fields.ifExists(),
    on_cancel: fields.onCancel(),
    wait: fields.flag(),
  }),
  outputs: ['task_id'],
  async run(request, step): Promise<string> {
    const { reporter } = step
    const { datasetName: name } = request
    reporter.output('dataset_name', name)
    const files = await chooseMedia(step, request.files, 'create-from-files')
    reporter.info(`"files" matches ${filesText(files)}.`)
    const annotations = files.filter(({ fileName }) => annotationType(fileName) !== undefined)
    const media = files.filter((file) => !annotations.includes(file))
    const labels = await checkAnnotations(step, annotations, media)
    const used = await reuseExisting(step, request)
    if (used !== undefined) return used
    reporter.fact('Files', filesText(files))
    if (annotations.length > 0) reporter.fact('Annotations', annotations.map(({ shown }) => shown).join(', '))
    const datasetId = await create(step, request)
    try {
      await upload(step, datasetId, files)
    } catch (error) {
      throw step.signal.aborted ? error : draftLeft(error, name, datasetId, annotations)
    }
    if (!request.wait) {
      step.undo.settle()
      return `Visual Layer accepted the creation of dataset "${name}" from ${filesText(files)}. The step did not wait for it to finish (wait: false).`
    }
    const { dataset, size: made } = await waitForCreation(step, datasetId, name)
    step.undo.settle()
    compare(step, dataset, media)
    await warnIfUnlabeled(step, dataset, labels)
    return `Created dataset "${name}" from ${filesText(files)}${made === undefined ? '' : ` with ${made}`}.`
  },
})

type CreateFromFilesRequest = RequestOf<typeof createFromFiles>

async function create(step: Step, request: CreateFromFilesRequest): Promise<string> {
  const { api, reporter } = step
  const { datasetName: name, onCancel } = request
  const datasetId = await createOnce(step, {
    name,
    from: 'files',
    onCancel,
    send: () => api.ingestion.newDataset(name),
    candidates(datasets, tasks) {
      // Ours has no task yet, and was made from nothing.
      const busy = new Set(tasks.map((task) => task.datasetId))
      return datasets
        .filter(({ id, sourceUri }) => !busy.has(id) && !sourceUri?.startsWith('s3://'))
        .map(({ id }) => id)
    },
  })
  reporter.output('dataset_status', 'DRAFT')
  reporter.info(`Visual Layer created dataset ${datasetId} as a draft.`)
  return datasetId
}

/** Sends every file, and only then starts the processing, once. */
async function upload(step: Step, datasetId: string, files: readonly FilePart[]): Promise<void> {
  const { api, reporter } = step
  const transaction = await api.ingestion.openTransaction(datasetId)
  const phase = {
    awaited: `the upload to dataset ${datasetId}`,
    carryOn: 'Re-run the job: it starts again from the first file.',
  }
  await sendFiles(step, files, phase, (batch, sending) => api.ingestion.upload(datasetId, transaction, batch, sending))
  const change = new OnceOnly<void>(
    {
      what: `start the processing of dataset ${datasetId}`,
      ifUnclear: `The files are uploaded, and Visual Layer may be processing them. Wait for the dataset with operation: wait and dataset_id: ${datasetId}. If it stays DRAFT, delete it and re-run the job.`,
      send: () => api.ingestion.process(datasetId, transaction),
      async look() {
        const { status } = await api.datasets.get(datasetId, 0)
        if (status !== 'DRAFT') return { found: undefined }
        const tasks = await visibleTasks(step, { datasetId, type: CREATION }, 0)
        return tasks.length > 0 ? { found: undefined } : 'absent'
      },
    },
    step.waiting,
    (line) => reporter.info(line),
  )
  await change.run()
  reporter.info(`Uploaded all files; Visual Layer accepted the processing of dataset ${datasetId}.`)
}

/** The same failure, which also names what is left behind. */
function draftLeft(error: unknown, name: string, datasetId: string, annotations: readonly ChosenFile[]): unknown {
  if (!(error instanceof ActionError)) return error
  const todo = [
    error.todo,
    error.code === 'rejected' && annotations.length > 0
      ? 'If Visual Layer does not accept annotation files here, exclude them from "files", or put them into a bucket with the media and use create-from-s3.'
      : undefined,
    `Dataset "${name}" (${datasetId}) remains, as a draft unless its processing started. Delete it in Visual Layer if you do not need it. Re-running the job creates another dataset.`,
  ]
  return error.with({ todo: todo.filter((line) => line !== undefined).join('\n') })
}

/** Files that Visual Layer dropped or took twice show in the number of items. A video may count as its frames. */
function compare(step: Step, { id, images, videos }: Dataset, files: readonly FilePart[]): void {
  const sent = files.filter(({ contentType }) => contentType.startsWith('image/')).length
  if (images === undefined || sent !== files.length || (videos ?? 0) > 0 || images === sent) return
  step.reporter.warning(`Sent ${count(sent)} images, but dataset ${id} has ${count(images)}.`, {
    todo: 'Check the dataset in Visual Layer. Unreadable images and files with the same name may have been dropped, and a file that was sent twice may be duplicated.',
  })
}

function filesText(files: readonly FilePart[]): string {
  return `${counted(files.length, 'file')} (${size(totalBytes(files))})`
}
