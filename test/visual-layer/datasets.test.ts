import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DatasetStatus, normalWord } from '../../src/visual-layer/datasets.ts'
import { failureOf } from '../failure-of.ts'
import { Loopback, rejection } from './loopback.ts'
import { id, SOURCE } from './samples.ts'

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

describe('a status word', () => {
  const table: [DatasetStatus, string[]][] = [
    ['READY', ['READY', 'ready', ' Ready ', 'READY (public)', 'completed']],
    ['READ_ONLY', ['READ ONLY', 'READ_ONLY', 'Read Only', 'read-only', 'READ  _ ONLY', 'UPDATING', 'ENRICHING']],
    ['PARTIAL_INDEX', ['PARTIAL INDEX', 'PARTIAL_INDEX', 'Partial Index']],
    ['INDEXING', ['INDEXING', 'Indexing']],
    ['DRAFT', ['DRAFT', 'draft']],
    ['ERROR', ['ERROR', 'FATAL_ERROR', 'Fatal Error', 'failed']],
    ['BUSY', ['NEW', 'PRE_PROCESSING', 'INITIALIZING', 'UPLOADING', 'SAVING', 'Processing', 'Pending', 'QUEUED']],
    ['UNKNOWN', ['COMPUTING', 'READY?', 'NOT READY', 'READYING', 'constructor', '__proto__']],
  ]
  it.each(table.flatMap(([status, words]) => words.map((word) => [word, status] as const)))(
    '%j is %s',
    async (word, status) => {
      loopback.answers({ json: { status_new: word } })
      expect(await loopback.client().datasets.get(SOURCE)).toMatchObject({ status, statusWord: word })
    },
  )

  it('is one, whatever is between its parts', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(' ', '_', '-'), { minLength: 1, maxLength: 4 }), (between) => {
        expect(normalWord(`read${between.join('')}only`)).toBe('READ_ONLY')
      }),
    )
  })
})

describe('a dataset', () => {
  const read = async (json: unknown) => {
    loopback.answers({ json })
    return loopback.client({ retryLimit: 0 }).datasets.get(SOURCE)
  }

  it('has its IDs in lower case, as the inputs have theirs', async () => {
    const { id: own, sourceDatasetId } = await read({
      id: SOURCE.toUpperCase(),
      status_new: 'READY',
      source_dataset_id: id(9).toUpperCase(),
    })
    expect([own, sourceDatasetId]).toEqual([SOURCE, id(9)])
  })

  it('is read as documented', async () => {
    const reply = {
      id: SOURCE,
      display_name: 'Cats',
      status_new: 'PARTIAL INDEX',
      status: 'SAVING',
      progress: 40.5,
      n_images: 12,
      n_videos: 0,
      n_objects: -1,
      fatal_error_msg: null,
      source_dataset_id: id(9),
      source_uri: 's3://bucket/cats/',
      created_at: '2026-01-02T03:04:05.000001',
      updated_at: null,
    }
    expect(await read(reply)).toEqual({
      id: SOURCE,
      name: 'Cats',
      status: 'PARTIAL_INDEX',
      statusWord: 'PARTIAL INDEX',
      progress: 40,
      images: 12,
      videos: 0,
      objects: undefined,
      fatalError: undefined,
      sourceDatasetId: id(9),
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      sourceUri: 's3://bucket/cats/',
    })
    expect(loopback.received[0]?.url).toBe(`/api/v1/dataset/${SOURCE}`)
  })

  it.each([
    ['status_new before status', { status_new: 'READ ONLY', status: 'READY' }, 'READ_ONLY'],
    ['status, where status_new is gone', { status: 'READY' }, 'READY'],
    ['status, where status_new is null', { status_new: null, status: 'READY' }, 'READY'],
    ['status, where status_new is of another kind', { status_new: 3, status: 'READY' }, 'READY'],
    ['a word that nobody knows', { status_new: 'POLISHING' }, 'UNKNOWN'],
  ])('takes %s', async (_, reply, status) => {
    expect(await read(reply)).toMatchObject({ status, id: SOURCE })
  })

  it('bears fields that are missing, null, or of another kind', async () => {
    const odd = {
      status_new: 'READY',
      id: null,
      display_name: 7,
      progress: 'much',
      n_images: '12',
      n_videos: -1,
      n_objects: -1,
    }
    expect(
      await read({ ...odd, fatal_error_msg: {}, source_dataset_id: [], created_at: 'soon', extra: { a: 1 } }),
    ).toEqual({
      id: SOURCE,
      name: '',
      status: 'READY',
      statusWord: 'READY',
      progress: undefined,
      images: 12,
      videos: undefined,
      objects: undefined,
      fatalError: undefined,
      sourceDatasetId: undefined,
      createdAt: undefined,
      sourceUri: undefined,
    })
  })

  it('shows the API’s own reason for an error', async () => {
    expect(await read({ status_new: 'ERROR', fatal_error_msg: 'bucket not found' })).toMatchObject({
      status: 'ERROR',
      fatalError: 'bucket not found',
    })
  })

  it.each([
    ['null', null],
    ['a list', [{ status_new: 'READY' }]],
    ['text', 'READY'],
    ['an object without a status', { id: SOURCE, display_name: 'Cats' }],
    ['a status of another kind', { id: SOURCE, status_new: { word: 'READY' } }],
    ['an empty status', { id: SOURCE, status_new: '' }],
  ])('is not read from %s', async (_, json) => {
    const error = await failureOf(read(json))
    expect(error).toMatchObject({ code: 'unexpected_reply', outcome: { wrongShape: true } })
    expect(error.apiWords).toBe(JSON.stringify(json))
    expect(`${error.message} ${error.todo}`).not.toMatch(/zod|invalid|\bexpected/i)
  })
})

