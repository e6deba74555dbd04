import type { Cluster, PartContent } from './content.ts'
import { inOrder } from './content.ts'
import { mostClusters, mostMedia } from './request-bytes.ts'

/** What one export of a split may contain at most. */
export interface PartLimits {
  /** Items; Infinity while none is known. */
  cap: number
  /** Bytes of the request's body. */
  requestBytes: number
  /** What excluded media and a filter add to the entry of every cluster; 0 without. */
  extraClusterBytes?: number
}

export interface Packed {
  /** Each of clusters alone or of media alone: the service's docs show no mix. */
  parts: PartContent[]
  /** Clusters that alone exceed the cap: only their media, one by one, can be asked for. */
  oversize: Cluster[]
}

/**
 * Packs `content` into parts that each stay within the limits, and few of them: first fit, from the largest cluster down (where
 * requests are long enough, at most 11/9 of the fewest possible and one more), and media in the fewest consecutive runs of
 * equal length. An entry that alone is longer than `requestBytes` has a part of its own.
 *
 * The result depends on what the content is, not on its order; see {@link inOrder} for duplicates and empty clusters. A part
 * that was rejected is split by packing it again with a cap below its items.
 *
 * @throws RangeError for a cap below 1, which no item fits, and for a cluster without a proper count.
 */
export function pack(content: PartContent, limits: PartLimits): Packed {
  if (!(limits.cap >= 1)) throw new RangeError(`No item fits a cap of ${limits.cap}`)
  const { clusters, mediaIds } = inOrder(content)
  const oversize = clusters.filter((cluster) => cluster.items > limits.cap)
  const mediaInPart = Math.max(1, Math.min(Math.floor(limits.cap), mostMedia(mediaIds, limits.requestBytes)))
  return {
    parts: [...packClusters(clusters.slice(oversize.length), limits), ...packMedia(mediaIds, mediaInPart)],
    oversize,
  }
}

/** The fewest lengths of at most `most` that add up to `count`, as equal as possible. */
export function evenLengths(count: number, most: number): number[] {
  const lengths = count === 0 ? 0 : Math.max(1, Math.ceil(count / most))
  return Array.from({ length: lengths }, (_, index) => Math.floor(count / lengths) + (index < count % lengths ? 1 : 0))
}

function packMedia(mediaIds: readonly string[], most: number): PartContent[] {
  let end = 0
  return evenLengths(mediaIds.length, most).map((length) => {
    end += length
    return { clusters: [], mediaIds: mediaIds.slice(end - length, end) }
  })
}

/** First fit. Every entry counts with the bytes of the longest, since IDs have one length in practice, so a part has a fixed number of places. */
function packClusters(clusters: readonly Cluster[], limits: PartLimits): PartContent[] {
  const places = Math.max(1, mostClusters(clusters, limits.requestBytes, limits.extraClusterBytes))
  const least = clusters.at(-1)?.items ?? 0
  const parts: PartContent[] = []
  /** Parts that have room for at least the smallest cluster. */
  let open: { clusters: Cluster[]; room: number }[] = []
  for (const cluster of clusters) {
    let part = open.find(({ room }) => room >= cluster.items)
    if (!part) {
      part = { clusters: [], room: limits.cap }
      parts.push({ clusters: part.clusters, mediaIds: [] })
      open.push(part)
    }
    part.clusters.push(cluster)
    part.room -= cluster.items
    if (part.room < least || part.clusters.length === places) open = open.filter((one) => one !== part)
  }
  return parts
}
