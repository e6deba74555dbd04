import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Explored } from '../../src/visual-layer/explore.ts'
import { Loopback, rejection } from './loopback.ts'
import { id, SOURCE } from './samples.ts'

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

const IMAGES: Explored = { entityType: 'IMAGES' }
const pageNumbers = () =>
  loopback.received.map(({ url }) => new URL(url, loopback.origin).searchParams.get('page_number'))

/** The server has these pages, and answers `beyond` for any other. */
function serves(pages: unknown[], beyond: unknown = { clusters: [] }): void {
  loopback.decides(({ url }) => {
    const page = Number(new URL(url, loopback.origin).searchParams.get('page_number'))
    return { json: page < pages.length ? pages[page] : beyond }
  })
}

describe('the clusters of a dataset', () => {
  const cluster = (number: number, images = 2, more: Record<string, unknown> = {}) => ({
    cluster_id: id(number),
    type: 'IMAGES',
    n_images: images,
    n_videos: 1,
    previews: [{ media_id: id(900 + number) }],
    ...more,
  })
  const page = (from: number, to: number, metadata?: unknown) => ({
    clusters: Array.from({ length: to - from }, (_, index) => cluster(from + index)),
    ...(metadata === undefined ? {} : { metadata }),
  })
  const listed = (count: number) => Array.from({ length: count }, (_, index) => ({ id: id(index), items: 3 }))
  const clusters = async (explored = IMAGES, onPage?: (found: number, total: number | undefined) => void) =>
    loopback.client({ retryLimit: 0 }).explore.clusters(SOURCE, explored, onPage)

  it('are read page by page, from page 0 to the first empty one, whatever the size of a page', async () => {
    serves([page(0, 100), page(100, 107), page(107, 250)])
    const progress = vi.fn<(found: number, total: number | undefined) => void>()
    expect(await clusters(IMAGES, progress)).toEqual(listed(250))
    expect(pageNumbers()).toEqual(['0', '1', '2', '3'])
    expect(progress.mock.calls).toEqual([
      [100, undefined],
      [107, undefined],
      [250, undefined],
    ])
    const { pathname, searchParams } = new URL(loopback.received[0]?.url ?? '', loopback.origin)
    expect(pathname).toBe(`/api/v1/explore/${SOURCE}`)
    expect(Object.fromEntries(searchParams)).toEqual({ entity_type: 'IMAGES', threshold: '0', page_number: '0' })
  })

  it('are filtered and of objects where asked', async () => {
    serves([])
    const vql = '[{"text":{"op":"fts","value":"a & b"}}]'
    expect(await clusters({ entityType: 'OBJECTS', vql })).toEqual([])
    const { searchParams } = new URL(loopback.received[0]?.url ?? '', loopback.origin)
    expect(searchParams.get('vql')).toBe(vql)
    expect(searchParams.get('entity_type')).toBe('OBJECTS')
  })

  it('end at the total that the reply tells', async () => {
    serves([page(0, 100, { total_clusters: 150 }), page(100, 150, { total_clusters: 150 })], { never: 'asked for' })
    expect(await clusters()).toEqual(listed(150))
    expect(pageNumbers()).toEqual(['0', '1'])
  })

  it('continue past a total that may be of the page alone', async () => {
    serves([page(0, 100, { total_clusters: 100 }), page(100, 130, { total_clusters: 30 })])
    expect(await clusters()).toEqual(listed(130))
  })

  it.each([
    ['an empty list', []],
    ['null', null],
    ['a null list', { clusters: null }],
  ])('end at %s', async (_, beyond) => {
    serves([page(0, 3)], beyond)
    expect(await clusters()).toEqual(listed(3))
    expect(pageNumbers()).toEqual(['0', '1'])
  })

  it('are read once from a server that does not look at page numbers', async () => {
    loopback.answers({ json: page(0, 150) })
    expect(await clusters()).toEqual(listed(150))
    expect(pageNumbers()).toEqual(['0', '1', '2'])
  })

  it('are read from a server that repeats its last page for ever', async () => {
    serves([page(0, 100), page(100, 120)], page(100, 120))
    expect(await clusters()).toEqual(listed(120))
  })

  it('are read from a server whose pages begin at 1 and which takes 0 for it', async () => {
    serves([page(0, 100), page(0, 100), page(100, 120)])
    expect(await clusters()).toEqual(listed(120))
  })

  it('are not all of them where a server without page numbers reports more', async () => {
    loopback.answers({ json: page(0, 100, { total_clusters: 250 }) })
    expect(await rejection(clusters())).toMatchObject({
      code: 'unexpected_reply',
      message: expect.stringContaining('it reported 250 clusters but listed 100'),
    })
  })

  it('are read again when the listing moved, and given up when it continues moving', async () => {
    const moved = page(99, 200)
    let reads = 0
    loopback.decides(({ url }) => {
      const number = Number(new URL(url, loopback.origin).searchParams.get('page_number'))
      if (number === 0) reads += 1
      if (number === 1) return { json: reads < 4 ? moved : page(100, 200) }
      return { json: number === 0 ? page(0, 100) : { clusters: [] } }
    })
    expect(await clusters()).toEqual(listed(200))
    expect(reads).toBe(4)
    reads = -1
    expect(await rejection(clusters())).toMatchObject({
      code: 'unexpected_reply',
      message: expect.stringContaining(`cluster ${id(99)} was on two of its pages`),
      todo: expect.stringContaining('re-run the job'),
    })
    expect(reads).toBe(3)
  })

  it.each([
    [{ n_images: 4, n_videos: 3 }, 7],
    [{ n_images: '4', n_videos: null }, 4],
    [{ n_images: 0, n_videos: 0 }, 0],
    [{ n_images: 4, n_videos: -1 }, 4],
    [{ n_images: -1, n_videos: -1 }, undefined],
    [{ n_images: null, n_videos: 'many' }, undefined],
    [{}, undefined],
  ])('count the items of %j', async (counts, items) => {
    serves([{ clusters: [{ cluster_id: id(1), ...counts }] }])
    expect(await clusters()).toEqual([{ id: id(1), items }])
  })

  it('may be a bare list, with other names', async () => {
    serves([[{ id: 17, n_images: 1 }, { id: id(2) }]], [])
    expect(await clusters()).toEqual([
      { id: '17', items: 1 },
      { id: id(2), items: undefined },
    ])
  })

  it.each([{}, 'none', { clusters: [{ n_images: 3 }] }, { clusters: ['a'] }, { clusters: {} }])(
    'are not read from %j',
    async (json) => {
      loopback.answers({ json })
      expect(await rejection(clusters())).toMatchObject({ code: 'unexpected_reply', outcome: { wrongShape: true } })
    },
  )

  it('are read again after a passing fault, and missed where the server has no such call', async () => {
    loopback.answers({ status: 503 }, { json: page(0, 2) }, { instead: 'reset' }, { json: { clusters: [] } })
    expect(await loopback.client().explore.clusters(SOURCE, IMAGES)).toEqual(listed(2))
    expect(loopback.retries).toHaveLength(2)
    loopback.answers({ status: 404, json: { detail: 'Not Found' } })
    expect(await rejection(clusters())).toMatchObject({ code: 'not_found' })
  })
})

