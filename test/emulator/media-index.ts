import type { MediaItem } from './model.ts'

interface MediaIndex {
  byId: Map<string, MediaItem>
  /** In the order in which they first appear; without what is in no cluster. */
  clusters: Map<string, MediaItem[]>
}

const indexes = new WeakMap<readonly MediaItem[], MediaIndex>()

/** The items by id and by cluster: made once for a list, so that big datasets are not searched for each request. */
export function mediaIndex(items: readonly MediaItem[]): MediaIndex {
  const known = indexes.get(items)
  if (known) return known
  const index: MediaIndex = {
    byId: new Map(items.map((item) => [item.mediaId, item])),
    clusters: clustersOf(items),
  }
  indexes.set(items, index)
  return index
}

/** Items by cluster. */
export function clustersOf(items: Iterable<MediaItem>): Map<string, MediaItem[]> {
  const clusters = new Map<string, MediaItem[]>()
  for (const item of items) {
    if (item.clusterId === '') continue
    const members = clusters.get(item.clusterId)
    if (members) members.push(item)
    else clusters.set(item.clusterId, [item])
  }
  return clusters
}
