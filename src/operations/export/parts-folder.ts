import path from 'node:path'
import type { ExportRequest } from './inputs.ts'
import type { RequestFailure } from '../../visual-layer/failure.ts'
import type { Rejected } from '../../waiting/verdicts/export.ts'
import type { ExportSubject } from './export-subject.ts'

/** Why an export is done in parts; `undefined` where nothing was rejected. */
export type PartsCause = Rejected | { kind: 'too_long'; error: RequestFailure } | undefined

/** Where the parts are kept until they are one export: in the output folder, and so on its disk. */
export function partsFolder(request: ExportRequest): string {
  return path.join(request.outputDir, '.visual-layer-parts')
}

/**
 * What the parts are parts of. Equal for a step that is run again with the same inputs: also where it exports a snapshot, each
 * time from another clone; the listing shows whether the clones name their media alike.
 */
export function partsKey(request: ExportRequest, { source, snapshot }: ExportSubject): string {
  const { service, exportFormat, includeImages, entityType, selection, shard } = request
  return JSON.stringify([
    service.origin,
    source.id,
    snapshot?.id ?? null,
    exportFormat,
    includeImages,
    entityType,
    selection,
    shard ?? null,
  ])
}

/** Whether an earlier run of this step left parts that can be gone on from. */
export async function wasBegunInParts(request: ExportRequest, subject: ExportSubject, nowMs: number): Promise<boolean> {
  const { KeptParts } = await import('../../export/parts/kept-parts.ts')
  return KeptParts.areIn(partsFolder(request), partsKey(request, subject), nowMs)
}
