import { createHash } from 'node:crypto'
import type { Cluster, PartContent } from './content.ts'
import { inOrder, itemsOf } from './content.ts'
import { type ClusterRange, cutInto } from './cluster-range.ts'

/** The largest shard may contain this many times the mean before more clusters are split. */
const MOST_UNEVEN = 1.1
/** With a mean below this many items, an even split is not worth further requests. */
const FEW_ITEMS = 10

/** What one runner of a matrix exports: whole clusters, single media, and ranges of clusters that other runners export the rest of. */
export interface Shard extends PartContent {
  ranges: ClusterRange[]
}

/**
 * The clusters to split for `of` shards, so that no shard is far larger than another: those with more items than the mean, and those that
 * would bring their shard to more than a tenth above it. With these split, the largest shard is within a tenth of the mean. None if there
 * are too few items to matter.
 */
export function clustersToSplit(clusters: readonly Cluster[], of: number): Cluster[] {
  return assignClusters(inOrder({ clusters: [...clusters], mediaIds: [] }).clusters, of).split
}

/**
 * Divides `content` into `of` shards: every cluster, or every position in it, and every media ID is in exactly one. Clusters with more items
 * than the mean, end to end, fill one shard after another. Each other cluster, from the largest down, goes whole to the emptiest of the
 * remaining shards. Those that would make it too large, end to end, then fill these shards up to one level. The media IDs, ascending, do
 * the same with all shards.
 *
 * Few members have to be listed: over all shards, those of each split cluster, and of one more at each border between two shards. Every
 * runner that sees the same content, in whatever order, gets the same shards.
 *
 * @throws RangeError for a cluster whose count is not valid.
 */
export function shardsOf(content: PartContent, of: number): Shard[] {
  const { clusters, mediaIds } = inOrder(content)
  const { shards, loads } = assignClusters(clusters, of)
  let end = 0
  for (const [index, length] of fillUp(loads, mediaIds.length).entries()) {
    end += length
    const shard = shards[index]
    if (shard) shard.mediaIds = mediaIds.slice(end - length, end)
  }
  return shards
}

/** One of the {@link shardsOf}; `index` counts from 1. */
export function shardOf(content: PartContent, { index, of }: { index: number; of: number }): Shard {
  const shard = shardsOf(content, of)[index - 1]
  if (!shard) throw new RangeError(`There is no shard ${index} of ${of}`)
  return shard
}

/** Assigns clusters, in their canonical order; returns how many items each shard then contains, and which clusters may be split. */
function assignClusters(ordered: Cluster[], of: number): { shards: Shard[]; loads: number[]; split: Cluster[] } {
  const items = itemsIn(ordered)
  const mean = items / of
  const worthwhile = of > 1 && mean >= FEW_ITEMS
  const giants = worthwhile ? ordered.filter((cluster) => cluster.items > mean) : []
  const { full, left } = fillOneByOne(worthwhile ? evenSizes(items, of) : [], itemsIn(giants))
  const loads = Array.from({ length: of - full.length }, (_, index) => (index === 0 ? left : 0))
  const shards = Array.from({ length: of }, (): Shard => ({ clusters: [], ranges: [], mediaIds: [] }))
  const late: Cluster[] = []
  for (const cluster of ordered.slice(giants.length)) {
    const least = Math.min(...loads)
    if (worthwhile && least + cluster.items > MOST_UNEVEN * mean) {
      late.push(cluster)
      continue
    }
    const emptiest = loads.indexOf(least)
    loads[emptiest] = least + cluster.items
    shards[full.length + emptiest]?.clusters.push(cluster)
  }
  const positions = fillUp(loads, itemsIn(late))
  give(giants, [...full, left], shards)
  give(late, positions, shards.slice(full.length))
  return {
    shards,
    loads: [...full, ...loads.map((load, index) => load + (positions[index] ?? 0))],
    split: [...giants, ...late],
  }
}

/** Gives each shard this number of positions in the clusters. A cluster that is in a single shard stays whole. */
function give(clusters: readonly Cluster[], positions: readonly number[], shards: readonly Shard[]): void {
  for (const [index, ranges] of cutInto(clusters, positions).entries()) {
    for (const range of ranges) {
      if (range.to - range.from === range.cluster.items) shards[index]?.clusters.push(range.cluster)
      else shards[index]?.ranges.push(range)
    }
  }
}

function itemsIn(clusters: Cluster[]): number {
  return itemsOf({ clusters, mediaIds: [] })
}

/** As equal as possible, and the smaller ones first, so that those full of giants are no larger than the rest. */
function evenSizes(items: number, of: number): number[] {
  return Array.from({ length: of }, (_, index) => Math.floor((items + index) / of))
}

/** The sizes that are filled when `items` fill one after another, and what is left for the next. */
function fillOneByOne(sizes: readonly number[], items: number): { full: number[]; left: number } {
  let left = items
  let count = 0
  for (const size of sizes) {
    if (left < size) break
    left -= size
    count += 1
  }
  return { full: sizes.slice(0, count), left }
}

/** How many of `items` single items each shard gets, so that all end as equal as possible; of equal ones the first get one more. */
export function fillUp(loads: readonly number[], items: number): number[] {
  const order = loads.map((_, index) => index).sort((one, other) => (loads[one] ?? 0) - (loads[other] ?? 0))
  const filled = loads.map(() => 0)
  let sum = items
  let level = 0
  let extra = 0
  let below = 0
  // The shards below the common level come first in the order.
  for (const index of order) {
    const load = loads[index] ?? 0
    if (below > 0 && level <= load) break
    sum += load
    below += 1
    level = Math.floor(sum / below)
    extra = sum % below
  }
  for (const [place, index] of order.slice(0, below).entries()) {
    filled[index] = level + (place < extra ? 1 : 0) - (loads[index] ?? 0)
  }
  return filled
}

/**
 * Shows that runners work on the same shards: SHA-256, in hex, over `content` and `of`. Equal for the same clusters with the same
 * counts and the same media IDs, in whatever order.
 */
export function planDigest(content: PartContent, of: number): string {
  const { clusters, mediaIds } = inOrder(content)
  const total = createHash('sha256').update(`${of} shards\n`)
  for (const { id, items } of clusters) total.update(`${JSON.stringify(id)} ${items}\n`)
  for (const id of mediaIds) total.update(`${JSON.stringify(id)}\n`)
  return total.digest('hex')
}
