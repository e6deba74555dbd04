import { ActionError } from '../../errors.ts'
import { itemsOf } from '../../export/parts/content.ts'
import type { Merge } from '../../export/parts/merge.ts'
import type { ExportRequest } from './inputs.ts'
import type { Step } from '../step.ts'
import type { ExportSubject } from './export-subject.ts'
import { heldBy, type Listed } from './part-contents.ts'
import type { PartsCause } from './parts-folder.ts'
import type { ShardContent } from './shard-content.ts'
import { count, counted } from '../../numbers.ts'

/** Media that a message names. */
const MOST_NAMED = 10

/** What was asked for, and what the service said of it before the parts were exported. */
export interface Asked {
  request: ExportRequest
  step: Step
  subject: ExportSubject
  cause: PartsCause
  all: Listed
  own: ShardContent
}

/** Records that were merged so far. */
type Found = Pick<Merge, 'has' | 'mediaCount'>

/** What the service itself says there is, as a least number of items. */
function expectations({ request, subject, cause, own }: Asked): { items: number; source: string }[] {
  const { entityType, shard } = request
  // An export of objects counts objects, while records are of media.
  if (entityType !== 'IMAGES') return []
  const found: { items: number; source: string }[] = []
  if (isListingExact(request, subject))
    found.push({ items: itemsOf(own.content), source: 'as its clusters and media are listed' })
  if (shard) return found
  if (cause?.kind === 'rejected' && cause.entities !== undefined)
    found.push({ items: cause.entities, source: 'as counted when the whole export was rejected' })
  found.push({ items: heldBy(request, subject), source: 'as the dataset itself says' })
  return found
}

/** Whether the number of listed items is that of the records. What a cluster counts of a video, itself or its frames or both, is not documented. */
function isListingExact({ selection, entityType }: ExportRequest, { exported }: ExportSubject): boolean {
  return selection.kind !== 'selected' && entityType === 'IMAGES' && (exported.videos ?? 0) === 0
}

/** The media that must be there: those that were given by someone may be gone. */
function expectedIds({ request, all }: Asked): readonly string[] {
  return request.selection.kind !== 'selected' && !request.shard ? (all.ids ?? []) : []
}

/** What no part contained and can be requested by its media IDs: media that were given in addition to clusters, and those in no cluster. */
export async function restOf(asked: Asked, merge: Found): Promise<string[]> {
  const { request, step, subject, own } = asked
  const { selection, shard } = request
  if (shard) return []
  if (selection.kind === 'selected')
    return own.content.clusters.length > 0 ? own.content.mediaIds.filter((id) => !merge.has(id)) : []
  const wanted = Math.max(0, ...expectations(asked).map(({ items }) => items))
  if (selection.kind !== 'whole' || merge.mediaCount >= wanted) return []
  const ids = await step.api.explore.mediaIds(subject.exported.id)
  return (ids ?? []).filter((id) => !merge.has(id))
}

/** Parts that together are not what was asked for. */
export class WrongTotal extends ActionError {}

/** Throws {@link WrongTotal} when the records that were merged are fewer than the service says there are, or more than were asked for. */
export function checkTotal(asked: Asked, merge: Found): void {
  const { request, subject, own, step } = asked
  const listed = itemsOf(own.content)
  // Whether the service applies a filter to the media of a cluster is not documented.
  if (request.selection.kind === 'vql' && isListingExact(request, subject) && merge.mediaCount > listed) {
    throw new WrongTotal(
      'rejected',
      `The export in parts contains ${count(merge.mediaCount)} items, but the filter (vql) matches only ${count(listed)}: Visual Layer does not apply it to the clusters of a part. Nothing was moved into the output folder.`,
      { todo: 'Run several exports, each with a filter that matches few enough items.' },
    )
  }
  const missing = expectedIds(asked).filter((id) => !merge.has(id))
  const short = expectations(asked).find(({ items }) => merge.mediaCount < items)
  if (missing.length === 0 && !short) return
  const of = short ? ` of ${count(short.items)} (${short.source})` : ''
  const lost = short ? short.items - merge.mediaCount : missing.length
  const shown = missing.slice(0, MOST_NAMED).join(', ')
  const names = shown === '' ? '' : ` Missing: ${shown}${missing.length > MOST_NAMED ? ', and others' : ''}.`
  step.reporter.output('media_count', merge.mediaCount)
  throw new WrongTotal(
    'operation_failed',
    `The export of dataset "${subject.source.name}" is incomplete: its parts contain ${counted(merge.mediaCount, 'item')}${of}; ${count(lost)} missing. Nothing was moved into the output folder.${names}`,
    {
      todo: 'Make sure that nothing changes the dataset during the export, then re-run the job. If the problem persists, contact Visual Layer support.',
    },
  )
}
