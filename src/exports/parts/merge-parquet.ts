import { join } from 'node:path'
import { ActionError } from '../../errors.ts'
import type { ManifestFile } from '../manifest.ts'
import { readRows } from '../parquet.ts'
import { idIn } from '../record-ids.ts'
import { DistinctRecords } from './distinct-records.ts'
import { changedOnDisk, type MergedRecords, type MergePass, type PartHead } from './part-head.ts'
import { FILES_FOLDER } from './part-record.ts'

/** Where a table is, and its path in the merged export. */
export interface ParquetTable {
  source: string
  path: string
}

/**
 * Counts and digests the tables of the parts, which stay as they are and get names by which pandas, DuckDB and Spark take them for
 * one table. Throws `unexpected_reply` when two parts tell of the same media item: rows cannot be taken out of a table.
 */
export async function mergeParquet(
  heads: readonly PartHead[],
  { signal, onProgress }: MergePass,
): Promise<MergedRecords & { tables: ParquetTable[] }> {
  const records = new DistinctRecords()
  const tables: ParquetTable[] = []
  const files: ManifestFile[] = []
  for (const [index, head] of heads.entries()) {
    const before = records.count
    for (const { path, size_bytes, crc32 } of head.metadata) {
      const source = join(head.folder, FILES_FOLDER, path)
      for await (const row of readRows(source, `${path} (part ${head.number})`, signal)) {
        signal.throwIfAborted()
        const { novelty, hash } = records.next(row)
        if (novelty === 'in an earlier part') throw exportedTwice(row, head)
        records.keep(hash)
      }
      const table = `metadata/part-${String(tables.length + 1).padStart(5, '0')}.parquet`
      tables.push({ source, path: table })
      files.push({ path: table, size_bytes, crc32 })
    }
    if (records.count - before !== head.mediaCount) throw changedOnDisk(head)
    records.endPart()
    onProgress?.(index + 1, heads.length)
  }
  return { records, duplicates: 0, files, notes: [], tables }
}

function exportedTwice(row: unknown, { number, exportId }: PartHead): ActionError {
  const id = idIn(row, 'media_id')
  const item = id === undefined ? 'the same row' : `the media item ${JSON.stringify(id.slice(0, 100))}`
  return new ActionError(
    'unexpected_reply',
    `The parts of the export overlap: ${item} is in part ${number} (export ${exportId}) and in an earlier part. Rows cannot be taken out of parquet files, so that it would count twice.`,
    {
      todo: 'Run the step again once nobody changes the dataset, or with "export_format: json", where such items are kept once. If it happens each time, tell Visual Layer support the export id.',
    },
  )
}
