import type { ParquetReadOptions } from 'hyparquet'
import { ActionError, describe } from '../../errors.ts'

/** How much of a row group is in memory at once, in bytes of its decoded values: as objects of JavaScript they take several times as much. */
const SLICE_BYTES = 16 * 1024 * 1024
/**
 * A file may hold so many rows whatever its size, and beyond that one for each of its bytes. Every row of an export has an id of its
 * own, which no packing makes smaller than several bytes; rows that are all alike would unpack a few kilobytes to billions of them.
 */
const FREE_ROWS = 100_000

/**
 * The rows of a parquet file as plain objects, in order; a slice of one row group is in memory at a time, all of the group only where
 * it has lists or structures. 64-bit integers come as `bigint`, times as `Date`, bytes as `Uint8Array`. Throws `corrupt_download` when
 * the file cannot be read, or the signal's reason.
 *
 * @param fileName as errors should name it
 */
export async function* readRows(
  path: string,
  fileName: string,
  signal?: AbortSignal,
  sliceBytes = SLICE_BYTES,
): AsyncGenerator<Record<string, unknown>, void> {
  const { parquetSchema } = await import('hyparquet')
  const { compressors } = await import('hyparquet-compressors')
  const { file, metadata } = await footer(path, fileName)
  const columns = parquetSchema(metadata).children
  const names = columns.map(({ element }) => element.name)
  const flat = columns.every(({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED')
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const groupEnd = rowStart + Number(group.num_rows)
    const slices = flat ? Math.ceil(Number(group.total_byte_size) / sliceBytes) : 1
    const sliceRows = Math.ceil((groupEnd - rowStart) / Math.max(1, slices))
    for (; rowStart < groupEnd; rowStart += sliceRows) {
      const rowEnd = Math.min(groupEnd, rowStart + sliceRows)
      const slice = { file, metadata, compressors, rowStart, rowEnd }
      let rows: Record<string, unknown>[]
      try {
        rows = flat ? await readColumns(slice, names, signal) : await readAll(slice, signal)
      } catch (error) {
        signal?.throwIfAborted()
        throw unreadable(fileName, error)
      }
      if (rows.length !== rowEnd - rowStart) throw unreadable(fileName, new Error(TOO_FEW))
      yield* rows
    }
    rowStart = groupEnd
  }
  if (rowStart !== Number(metadata.num_rows)) throw unreadable(fileName, new Error(TOO_FEW))
}

const TOO_FEW = 'it holds fewer rows than it says'

async function readAll(slice: ParquetReadOptions, signal: AbortSignal | undefined) {
  const { parquetReadObjects } = await import('hyparquet')
  signal?.throwIfAborted()
  return parquetReadObjects(slice)
}

/** Reads column after column, so that the packed bytes of one only are in memory. */
async function readColumns(slice: ParquetReadOptions, names: readonly string[], signal: AbortSignal | undefined) {
  const { parquetReadObjects } = await import('hyparquet')
  const rows: Record<string, unknown>[] = []
  for (const name of names) {
    signal?.throwIfAborted()
    const cells = await parquetReadObjects({ ...slice, columns: [name] })
    for (const [index, cell] of cells.entries()) {
      const row = rows[index]
      if (row) row[name] = cell[name]
      else rows.push(cell)
    }
  }
  return rows
}

async function footer(path: string, fileName: string) {
  const { asyncBufferFromFile, parquetMetadataAsync } = await import('hyparquet')
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const rows = metadata.row_groups.reduce((sum, { num_rows }) => sum + Math.abs(Number(num_rows)), 0)
    if (rows > Math.max(FREE_ROWS, file.byteLength))
      throw new Error(`it claims to hold ${rows} rows in ${file.byteLength} bytes`)
    return { file, metadata }
  } catch (error) {
    throw unreadable(fileName, error)
  }
}

function unreadable(fileName: string, error: unknown): ActionError {
  return new ActionError(
    'corrupt_download',
    `The export's ${fileName} cannot be read as parquet: ${describe(error)}.`,
    {
      todo: 'Run the step again for a fresh export. If it happens each time, tell Visual Layer support the export id.',
      cause: error,
    },
  )
}
