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

/** One attempt of each call, what it sends, and its name. */
const calls = {
  'a change of a snapshot': {
    call: () => loopback.client().snapshots.update(SOURCE, id(100), { name: 'golden' }),
    sends: { method: 'PATCH', url: `/api/v1/dataset/${SOURCE}/snapshot/${id(100)}`, body: '{"name":"golden"}' },
  },
  'a deletion of a snapshot': {
    call: () => loopback.client().snapshots.delete(SOURCE, id(100)),
    sends: { method: 'DELETE', url: `/api/v1/dataset/${SOURCE}/snapshot/${id(100)}`, body: '' },
  },
  'a deletion of a dataset': {
    call: () => loopback.client().datasets.delete(SOURCE),
    sends: { method: 'DELETE', url: `/api/v1/dataset/${SOURCE}`, body: '' },
  },
}

describe.each(Object.entries(calls))('%s', (_, { call, sends }) => {
  it.each([
    [200, ''],
    [200, 'null'],
    [202, ''],
    [204, ''],
    [200, '{"message":"done"}'],
    [200, '"done"'],
  ])('is accepted with %d and the body %j', async (status, body) => {
    loopback.answers({ status, ...(body === '' ? {} : { body }) })
    await call()
    expect(loopback.received).toMatchObject([sends])
  })

  it('answered by a web page may have been made all the same, and is not sent again', async () => {
    loopback.answers({ body: '<html></html>' })
    expect(await rejection(call())).toMatchObject({ code: 'unexpected_reply', outcome: { effect: 'unknown' } })
    expect(loopback.received).toHaveLength(1)
  })

  it.each([
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [422, 'rejected'],
  ])('rejected with %d has had no effect', async (status, code) => {
    loopback.answers({ status, json: { detail: 'no' } })
    expect(await rejection(call())).toMatchObject({ code, apiWords: 'no', outcome: { effect: 'none' } })
  })
})
