import { NEW_EXPORT } from '../../transfer/advice.ts'
import { ActionError } from '../../errors.ts'
import { type ExportFile, type ExportPlace, withExportFiles } from '../export-files.ts'
import { type ReadOptions, readJson, RecordSummary, readTable } from './read-records.ts'
import { RecordReader } from './record-reader.ts'
import type { Statistics } from './statistics.ts'

/** The tables that together are the metadata of an export in parts: readers take the folder they are in for one table. */
export const PARQUET_PART = /^metadata\/part-\d{5,}\.parquet$/

export type MetadataFormat = 'json' | 'parquet'

/** What an export contains, according to its records. */
export interface ExportRecords {
  /** Records in JSON, rows in parquet. */
  mediaCount: number
  contentDigest: string
  statistics: Statistics
  format: MetadataFormat
  /** Where the records came from, relative to the export. */
  metadataFiles: string[]
}

/** A file that may contain records. Another JSON file than the `certain` one may be anything: without records it is passed over. */
interface Candidate {
  file: ExportFile
  format: MetadataFormat
  certain: boolean
}

/**
 * Reads the records of an export once, straight from its ZIP or from the folder it was unpacked into. They are those of `metadata.json` at
 * the root; without it, of `metadata.parquet` there; without either, of the `metadata/part-*.parquet` that an export in parts is merged
 * into; without those, of every JSON file with a `media_items` array, at the root or one folder deep, together; without any, of every
 * parquet file there. If the place is a single file, its own. Throws `corrupt_download` if there is no metadata or it is damaged, what
 * `take` throws, or the signal's reason.
 */
export async function readExport(
  place: ExportPlace,
  options: Pick<ReadOptions, 'signal'> & Partial<ReadOptions>,
): Promise<ExportRecords> {
  const { signal, wanted = {}, onFile, take } = options
  const summary = new RecordSummary()
  const reading: ReadOptions = {
    signal,
    wanted,
    onFile,
    take(batch) {
      summary.add(batch.result)
      return take?.(batch)
    },
  }
  const { paths, format } = await withExportFiles(place, async (files, count) => {
    try {
      for (const candidates of choices(place, files)) {
        const read: string[] = []
        for (const candidate of candidates) {
          if (await readFile(candidate, reading)) read.push(candidate.file.path)
        }
        const [first] = candidates
        if (first && read.length > 0) return { paths: read, format: first.format }
      }
      throw noMetadata(files, count)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  })
  return {
    mediaCount: summary.mediaCount,
    contentDigest: summary.contentDigest(),
    statistics: summary.statistics(),
    format,
    metadataFiles: paths,
  }
}

/** The first of these that contain any records are the metadata. */
function* choices(place: ExportPlace, files: readonly ExportFile[]): Generator<Candidate[], void> {
  const all = (fits: (path: string) => boolean, format: MetadataFormat, certain: boolean): Candidate[] =>
    files.filter(({ path }) => fits(path)).map((file) => ({ file, format, certain }))
  if ('file' in place) return yield all(() => true, place.format, true)
  yield all((path) => path === 'metadata.json', 'json', true)
  yield all((path) => path === 'metadata.parquet', 'parquet', true)
  yield all((path) => PARQUET_PART.test(path), 'parquet', true)
  yield all(isJson, 'json', false)
  yield all((path) => /\.parquet$/i.test(path), 'parquet', true)
}

function isJson(path: string): boolean {
  return /\.json$/i.test(path)
}

/** Returns whether the file contains records, even none. */
async function readFile({ file, format, certain }: Candidate, options: ReadOptions): Promise<boolean> {
  const { signal } = options
  if (format === 'parquet') {
    await file.onDisk(signal, (path) => readTable(path, file.path, options))
    return true
  }
  const reader = new RecordReader(file.bytes(signal), file.path, {
    bareArrays: certain,
    keepOthers: options.onFile !== undefined,
  })
  try {
    await readJson(reader, await file.sizeBytes(), options)
  } catch (error) {
    if (certain || reader.found || signal.aborted) throw error
  }
  if (certain && !reader.found) throw noRecords(file.path)
  if (reader.found) options.onFile?.(reader)
  return reader.found
}

function noRecords(path: string): ActionError {
  return new ActionError('corrupt_download', `The export's ${path} has no "media_items" array.`, { todo: NEW_EXPORT })
}

function noMetadata(files: readonly ExportFile[], count: number): ActionError {
  return new ActionError(
    'corrupt_download',
    `The export has no metadata.json and no metadata.parquet. It contains ${inWords(files, count)}.`,
    { todo: NEW_EXPORT },
  )
}

function inWords(files: readonly ExportFile[], count: number): string {
  const shown = files.slice(0, 10).map(({ path }) => JSON.stringify(path.slice(0, 100)))
  const rest = count - shown.length
  return count === 0 ? 'nothing' : shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
