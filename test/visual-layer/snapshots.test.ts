import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Loopback, rejection } from './loopback.ts'
import { id, SOURCE } from './samples.ts'

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

const WHOLE = {
  snapshot_id: id(100),
  snapshot_name: 'before-tagging',
  source_dataset_name: 'Cats',
  created_at: '2026-01-02T03:04:05.000001',
  created_by: 'ci@example.org',
  n_images: 10,
  n_videos: 2,
  description: '',
  reason: 'manual',
  training_model_id: null,
  training_model_name: null,
  is_current: true,
  is_restoring: false,
}

describe('the list of snapshots', () => {
  const list = async (json: unknown) => {
    loopback.answers({ json })
    return loopback.client({ retryLimit: 0 }).snapshots.list(SOURCE)
  }

  it('is read as documented', async () => {
    expect(await list([WHOLE])).toEqual([
      {
        id: id(100),
        name: 'before-tagging',
        description: '',
        reason: 'manual',
        createdBy: 'ci@example.org',
        createdAtText: '2026-01-02T03:04:05.000001',
        createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        images: 10,
        videos: 2,
        isCurrent: true,
        isRestoring: false,
      },
    ])
    expect(loopback.received[0]?.url).toBe(`/api/v1/dataset/${SOURCE}/snapshot`)
  })

  it('is also read from an object, and from snapshots that tell little', async () => {
    const little = {
      snapshot_id: id(101),
      name: 'by request name',
      description: null,
      created_at: 5,
      is_current: 'yes',
    }
    expect(await list({ snapshots: [little] })).toMatchObject([
      {
        id: id(101),
        name: 'by request name',
        description: '',
        createdAt: undefined,
        isCurrent: false,
        isRestoring: false,
      },
    ])
    expect(await list([])).toEqual([])
  })

  it('keeps the order of the API, and words that nobody knows', async () => {
    const [first, second] = await list([
      { ...WHOLE, reason: 'pipeline' },
      { ...WHOLE, snapshot_id: id(99) },
    ])
    expect([first?.id, first?.reason, second?.id]).toEqual([id(100), 'pipeline', id(99)])
  })

  it.each([null, {}, 'none', [{ snapshot_name: 'without an id' }], [null], { snapshots: null }])(
    'is not read from %j',
    async (json) => {
      expect(await rejection(list(json))).toMatchObject({ code: 'unexpected_reply', outcome: { wrongShape: true } })
    },
  )
})

describe('the creation of a snapshot', () => {
  const create = async (answer: object, name: string | undefined = 'nightly') => {
    loopback.answers(answer)
    return loopback.client().snapshots.create(SOURCE, name, 'why')
  }

  it.each([200, 201, 202])('takes the snapshot from a reply with %d', async (status) => {
    expect(await create({ status, json: WHOLE })).toMatchObject({ id: id(100), name: 'before-tagging' })
    expect(loopback.received[0]).toMatchObject({ method: 'POST', url: `/api/v1/dataset/${SOURCE}/snapshot` })
    expect(JSON.parse(loopback.received[0]?.body ?? '')).toEqual({ name: 'nightly', description: 'why' })
  })

  it('leaves the name to the API where none is wished', async () => {
    loopback.answers({ json: WHOLE })
    await loopback.client().snapshots.create(SOURCE, undefined, 'why')
    expect(JSON.parse(loopback.received[0]?.body ?? '')).toEqual({ description: 'why' })
  })

  it.each([
    ['nothing', { status: 202 }],
    ['null', { json: null }],
    ['an object without an id', { json: { message: 'accepted' } }],
    ['a list', { json: [] }],
  ])('may be accepted with %s: then it is not named', async (_, answer) => {
    expect(await create(answer)).toBeUndefined()
  })

  it('answered by a web page may have been made all the same', async () => {
    expect(await rejection(create({ body: '<!doctype html><title>Visual Layer</title>' }))).toMatchObject({
      code: 'unexpected_reply',
      outcome: { effect: 'unknown' },
    })
  })
})

describe('a restore and a clone', () => {
  it.each([
    ['restore', 202, ''],
    ['restore', 200, 'null'],
    ['clone', 202, ''],
    ['clone', 200, '{}'],
  ] as const)('%s is accepted with %d and the body %j', async (action, status, body) => {
    loopback.answers({ status, body })
    await loopback.client().snapshots[action](SOURCE, id(100))
    expect(loopback.received).toMatchObject([
      { method: 'POST', url: `/api/v1/dataset/${SOURCE}/snapshot/${id(100)}/${action}`, body: '' },
    ])
  })

  it.each(['restore', 'clone'] as const)('%s answered by a web page may have begun all the same', async (action) => {
    loopback.answers({ body: '<html></html>' })
    expect(await rejection(loopback.client().snapshots[action](SOURCE, id(100)))).toMatchObject({
      code: 'unexpected_reply',
      outcome: { effect: 'unknown' },
    })
  })
})
