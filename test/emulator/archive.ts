import { buffer } from 'node:stream/consumers'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { ZipFile } from 'yazl'
import { imageBytes, imageName, imageSize } from './media-items.ts'
import type { ExportTask, MediaItem } from './model.ts'

/** What an archive needs to know beyond its export. */
export interface ArchiveContext {
  exportedBy: string
  /** Origin of the links in the records. */
  storageUrl: string
}

/** Above this many records the JSON is written without line breaks, which would cost more than all else. */
const mostIndented = 1000

/** Every link is signed otherwise. */
let lastSignature = 0

type MediaRecord = ReturnType<typeof mediaRecord>

/** The ZIP of an export: the records in an order that no other export has, with links of its own, and the images if asked. */
export async function exportArchive(task: ExportTask, context: ArchiveContext): Promise<Buffer> {
  const items = shuffled(task.items)
  const records = items.map((item) => mediaRecord(item, context.storageUrl))
  const zip = new ZipFile()
  // Held in a promise from the start: yazl begins to write as entries come.
  const bytes = buffer(zip.outputStream)
  if (task.format === 'json') {
    zip.addBuffer(
      Buffer.from(JSON.stringify(exportDocument(task, records, context), null, records.length > mostIndented ? 0 : 2)),
      'metadata.json',
    )
  } else {
    zip.addBuffer(parquet(records), 'metadata.parquet')
  }
  if (task.includeImages) {
    const used = new Set<string>()
    for (const item of items) {
      const name = imageName(item)
      zip.addBuffer(imageBytes(item), `images/${used.has(name) ? `${item.mediaId}_${name}` : name}`, {
        compress: false,
      })
      used.add(name)
    }
  }
  zip.end()
  return await bytes
}

/** The JSON of an export as a real file has it: `info` and `media_items`, eleven keys a record. */
export function exportDocument(
  task: Pick<ExportTask, 'dataset'>,
  records: MediaRecord[],
  context: ArchiveContext,
): Record<string, unknown> {
  return {
    info: {
      schema_version: '1.1',
      dataset: task.dataset.name,
      description: task.dataset.description,
      dataset_url: `https://app.visual-layer.com/dataset/${task.dataset.id}/data`,
      export_time: new Date().toISOString(),
      dataset_creation_time: task.dataset.createdAt.toISOString(),
      exported_by: context.exportedBy,
      total_media_items: records.length,
    },
    media_items: records,
  }
}

export function mediaRecord(item: MediaItem, storageUrl: string) {
  const signed = (kind: string) => {
    lastSignature += 1
    const signature = lastSignature.toString(16).padStart(32, '0')
    return `${storageUrl}/${kind}/${item.mediaId}.png?X-Amz-Date=${Date.now()}&X-Amz-Expires=3600&X-Amz-Signature=${signature}`
  }
  return {
    media_id: item.mediaId,
    media_type: item.mediaType,
    file_name: item.fileName,
    file_path: item.filePath,
    file_size: `${(imageSize(item) / 1024).toFixed(2)}KB`,
    uniqueness_score: item.uniqueness,
    height: 8,
    width: 8,
    url: signed('media'),
    cluster_id: item.clusterId || null,
    metadata_items: shuffled([
      ...item.labels.map((label) => ({
        type: 'image_label',
        properties: { category_name: label, source: 'VL', original_id: -1 },
      })),
      ...item.issues.map((issue) => ({
        type: 'issue',
        properties: {
          issue_type: issue.type,
          confidence: issue.confidence,
          ...(issue.type === 'duplicates'
            ? { duplicate_group_id: item.clusterId || null, duplicate_threshold: 0.9 }
            : {}),
        },
      })),
      ...item.objects.map((name) => ({
        type: 'object_label',
        properties: {
          category_name: name,
          source: 'VL',
          original_id: -1,
          bbox: [1, 2, 3, 4],
          uniqueness_score: item.uniqueness,
          url: signed('objects'),
          metadata_items: [{ type: 'issue', properties: { issue_type: 'blur', confidence: 0.5 } }],
        },
      })),
      ...item.tags.map((tag) => ({
        type: 'user_tag',
        properties: { tag_name: tag, assigned_date: '2026-01-02T03:04:05' },
      })),
      ...(item.caption === undefined ? [] : [{ type: 'caption', properties: { caption: item.caption, source: 'VL' } }]),
      ...(item.frameTimestamp === undefined
        ? []
        : [
            {
              type: 'video_info',
              properties: { video_name: item.filePath.split('/').at(-2) ?? '', frame_timestamp: item.frameTimestamp },
            },
          ]),
    ]),
  }
}

/** The JSON records as columns, with the column `image_filename` of the vendor's sample in place of `file_name`. */
function parquet(records: MediaRecord[]): Buffer {
  const column = <T>(pick: (record: MediaRecord) => T): T[] => records.map(pick)
  return Buffer.from(
    parquetWriteBuffer({
      statistics: false,
      columnData: [
        { name: 'media_id', data: column((record) => record.media_id), type: 'STRING' },
        { name: 'media_type', data: column((record) => record.media_type), type: 'STRING' },
        {
          name: 'image_filename',
          data: column((record) => (record.media_type === 'image' ? record.file_name : record.file_path)),
          type: 'STRING',
        },
        { name: 'file_path', data: column((record) => record.file_path), type: 'STRING' },
        { name: 'file_size', data: column((record) => record.file_size), type: 'STRING' },
        { name: 'uniqueness_score', data: column((record) => record.uniqueness_score), type: 'DOUBLE' },
        { name: 'height', data: column((record) => record.height), type: 'INT32' },
        { name: 'width', data: column((record) => record.width), type: 'INT32' },
        { name: 'url', data: column((record) => record.url), type: 'STRING' },
        { name: 'cluster_id', data: column((record) => record.cluster_id), type: 'STRING' },
        { name: 'metadata_items', data: column((record) => record.metadata_items), type: 'JSON' },
      ],
    }),
  )
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value)
}
