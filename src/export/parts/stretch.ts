import { type Cluster, inOrder } from './content.ts'

/** Consecutive members of a cluster: of as many places as it has items, those from `from` up to, but not including, `to`. */
export interface Stretch {
  cluster: Cluster
  from: number
  to: number
}

/** Lays clusters end to end, and cuts the row into parts with so many places each. */
export function cutInto(clusters: readonly Cluster[], lengths: readonly number[]): Stretch[][] {
  let next = 0
  let from = 0
  return lengths.map((length) => {
    const piece: Stretch[] = []
    for (let room = length; room > 0; ) {
      const cluster = clusters[next]
      if (!cluster) break
      const to = Math.min(cluster.items, from + room)
      piece.push({ cluster, from, to })
      room -= to - from
      next += to === cluster.items ? 1 : 0
      from = to === cluster.items ? 0 : to
    }
    return piece
  })
}

/**
 * The media of a stretch, where `members` are those listed of its cluster. They may be more or fewer than its items: the
 * stretches of a cluster together contain each of them once, provided that every runner sees the same ones, in whatever order.
 */
export function membersIn({ cluster, from, to }: Stretch, members: string[]): string[] {
  const { mediaIds } = inOrder({ clusters: [], mediaIds: members })
  // A rounded product could leave out the last one.
  const indexOf = (place: number) => Number((BigInt(place) * BigInt(mediaIds.length)) / BigInt(cluster.items))
  return mediaIds.slice(indexOf(from), indexOf(to))
}
