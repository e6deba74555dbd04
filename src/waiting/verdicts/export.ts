import { ActionError } from '../../errors.ts'
import type { ExportTask } from '../../visual-layer/exports.ts'
import type { Look } from '../until.ts'
import { counted } from '../../numbers.ts'

/** How an export ends without a failure: with a link to its bytes, or rejected, which may still lead somewhere. */
export type ExportEnd = { kind: 'link'; link: string } | Rejected

/** An export that Visual Layer rejected, at its start or later. */
export interface Rejected {
  kind: 'rejected'
  reason: RejectionReason
  words: string | undefined
  /** How many items it would have contained, if reported. */
  entities: number | undefined
}

/** Why an export was rejected, as far as the API's words and count show. */
export type RejectionReason = 'nothing_matched' | 'too_large' | 'other'

/**
 * Distinguishes the rejections. REJECTED is in no documentation: public clients met it for filters that match nothing and for
 * exports over a cap whose number is not known.
 */
export function rejectionReason(words: string | undefined, entities: number | undefined): RejectionReason {
  const said = words ?? ''
  if (/exceed|threshold|too (?:many|large|big)|maximum/i.test(said)) return 'too_large'
  // None of these words means an empty result, however the sentence reads.
  if (/permission|access|allowed|denied|trial|quota|licen|support|storage|account|plan/i.test(said)) return 'other'
  // Items that were counted did match.
  if (entities !== undefined && entities > 0) return /entit/i.test(said) ? 'too_large' : 'other'
  return entities === 0 || NOTHING.test(said) ? 'nothing_matched' : 'other'
}

const NOTHING =
  /\bno\b.{0,40}\b(?:match|entit|item|media|image|result|data|record)|\bnothing\b|\bempty\b|\b0 (?:entit|item|media|image|result)/i

/** What a rejection comes to, however it came. */
export function rejected(words: string | undefined, entities: number | undefined): Rejected {
  return { kind: 'rejected', reason: rejectionReason(words, entities), words, entities }
}

/**
 * The error for a rejected export that nothing else handles.
 *
 * @param instead what to do about one that is too large, instead of the general advice
 */
export function rejectedExport({ reason, words, entities }: Omit<Rejected, 'kind'>, instead?: string): ActionError {
  const items = entities === undefined || entities <= 0 ? '' : ` (${counted(entities, 'item')})`
  switch (reason) {
    case 'nothing_matched':
      return new ActionError('rejected', 'Nothing matched: there is nothing to export.', {
        apiWords: words,
        todo: 'Check vql, media_ids, or cluster_ids. If an empty result is fine for this workflow, set allow_empty: true.',
      })
    case 'too_large':
      return new ActionError('rejected', `Visual Layer rejected the export as too large${items}.`, {
        apiWords: words,
        todo:
          instead ??
          'Set split: auto, which exports in parts and merges them. Or export less at once: select with vql, cluster_ids, or media_ids, or leave the media files out with include_images: false.',
      })
    case 'other':
      return new ActionError('rejected', `Visual Layer rejected the export${items}.`, {
        apiWords: words,
        todo: 'Fix the problem Visual Layer reports, then re-run the job. Trial accounts cannot export.',
      })
  }
}

/**
 * An export is over when it is COMPLETED and has its link: one without the other is still in progress. `progress` decides nothing,
 * since its scale is not documented.
 */
export function exportVerdict(task: ExportTask, exportId: string): Look<ExportEnd> {
  switch (task.state) {
    case 'COMPLETED':
      if (task.link !== undefined) return { state: 'done', value: { kind: 'link', link: task.link } }
      return { state: 'pending', line: 'export COMPLETED, its download link is not available yet', phase: 'COMPLETED' }
    case 'REJECTED':
      return { state: 'done', value: rejected(task.words, task.entities) }
    case 'FAILED':
    case 'CANCELLED':
      return {
        state: 'failed',
        error: new ActionError('operation_failed', `Export ${exportId} ended as ${task.statusWord}.`, {
          apiWords: task.words,
          todo: 'Re-run the job: it starts a new export. If it fails again, send Visual Layer support the export ID.',
        }),
      }
    case 'QUEUED':
    case 'RUNNING': {
      const items = task.entities === undefined || task.entities <= 0 ? '' : `, ${counted(task.entities, 'item')}`
      const queued = task.state === 'QUEUED' ? ': accepted, not started yet' : ''
      return { state: 'pending', line: `export ${task.statusWord}${queued}${items}`, phase: task.statusWord }
    }
  }
}
