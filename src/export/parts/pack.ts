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
  let items = 0
  for (const cluster of clusters) items += cluster.items
  // Of the parts with a place left any two contain more than one cap together, or the later one would not have been begun.
  const most = 2 * Math.ceil(items / limits.cap) + Math.ceil(clusters.length / places)
  const room = new Room(Math.min(clusters.length, most), limits.cap)
  const parts: PartContent[] = []
  for (const cluster of clusters) {
    const part = room.take(cluster.items)
    const packed = (parts[part] ??= { clusters: [], mediaIds: [] }).clusters
    packed.push(cluster)
    if (packed.length === places) room.close(part)
  }
  return parts
}

/** The room left in each of a row of parts, as a tree of maxima: the first part with room enough is found in logarithmic time. */
class Room {
  readonly #leaves: number
  readonly #most: Float64Array

  constructor(parts: number, cap: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, parts)))
    this.#most = new Float64Array(2 * this.#leaves).fill(cap)
  }

  /** Takes room in the first part that has it, and there must be one; gives its index. */
  take(items: number): number {
    let node = 1
    while (node < this.#leaves) node = this.#at(2 * node) >= items ? 2 * node : 2 * node + 1
    this.#set(node, this.#at(node) - items)
    return node - this.#leaves
  }

  close(part: number): void {
    this.#set(part + this.#leaves, 0)
  }

  #at(node: number): number {
    return this.#most[node] ?? 0
  }

  #set(leaf: number, room: number): void {
    this.#most[leaf] = room
    for (let node = leaf >> 1; node >= 1; node >>= 1) {
      const most = Math.max(this.#at(2 * node), this.#at(2 * node + 1))
      if (most === this.#at(node)) break
      this.#most[node] = most
    }
  }
}
