import { parquetReadObjects } from 'hyparquet'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { type ApiCall, callsOf } from './calls.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { isRecord } from './http/reply.ts'
import { imageBytes } from './media-items.ts'
import type { Dataset } from './model.ts'

let emulator: Emulator
let call: ApiCall
let dataset: Dataset

beforeEach(async () => {
  emulator = await startEmulator({ timings: { exportMs: 20 } })
  call = callsOf(emulator)
  dataset = emulator.world.addDataset({ name: 'Demo', images: 30, videos: 6, clusters: 3 })
})

afterEach(async () => {
  await emulator.stop()
})

const start = async (query = '', id = dataset.id) =>
  await call('GET', `/dataset/${id}/export_context_async?file_name=x.zip&export_format=json${query}`)

function text(value: unknown, name: string): string {
  const field = isRecord(value) ? value[name] : undefined
  if (typeof field !== 'string') throw new Error(`no text ${name} in ${JSON.stringify(value)}`)
  return field
}

/** The status once it is one of those that end. */
async function end(started: unknown): Promise<Record<string, unknown>> {
  const path = `/dataset/${dataset.id}/export_status?export_task_id=${text(started, 'id')}`
  return await vi.waitFor(
    async () => {
      const { body } = await call('GET', path)
      if (!isRecord(body) || !['COMPLETED', 'FAILED', 'REJECTED'].includes(text(body, 'status')))
        throw new Error('running')
      return body
    },
    { interval: 5, timeout: 10_000 },
  )
}

async function entriesOf(ended: Record<string, unknown>): Promise<Map<string, Buffer>> {
  const response = await fetch(new URL(text(ended, 'download_uri'), emulator.url))
  expect(response.status).toBe(200)
  const zip = await fromBufferPromise(Buffer.from(await response.arrayBuffer()), { decodeStrings: true })
  const entries = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) {
    entries.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  }
  return entries
}

function recordsOf(entries: Map<string, Buffer>): Record<string, unknown>[] {
  const document: unknown = JSON.parse(entries.get('metadata.json')?.toString() ?? '')
  const items = isRecord(document) ? document['media_items'] : undefined
  if (!Array.isArray(items) || !items.every(isRecord)) throw new Error('no media_items')
  return items
}

