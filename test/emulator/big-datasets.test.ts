import { buffer } from 'node:stream/consumers'
import { parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { type ApiCall, callsOf } from './calls.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { isRecord } from './http/reply.ts'
import type { Dataset } from './model.ts'

let emulator: Emulator
let call: ApiCall
let dataset: Dataset

beforeEach(async () => {
  emulator = await startEmulator({ timings: { exportMs: 5 } })
  call = callsOf(emulator)
  dataset = emulator.world.addDataset({ name: 'Demo', clusterSizes: [5, 0, 3, 1], videos: 2, unclustered: 4 })
})

afterEach(async () => {
  await emulator.stop()
})

const start = async (query = '') =>
  await call('GET', `/dataset/${dataset.id}/export_context_async?export_format=json${query}`)
const select = async (...entries: object[]) =>
  await call('POST', `/dataset/${dataset.id}/export_entities_async?export_format=json`, { media_selection: entries })
const cluster = (clusterId: string | undefined, filters: object = {}) => ({
  type: 'cluster',
  payload: { cluster_id: clusterId, cluster_filters: { entity_type: 'IMAGES', ...filters } },
})
const media = (ids: string[]) => ({ type: 'media', payload: { media_ids: ids } })
const ids = (items: readonly { mediaId: string }[] | undefined) => (items ?? []).map((item) => item.mediaId)
const lastExport = () => emulator.world.exports.at(-1)

function list(value: unknown, name: string): Record<string, unknown>[] {
  const field = isRecord(value) ? value[name] : undefined
  if (!Array.isArray(field) || !field.every(isRecord)) throw new Error(`no list ${name}`)
  return field
}

async function statusOf(id: string | undefined) {
  return await call('GET', `/dataset/${dataset.id}/export_status?export_task_id=${id}`)
}

/** The last export's status once it is over. */
async function ended() {
  const id = lastExport()?.id
  return await vi.waitFor(
    async () => {
      const { body } = await statusOf(id)
      expect(body).toMatchObject({ status: expect.stringMatching(/COMPLETED|FAILED|REJECTED/) })
      return body
    },
    { interval: 5, timeout: 30_000 },
  )
}

/** One file of the last export's archive. */
async function entryOf(name: string): Promise<Buffer> {
  await ended()
  const bytes = emulator.world.storage.bytes(lastExport()?.storageKey ?? '')
  const zip = await fromBufferPromise(bytes ?? Buffer.alloc(0))
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === name) return await buffer(await zip.openReadStreamPromise(entry))
  }
  throw new Error(`no ${name}`)
}

describe('clusters of given sizes', () => {
  it('are explored with those that are empty, and without what is in none', async () => {
    const { body } = await call('GET', `/explore/${dataset.id}?entity_type=IMAGES`)
    expect(list(body, 'clusters').map(({ n_images, n_videos }) => [n_images, n_videos])).toEqual([
      [5, 0],
      [3, 0],
      [1, 0],
      [0, 0],
    ])
    expect(body).toMatchObject({ metadata: { total_clusters: 4 } })
    const empty = list(body, 'clusters')[3]?.['cluster_id']
    expect(await call('GET', `/explore/${dataset.id}/similarity_cluster/${String(empty)}`)).toMatchObject({
      status: 200,
      body: { cluster: { previews: [] } },
    })
    await select(cluster(String(empty)))
    expect(await ended()).toMatchObject({ status: 'REJECTED', entities_count: 0 })
  })

  it('are exported whole with what is in none, and selected without it', async () => {
    await start()
    const document: unknown = JSON.parse((await entryOf('metadata.json')).toString())
    const records = list(document, 'media_items')
    expect(records.map((record) => String(record['media_id'])).sort()).toEqual(ids(dataset.items).sort())
    expect(records.filter((record) => record['cluster_id'] === null)).toHaveLength(4)

    const clusters = new Set(dataset.items.map((item) => item.clusterId).filter((id) => id !== ''))
    await select(...[...clusters].map((id) => cluster(id)))
    expect(ids(lastExport()?.items)).toEqual(ids(dataset.items.slice(0, 9)))
    await select(media(ids(dataset.items.slice(8))))
    expect(ids(lastExport()?.items)).toEqual(ids(dataset.items.slice(8)))
  })

  it('may leave a cluster_id empty in parquet too', async () => {
    await call('GET', `/dataset/${dataset.id}/export_context_async?export_format=parquet`)
    const rows = await parquetReadObjects({ file: new Uint8Array(await entryOf('metadata.parquet')).buffer })
    const known = rows.filter((row) => typeof row['cluster_id'] === 'string' && row['cluster_id'] !== '')
    expect([rows.length, known.length]).toEqual([13, 9])
  })

  it('unclustered media go with clusters in turn, too', () => {
    const { items } = emulator.world.addDataset({ name: 'Turns', images: 6, clusters: 2, unclustered: 3 })
    expect(items.map((item) => item.clusterId === '')).toEqual([...Array(6).fill(false), ...Array(3).fill(true)])
  })

  it('of 20,000 items are made, explored and exported', async () => {
    dataset = emulator.world.addDataset({ name: 'Big', clusterSizes: Array.from({ length: 1000 }, (_, n) => n % 41) })
    const count = dataset.items.length
    expect(count).toBeGreaterThan(19_000)
    const seen = new Map<unknown, number>()
    for (let page = 0; page < 11; page++) {
      const { body } = await call('GET', `/explore/${dataset.id}?page_number=${page}`)
      for (const found of list(body, 'clusters')) seen.set(found['cluster_id'], Number(found['n_images']))
    }
    expect(seen.size).toBe(1000)
    expect([...seen.values()].reduce((sum, size) => sum + size, 0)).toBe(count)
    await select(...[...seen.keys()].map((id) => cluster(String(id))))
    expect(await ended()).toMatchObject({ status: 'COMPLETED', entities_count: count })
  })
})

