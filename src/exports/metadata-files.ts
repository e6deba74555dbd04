import { ActionError } from '../errors.ts'
import { type ExportFile, type ExportPlace, withExportFiles } from './export-files.ts'
import { readRows } from './parquet.ts'
import { RecordReader } from './records.ts'

/** The tables that together are the metadata of an export in parts: readers take the folder they lie in for one table. */
export const PARQUET_PART = /^metadata\/part-\d{5,}\.parquet$/

export type MetadataFormat = 'json' | 'parquet'

/** Where records go. */
export interface RecordSink {
  /** Takes all the records of a JSON file of that many bytes. */
  json(reader: RecordReader, sizeBytes: number): Promise<void>
  row(row: Record<string, unknown>): void
}

/** Where the records of an export came from. */
export interface MetadataFiles {
  /** Relative to the export. */
  paths: string[]
  format: MetadataFormat
}

export interface MetadataOptions {
  signal: AbortSignal
  /** The files to read, relative to the export, where they are known; the export is not searched then. */
  metadataFiles?: readonly string[] | undefined
}

/** A file that may hold records. Another JSON file than the `certain` one may be anything: without records it is passed over. */
interface Candidate {
  file: ExportFile
  format: MetadataFormat
  certain: boolean
}

/**
 * Reads the records of an export, straight from its ZIP or from the folder it was unpacked into. They are those of `metadata.json`
 * at the root; without it of `metadata.parquet` there; without either of the `metadata/part-*.parquet` that an export in parts is put
 * together with; without those of every JSON file with a `media_items` array, at the root or one folder deep, together; without any
 * of every parquet file there. Where the place is a single file, its own. Throws `corrupt_download` when there is no metadata or it is
 * damaged, or the signal's reason.
 */
export async function readMetadata(
  place: ExportPlace,
  sink: RecordSink,
  { signal, metadataFiles }: MetadataOptions,
): Promise<MetadataFiles> {
  return withExportFiles(place, async (files, count) => {
    try {
      for (const candidates of choices(place, files, metadataFiles)) {
        const paths: string[] = []
        for (const candidate of candidates) {
          if (await read(candidate, sink, signal)) paths.push(candidate.file.path)
        }
        const [first] = candidates
        if (first && paths.length > 0) return { paths, format: first.format }
      }
      throw noMetadata(files, count)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  })
}

/** The first of these that hold any records are the metadata. */
function* choices(
  place: ExportPlace,
  files: readonly ExportFile[],
  known: readonly string[] | undefined,
): Generator<Candidate[], void> {
  const all = (fits: (path: string) => boolean, format: MetadataFormat, certain: boolean): Candidate[] =>
    files.filter(({ path }) => fits(path)).map((file) => ({ file, format, certain }))
  if ('file' in place) return yield all(() => true, place.format, true)
  if (known) {
    const paths = new Set(known)
    yield all((path) => isJson(path) && paths.has(path), 'json', true)
    return yield all((path) => !isJson(path) && paths.has(path), 'parquet', true)
  }
  yield all((path) => path === 'metadata.json', 'json', true)
  yield all((path) => path === 'metadata.parquet', 'parquet', true)
  yield all((path) => PARQUET_PART.test(path), 'parquet', true)
  yield all(isJson, 'json', false)
  yield all((path) => /\.parquet$/i.test(path), 'parquet', true)
}

function isJson(path: string): boolean {
  return /\.json$/i.test(path)
}

/** Returns whether the file holds records, be they none. */
async function read({ file, format, certain }: Candidate, sink: RecordSink, signal: AbortSignal): Promise<boolean> {
  if (format === 'parquet') {
    await file.onDisk(signal, async (path) => {
      for await (const row of readRows(path, file.path, signal)) sink.row(row)
    })
    return true
  }
  const reader = new RecordReader(file.bytes(signal), file.path, certain)
  try {
    await sink.json(reader, await file.sizeBytes())
  } catch (error) {
    if (certain || reader.found || signal.aborted) throw error
  }
  if (certain && !reader.found) throw noRecords(file.path)
  return reader.found
}

function noRecords(path: string): ActionError {
  return new ActionError('corrupt_download', `The export's ${path} has no "media_items" array.`, {
    todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
  })
}

function noMetadata(files: readonly ExportFile[], count: number): ActionError {
  return new ActionError(
    'corrupt_download',
    `The export has no metadata.json and no metadata.parquet. It holds ${inWords(files, count)}.`,
    {
      todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
    },
  )
}

function inWords(files: readonly ExportFile[], count: number): string {
  const shown = files.slice(0, 10).map(({ path }) => JSON.stringify(path.slice(0, 100)))
  const rest = count - shown.length
  return count === 0 ? 'nothing' : shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
