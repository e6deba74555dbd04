import { count, counted } from '../../numbers.ts'
import { ActionError } from '../../errors.ts'
import type { ExportRequest } from './inputs.ts'
import type { Dataset } from '../../visual-layer/datasets.ts'
import type { Snapshot } from '../../visual-layer/snapshots.ts'
import type { Step } from '../step.ts'

/** What is exported, and how it is spoken of. */
export interface ExportSubject {
  /** The dataset whose name and ID the step reports. */
  source: Dataset
  /** The dataset that is exported: the source, or a clone of one of its snapshots. */
  exported: Dataset
  snapshot: Snapshot | undefined
  /** What to do about an export that is still running at the timeout. */
  carryOn: (exportId: string) => string
  /** What to do about an export that is COMPLETED, and whose bytes are not here. */
  again: (exportId: string) => string
}

/** An export without records that is not allowed. */
export class EmptyExport extends ActionError {}

/** Throws {@link EmptyExport} (`rejected`) for an export without records that is not allowed: it must not replace an earlier one. */
export function requireItems(
  request: ExportRequest,
  { reporter }: Step,
  { source }: ExportSubject,
  items: number,
): void {
  if (items > 0 || request.allowEmpty || request.shard) return
  reporter.output('media_count', 0)
  throw new EmptyExport('rejected', `The export of dataset "${source.name}" is empty: it contains no records.`, {
    todo: 'Check the dataset and what was selected. If an empty export is fine for this workflow, set allow_empty: true.',
  })
}

/** What the inputs select, for people. */
export function selectionWords(request: ExportRequest): string {
  const { shard } = request
  return `${shard ? `shard ${shard.index} of ${shard.of} of ` : ''}${selected(request)}`
}

function selected(request: ExportRequest): string {
  const { selection } = request
  const how = `${request.exportFormat}, ${request.includeImages ? 'with media files' : 'without media files'}`
  switch (selection.kind) {
    case 'attached':
      return `the selection of export ${selection.exportId}`
    case 'whole':
      return `the whole dataset (${how})`
    case 'vql':
      return `the matches of the VQL filter (${how})`
    case 'selected': {
      const parts = [
        selection.mediaIds.length > 0 ? `${count(selection.mediaIds.length)} media` : undefined,
        selection.clusterIds.length > 0 ? counted(selection.clusterIds.length, 'cluster') : undefined,
        selection.excludeMediaIds.length > 0 ? `less ${count(selection.excludeMediaIds.length)} media` : undefined,
      ]
      return `${parts.filter((part) => part !== undefined).join(', ')} (${how})`
    }
  }
}
