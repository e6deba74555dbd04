import { json, Refusal } from '../http/reply.ts'
import { choiceQuery, integerQuery, type Route, uuidParam } from '../http/routing.ts'
import type { MediaItem } from '../model.ts'
import { vqlFilter } from '../vql.ts'
import type { World } from '../world.ts'
import { datasetOf } from './access.ts'

const clustersPerPage = 100
/** Previews are a sample: a recorded reply showed 9 of 85. */
const previewsPerCluster = 9

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
  const cluster = (id: string, members: MediaItem[], shown: MediaItem[]) => ({
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
        const dataset = datasetOf(world, call)
        const objects = choiceQuery(call, 'entity_type', ['IMAGES', 'OBJECTS'] as const, 'IMAGES') === 'OBJECTS'
        const page = integerQuery(call, 'page_number', { fallback: 0, min: 0 })
        const matches = vqlFilter(call.query.get('vql'), dataset.items)
        const clusters = new Map<string, MediaItem[]>()
        for (const item of dataset.items) {
          if (!matches(item) || (objects && item.objects.length === 0)) continue
          const members = clusters.get(item.clusterId)
          if (members) members.push(item)
          else clusters.set(item.clusterId, [item])
        }
        const shown = [...clusters].slice(page * clustersPerPage, (page + 1) * clustersPerPage)
        return json({
          clusters: shown.map(([id, members]) => cluster(id, members, members.slice(0, previewsPerCluster))),
          metadata: { page_number: page, total_clusters: clusters.size },
        })
      },
    },
    {
      method: 'GET',
      pattern: '/explore/:dataset_id/similarity_cluster/:cluster_id',
      answer(call) {
        const dataset = datasetOf(world, call)
        const id = uuidParam(call, 'cluster_id')
        const members = dataset.items.filter((item) => item.clusterId === id)
        if (members.length === 0) throw new Refusal(404, `Cluster ${id} not found`)
        const page = integerQuery(call, 'page_number', { fallback: 0, min: 0 })
        const shown = members.slice(page * clustersPerPage, (page + 1) * clustersPerPage)
        return json({ cluster: cluster(id, members, shown), metadata: { page_number: page } })
      },
    },
  ]
}
