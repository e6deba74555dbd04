import { itemsOf, type PartContent } from '../../export/parts/content.ts'
import { planDigest, shardOf } from '../../export/parts/shard.ts'
import { membersIn } from '../../export/parts/cluster-range.ts'
import type { ExportRequest } from './inputs.ts'
import type { ExportSubject } from './export-subject.ts'
import { type Listed, listMembers } from './part-contents.ts'
import type { Step } from '../step.ts'
import { count } from '../../numbers.ts'

/** What this step exports of everything that was listed. */
export interface ShardContent {
  content: PartContent
  /** Of everything that was listed: equal in all jobs whose shards fit together. */
  digest: string
  /** In all shards together, at least. */
  totalItems: number
}

/**
 * The part of the selection that `shard` requests, or all of it. Every job of a matrix computes it alone: it follows from the listing, whatever
 * the order of that. A cluster that would make one job's shard far larger than another's is split by its media, which only the
 * jobs with a range of it list.
 */
export async function shardContentOf(
  request: ExportRequest,
  step: Step,
  subject: ExportSubject,
  { content }: Listed,
): Promise<ShardContent> {
  const { shard, selection } = request
  const digest = planDigest(content, shard?.of ?? 1)
  // Clusters are listed with the media that are excluded from them.
  const excluded = selection.kind === 'selected' ? selection.excludeMediaIds.length : 0
  const totalItems = Math.max(0, itemsOf(content) - excluded)
  if (!shard) return { content, digest, totalItems }
  const own = shardOf(content, shard)
  const clusters = [...own.clusters]
  // Media may be in more than one cluster.
  const mediaIds = new Set(own.mediaIds)
  for (const range of own.ranges) {
    const { cluster, from } = range
    const members = await listMembers(request, step, subject, cluster)
    if (members) for (const id of membersIn(range, members)) mediaIds.add(id)
    // The other jobs cannot list it either.
    else if (from === 0) {
      clusters.push(cluster)
      step.reporter.note(
        `Cluster ${cluster.id} with ${count(cluster.items)} items goes to one shard as a whole, because Visual Layer does not list its media. The shards have unequal sizes.`,
      )
    }
  }
  const chosen = { clusters, mediaIds: [...mediaIds] }
  step.reporter.note(
    `Shard ${shard.index} of ${shard.of} contains ${count(itemsOf(chosen))} of ${count(totalItems)} items.`,
  )
  return { content: chosen, digest, totalItems }
}
