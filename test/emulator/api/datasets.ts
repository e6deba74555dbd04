import { readForm } from '../http/forms.ts'
import { json, Rejection } from '../http/reply.ts'
import type { Route } from '../http/routing.ts'
import { makeMedia } from '../media-items.ts'
import type { Dataset, DatasetStatus } from '../model.ts'
import { startCreation } from '../operations.ts'
import type { World } from '../world.ts'
import { datasetOf, naiveTime, requireEditor, spelled } from './access.ts'

const legacyStatus: Record<DatasetStatus, string> = {
  DRAFT: 'NEW',
  INDEXING: 'INDEXING',
  'READ ONLY': 'UPDATING',
  'PARTIAL INDEX': 'READY',
  READY: 'READY',
  ERROR: 'FATAL_ERROR',
}

export function datasetRoutes(world: World): Route[] {
  const { lags, style } = world.options
  /** The dataset as its own page shows it: with the status lag, a new one shows its first state. */
  const seen = (dataset: Dataset) => world.timeline.seen(dataset, lags.statusMs) ?? dataset
  return [
    {
      method: 'POST',
      pattern: '/dataset',
      answer(call) {
        const { fields } = readForm(call)
        const name = fields.get('dataset_name')?.trim() ?? ''
        const path = fields.get('bucket_path')?.trim() ?? ''
        if (name === '') throw new Rejection(400, 'dataset_name is required')
        if (path === '') throw new Rejection(400, 'bucket_path is required')
        if (path.includes('forbidden')) throw new Rejection(500, `Cannot access ${path}: Access Denied`)
        const dataset = world.newDataset({ name, status: 'INDEXING', sourceType: 'BUCKET', sourceUri: path })
        startCreation(world, dataset, {
          kind: 'create',
          items: makeMedia({ images: world.options.bucketImages }),
          failure: path.includes('missing') ? `No media found at ${path}` : undefined,
        })
        return json({ [style.createReply]: dataset.id })
      },
    },
    {
      method: 'GET',
      pattern: '/dataset/:dataset_id',
      answer: (call) => json(shownDataset(seen(datasetOf(world, call)), world)),
    },
    {
      method: 'GET',
      pattern: '/datasets/:dataset_id/creation-status',
      answer(call) {
        const dataset = seen(datasetOf(world, call))
        return json({ status: spelled(dataset.status, style.statusSpelling), progress: dataset.progress })
      },
    },
    {
      method: 'GET',
      pattern: '/datasets',
      answer() {
        const listed = world.datasets
          .map((dataset) => world.timeline.seen(dataset, lags.datasetListMs))
          .filter((dataset) => dataset !== undefined)
          .filter((dataset) => dataset.listed && !dataset.deleted)
          .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
        return json(listed.map((dataset) => shownDataset(dataset, world)))
      },
    },
    {
      method: 'DELETE',
      pattern: '/dataset/:dataset_id',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        world.timeline.change(dataset, { deleted: true })
        for (const task of world.tasks) {
          if (task.subject === dataset && task.endTime === undefined) {
            world.timeline.change(task, { status: 'ABORTED', statusMessage: 'Dataset deleted', endTime: new Date() })
          }
        }
        return json({ message: `Dataset ${dataset.id} deleted` })
      },
    },
    {
      method: 'GET',
      pattern: '/dataset/:dataset_id/stats',
      answer: (call) => json(counts(datasetOf(world, call))),
    },
  ]
}

function counts(dataset: Dataset): { n_images: number; n_videos: number; n_objects: number } {
  const frames = dataset.items.filter((item) => item.mediaType === 'video_frame')
  return {
    n_images: dataset.items.length - frames.length,
    n_videos: new Set(frames.map((frame) => frame.filePath.split('/').slice(0, -1).join('/'))).size,
    n_objects: dataset.items.reduce((sum, item) => sum + item.objects.length, 0),
  }
}

function shownDataset(dataset: Dataset, world: World): Record<string, unknown> {
  const { statusField, statusSpelling } = world.options.style
  const status = spelled(dataset.status, statusSpelling)
  return {
    id: dataset.id,
    display_name: dataset.name,
    description: dataset.description,
    ...(statusField === 'status' ? { status } : { status_new: status }),
    ...(statusField === 'both' ? { status: legacyStatus[dataset.status] } : {}),
    progress: Math.round(dataset.progress),
    ...counts(dataset),
    fatal_error_msg: dataset.fatalError ?? null,
    source_type: dataset.sourceType,
    source_uri: dataset.sourceUri ?? null,
    source_dataset_id: dataset.sourceDatasetId ?? null,
    owned_by: 'VL',
    created_at: naiveTime(dataset.createdAt),
    updated_at: dataset.updatedAt ? naiveTime(dataset.updatedAt) : null,
    // A UUID here, where snapshots and tasks show the e-mail.
    created_by: '5f1c3b52-7c1e-11f0-8de9-0242ac120002',
    preview_uri: null,
    filename: null,
    sample: false,
  }
}