describe('the members of a cluster', () => {
  const members = async () => loopback.client({ retryLimit: 1 }).explore.members(SOURCE, id(7), IMAGES)
  const previews = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ type: 'IMAGE', media_id: id(from + index) }))
  const ids = (count: number) => Array.from({ length: count }, (_, index) => id(index))

  it('are read page by page until one brings nothing', async () => {
    serves([{ cluster: { previews: previews(0, 50) } }, { cluster: { previews: previews(40, 60) } }], {
      cluster: { previews: [] },
    })
    expect(await members()).toEqual(ids(60))
    expect(pageNumbers()).toEqual(['0', '1', '2'])
    const { pathname, searchParams } = new URL(loopback.received[0]?.url ?? '', loopback.origin)
    expect(pathname).toBe(`/api/v1/explore/${SOURCE}/similarity_cluster/${id(7)}`)
    expect(Object.fromEntries(searchParams)).toEqual({ entity_type: 'IMAGES', threshold: '0', page_number: '0' })
  })

  it.each([
    ['at the top', (list: unknown) => ({ previews: list })],
    ['as items', (list: unknown) => ({ items: list })],
    ['as media', (list: unknown) => ({ media: list })],
    ['as media items', (list: unknown) => ({ cluster: { previews: null }, media_items: list })],
    ['bare', (list: unknown) => list],
    ['below the cluster, as a list', (list: unknown) => ({ cluster: list })],
  ])('stand %s', async (_, wrap) => {
    serves([wrap(previews(0, 3))], null)
    expect(await members()).toEqual(ids(3))
  })

  it('have had another name for their ids', async () => {
    serves([{ previews: [{ image_id: id(0) }, { image_id: id(9), media_id: id(1) }] }], null)
    expect(await members()).toEqual(ids(2))
  })

  it('end where the server only repeats itself', async () => {
    loopback.answers({ json: { previews: previews(0, 9) } })
    expect(await members()).toEqual(ids(9))
    expect(pageNumbers()).toEqual(['0', '1', '2'])
  })

  it('may be none', async () => {
    serves([{ cluster: { previews: [] } }])
    expect(await members()).toEqual([])
  })

  it.each([
    ['a 404', { status: 404, json: { detail: 'Not Found' } }],
    ['a 405', { status: 405 }],
    ['a web page', { body: '<!doctype html><title>Visual Layer</title>' }],
    ['another shape', { json: { cluster_id: id(7), n_images: 4 } }],
    ['entries without ids', { json: { previews: [{ media_id: id(1) }, { file_name: 'b.png' }] } }],
    ['file names for ids', { json: { previews: [{ media_id: 'a photo.png' }] } }],
    ['null', { json: null }],
  ])('cannot be listed where the reply is %s', async (_, answer) => {
    loopback.answers(answer)
    expect(await members()).toBeUndefined()
  })

  it.each([
    [500, 'server_error'],
    [403, 'forbidden'],
  ])('are not given up for HTTP %i', async (status, code) => {
    loopback.answers({ json: { previews: previews(0, 3) } }, { status })
    expect(await rejection(members())).toMatchObject({ code })
  })
})

