import { randomUUID } from 'node:crypto'
import { type ArchiveContext, exportArchive, exportDocument, mediaRecord } from '../archive.ts'
import { bodyTooLarge, type Call, invalid, json, type Reply, Rejection, text } from '../http/reply.ts'
import { booleanText, choiceQuery, jsonObject, type Route } from '../http/routing.ts'
import type { Dataset, ExportTask, MediaItem } from '../model.ts'
import { vqlFilter } from '../vql.ts'
import type { World } from '../world.ts'
import { datasetOf, naiveTime } from './access.ts'
import { selectMedia } from './selection.ts'

const formats = ['json', 'parquet'] as const
const entityTypes = ['IMAGES', 'OBJECTS'] as const

/** The calls of docs.visual-layer.com/api-reference/export-dataset, and two older ones that clients use. */
export function exportRoutes(world: World, storageUrl: string): Route[] {
  const context = () => ({ exportedBy: world.user, storageUrl: storageUrl })
  const begin = (call: Call, dataset: Dataset, items: readonly MediaItem[], fileName?: string): Reply => {
    const objects = choiceQuery(call, 'entity_type', entityTypes, 'IMAGES') === 'OBJECTS'
    const task: ExportTask = {
      id: randomUUID(),
      dataset,
      createdAt: new Date(),
      status: 'INIT',
      progress: 0,
      entitiesCount: objects ? items.reduce((sum, item) => sum + item.objects.length, 0) : items.length,
      resultMessage: undefined,
      // One segment of a path, whatever was asked.
      fileName: (fileName ?? 'export.zip').replaceAll('/', '_'),
      format: choiceQuery(call, 'export_format', formats),
      includeImages: booleanText(call.query.get('include_images'), ['query', 'include_images'], false),
      items: objects ? items.filter((item) => item.objects.length > 0) : items,
      storageKey: undefined,
    }
    if (dataset.status !== 'READY')
      throw new Rejection(409, `Dataset is not in READY status (current status: ${dataset.status})`)
    const rejection = rejectionOf(task, world)
    const at = world.options.style.exportRejection
    const begun = rejection === undefined || at === 'rejected' || at === 'rejected_at_start'
    world.exportStarts.push({
      datasetId: dataset.id,
      exportId: begun ? task.id : undefined,
      selective: call.method === 'POST',
      items: items.length,
      includeImages: task.includeImages,
      rejected: rejection !== undefined,
    })
    if (!begun) return rejectedNow(rejection, at)
    world.exports.push(task)
    if (rejection === undefined) runExport(world, task, context)
    else if (at === 'rejected') rejectLater(world, task, rejection)
    else {
      Object.assign(task, { status: 'REJECTED', resultMessage: rejection })
      return json(shownExport(task, world, storageUrl))
    }
    return json(world.options.style.exportReply === 'whole' ? shownExport(task, world, storageUrl) : { id: task.id })
  }
  return [
    {
      method: 'GET',
      pattern: '/dataset/:dataset_id/export_context_async',
      answer(call) {
        const dataset = datasetOf(world, call)
        const matches = vqlFilter(call.query.get('vql'), dataset.items)
        return begin(call, dataset, dataset.items.filter(matches), call.query.get('file_name') ?? undefined)
      },
    },
    {
      method: 'POST',
      pattern: '/dataset/:dataset_id/export_entities_async',
      answer(call) {
        const dataset = datasetOf(world, call)
        if (call.body.length > world.options.selectionLimitBytes) {
          const includeImages = call.query.get('include_images') === 'true'
          const unread = { exportId: undefined, selective: true, items: undefined, includeImages, rejected: true }
          world.exportStarts.push({ datasetId: dataset.id, ...unread })
          return bodyTooLarge()
        }
        return begin(call, dataset, selectMedia(jsonObject(call), dataset.items, world.options.style))
      },
    },
    {
      method: 'GET',
      pattern: '/dataset/:dataset_id/export_status',
      answer(call) {
        const dataset = datasetOf(world, call)
        const id = call.query.get('export_task_id')
        if (id === null) throw invalid(['query', 'export_task_id'], 'Field required', null, 'missing')
        const task = world.exports.find((candidate) => candidate.id === id && candidate.dataset === dataset)
        if (!task) throw new Rejection(404, `Export task ${id} not found`)
        return json(shownExport(task, world, storageUrl))
      },
    },
    {
      method: 'GET',
      pattern: '/dataset/:dataset_id/export',
      answer(call) {
        const dataset = datasetOf(world, call)
        choiceQuery(call, 'export_format', ['json'] as const)
        const records = dataset.items.map((item) => mediaRecord(item, storageUrl))
        return json(exportDocument({ dataset }, records, context()))
      },
    },
    {
      method: 'GET',
      pattern: '/dataset/:dataset_id/export_media_id',
      answer(call) {
        if (world.options.style.mediaIdList === 'missing') throw new Rejection(404, 'Not Found')
        const lines = datasetOf(world, call).items.map((item) => `${csvField(item.fileName)},${item.mediaId}`)
        return text(`${['filename,media_id', ...lines].join('\n')}\n`, 'text/csv')
      },
    },
  ]
}

