import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExportStart, ExportState } from '../../src/visual-layer/exports.ts'
import { Loopback, rejection } from './loopback.ts'
import { id, SOURCE } from './samples.ts'

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

const WHOLE: ExportStart = {
  fileName: 'nightly.zip',
  format: 'json',
  includeImages: false,
  entityType: 'IMAGES',
  vql: undefined,
  selection: undefined,
}
const RECORDED = {
  id: id(300),
  dataset_id: SOURCE,
  created_at: '2026-01-02T03:04:05.000001',
  download_uri: null,
  progress: 0,
  status: 'INIT',
  entities_count: 12,
  result_message: null,
}

describe('the start of an export', () => {
  const start = async (json: unknown, more: Partial<ExportStart> = {}) => {
    loopback.answers({ json })
    return loopback.client().exports.start(SOURCE, { ...WHOLE, ...more })
  }
  const sent = () => new URL(loopback.received[0]?.url ?? '', loopback.origin)

  it.each([
    ['the documented reply', { id: id(300) }, { id: id(300), state: 'RUNNING', entities: undefined }],
    ['the recorded reply', RECORDED, { id: id(300), state: 'QUEUED', entities: 12, link: undefined, words: undefined }],
    ['another name for the id', { export_task_id: id(300) }, { id: id(300) }],
    ['yet another name for the id', { task_id: id(300), status: 'PENDING' }, { id: id(300), state: 'QUEUED' }],
    [
      'a rejection in the form of a task',
      { id: id(300), status: 'REJECTED', result_message: 'too many entities' },
      { id: id(300), state: 'REJECTED', words: 'too many entities' },
    ],
    [
      'a rejection that names no task',
      { status: 'REJECTED', result_message: 'x' },
      { id: undefined, state: 'REJECTED' },
    ],
  ])('takes %s', async (_, json, expected) => {
    expect(await start(json)).toMatchObject(expected)
  })

  it.each([[{}], [null], [[]], [{ status: 'INIT' }], [{ id: '' }], ['started']])(
    'is not read from %j',
    async (json) => {
      expect(await rejection(start(json))).toMatchObject({ code: 'unexpected_reply', outcome: { effect: 'unknown' } })
    },
  )

  it('rejected inside HTTP 200 shows the API’s own words', async () => {
    expect(await rejection(start({ error: 'Export of 1200000 entities exceeds threshold' }))).toMatchObject({
      code: 'rejected',
      apiWords: 'Export of 1200000 entities exceeds threshold',
      outcome: { transient: false },
    })
  })

  it('of a whole dataset sends what the docs name, and nothing else', async () => {
    await start(RECORDED)
    expect(loopback.received[0]?.method).toBe('GET')
    expect(sent().pathname).toBe(`/api/v1/dataset/${SOURCE}/export_context_async`)
    expect(Object.fromEntries(sent().searchParams)).toEqual({
      file_name: 'nightly.zip',
      export_format: 'json',
      include_images: 'false',
    })
  })

  it('with a filter sends it as it is, with the kind of entity', async () => {
    const vql = '[{"text":{"op":"fts","value":"a & b"}}]'
    await start(RECORDED, { vql, includeImages: true, format: 'parquet', entityType: 'OBJECTS' })
    expect(Object.fromEntries(sent().searchParams)).toEqual({
      file_name: 'nightly.zip',
      export_format: 'parquet',
      include_images: 'true',
      entity_type: 'OBJECTS',
      vql,
    })
  })

  it('of a selection sends it in the body', async () => {
    const selection = { mediaIds: [id(1), id(2)], clusterIds: [id(3)], excludeMediaIds: [id(4)] }
    await start(RECORDED, { selection })
    expect(loopback.received[0]?.method).toBe('POST')
    expect(sent().pathname).toBe(`/api/v1/dataset/${SOURCE}/export_entities_async`)
    expect(Object.fromEntries(sent().searchParams)).toEqual({ export_format: 'json', include_images: 'false' })
    expect(JSON.parse(loopback.received[0]?.body ?? '')).toEqual({
      media_selection: [
        { type: 'media', payload: { media_ids: [id(1), id(2)] } },
        {
          type: 'cluster',
          payload: { cluster_id: id(3), cluster_filters: { entity_type: 'IMAGES' }, exclude_media_ids: [id(4)] },
        },
      ],
    })
  })

  it('of media alone names no cluster', async () => {
    await start(RECORDED, { selection: { mediaIds: [id(1)], clusterIds: [], excludeMediaIds: [] } })
    expect(JSON.parse(loopback.received[0]?.body ?? '')).toEqual({
      media_selection: [{ type: 'media', payload: { media_ids: [id(1)] } }],
    })
  })
})