describe('the export of explored clusters', () => {
  it('takes their filter along', async () => {
    loopback.answers({ json: { id: id(300) } })
    const vql = [{ labels: { op: 'one_of', value: ['cat'] } }]
    await loopback.client().exports.start(SOURCE, {
      fileName: 'part.zip',
      format: 'json',
      includeImages: false,
      entityType: 'IMAGES',
      vql: undefined,
      selection: { mediaIds: [], clusterIds: [id(1), id(2)], excludeMediaIds: [], clusterVql: JSON.stringify(vql) },
    })
    const payload = (number: number) => ({
      cluster_id: id(number),
      cluster_filters: { entity_type: 'IMAGES', vql },
      exclude_media_ids: [],
    })
    expect(JSON.parse(loopback.received[0]?.body ?? '')).toEqual({
      media_selection: [
        { type: 'cluster', payload: payload(1) },
        { type: 'cluster', payload: payload(2) },
      ],
    })
  })
})

describe('the labels of a dataset', () => {
  const has = async () => loopback.client({ retryLimit: 0 }).explore.hasLabels(SOURCE, 'OBJECTS', ['a "cat"', 'dog'])

  it.each([
    ['clusters with them', { clusters: [{ cluster_id: id(1), n_images: 2 }] }, true],
    ['clusters that were not counted', { clusters: [{ cluster_id: id(1), n_images: -1 }] }, true],
    ['empty clusters', { clusters: [{ cluster_id: id(1), n_images: 0, n_videos: 0 }] }, false],
    ['no clusters', { clusters: [] }, false],
    ['null', null, false],
  ])('are reported by %s', async (_, json, found) => {
    loopback.decides(() => ({ json }))
    expect(await has()).toBe(found)
    const { searchParams } = new URL(loopback.received[0]?.url ?? '', loopback.origin)
    expect(JSON.parse(searchParams.get('vql') ?? '')).toEqual([{ labels: { op: 'one_of', value: ['a "cat"', 'dog'] } }])
    expect(searchParams.get('entity_type')).toBe('OBJECTS')
    expect(loopback.received).toHaveLength(1)
  })
})
