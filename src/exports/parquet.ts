import { ActionError, describe } from '../errors.ts'

/**
 * The rows of a parquet file as plain objects, in order; one row group is in memory at a time. 64-bit integers come as `bigint`,
 * times as `Date`, bytes as `Uint8Array`. Throws `corrupt_download` when the file cannot be read, or the signal's reason.
 *
 * @param fileName as errors should name it
 */
export async function* readRows(
  path: string,
  fileName: string,
  signal?: AbortSignal,
): AsyncGenerator<Record<string, unknown>, void> {
  const { parquetReadObjects } = await import('hyparquet')
  const { compressors } = await import('hyparquet-compressors')
  const { file, metadata } = await footer(path, fileName)
  let rowStart = 0
  for (const group of metadata.row_groups) {
    signal?.throwIfAborted()
    const rowEnd = rowStart + Number(group.num_rows)
    let rows: Record<string, unknown>[]
    try {
      rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })
    } catch (error) {
      throw unreadable(fileName, error)
    }
    if (rows.length !== rowEnd - rowStart) throw unreadable(fileName, new Error('it holds fewer rows than it says'))
    yield* rows
    rowStart = rowEnd
  }
  if (rowStart !== Number(metadata.num_rows)) throw unreadable(fileName, new Error('it holds fewer rows than it says'))
}

async function footer(path: string, fileName: string) {
  const { asyncBufferFromFile, parquetMetadataAsync } = await import('hyparquet')
  try {
    const file = await asyncBufferFromFile(path)
    return { file, metadata: await parquetMetadataAsync(file) }
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
