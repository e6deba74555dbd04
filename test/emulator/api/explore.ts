import { json, Rejection } from '../http/reply.ts'
import { choiceQuery, integerQuery, type Route, type RouteCall, uuidParam } from '../http/routing.ts'
import { clustersOf, mediaIndex } from '../media-index.ts'
import type { Dataset, MediaItem } from '../model.ts'
import { vqlFilter } from '../vql.ts'
import type { World } from '../world.ts'
import { datasetOf } from './access.ts'

const clustersPerPage = 100
/** Previews are a sample: a recorded reply showed 9 of 85. */
const previewsPerCluster = 9

interface ListedCluster {
  id: string
  members: MediaItem[]
}

export function exploreRoutes(world: World, storageUrl: string): Route[] {
  const preview = (item: MediaItem) => ({
    type: item.mediaType === 'image' ? 'IMAGE' : 'VIDEO_FRAME',
    media_id: item.mediaId,
    media_uri: `${storageUrl}/media/${item.mediaId}.png`,
    media_thumb_uri: `${storageUrl}/thumbs/${item.mediaId}.webp`,
    caption: item.caption ?? null,
    file_name: item.fileName,
    original_uri: item.filePath,
    width: 8,
    height: 8,
  })
  const cluster = ({ id, members }: ListedCluster, shown: MediaItem[]) => ({
    cluster_id: id,
    type: 'IMAGES',
    n_images: members.filter((item) => item.mediaType === 'image').length,
    n_videos: members.filter((item) => item.mediaType === 'video_frame').length,
    similarity_threshold: '0',
    relevance_score: null,
    relevance_score_type: null,
    previews: shown.map(preview),
  })
  return [
    {
      method: 'GET',
      pattern: '/explore/:dataset_id',
      answer(call) {
        if (world.options.style.explore === 'missing') throw new Rejection(404, 'Not Found')
        const clusters = listing(datasetOf(world, call), call)
        const page = integerQuery(call, 'page_number', { fallback: 0, min: 0 })
        const shown = clusters
          .slice(page * clustersPerPage, (page + 1) * clustersPerPage)
          .map((listed) => cluster(listed, listed.members.slice(0, previewsPerCluster)))
        if (world.options.style.explore === 'bare') return json({ clusters: shown })
        return json({ clusters: shown, metadata: { page_number: page, total_clusters: clusters.length } })
      },
    },
    {
      method: 'GET',
      pattern: '/explore/:dataset_id/similarity_cluster/:cluster_id',
      answer(call) {
        if (world.options.style.members === 'missing') throw new Rejection(404, 'Not Found')
        const dataset = datasetOf(world, call)
        const id = uuidParam(call, 'cluster_id')
        const all = mediaIndex(dataset.items).clusters.get(id)
        if (!all && !dataset.emptyClusters.includes(id)) throw new Rejection(404, `Cluster ${id} not found`)
        const members = (all ?? []).filter(exploredBy(dataset, call))
        const page = integerQuery(call, 'page_number', { fallback: 0, min: 0 })
        const shown = members.slice(page * clustersPerPage, (page + 1) * clustersPerPage)
        return json({ cluster: cluster({ id, members }, shown), metadata: { page_number: page } })
      },
    },
  ]
}

function exploredBy(dataset: Dataset, call: RouteCall): (item: MediaItem) => boolean {
  const objects = choiceQuery(call, 'entity_type', ['IMAGES', 'OBJECTS'] as const, 'IMAGES') === 'OBJECTS'
  const matches = vqlFilter(call.query.get('vql'), dataset.items)
  return (item) => matches(item) && (!objects || item.objects.length > 0)
}

/** The last listing of each list of items, so that not every page of it is made from all items. */
const listings = new WeakMap<readonly MediaItem[], { filter: string; clusters: ListedCluster[] }>()

function listing(dataset: Dataset, call: RouteCall): ListedCluster[] {
  const filter = [call.query.get('entity_type'), call.query.get('vql'), dataset.emptyClusters.length].join(' ')
  const last = listings.get(dataset.items)
  if (last?.filter === filter) return last.clusters
  const found = clustersOf(dataset.items.filter(exploredBy(dataset, call)))
  const clusters = [...found].map(([id, members]) => ({ id, members }))
  // A filter finds no cluster without items.
  if (!call.query.get('vql')) clusters.push(...dataset.emptyClusters.map((id) => ({ id, members: [] })))
  listings.set(dataset.items, { filter, clusters })
  return clusters
}
