/** A group of similar media as the service lists it, and how many items it contains. */
export interface Cluster {
  id: string
  items: number
}

/** What one export of a split asks for: whole clusters, or single media. */
export interface PartContent {
  clusters: Cluster[]
  mediaIds: string[]
}

/** How many items an export of `content` contains. */
export function itemsOf(content: PartContent): number {
  let items = content.mediaIds.length
  for (const cluster of content.clusters) items += cluster.items
  return items
}

/**
 * The same content in the one order that all planning starts from, so that no plan depends on the order in which the service
 * lists: clusters from the largest down, those of equal size by id, media IDs ascending (both by UTF-16 code units). Clusters
 * without items are left out; an ID that is there twice counts once, a cluster with the larger of its counts.
 *
 * @throws RangeError for a cluster whose `items` is not a whole number from 0 up: no plan could promise to contain it.
 */
export function inOrder(content: PartContent): PartContent {
  return { clusters: largestFirst(content.clusters), mediaIds: distinct(content.mediaIds) }
}

function largestFirst(clusters: readonly Cluster[]): Cluster[] {
  const largest = new Map<string, Cluster>()
  for (const cluster of clusters) {
    if (!Number.isSafeInteger(cluster.items) || cluster.items < 0) {
      throw new RangeError(`Cluster ${cluster.id} has ${cluster.items} items, which is no count`)
    }
    if (cluster.items > (largest.get(cluster.id)?.items ?? 0)) largest.set(cluster.id, cluster)
  }
  return [...largest.values()].sort((one, other) => other.items - one.items || (one.id < other.id ? -1 : 1))
}

function distinct(ids: readonly string[]): string[] {
  const sorted = ids.toSorted()
  return sorted.filter((id, index) => index === 0 || id !== sorted[index - 1])
}
