import { RecordDigest } from './digest.ts'
import { digestRecords } from './digest-records.ts'
import type { ExportPlace } from './export-files.ts'
import { readMetadata } from './metadata-files.ts'

/** What an export holds, as its metadata tells. */
export interface Inspection {
  /** Records in JSON, rows in parquet. */
  mediaCount: number
  contentDigest: string
  /** Where the records came from, relative to the export. */
  metadataFiles: string[]
}

/**
 * Counts and digests the records of an export: those that {@link readMetadata} finds. Throws `corrupt_download` when there is no
 * metadata or it is damaged, or the signal's reason.
 *
 * @param options `onRecord` is told of every record, in order
 */
export async function inspectExport(
  options: ExportPlace & { signal: AbortSignal; onRecord?: (record: unknown) => void },
): Promise<Inspection> {
  const { signal, onRecord } = options
  const digest = new RecordDigest()
  const { paths } = await readMetadata(
    options,
    {
      json: (reader, sizeBytes) => digestRecords(reader, { digest, sizeBytes, signal, onRecord }),
      row(row) {
        digest.add(row)
        onRecord?.(row)
      },
    },
    { signal },
  )
  return { mediaCount: digest.count, contentDigest: digest.hex(), metadataFiles: paths }
}
