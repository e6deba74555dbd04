import type { Compressors, FileMetaData, ParquetReadOptions } from 'hyparquet'
import { describe } from '../../errors.ts'
import { conversions, textOf } from './parquet-values.ts'

type Decompressor = NonNullable<Compressors[keyof Compressors]>

/** How much of a row group is in memory at once, in bytes of its decoded values: as objects of JavaScript they take several times as much. */
const SLICE_BYTES = 16 * 1024 * 1024
/** How much a file may contain: so much whatever its size, or so much for each of its bytes. */
interface Limit {
  free: number
  perByte: number
}

/**
 * Every row of an export has an ID of its own, which no packing makes smaller than several bytes. Rows that are all alike would unpack a
 * few kilobytes to billions of them.
 */
const UNIQUE_ROWS: Limit = { free: 100_000, perByte: 1 }
/** The values of one column, which may be lists, and rows that may be alike, as annotations are. */
const VALUES: Limit = { free: 1_000_000, perByte: 64 }

/** A file that cannot be read as parquet. The message says why, and completes "it cannot be read as parquet: …". */
export class NotParquet extends Error {
  override readonly name = 'NotParquet'
}

export interface RowOptions {
  signal?: AbortSignal | undefined
  /** In bytes. */
  sliceBytes?: number
  /** Whether rows may be alike; by default each is one of its own. */
  mayRepeat?: boolean
}

/**
 * The rows of a parquet file as plain objects, in order; a range of one row group is in memory at a time, all of the group only where
 * it has lists or structures. 64-bit integers come as `bigint`, times as `Date`, bytes as `Uint8Array`. Throws {@link NotParquet}, or the
 * signal's reason.
 */
export async function* readRows(
  path: string,
  { signal, sliceBytes = SLICE_BYTES, mayRepeat = false }: RowOptions = {},
): AsyncGenerator<Record<string, unknown>, void> {
  const compressors = await decompressors()
  const { file, metadata, columns, converts } = await footer(path, mayRepeat ? VALUES : UNIQUE_ROWS)
  const names = columns.map(({ element }) => element.name)
  const flat = columns.every(({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED')
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const groupEnd = rowStart + Number(group.num_rows)
    const slices = flat ? Math.ceil(Number(group.total_byte_size) / sliceBytes) : 1
    const sliceRows = Math.ceil((groupEnd - rowStart) / Math.max(1, slices))
    for (; rowStart < groupEnd; rowStart += sliceRows) {
      const rowEnd = Math.min(groupEnd, rowStart + sliceRows)
      const slice = { file, metadata, compressors, rowStart, rowEnd, utf8: false, parsers: { stringFromBytes } }
      let rows: Record<string, unknown>[]
      try {
        rows = flat ? await readColumns(slice, names, signal) : await readAll(slice, signal)
      } catch (error) {
        signal?.throwIfAborted()
        throw new NotParquet(`its data cannot be read (${inWords(error)})`, { cause: error })
      }
      if (rows.length !== rowEnd - rowStart) throw new NotParquet(TOO_FEW)
      for (const row of rows) {
        for (const [name, convert] of converts) row[name] = convert(row[name])
        yield row
      }
    }
    rowStart = groupEnd
  }
  if (rowStart !== Number(metadata.num_rows)) throw new NotParquet(TOO_FEW)
}

const TOO_FEW = 'it contains fewer rows than it says'

/** Text that is not UTF-8 stays bytes. */
function stringFromBytes(bytes: Uint8Array | undefined): unknown {
  return bytes && textOf(bytes)
}

/** Those of the library. Its LZ4 fails for a page without values. */
async function decompressors(): Promise<Compressors> {
  const { compressors } = await import('hyparquet-compressors')
  const emptyOr = (unpack: Decompressor): Decompressor => {
    return (input, length) => (length === 0 ? new Uint8Array() : unpack(input, length))
  }
  const { LZ4, LZ4_RAW } = compressors
  return { ...compressors, ...(LZ4 && { LZ4: emptyOr(LZ4) }), ...(LZ4_RAW && { LZ4_RAW: emptyOr(LZ4_RAW) }) }
}

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

async function footer(path: string, mostRows: Limit) {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const columns = parquetSchema(metadata).children
    checkForBombs(metadata.row_groups, file.byteLength, mostRows)
    return { file, metadata, columns, converts: conversions(metadata, columns) }
  } catch (error) {
    if (error instanceof NotParquet) throw error
    throw new NotParquet(`its footer is damaged (${inWords(error)})`, { cause: error })
  }
}

/** Throws for a file that claims to contain far more than one of its size can, before anything of it is unpacked. */
function checkForBombs(groups: FileMetaData['row_groups'], bytes: number, mostRows: Limit): void {
  const isTooMuch = (claimed: number, { free, perByte }: Limit) => claimed > Math.max(free, bytes * perByte)
  const rows = groups.reduce((sum, { num_rows }) => sum + Math.abs(Number(num_rows)), 0)
  if (isTooMuch(rows, mostRows)) throw new NotParquet(`it claims to contain ${rows} rows in ${bytes} bytes`)
  const values = new Map<string, number>()
  for (const { columns } of groups) {
    for (const { meta_data: column } of columns) {
      if (!column) continue
      const path = column.path_in_schema.join('.')
      values.set(path, (values.get(path) ?? 0) + Math.abs(Number(column.num_values)))
    }
  }
  const most = Math.max(0, ...values.values())
  if (isTooMuch(most, VALUES))
    throw new NotParquet(`it claims to contain ${most} values in a column, in ${bytes} bytes`)
}

function inWords(error: unknown): string {
  return describe(error).replace(/[.?]+$/, '')
}
