import { type Cluster, inOrder } from './content.ts'

/** Consecutive members of a cluster, by position from 0: those from `from` up to, but not including, `to`. */
export interface ClusterRange {
  cluster: Cluster
  from: number
  to: number
}

/** Puts clusters end to end, and cuts the row into the given lengths. */
export function cutInto(clusters: readonly Cluster[], lengths: readonly number[]): ClusterRange[][] {
  let next = 0
  let from = 0
  return lengths.map((length) => {
    const cut: ClusterRange[] = []
    for (let room = length; room > 0; ) {
      const cluster = clusters[next]
      if (!cluster) break
      const to = Math.min(cluster.items, from + room)
      cut.push({ cluster, from, to })
      room -= to - from
      next += to === cluster.items ? 1 : 0
      from = to === cluster.items ? 0 : to
    }
    return cut
  })
}

/**
 * The media of a range, where `members` are those listed of its cluster. They may be more or fewer than its items: the ranges of a cluster
 * together contain each of them once, provided that every runner sees the same ones, in whatever order.
 */
export function membersIn({ cluster, from, to }: ClusterRange, members: string[]): string[] {
  const { mediaIds } = inOrder({ clusters: [], mediaIds: members })
  // A rounded product could leave out the last one.
  const indexOf = (place: number) => Number((BigInt(place) * BigInt(mediaIds.length)) / BigInt(cluster.items))
  return mediaIds.slice(indexOf(from), indexOf(to))
}