describe('a selection', () => {
  it('is the union of its entries, or of the first alone', async () => {
    const [first, other] = [dataset.items[0], dataset.items[5]]
    const entries = [cluster(first?.clusterId), cluster(other?.clusterId), media(ids(dataset.items.slice(10, 11)))]
    await select(...entries)
    expect(ids(lastExport()?.items)).toEqual(ids([...dataset.items.slice(0, 8), ...dataset.items.slice(10, 11)]))
    emulator.options.style.singleSelection = true
    await select(...entries)
    expect(ids(lastExport()?.items)).toEqual(ids(dataset.items.slice(0, 5)))
  })

  it('honours a cluster’s VQL, or does not look at it', async () => {
    const entry = cluster(dataset.items[0]?.clusterId, { vql: [{ labels: { op: 'one_of', value: ['dog'] } }] })
    await select(entry)
    expect(ids(lastExport()?.items)).toEqual(ids(dataset.items.filter((_, index) => index === 0 || index === 4)))
    emulator.options.style.clusterVql = false
    await select(entry)
    expect(ids(lastExport()?.items)).toEqual(ids(dataset.items.slice(0, 5)))
  })

  it('over the limit of a proxy is answered 413, whatever the cap', async () => {
    emulator.options.selectionLimitBytes = 200
    expect(await select(media(ids(dataset.items)))).toMatchObject({ status: 413, body: undefined })
    expect(await select(media(ids(dataset.items.slice(0, 1))))).toMatchObject({ status: 200 })
    expect(emulator.world.exportStarts).toMatchObject([
      { selective: true, items: undefined, rejected: true, exportId: undefined },
      { selective: true, items: 1, rejected: false, exportId: lastExport()?.id },
    ])
  })
})

describe('an export over the cap', () => {
  const words = 'Export request rejected: number of entities 13 exceeds threshold 12'

  beforeEach(() => {
    emulator.options.exportCap = 12
  })

  it.each([
    ['rejected_at_start', { status: 200, body: { status: 'REJECTED', result_message: words, entities_count: 13 } }, 1],
    ['error', { status: 200, body: { error: words } }, 0],
    ['bad_request', { status: 400, body: { detail: words } }, 0],
    ['payload_too_large', { status: 413, body: { detail: words } }, 0],
  ] as const)('is rejected as %s', async (style, reply, exports) => {
    emulator.options.style.exportRejection = style
    expect(await start()).toMatchObject(reply)
    expect(emulator.world.exports).toHaveLength(exports)
    expect(emulator.world.exportStarts).toEqual([
      {
        datasetId: dataset.id,
        exportId: lastExport()?.id,
        selective: false,
        items: 13,
        includeImages: false,
        rejected: true,
      },
    ])
    if (exports > 0) expect((await statusOf(lastExport()?.id)).body).toMatchObject({ status: 'REJECTED' })
  })

  it('is rejected while it is polled, in words that name the cap or do not', async () => {
    expect((await start()).body).toEqual({ id: lastExport()?.id })
    expect(await ended()).toMatchObject({ status: 'REJECTED', result_message: words })
    emulator.options.style.rejectionWords = 'vague'
    await start()
    expect(await ended()).toMatchObject({ result_message: 'Export rejected: too many entities' })
  })

  it('may be one with images only', async () => {
    Object.assign(emulator.options, { exportCap: 13, imagesCap: 7 })
    await start()
    expect(await ended()).toMatchObject({ status: 'COMPLETED' })
    await start('&include_images=true')
    expect(await ended()).toMatchObject({
      status: 'REJECTED',
      result_message: expect.stringContaining('exceeds threshold 7'),
    })
    expect(emulator.world.exportStarts.map(({ includeImages, rejected }) => [includeImages, rejected])).toEqual([
      [false, false],
      [true, true],
    ])
  })
})

