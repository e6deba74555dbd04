import { describe, expect, it } from 'vitest'
import { inOrder, itemsOf } from '../../../src/export/parts/content.ts'
import { mostClusters, mostMedia, requestBytesOf } from '../../../src/export/parts/request-bytes.ts'
import { clustersOf, mediaOf } from './part-content.ts'

describe('the content of a part', () => {
  it('counts the items of its clusters and its media', () => {
    expect(itemsOf({ clusters: clustersOf(3, 0, 4), mediaIds: mediaOf(5) })).toBe(12)
  })

  it('is ordered by size, then by id, without what is empty or there twice', () => {
    const clusters = [
      { id: 'b', items: 2 },
      { id: 'c', items: 0 },
      { id: 'abcd', items: 2 },
      { id: 'abca', items: 2 },
      { id: 'd', items: 9 },
      { id: 'b', items: 5 },
      { id: 'd', items: 9 },
      { id: 'e', items: 0 },
      { id: 'e', items: 1 },
      { id: 'Z', items: 2 },
      { id: 'ba', items: 2 },
      { id: 'ab', items: 2 },
    ]
    expect(inOrder({ clusters, mediaIds: ['y', 'x', 'y', 'Z', 'y'] })).toEqual({
      clusters: [
        { id: 'd', items: 9 },
        { id: 'b', items: 5 },
        { id: 'Z', items: 2 },
        { id: 'ab', items: 2 },
        { id: 'abca', items: 2 },
        { id: 'abcd', items: 2 },
        { id: 'ba', items: 2 },
        { id: 'e', items: 1 },
      ],
      mediaIds: ['Z', 'x', 'y'],
    })
  })

  it('takes the larger of two counts of a cluster, whichever comes first', () => {
    const [less, more] = [
      { id: 'a', items: 2 },
      { id: 'a', items: 5 },
    ]
    for (const clusters of [
      [less, more],
      [more, less],
    ])
      expect(inOrder({ clusters, mediaIds: [] }).clusters).toEqual([more])
  })

  it('leaves what it was given as it was', () => {
    const content = { clusters: clustersOf(1, 2), mediaIds: ['b', 'a'] }
    inOrder(content)
    expect(content).toEqual({ clusters: clustersOf(1, 2), mediaIds: ['b', 'a'] })
  })

  it.each([-1, 0.5, Number.NaN, Infinity])('is rejected where a cluster has %s items', (items) => {
    expect(() => inOrder({ clusters: [{ id: 'a', items }], mediaIds: [] })).toThrow(RangeError)
  })
})

describe('the bytes of a request', () => {
  /** What the API client sends. */
  function body(clusterIds: readonly string[], mediaIds: readonly string[], excluded: readonly string[] = []): number {
    const media = mediaIds.length > 0 ? [{ type: 'media', payload: { media_ids: mediaIds } }] : []
    const clusters = clusterIds.map((id) => ({
      type: 'cluster',
      payload: { cluster_id: id, cluster_filters: { entity_type: 'OBJECTS' }, exclude_media_ids: excluded },
    }))
    return Buffer.byteLength(JSON.stringify({ media_selection: [...media, ...clusters] }))
  }

  it.each([
    ['clusters', 100, 0],
    ['media', 0, 100],
    ['both', 7, 5],
    ['nothing', 0, 0],
  ])('are those of the body: %s', (_, clusters, media) => {
    const content = { clusters: clustersOf(...Array.from({ length: clusters }, () => 1)), mediaIds: mediaOf(media) }
    const ids = content.clusters.map(({ id }) => id)
    const real = body(ids, content.mediaIds)
    expect(requestBytesOf(content)).toBeGreaterThanOrEqual(real)
    expect(requestBytesOf(content)).toBeLessThanOrEqual(real + 2)
  })

  it('take in what each cluster carries besides, and ids of any kind', () => {
    const excluded = mediaOf(3)
    const [one, two] = ['ä"\n', 'b']
    const content = { clusters: [one, two].map((id) => ({ id, items: 1 })), mediaIds: [] }
    const extra = JSON.stringify(excluded).length - '[]'.length
    expect(requestBytesOf(content, extra)).toBe(body([one, two], [], excluded) + 1)
  })

  it('tell how many entries fit, to the last', () => {
    const clusters = clustersOf(1, 1, 1)
    const mediaIds = mediaOf(3)
    const forClusters = requestBytesOf({ clusters, mediaIds: [] }, 10)
    expect([0, -1].map((more) => mostClusters(clusters, forClusters + more, 10))).toEqual([3, 2])
    const forMedia = requestBytesOf({ clusters: [], mediaIds })
    expect([0, -1].map((more) => mostMedia(mediaIds, forMedia + more))).toEqual([3, 2])
  })
})