function csvField(value: string): string {
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

function rejectionOf(task: ExportTask, { options }: World): string | undefined {
  if (task.entitiesCount === 0) return 'No entities match the export request'
  const cap = task.includeImages ? Math.min(options.exportCap, options.imagesCap) : options.exportCap
  if (task.entitiesCount <= cap) return undefined
  if (options.style.rejectionWords === 'vague') return 'Export rejected: too many entities'
  return `Export request rejected: number of entities ${task.entitiesCount} exceeds threshold ${cap}`
}

/** Rejected without a task. */
function rejectedNow(words: string, how: 'error' | 'bad_request' | 'payload_too_large'): Reply {
  if (how === 'error') return json({ error: words })
  throw new Rejection(how === 'bad_request' ? 400 : 413, words)
}

/** Rejected while polling: INIT first, as an export that will run. */
function rejectLater(world: World, task: ExportTask, reason: string): void {
  world.timeline.after(world.options.timings.exportMs / 4, () => {
    Object.assign(task, { status: 'REJECTED', resultMessage: reason })
  })
}

/** INIT, IN_PROGRESS, COMPLETED with the archive in the storage. */
function runExport(world: World, task: ExportTask, context: () => ArchiveContext): void {
  const { exportMs } = world.options.timings
  for (const share of [0.25, 0.5, 0.75]) {
    world.timeline.after(exportMs * share, () => {
      // On a loaded machine timers that are due together may run in another order.
      if (task.status === 'INIT' || task.status === 'IN_PROGRESS')
        Object.assign(task, { status: 'IN_PROGRESS', progress: share })
    })
  }
  world.timeline.after(exportMs, () => {
    const outcome = world.takeOutcome('export')
    if (task.dataset.deleted || (outcome.task !== undefined && outcome.task !== 'COMPLETED')) {
      Object.assign(task, { status: 'FAILED', resultMessage: outcome.message ?? 'Export failed' })
      return
    }
    publish(world, task, context()).catch((error: unknown) => {
      Object.assign(task, { status: 'FAILED', resultMessage: `The emulator broke: ${String(error)}` })
    })
  })
}

async function publish(world: World, task: ExportTask, context: ArchiveContext): Promise<void> {
  const content = world.takeArchive(task.id) ?? (await exportArchive(task, context))
  // The key has the shape that self-hosted servers show in their relative links.
  const key = `${task.dataset.id}/images/${task.id}/${task.fileName}`
  world.storage.put(key, content)
  Object.assign(task, { status: 'COMPLETED', progress: 1, storageKey: key })
}

function shownExport(task: ExportTask, world: World, storageUrl: string): Record<string, unknown> {
  let link: string | null = null
  if (task.storageKey !== undefined) {
    const signed = world.storage.sign(task.storageKey)
    link = world.options.style.downloadLinks === 'absolute' ? `${storageUrl}${signed}` : `/cdn${signed.split('?')[0]}`
  }
  return {
    id: task.id,
    dataset_id: task.dataset.id,
    created_at: naiveTime(task.createdAt),
    download_uri: link,
    progress: task.progress,
    status: task.status,
    entities_count: task.entitiesCount,
    result_message: task.resultMessage ?? null,
  }
}