describe('what a server may lack', () => {
  it('is the number of clusters', async () => {
    emulator.options.style.explore = 'bare'
    const { body } = await call('GET', `/explore/${dataset.id}`)
    expect(isRecord(body) && Object.keys(body)).toEqual(['clusters'])
    expect(list(body, 'clusters')).toHaveLength(4)
    expect((await call('GET', `/explore/${dataset.id}?page_number=1`)).body).toEqual({ clusters: [] })
  })

  it('is exploring, the members of a cluster, or the table of media ids', async () => {
    const members = `/explore/${dataset.id}/similarity_cluster/${dataset.items[0]?.clusterId}`
    const table = `/dataset/${dataset.id}/export_media_id`
    for (const path of [`/explore/${dataset.id}`, members, table]) {
      expect(await call('GET', path)).toMatchObject({ status: 200 })
    }
    Object.assign(emulator.options.style, { explore: 'missing', members: 'missing', mediaIdList: 'missing' })
    for (const path of [`/explore/${dataset.id}`, members, table]) {
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { detail: 'Not Found' } })
    }
  })

  it('is not there: members come in pages, filtered where asked', async () => {
    dataset = emulator.world.addDataset({ name: 'One', clusterSizes: [250] })
    const path = `/explore/${dataset.id}/similarity_cluster/${dataset.items[0]?.clusterId}`
    const previews = async (query: string) => {
      const { body } = await call('GET', `${path}?${query}`)
      return list(isRecord(body) ? body['cluster'] : undefined, 'previews').map((shown) => shown['media_id'])
    }
    const all = [await previews('page_number=0'), await previews('page_number=1'), await previews('page_number=2')]
    expect(all.map((part) => part.length)).toEqual([100, 100, 50])
    expect(all.flat()).toEqual(ids(dataset.items))
    expect(await previews('page_number=3')).toEqual([])
    const vql = encodeURIComponent('[{"text":{"op":"fts","value":"number 12"}}]')
    expect(await previews(`vql=${vql}`)).toEqual(ids(dataset.items.filter(({ caption }) => caption?.match(/r 12/))))
    expect(await previews('entity_type=OBJECTS')).toHaveLength(83)
  })

  it('is a table without quotes: names with commas have them', async () => {
    const [item] = dataset.items
    if (!item) throw new Error('no item')
    emulator.world.timeline.change(dataset, { items: [{ ...item, fileName: 'a "b", c.png' }] })
    const { text } = await call('GET', `/dataset/${dataset.id}/export_media_id`)
    expect(text).toBe(`filename,media_id\n"a ""b"", c.png",${item.mediaId}\n`)
  })
})

describe('a fault', () => {
  it('can meet one page of clusters', async () => {
    emulator.faults.add({ path: /\/explore\//, query: /page_number=1\b/, fault: { kind: 'status', status: 503 } })
    const page = async (number: number) => (await call('GET', `/explore/${dataset.id}?page_number=${number}`)).status
    expect([await page(0), await page(1), await page(10), await page(1)]).toEqual([200, 503, 200, 200])
  })

  it('can meet the start, the status and the bytes of one export among several', async () => {
    emulator.faults.add({
      method: 'POST',
      path: /export_entities_async$/,
      skip: 1,
      fault: { kind: 'status', status: 502 },
    })
    const one = media(ids(dataset.items.slice(0, 1)))
    expect([(await select(one)).status, (await select(one)).status, (await select(one)).status]).toEqual([
      200, 502, 200,
    ])
    const [first, second] = emulator.world.exports
    expect(emulator.world.exportStarts.map((asked) => asked.exportId)).toEqual([first?.id, second?.id])
    emulator.faults.add({
      path: /export_status$/,
      query: new RegExp(String(second?.id)),
      fault: { kind: 'status', status: 500 },
    })
    expect([(await statusOf(first?.id)).status, (await statusOf(second?.id)).status]).toEqual([200, 500])
    emulator.faults.add({
      server: 'storage',
      path: new RegExp(String(second?.id)),
      fault: { kind: 'status', status: 403 },
    })
    await vi.waitFor(() => expect(emulator.world.exports.every((task) => task.status === 'COMPLETED')).toBe(true))
    const get = async (key: string | undefined) =>
      (await fetch(emulator.storageUrl + emulator.world.storage.sign(key ?? ''))).status
    expect([await get(first?.storageKey), await get(second?.storageKey)]).toEqual([200, 403])
  })
})
