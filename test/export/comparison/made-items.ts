import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { readBaseline } from '../../../src/export/comparison/baseline.ts'
import type { Field } from '../../../src/export/comparison/fields.ts'
import { Comparing } from '../../../src/export/comparison/compare.ts'
import type { ExportPlace } from '../../../src/export/export-files.ts'
import { readExport } from '../../../src/export/records/metadata-files.ts'
import { isRecord } from '../../../src/visual-layer/reply.ts'
import { metadataJson } from '../export-bytes.ts'

export const LIVE = new AbortController().signal

/** A record as exports have it; its metadata is an array in any case. */
export type MadeRecord = Record<string, unknown> & { metadata_items: { type: string; properties: object }[] }

const score = fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100)
/** Few, so that they repeat; and such as are no plain names. */
const name = fc.oneof(fc.constantFrom('cat', 'dog', '__proto__', 'constructor', '', '日本', '"'), fc.string())
const scored = { source: fc.constantFrom('VL', 'user'), original_id: fc.integer({ min: -1, max: 3 }) }
const issue = fc.record({ issue_type: fc.constantFrom('blur', 'dark'), confidence: score })
const duplicate = fc.record({ issue_type: fc.constant('duplicates'), confidence: score, duplicate_group_id: fc.nat(9) })

function of(type: string, properties: fc.Arbitrary<object>) {
  return properties.map((given) => ({ type, properties: given }))
}

const metadataItem = fc.oneof(
  of('image_label', fc.record({ category_name: name, ...scored })),
  of(
    'object_label',
    fc.record({
      category_name: name,
      ...scored,
      bbox: fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 4, maxLength: 4 }),
      uniqueness_score: score,
      metadata_items: fc.array(of('issue', issue), { maxLength: 2 }),
    }),
  ),
  of('user_tag', fc.record({ tag_name: name, assigned_date: fc.constant('2026-01-02T03:04:05') })),
  of('caption', fc.oneof(fc.record({ text: name }), fc.record({ caption: name }))),
  of('issue', fc.oneof(issue, duplicate)),
  of('video_info', fc.record({ video_name: name, frame_timestamp: score })),
)

/** The records of one item, mostly one; without a link, which differs each time. */
export function madeItem(id: string): fc.Arbitrary<MadeRecord[]> {
  const record = fc.record({
    media_id: fc.constant(id),
    media_type: fc.constantFrom('image', 'video_frame'),
    file_name: name,
    file_path: fc.constant(`s3://bucket/${id}.jpg`),
    file_size: fc.constantFrom('48.27KB', '1.5MB', '12B'),
    uniqueness_score: score,
    height: fc.nat(4000),
    width: fc.nat(4000),
    cluster_id: fc.uuid(),
    metadata_items: fc.array(metadataItem, { maxLength: 6 }),
  })
  return fc.array(record, { minLength: 1, maxLength: 2, size: 'small' })
}

/** Ids that no two items share. */
export const ids = fc.uniqueArray(fc.oneof(fc.uuid(), fc.nat(999).map(String), fc.string({ minLength: 1 })), {
  selector: (id) => id.toLowerCase(),
  maxLength: 12,
})

let edits = 0

/** Changes exactly one field of a record. */
export const EDITS: Record<Field, (record: MadeRecord) => MadeRecord> = {
  labels: (record) => withMetadata(record, 'image_label', { category_name: fresh() }),
  boxes: (record) => withMetadata(record, 'object_label', { category_name: 'cat', bbox: [0.5, 1, 2, ++edits] }),
  tags: (record) => withMetadata(record, 'user_tag', { tag_name: fresh() }),
  captions: (record) => withMetadata(record, 'caption', { text: fresh() }),
  issues: (record) => withMetadata(record, 'issue', { issue_type: fresh(), confidence: 0 }),
  cluster: (record) => ({ ...record, cluster_id: fresh() }),
  uniqueness: (record) => ({ ...record, uniqueness_score: Number(record['uniqueness_score']) + 0.02 }),
  other: (record) => ({ ...record, file_name: fresh() }),
}

function fresh(): string {
  edits += 1
  return `fresh ${edits}`
}

function withMetadata(record: MadeRecord, type: string, properties: object): MadeRecord {
  return { ...record, metadata_items: [...record.metadata_items, { type, properties }] }
}

/** As another export of the same record has it: other links, scores a little off, metadata and members in another order. */
export function exportedAgain(record: MadeRecord): MadeRecord {
  const metadata_items = record.metadata_items.map(({ type, properties }) => ({
    properties: {
      url: `https://h/${Math.random()}`,
      ...properties,
      ...('confidence' in properties ? jitter(properties) : {}),
    },
    type,
  }))
  const uniqueness_score = Number(record['uniqueness_score']) + 0.001
  const members = Object.entries({ ...record, uniqueness_score, url: `https://h/${Math.random()}` }).reverse()
  return { ...Object.fromEntries(members), metadata_items: metadata_items.reverse() }
}

function jitter({ confidence }: { confidence?: unknown }): { confidence: number } {
  return { confidence: Number(confidence) + 0.0001 }
}

/** Writes records as `metadata.json` or as a table of what they share with it, and tells where. */
export async function written(
  folder: string,
  file: string,
  records: readonly unknown[],
): Promise<ExportPlace & { file: string }> {
  const path = join(folder, file)
  const format = file.endsWith('.parquet') ? 'parquet' : 'json'
  await writeFile(path, format === 'json' ? metadataJson(records) : parquet(records))
  return { file: path, format }
}

/** A column for each member that any record has. */
export function parquet(records: readonly unknown[]): Buffer {
  const rows = records.filter(isRecord)
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columnData = names.map((column) => {
    const data = rows.map((row) => row[column] ?? null)
    return { name: column, data, type: typeOf(data) }
  })
  return Buffer.from(parquetWriteBuffer({ columnData, statistics: false, rowGroupSize: 3 }))
}

function typeOf(data: readonly unknown[]): 'STRING' | 'DOUBLE' | 'INT64' | 'JSON' {
  const kinds = new Set(data.filter((value) => value !== null).map((value) => typeof value))
  if (kinds.has('object')) return 'JSON'
  if (kinds.has('bigint')) return 'INT64'
  return kinds.has('number') ? 'DOUBLE' : 'STRING'
}

/** Compares what lies in two files. */
export async function compareFiles(before: string, after: ExportPlace) {
  const baseline = await readBaseline({ path: before, given: 'earlier' }, { signal: LIVE })
  const comparing = new Comparing(baseline)
  const take = comparing.take.bind(comparing)
  const records = await readExport(after, { signal: LIVE, wanted: comparing.wanted, take })
  return { comparison: comparing.end(records), statistics: records.statistics }
}
