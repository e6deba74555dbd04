import type { Cluster, PartContent } from './content.ts'

/** The body of a selective export (docs.visual-layer.com, export API) without its IDs; `OBJECTS` is the longer entity type. */
const FRAME = '{"media_selection":[]}'.length
const MEDIA_ENTRY = '{"type":"media","payload":{"media_ids":[]}},'.length
const CLUSTER_ENTRY =
  '{"type":"cluster","payload":{"cluster_id":,"cluster_filters":{"entity_type":"OBJECTS"},"exclude_media_ids":[]}},'
    .length

/**
 * Bytes of the body of the request that asks for `content`: at most a few more than it has in fact. `extraClusterBytes` is what
 * excluded media and a filter add to the entry of every cluster.
 */
export function requestBytesOf(content: PartContent, extraClusterBytes = 0): number {
  let bytes = content.mediaIds.length === 0 ? FRAME : FRAME + MEDIA_ENTRY
  for (const id of content.mediaIds) bytes += mediaIdBytes(id)
  for (const cluster of content.clusters) bytes += clusterBytes(cluster) + extraClusterBytes
  return bytes
}

/** How many of `mediaIds`, whichever they are, a request of `requestBytes` has room for. */
export function mostMedia(mediaIds: readonly string[], requestBytes: number): number {
  return Math.floor((requestBytes - FRAME - MEDIA_ENTRY) / longest(mediaIds, mediaIdBytes))
}

/** How many of `clusters`, whichever they are, a request of `requestBytes` has room for. */
export function mostClusters(clusters: readonly Cluster[], requestBytes: number, extraClusterBytes = 0): number {
  return Math.floor((requestBytes - FRAME) / (longest(clusters, clusterBytes) + extraClusterBytes))
}

function mediaIdBytes(id: string): number {
  return quoted(id) + ','.length
}

function clusterBytes(cluster: Cluster): number {
  return CLUSTER_ENTRY + quoted(cluster.id)
}

function quoted(id: string): number {
  return /^[\w-]*$/.test(id) ? id.length + '""'.length : Buffer.byteLength(JSON.stringify(id))
}

function longest<Entry>(entries: readonly Entry[], bytes: (entry: Entry) => number): number {
  let most = 1
  for (const entry of entries) most = Math.max(most, bytes(entry))
  return most
}
