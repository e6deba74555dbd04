import { randomUUID } from 'node:crypto'
import { type Form, readForm } from '../http/forms.ts'
import { Rejection } from '../http/reply.ts'
import { booleanText, empty, type Route } from '../http/routing.ts'
import { itemOfFile, makeMedia } from '../media-items.ts'
import type { Dataset, MediaItem } from '../model.ts'
import { startMediaAddition, startReindex } from '../operations.ts'
import { requireIdle } from '../work.ts'
import type { World } from '../world.ts'
import { datasetOf, requireEditor } from './access.ts'
import { isArchive, isMedia, mediaInArchive } from './formats.ts'

/** Add media and reindex, of docs.visual-layer.com/api-reference/add-media-to-existing-dataset. */
export function mediaRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/dataset/:dataset_id/add_media',
      async answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        const form = readForm(call)
        const autoReindex = booleanText(form.fields.get('auto_reindex'), ['body', 'auto_reindex'], false)
        requireIdle(world, dataset, 'MEDIA_ADDITION', ['READY', 'PARTIAL INDEX'])
        const addition = await additionOf(form, dataset, world)
        // The archive was read meanwhile: another request may have begun something.
        requireIdle(world, dataset, 'MEDIA_ADDITION', ['READY', 'PARTIAL INDEX'])
        startMediaAddition(world, dataset, { autoReindex, ...addition })
        return empty(202, world.options.style.nullBodies)
      },
    },
    {
      method: 'POST',
      pattern: '/dataset/:dataset_id/reindex',
      answer(call) {
        const dataset = datasetOf(world, call)
        requireEditor(dataset)
        requireIdle(world, dataset, 'REINDEX', ['PARTIAL INDEX'])
        startReindex(world, dataset)
        return empty(202, world.options.style.nullBodies)
      },
    },
  ]
}

/** What the form adds. @throws Rejection 400 unless it gives exactly one source, and a usable one */
async function additionOf(
  form: Form,
  dataset: Dataset,
  world: World,
): Promise<{ items: MediaItem[]; failure?: string }> {
  const s3Uri = form.fields.get('s3_uri') || undefined
  const files = form.files.filter((file) => file.field === 'files')
  const archives = form.files.filter((file) => file.field === 'archive')
  const sources = [s3Uri !== undefined, files.length > 0, archives.length > 0].filter(Boolean).length
  if (sources !== 1) throw new Rejection(400, 'Exactly one of s3_uri, files[] or archive must be provided')
  const from = dataset.items.length
  const clusterId = randomUUID()
  if (s3Uri !== undefined) {
    if (!/^s3:\/\/[^/]+/.test(s3Uri)) throw new Rejection(400, `Invalid S3 URI: ${s3Uri}`)
    if (s3Uri.includes('missing')) throw new Rejection(400, `No media found at ${s3Uri}`)
    return { items: makeMedia({ images: world.options.bucketImages, from }) }
  }
  const [archive] = archives
  if (archive !== undefined) {
    if (archives.length > 1) throw new Rejection(400, 'Only one archive may be provided')
    if (!isArchive(archive.name)) throw new Rejection(400, `Unsupported archive format: ${archive.name}`)
    try {
      const names = await mediaInArchive(archive.name, archive.bytes)
      return { items: names.map((name, index) => itemOfFile({ name }, from + index + 1, clusterId)) }
    } catch (error) {
      return { items: [], failure: `The archive ${archive.name} could not be read: ${String(error)}` }
    }
  }
  const rejected = files.find((file) => !isMedia(file.name))
  if (rejected) throw new Rejection(400, `Unsupported file format: ${rejected.name}`)
  return { items: files.map((file, index) => itemOfFile(file, from + index + 1, clusterId)) }
}