describe('the list of datasets', () => {
  const list = async (json: unknown) => {
    loopback.answers({ json })
    return loopback.client({ retryLimit: 0 }).datasets.list()
  }
  const two = [
    { id: id(1), display_name: 'Cats', status: 'READY' },
    { dataset_id: id(2), dataset_name: 'Dogs' },
  ]

  it.each([
    ['a bare list', two],
    ['a list in an object', { datasets: two, total: 2 }],
  ])('is read from %s, statuses or none', async (_, json) => {
    expect(await list(json)).toMatchObject([
      { id: id(1), name: 'Cats', status: 'READY' },
      { id: id(2), name: 'Dogs', status: 'UNKNOWN' },
    ])
  })

  it('may be empty', async () => {
    expect(await list([])).toEqual([])
    expect(await list({ datasets: [] })).toEqual([])
  })

  it('leaves out what has no id', async () => {
    expect(await list([{ display_name: 'nameless' }, ...two])).toHaveLength(2)
  })

  it.each([null, {}, { data: [] }, { datasets: null }, 'none', 7])('is not read from %j', async (json) => {
    expect(await rejection(list(json))).toMatchObject({ code: 'unexpected_reply' })
  })
})

describe('a creation', () => {
  const create = async (answer: object) => {
    loopback.answers(answer)
    return loopback.client().datasets.createFromS3('Cats', 's3://bucket/cats/')
  }

  it.each([
    [{ dataset_id: id(5) }, id(5)],
    [{ id: id(5) }, id(5)],
    [{ dataset_id: id(5), id: id(6) }, id(5)],
    [{ dataset_id: null, id: id(6) }, id(6)],
    [{ dataset_id: id(5).toUpperCase() }, id(5)],
    [{ dataset_id: id(5), status: 'error', message: 'old trouble' }, id(5)],
  ])('takes the id from %j', async (json, expected) => {
    expect(await create({ json })).toBe(expected)
    expect(loopback.received[0]).toMatchObject({ method: 'POST', url: '/api/v1/dataset' })
  })

  it.each([
    { json: {} },
    { json: null },
    { body: '' },
    { json: [] },
    { json: { dataset_id: '' } },
    { body: '<html/>' },
  ])('that is accepted with %j may have been made all the same', async (answer) => {
    expect(await rejection(create(answer))).toMatchObject({
      code: 'unexpected_reply',
      outcome: { transient: true, effect: 'unknown' },
    })
    expect(loopback.received).toHaveLength(1)
  })

  it.each([{ status: 'error', message: 'bucket not found' }, { error: 'bucket not found' }])(
    'rejected inside HTTP 200 by %j was not made',
    async (json) => {
      expect(await rejection(create({ json }))).toMatchObject({
        code: 'rejected',
        apiWords: 'bucket not found',
        outcome: { transient: false, effect: 'none' },
      })
    },
  )
})
