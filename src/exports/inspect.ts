import { ActionError } from '../errors.ts'
import { RecordDigest } from './digest.ts'
import { digestRecords } from './digest-records.ts'
import { type ExportFile, type ExportPlace, withExportFiles } from './export-files.ts'
import { readRows } from './parquet.ts'
import { RecordReader } from './records.ts'

/** The tables that together are the metadata of an export in parts: readers take the folder they lie in for one table. */
export const PARQUET_PART = /^metadata\/part-\d{5,}\.parquet$/

/** Where records go. */
interface Records {
  digest: RecordDigest
  onRecord: ((record: unknown) => void) | undefined
}

/** What an export holds, as its metadata tells. */
export interface Inspection {
  /** Records in JSON, rows in parquet. */
  mediaCount: number
  contentDigest: string
  /** Where the records came from, relative to the export. */
  metadataFiles: string[]
}

/**
 * Counts and digests the records of an export, straight from its ZIP or from the folder it was unpacked into. The records are
 * those of `metadata.json` at the root; without it of `metadata.parquet` there; without either of the `metadata/part-*.parquet` that
 * an export in parts is put together with; without those of every JSON file with a `media_items` array, at the root or one folder
 * deep, together; without any of every parquet file there. Throws `corrupt_download` when there is no metadata or it is damaged, or
 * the signal's reason.
 *
 * @param options `onRecord` is told of every record, in order
 */
export async function inspectExport(
  options: ExportPlace & { signal: AbortSignal; onRecord?: (record: unknown) => void },
): Promise<Inspection> {
  const { signal, onRecord } = options
  return withExportFiles(options, async (files, count) => {
    const digest = new RecordDigest()
    try {
      const metadataFiles = await readMetadata(files, { digest, onRecord }, signal)
      if (metadataFiles.length === 0) throw noMetadata(files, count)
      return { mediaCount: digest.count, contentDigest: digest.hex(), metadataFiles }
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  })
}

async function readMetadata(files: readonly ExportFile[], records: Records, signal: AbortSignal): Promise<string[]> {
  const json = files.find(({ path }) => path === 'metadata.json')
  if (json) {
    if (await addJson(json, records, signal, true)) return [json.path]
    throw new ActionError('corrupt_download', 'The export\'s metadata.json has no "media_items" array.', {
      todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
    })
  }
  const parquet = files.find(({ path }) => path === 'metadata.parquet')
  if (parquet) return addAllParquet([parquet], records, signal)
  const parts = files.filter(({ path }) => PARQUET_PART.test(path))
  if (parts.length > 0) return addAllParquet(parts, records, signal)
  const read: string[] = []
  for (const file of files) {
    if (/\.json$/i.test(file.path) && (await addJson(file, records, signal, false))) read.push(file.path)
  }
  if (read.length > 0) return read
  const tables = files.filter(({ path }) => /\.parquet$/i.test(path))
  return addAllParquet(tables, records, signal)
}

/** @param certain whether the file can only be the metadata. Another JSON file may be anything: without records it is passed over. */
async function addJson(file: ExportFile, records: Records, signal: AbortSignal, certain: boolean): Promise<boolean> {
  const reader = new RecordReader(file.bytes(signal), file.path, certain)
  try {
    await digestRecords(reader, { ...records, sizeBytes: await file.sizeBytes(), signal })
  } catch (error) {
    if (certain || reader.found || signal.aborted) throw error
  }
  return reader.found
}

async function addAllParquet(
  files: readonly ExportFile[],
  { digest, onRecord }: Records,
  signal: AbortSignal,
): Promise<string[]> {
  for (const file of files) {
    await file.onDisk(signal, async (path) => {
      for await (const row of readRows(path, file.path, signal)) {
        digest.add(row)
        onRecord?.(row)
      }
    })
  }
  return files.map(({ path }) => path)
}

function noMetadata(files: readonly ExportFile[], count: number): ActionError {
  const shown = files.slice(0, 10).map(({ path }) => JSON.stringify(path.slice(0, 100)))
  const rest = count - shown.length
  const holds = count === 0 ? 'nothing' : shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
  return new ActionError(
    'corrupt_download',
    `The export has no metadata.json and no metadata.parquet. It holds ${holds}.`,
    {
      todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
    },
  )
}
