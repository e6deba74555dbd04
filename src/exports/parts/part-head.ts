import { ActionError } from '../../errors.ts'
import type { ManifestFile } from '../manifest.ts'
import type { DistinctRecords } from './distinct-records.ts'
import { type PartRecord, readRecord } from './part-record.ts'

/** A part without the list of all its files. */
export interface PartHead extends Omit<PartRecord, 'files' | 'metadataFiles'> {
  /** Of the part, absolute. */
  folder: string
  /** The files that hold its records. */
  metadata: ManifestFile[]
}

/** The part in this folder with all its files. Throws `operation_failed` when it is not a whole part. */
export async function wholePart(folder: string): Promise<PartRecord> {
  const record = await readRecord(folder)
  if (record) return record
  throw new ActionError(
    'operation_failed',
    `A finished part of the export is not whole any more (${folder}).`,
    RUN_AGAIN,
  )
}

export async function headOf(folder: string): Promise<PartHead> {
  const { files, metadataFiles, ...head } = await wholePart(folder)
  const metadata = metadataFiles.flatMap((path) => files.filter((file) => file.path === path))
  return { ...head, folder, metadata }
}

/** How the records of the parts are read. */
export interface MergePass {
  signal: AbortSignal
  /** Called once the records of a part were read. */
  onProgress?: ((doneParts: number, parts: number) => void) | undefined
}

/** What reading the records of all parts gave. */
export interface MergedRecords {
  records: DistinctRecords
  /** Records left out, since an earlier one tells of the same media item. */
  duplicates: number
  /** The metadata of the merged export. */
  files: ManifestFile[]
  /** What a reader should know, a sentence each. */
  notes: string[]
}

/** The error for a finished part whose files are not what they were. */
export function changedOnDisk({ number, folder }: PartHead, file?: string): ActionError {
  const which = file === undefined ? 'its records' : JSON.stringify(file.slice(0, 200))
  return new ActionError(
    'operation_failed',
    `Part ${number} of the export changed on the disk after it was unpacked: ${which} (${folder}).`,
    RUN_AGAIN,
  )
}

const RUN_AGAIN = {
  todo: 'Run the step again; if that does not help, remove this folder first. Make sure that nothing else writes to output_dir.',
}
