import { ActionError } from '../errors.ts'
import { RecordDigest } from './digest.ts'
import { type ExportFile, type ExportPlace, withExportFiles } from './export-files.ts'
import { readRows } from './parquet.ts'
import { RecordReader } from './records.ts'

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
 * those of `metadata.json` at the root; without it of `metadata.parquet` there; without either of every JSON file with a
 * `media_items` array, at the root or one folder deep, together; without any of every parquet file there. Throws
 * `corrupt_download` when there is no metadata or it is damaged, or the signal's reason.
 */
export async function inspectExport(options: ExportPlace & { signal: AbortSignal }): Promise<Inspection> {
  const { signal } = options
  return withExportFiles(options, async (files, count) => {
    const digest = new RecordDigest()
    try {
      const metadataFiles = await readMetadata(files, digest, signal)
      if (metadataFiles.length === 0) throw noMetadata(files, count)
      return { mediaCount: digest.count, contentDigest: digest.hex(), metadataFiles }
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  })
}

async function readMetadata(
  files: readonly ExportFile[],
  digest: RecordDigest,
  signal: AbortSignal,
): Promise<string[]> {
  const json = files.find(({ path }) => path === 'metadata.json')
  if (json) {
    if (await addJson(json, digest, signal, true)) return [json.path]
    throw new ActionError('corrupt_download', 'The export\'s metadata.json has no "media_items" array.', {
      todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
    })
  }
  const parquet = files.find(({ path }) => path === 'metadata.parquet')
  if (parquet) {
    await addParquet(parquet, digest, signal)
    return [parquet.path]
  }
  const read: string[] = []
  for (const file of files) {
    if (/\.json$/i.test(file.path) && (await addJson(file, digest, signal, false))) read.push(file.path)
  }
  if (read.length > 0) return read
  for (const file of files) {
    if (!/\.parquet$/i.test(file.path)) continue
    await addParquet(file, digest, signal)
    read.push(file.path)
  }
  return read
}

/** @param certain whether the file can only be the metadata. Another JSON file may be anything: without records it is passed over. */
async function addJson(
  file: ExportFile,
  digest: RecordDigest,
  signal: AbortSignal,
  certain: boolean,
): Promise<boolean> {
  const reader = new RecordReader(file.bytes(signal), file.path, certain)
  try {
    for await (const record of reader) digest.add(record)
  } catch (error) {
    if (certain || reader.found || signal.aborted) throw error
  }
  return reader.found
}

async function addParquet(file: ExportFile, digest: RecordDigest, signal: AbortSignal): Promise<void> {
  await file.onDisk(signal, async (path) => {
    for await (const row of readRows(path, file.path, signal)) digest.add(row)
  })
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