describe('the status of an export', () => {
  const status = async (json: unknown) => {
    loopback.answers({ json })
    return loopback.client({ retryLimit: 0 }).exports.status(SOURCE, id(300))
  }

  it.each<[string, ExportState]>([
    ['INIT', 'QUEUED'],
    ['PENDING', 'QUEUED'],
    ['IN_PROGRESS', 'RUNNING'],
    ['In Progress', 'RUNNING'],
    ['PROCESSING', 'RUNNING'],
    ['POLISHING', 'RUNNING'],
    ['COMPLETED', 'COMPLETED'],
    ['completed', 'COMPLETED'],
    ['FAILED', 'FAILED'],
    ['REJECTED', 'REJECTED'],
    ['CANCELED', 'CANCELLED'],
    ['CANCELLED', 'CANCELLED'],
    ['ABORTED', 'CANCELLED'],
  ])('%s is %s', async (word, state) => {
    expect(await status({ ...RECORDED, status: word })).toMatchObject({ state, statusWord: word })
    const { searchParams, pathname } = new URL(loopback.received[0]?.url ?? '', loopback.origin)
    expect(pathname).toBe(`/api/v1/dataset/${SOURCE}/export_status`)
    expect(searchParams.get('export_task_id')).toBe(id(300))
  })

  it.each([
    { download_uri: '/cdn/x.zip' },
    { download_url: '/cdn/x.zip' },
    { downloadUri: '/cdn/x.zip' },
    { url: '/cdn/x.zip' },
    { uri: '/cdn/x.zip' },
    { file_url: '/cdn/x.zip' },
    { result: { download_uri: '/cdn/x.zip' } },
    { result: { url: '/cdn/x.zip' } },
    { download_uri: null, url: '', file_url: '/cdn/x.zip' },
    { download_uri: '', result: { result: { uri: '/cdn/x.zip' } } },
  ])('has its link in %j', async (fields) => {
    expect(await status({ id: id(300), status: 'COMPLETED', ...fields })).toMatchObject({ link: '/cdn/x.zip' })
  })

  it.each([
    {},
    { download_uri: null },
    { download_uri: 7 },
    { result: null },
    { result: '/cdn/x.zip' },
    { result: [] },
  ])('has no link in %j', async (fields) => {
    expect((await status({ status: 'COMPLETED', ...fields })).link).toBeUndefined()
  })

  it('may be short, and of odd kinds', async () => {
    expect(await status({ status: 'IN_PROGRESS', progress: '0.5', entities_count: '7', result_message: 3 })).toEqual({
      id: undefined,
      state: 'RUNNING',
      statusWord: 'IN_PROGRESS',
      progress: 0.5,
      entities: 7,
      words: undefined,
      link: undefined,
    })
  })

  it.each([null, {}, [], 'COMPLETED', { id: id(300), download_uri: 'https://x.example.org/' }, { status: null }])(
    'is not read from %j',
    async (json) => {
      expect(await rejection(status(json))).toMatchObject({ code: 'unexpected_reply', outcome: { wrongShape: true } })
    },
  )
})

describe('a link', () => {
  const at = (apiRoot: string) => loopback.client({ apiRoot: new URL(apiRoot) }).exports

  it('is resolved against the server where it is relative', () => {
    const { exports } = loopback.client()
    const resolved = (link: string) => exports.resolve(link, id(300))
    expect(resolved('/cdn/a/images/b/b.zip').href).toBe(`${loopback.origin}/cdn/a/images/b/b.zip`)
    expect(resolved('cdn/b.zip?x=1').href).toBe(`${loopback.origin}/cdn/b.zip?x=1`)
    expect(resolved('//storage.example.org/b.zip').hostname).toBe('storage.example.org')
    expect(resolved('https://s3.example.org/b.zip?X-Amz-Signature=a%2Bb').href).toBe(
      'https://s3.example.org/b.zip?X-Amz-Signature=a%2Bb',
    )
  })

  it.each(['file:///etc/passwd', 's3://bucket/b.zip', 'javascript:alert(1)', 'http://', 'https://[bad/'])(
    'is none: %s',
    (link) => {
      expect(() => loopback.client().exports.resolve(link, id(300))).toThrow(/is not a URL/)
    },
  )

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost:2375/',
    'HTTP://storage.example.org/b.zip?sig=s',
  ])('of a server over https never leads over plain http: %s', (link) => {
    const exports = at('https://vl.example.org/api/v1/')
    expect(() => exports.resolve(link, id(300))).toThrow(/uses plain http/)
    expect(() => exports.resolve(link, id(300))).not.toThrow(/sig=/)
    expect(exports.resolve('/cdn/b.zip', id(300)).href).toBe('https://vl.example.org/cdn/b.zip')
  })

  it('of a server over plain http may lead over either', () => {
    const exports = at('http://vl.example.org/api/v1/')
    for (const link of ['http://storage.example.org/b.zip', 'https://storage.example.org/b.zip']) {
      expect(exports.resolve(link, id(300)).href).toBe(link)
    }
  })
})