describe('an export', () => {
  it('contains a record of eleven keys for each item, and its image', async () => {
    const started = await start('&include_images=true')
    const ended = await end(started.body)
    expect(ended).toMatchObject({ status: 'COMPLETED', entities_count: 36, result_message: null })
    const entries = await entriesOf(ended)
    const records = recordsOf(entries)
    expect(records.map((record) => text(record, 'media_id')).sort()).toEqual(
      dataset.items.map((item) => item.mediaId).sort(),
    )
    for (const record of records) {
      expect(Object.keys(record).sort()).toEqual([
        'cluster_id',
        'file_name',
        'file_path',
        'file_size',
        'height',
        'media_id',
        'media_type',
        'metadata_items',
        'uniqueness_score',
        'url',
        'width',
      ])
    }
    expect(records.filter((record) => text(record, 'file_path').includes(':'))).toHaveLength(6)
    expect(entries.size).toBe(37)
    const [first] = dataset.items
    const image = entries.get('images/image_00001.png')
    expect(first && image?.equals(imageBytes(first))).toBe(true)
    const told = records.find((record) => record['media_id'] === first?.mediaId)?.['file_size']
    expect(told).toBe(`${((image?.length ?? 0) / 1024).toFixed(2)}KB`)
  })

  it('differs from the next in order and links alone', async () => {
    const both = [
      recordsOf(await entriesOf(await end((await start()).body))),
      recordsOf(await entriesOf(await end((await start()).body))),
    ]
    const ids = both.map((records) => records.map((record) => text(record, 'media_id')))
    expect(ids[0]).not.toEqual(ids[1])
    const links = both.map((records) => records.map((record) => text(record, 'url')))
    expect(links[0]?.some((link) => links[1]?.includes(link))).toBe(false)
    const stable = both.map((records) =>
      records
        .map((record) => ({ ...record, url: '', metadata_items: 0 }))
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    )
    expect(stable[0]).toEqual(stable[1])
  })

  it('is of the state at its start', async () => {
    const started = await start()
    emulator.world.timeline.change(dataset, { items: [] })
    expect(recordsOf(await entriesOf(await end(started.body)))).toHaveLength(36)
  })

  it('comes as parquet', async () => {
    const { body } = await call('GET', `/dataset/${dataset.id}/export_context_async?export_format=parquet`)
    const file = (await entriesOf(await end(body))).get('metadata.parquet') ?? Buffer.alloc(0)
    const rows = await parquetReadObjects({ file: new Uint8Array(file).buffer })
    expect(rows).toHaveLength(36)
    expect(Object.keys(rows[0] ?? {})).toContain('image_filename')
  })

  it('gives relative links, whole replies and a test’s own archive where asked', async () => {
    Object.assign(emulator.options.style, { downloadLinks: 'relative', exportReply: 'whole' })
    emulator.world.replaceArchive('next', Buffer.from('no zip'))
    const started = await start()
    expect(started.body).toMatchObject({ status: 'INIT', download_uri: null, progress: 0, dataset_id: dataset.id })
    const link = text(await end(started.body), 'download_uri')
    expect(link).toMatch(/^\/cdn\/[^?]+\.zip$/)
    expect(await (await fetch(emulator.url + link)).text()).toBe('no zip')
  })

  it('is rejected unless READY, for a wrong format, and where it is not known', async () => {
    expect(await start('', '00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404 })
    expect(await call('GET', `/dataset/${dataset.id}/export_context_async?export_format=csv`)).toMatchObject({
      status: 422,
    })
    expect(await call('GET', `/dataset/${dataset.id}/export_status`)).toMatchObject({ status: 422 })
    expect(await call('GET', `/dataset/${dataset.id}/export_status?export_task_id=none`)).toMatchObject({ status: 404 })
    emulator.world.timeline.change(dataset, { status: 'READ ONLY' })
    expect(await start()).toMatchObject({ status: 409 })
  })

  it('ends REJECTED over the cap and where nothing matches, or as an error at once', async () => {
    emulator.options.exportCap = 35
    expect(await end((await start()).body)).toMatchObject({
      status: 'REJECTED',
      entities_count: 36,
      result_message: expect.stringContaining('exceeds threshold'),
    })
    const nothing = `&vql=${encodeURIComponent('[{"labels":{"op":"one_of","value":["zebra"]}}]')}`
    expect(await end((await start(nothing)).body)).toMatchObject({ status: 'REJECTED', entities_count: 0 })
    emulator.options.style.exportRejection = 'error'
    expect(await start()).toMatchObject({ status: 200, body: { error: expect.stringContaining('exceeds threshold') } })
    emulator.world.next('export', { task: 'FAILED', message: 'worker lost' })
    emulator.options.exportCap = 36
    expect(await end((await start()).body)).toMatchObject({
      status: 'FAILED',
      result_message: 'worker lost',
      download_uri: null,
    })
  })
})

describe('a selection', () => {
  const ids = (wanted: (number: number) => boolean) =>
    dataset.items
      .filter((_item, index) => wanted(index + 1))
      .map((item) => item.mediaId)
      .sort()
  async function exported(started: { body: unknown }): Promise<string[]> {
    return recordsOf(await entriesOf(await end(started.body)))
      .map((record) => text(record, 'media_id'))
      .sort()
  }
  const vql = async (filters: unknown) => await start(`&vql=${encodeURIComponent(JSON.stringify(filters))}`)

  it('of clusters less some, and of media, is their union', async () => {
    const [first, second, third, fourth] = dataset.items
    const entities = await call('POST', `/dataset/${dataset.id}/export_entities_async?export_format=json`, {
      media_selection: [
        { type: 'cluster', payload: { cluster_id: first?.clusterId, exclude_media_ids: [fourth?.mediaId] } },
        { type: 'media', payload: { media_ids: [second?.mediaId, third?.mediaId, second?.mediaId, 'unknown'] } },
      ],
    })
    expect(await exported(entities)).toEqual(
      ids((number) => (number % 3 === 1 && number !== 4) || number === 2 || number === 3),
    )
  })

  it('by VQL joins its filters by AND', async () => {
    const labels = { labels: { op: 'one_of', value: ['cat', 'dog'] } }
    expect(await exported(await vql([labels]))).toEqual(ids((number) => number % 4 < 2))
    const blurred = { id: 'f1', issues: { op: 'issue', value: 'blur', mode: 'in', confidence_min: 0.8 } }
    expect(await exported(await vql([labels, blurred]))).toEqual(ids((number) => number % 4 < 2 && number % 5 === 0))
    const sharp = { issues: { op: 'issue', value: 'blur', mode: 'out' } }
    expect(await exported(await vql([sharp]))).toEqual(ids((number) => number % 5 !== 0))
    expect(await exported(await vql([{ uniqueness: { op: 'uniqueness', value: 0.5 } }]))).toEqual(
      ids((number) => (number * 37) % 100 >= 50),
    )
    expect(await exported(await vql([{ text: { op: 'fts', value: 'number 12' } }]))).toEqual(
      ids((number) => number === 12),
    )
  })

  it.each([
    '{',
    '{}',
    '[1]',
    '[{}]',
    '[{"color":{"op":"is"}}]',
    '[{"labels":{"op":"near","value":["a"]}}]',
    '[{"uniqueness":{"op":"uniqueness","value":"x"}}]',
  ])('rejects %s with 422', async (raw) => {
    expect(await start(`&vql=${encodeURIComponent(raw)}`)).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['query', 'vql'] }] },
    })
  })

  it('can be found by exploring, in pages of 100 clusters with sample previews', async () => {
    const wide = emulator.world.addDataset({ name: 'Wide', images: 1200, clusters: 120 })
    const { body } = await call('GET', `/explore/${wide.id}?entity_type=IMAGES&threshold=0&page_number=0`)
    const next = await call('GET', `/explore/${wide.id}?page_number=1`)
    const clusters = isRecord(body) && Array.isArray(body['clusters']) ? body['clusters'] : []
    expect(clusters).toHaveLength(100)
    expect(clusters[0]).toMatchObject({ n_images: 10, previews: { length: 9 } })
    expect(next.body).toMatchObject({ clusters: { length: 20 } })
    expect(
      (await call('GET', `/explore/${wide.id}/similarity_cluster/${text(clusters[0], 'cluster_id')}`)).body,
    ).toMatchObject({
      cluster: { previews: { length: 10 } },
    })
  })
})
