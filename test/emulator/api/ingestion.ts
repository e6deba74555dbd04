import { randomUUID } from 'node:crypto'
import { annotated, isAnnotation } from '../annotations.ts'
import { type FormFile, readForm } from '../http/forms.ts'
import { invalid, json, Rejection } from '../http/reply.ts'
import { empty, type Route, type RouteCall } from '../http/routing.ts'
import { itemOfFile } from '../media-items.ts'
import type { Dataset, Transaction } from '../model.ts'
import { startCreation } from '../operations.ts'
import { requireIdle } from '../work.ts'
import type { World } from '../world.ts'
import { datasetOf, requireEditor } from './access.ts'
import { isArchive, isMedia } from './formats.ts'

/** The four steps of docs.visual-layer.com/api-reference/create-a-dataset-from-local-files. */
export function ingestionRoutes(world: World): Route[] {
  return [
    {
      // A GET that creates: a repeat makes a second dataset.
      method: 'GET',
      pattern: '/ingestion/new_dataset',
      answer(call) {
        const name = call.query.get('dataset_name')?.trim() ?? ''
        if (name === '') throw new Rejection(400, 'dataset_name is required')
        const dataset = world.newDataset({ name, status: 'DRAFT', sourceType: 'VL' })
        return json({ dataset_id: dataset.id })
      },
    },
    {
      // A GET that creates: a repeat opens a second transaction.
      method: 'GET',
      pattern: '/ingestion/:dataset_id/data_files',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        requireIdle(world, dataset, 'DATASET_CREATION', ['DRAFT'])
        return json({ trans_id: world.newTransaction(dataset) })
      },
    },
    {
      method: 'POST',
      pattern: '/ingestion/:dataset_id/data_files/:trans_id',
      answer(call) {
        const { annotations } = world.options.style
        const transaction = transactionOf(datasetOf(world, call), call)
        const files = uploadedFiles(readForm(call).files)
        const taken = (name: string) => isMedia(name) || (isAnnotation(name) && annotations !== 'rejected')
        const rejected = files.find((file) => isArchive(file.name) || !taken(file.name))
        if (rejected && isArchive(rejected.name)) {
          throw new Rejection(400, `Archives are not supported for initial dataset creation: ${rejected.name}`)
        }
        if (rejected) throw new Rejection(400, `Unsupported file format: ${rejected.name}`)
        transaction.files.push(...files.map(({ name, bytes }) => ({ name, bytes })))
        return empty(202, world.options.style.nullBodies)
      },
    },
    {
      method: 'POST',
      pattern: '/ingestion/:dataset_id/process_files/:trans_id',
      async answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        const transaction = transactionOf(dataset, call)
        if (transaction.files.length === 0) throw new Rejection(400, 'The transaction holds no files')
        requireIdle(world, dataset, 'DATASET_CREATION', ['DRAFT'])
        transaction.open = false
        const clusterId = randomUUID()
        const annotations = transaction.files.filter(({ name }) => isAnnotation(name))
        const media = transaction.files.filter(({ name }) => !isAnnotation(name))
        const items = media.map((file, index) => itemOfFile(file, index + 1, clusterId))
        startCreation(world, dataset, {
          kind: 'process',
          items:
            annotations.length === 0 ? items : await annotated(items, annotations, world.options.style.annotations),
        })
        return empty(202, world.options.style.nullBodies)
      },
    },
  ]
}

/** The open transaction of the path. @throws Rejection 404 where it is unknown, 409 where it was processed */
function transactionOf(dataset: Dataset, call: RouteCall): Transaction {
  const raw = call.param('trans_id')
  if (!/^\d+$/.test(raw)) {
    throw invalid(
      ['path', 'trans_id'],
      'Input should be a valid integer, unable to parse string as an integer',
      raw,
      'int_parsing',
    )
  }
  const transaction = dataset.transactions.get(Number(raw))
  if (!transaction) throw new Rejection(404, `Transaction ${raw} not found`)
  if (!transaction.open) throw new Rejection(409, `Transaction ${raw} is already being processed`)
  return transaction
}

/** The parts named `files`. @throws Rejection 422 where there is none, such as for `files[]` */
function uploadedFiles(parts: FormFile[]): FormFile[] {
  const files = parts.filter((part) => part.field === 'files')
  if (files.length === 0) throw invalid(['body', 'files'], 'Field required', null, 'missing')
  return files
}
