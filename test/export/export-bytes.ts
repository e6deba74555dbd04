import { recordHash } from '../../src/export/records/canonical.ts'
import { RecordDigest } from '../../src/export/records/digest.ts'
import { type WrittenEntry, writeZip } from '../transfer/archive/zip-writer.ts'

/** A record as exports of images have it; the link changes with each call. */
export function mediaItem(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    media_id: id,
    media_type: 'image',
    file_name: `${id}.jpg`,
    file_path: `s3://bucket/${id}.jpg`,
    file_size: '48.27KB',
    uniqueness_score: 0.5,
    height: 480,
    width: 640,
    url: `https://storage.example/${id}.jpg?X-Amz-Signature=${Math.random()}`,
    cluster_id: 'cluster-1',
    metadata_items: [
      { type: 'issue', properties: { issue_type: 'blur', confidence: 0.9 } },
      { type: 'image_label', properties: { category_name: 'cat', source: 'user', original_id: -1 } },
    ],
    ...more,
  }
}

/** The `content_digest` of records. */
export function digestOf(records: readonly unknown[]): string {
  const digest = new RecordDigest()
  for (const record of records) digest.add(Buffer.from(recordHash(record, true), 'hex'))
  return digest.hex()
}

/** The text of a `metadata.json`. */
export function metadataJson(items: readonly unknown[]): string {
  return JSON.stringify({ info: { schema_version: '1.1', export_time: new Date().toISOString() }, media_items: items })
}

/** The ZIP of an export in JSON, with files beside the metadata. */
export function exportZip(items: readonly unknown[], files: readonly WrittenEntry[] = []): Buffer {
  return writeZip([{ name: 'metadata.json', data: metadataJson(items), method: 'deflated' }, ...files])
}
