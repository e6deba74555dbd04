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

const enrichment = () => loopback.client({ retryLimit: 0 }).enrichment

describe('the list of models', () => {
  const list = async (json: unknown) => {
    loopback.answers({ json })
    return enrichment().models(SOURCE)
  }
  const whole = {
    id: 'vl_object_captioner_v00',
    name: 'VL-Object-Captioner',
    type: 'CAPTION_OBJECTS',
    status: 'Active',
    vendor: 'Visual Layer',
    description: 'captions',
    dependencies: ['OBJECT_DETECTION'],
  }

  it('is read as documented', async () => {
    expect(await list([whole, { ...whole, status: 'Coming Soon', dependencies: null }])).toEqual([
      {
        id: 'vl_object_captioner_v00',
        name: 'VL-Object-Captioner',
        type: 'CAPTION_OBJECTS',
        status: 'Active',
        isActive: true,
        dependencies: ['OBJECT_DETECTION'],
      },
      expect.objectContaining({ status: 'Coming Soon', isActive: false, dependencies: [] }),
    ])
    expect(loopback.received[0]?.url).toBe(`/api/v1/enrichment/${SOURCE}/list_models`)
  })

  it('is also read from an object, and from models that tell little', async () => {
    const little = { id: 'x', name: 'x', type: '', status: '', isActive: true, dependencies: [] }
    expect(await list({ models: [{ id: 'x', name: 'x', dependencies: 'y', status: 3 }, { name: 'no ID' }] })).toEqual([
      little,
    ])
    expect(await rejection(list('none'))).toMatchObject({ code: 'unexpected_reply' })
  })
})

describe('the context', () => {
  const read = async (json: unknown) => {
    loopback.answers({ json })
    return enrichment().context(SOURCE)
  }

  it('is read as documented', async () => {
    const models = { CAPTION_IMAGES: 'a', OBJECT_DETECTION: { id: 'b', metadata: {} } }
    const reply = {
      enrichment_context_id: 'c',
      status: 'completed',
      dataset_enrichment_models: { enrichment_models: models },
    }
    expect(await read(reply)).toEqual({ id: 'c', status: 'COMPLETED', models })
    expect(loopback.received[0]?.url).toBe(`/api/v1/enrichment/${SOURCE}/context`)
  })

  it.each([
    {},
    { status: 'NEW', dataset_enrichment_models: null },
    { dataset_enrichment_models: { enrichment_models: [] } },
  ])('without models has none: %j', async (reply) => {
    expect((await read(reply)).models).toEqual({})
  })
})

describe('the start of an enrichment', () => {
  it.each([{ dataset_id: id(5) }, { id: id(5), more: true }])('answers the dataset of %j', async (json) => {
    loopback.answers({ json })
    expect(await enrichment().start(SOURCE, { CAPTION_IMAGES: 'a' })).toBe(id(5))
    expect(loopback.received).toMatchObject([
      {
        method: 'POST',
        url: `/api/v1/dataset/${SOURCE}/enrich_dataset`,
        body: '{"enrichment_models":{"CAPTION_IMAGES":"a"}}',
      },
    ])
  })

  it.each([{}, null, { status: 'ok' }])('without an ID may have been made: %j', async (json) => {
    loopback.answers({ json })
    expect(await rejection(enrichment().start(SOURCE, {}))).toMatchObject({ outcome: { effect: 'unknown' } })
    expect(loopback.received).toHaveLength(1)
  })
})

describe('the abort of an enrichment', () => {
  it.each(['', 'null', '"done"'])('is accepted with the body %j', async (body) => {
    loopback.answers({ status: 200, ...(body === '' ? {} : { body }) })
    await enrichment().abort(SOURCE, 'a/b')
    expect(loopback.received).toMatchObject([{ method: 'DELETE', url: `/api/v1/enrichment/${SOURCE}/a%2Fb/abort` }])
  })
})
