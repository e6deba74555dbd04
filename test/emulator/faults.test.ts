import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiCall, callsOf } from './calls.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import type { Fault } from './http/faults.ts'
import type { Dataset } from './model.ts'

let emulator: Emulator
let call: ApiCall
let dataset: Dataset

beforeEach(async () => {
  emulator = await startEmulator({ timings: { snapshotMs: 1 } })
  call = callsOf(emulator)
  dataset = emulator.world.addDataset({ name: 'Demo' })
})

afterEach(async () => {
  await emulator.stop()
})

/** Meets `fault` while creating a snapshot; tells what the caller saw, and whether the snapshot is there. */
async function createUnder(fault: Fault): Promise<{ seen: unknown; created: boolean }> {
  emulator.faults.add({ method: 'POST', path: /\/snapshot$/, fault })
  const seen = await call('POST', `/dataset/${dataset.id}/snapshot`, { name: 'faulty' }).then(
    ({ status, text }) => ({ status, text }),
    () => 'no reply',
  )
  return { seen, created: dataset.snapshots.some((snapshot) => snapshot.name === 'faulty') }
}

describe('faults', () => {
  const html = { status: 200, text: expect.stringContaining('<html>') }
  const whole = { status: 200, text: expect.stringMatching(/^\{.*"faulty".*\}$/) }
  it.each<[Fault, unknown, boolean]>([
    [{ kind: 'status', status: 503, body: 'later' }, { status: 503, text: 'later' }, false],
    [{ kind: 'statusAfter', status: 504 }, { status: 504, text: expect.stringContaining('504') }, true],
    [{ kind: 'resetBefore' }, 'no reply', false],
    [{ kind: 'resetAfter' }, 'no reply', true],
    [{ kind: 'resetMid', afterBytes: 0 }, 'no reply', true],
    [{ kind: 'resetMid', afterBytes: 5 }, 'no reply', true],
    [{ kind: 'html200', effect: false }, html, false],
    [{ kind: 'html200', effect: true }, html, true],
    [{ kind: 'body', text: 'null' }, { status: 200, text: 'null' }, false],
    [{ kind: 'body', text: '[]', status: 202, effect: true }, { status: 202, text: '[]' }, true],
    [{ kind: 'truncate' }, { status: 200, text: expect.stringMatching(/^\{.*[^}]$/) }, true],
    [{ kind: 'delay', ms: 5 }, whole, true],
    [{ kind: 'slow', bytesPerSecond: 10_000 }, whole, true],
  ])('%j', async (fault, seen, created) => {
    expect(await createUnder(fault)).toEqual({ seen, created })
    // The next request is none of the rule's business.
    expect((await call('GET', `/dataset/${dataset.id}/snapshot`)).status).toBe(200)
  })

  it.each([
    { kind: 'hang', created: false },
    { kind: 'hangAfter', created: true },
  ] as const)('$kind never answers', async ({ kind, created }) => {
    emulator.faults.add({ method: 'POST', path: /\/snapshot$/, fault: { kind } })
    const asked = call('POST', `/dataset/${dataset.id}/snapshot`, { name: 'faulty' }).catch(() => 'stopped')
    // Another creation goes through only after the first, where that took effect.
    let other: { status: number }
    do other = await call('POST', `/dataset/${dataset.id}/snapshot`, { name: 'other' })
    while (other.status === 409)
    expect(dataset.snapshots.some((snapshot) => snapshot.name === 'faulty')).toBe(created)
    expect(emulator.requests[0]).toMatchObject({ method: 'POST', status: 0, body: '{"name":"faulty"}' })
    await emulator.stop()
    expect(await asked).toBe('stopped')
    emulator = await startEmulator()
  })

  it('skip, count and end', async () => {
    emulator.faults.add({ path: /^\/api\/v1\/datasets$/, skip: 1, times: 2, fault: { kind: 'status', status: 500 } })
    const statuses: number[] = []
    for (let count = 0; count < 5; count++) statuses.push((await call('GET', '/datasets')).status)
    expect(statuses).toEqual([200, 500, 500, 200, 200])
    emulator.faults.add({ path: /./, times: Number.POSITIVE_INFINITY, fault: { kind: 'status', status: 500 } })
    expect((await call('GET', '/datasets')).status).toBe(500)
    emulator.faults.clear()
    expect((await call('GET', '/datasets')).status).toBe(200)
  })

  it('answers as the service does where it knows no such route', async () => {
    expect(await call('GET', '/nothing')).toMatchObject({ status: 404, body: { detail: 'Not Found' } })
    expect((await call('PUT', '/datasets')).status).toBe(405)
    const page = await fetch(`${emulator.url}/dataset/x/data`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    emulator.options.uploadLimitBytes = 10
    expect(await call('POST', `/dataset/${dataset.id}/snapshot`, { name: 'too long' })).toMatchObject({
      status: 413,
      body: undefined,
    })
  })
})

describe('the storage host', () => {
  const bytes = Buffer.from('0123456789')
  let link: string
  beforeEach(() => {
    emulator.world.storage.put('a/b c.zip', bytes)
    link = emulator.storageUrl + emulator.world.storage.sign('a/b c.zip')
  })
  async function get(headers: Record<string, string> = {}, url = link, method = 'GET') {
    const response = await fetch(url, { method, headers })
    return { status: response.status, range: response.headers.get('content-range'), text: await response.text() }
  }

  it.each([
    ['bytes=2-4', { status: 206, range: 'bytes 2-4/10', text: '234' }],
    ['bytes=7-', { status: 206, range: 'bytes 7-9/10', text: '789' }],
    ['bytes=7-99', { status: 206, range: 'bytes 7-9/10', text: '789' }],
    ['bytes=-3', { status: 206, range: 'bytes 7-9/10', text: '789' }],
    ['bytes=10-', { status: 416, range: 'bytes */10' }],
    ['bytes=4-2', { status: 200, text: '0123456789' }],
    ['bytes=0-1,3-4', { status: 200, text: '0123456789' }],
  ])('answers %s', async (range, expected) => {
    expect(await get({ range })).toMatchObject(expected)
    emulator.options.style.ranges = false
    expect(await get({ range })).toEqual({ status: 200, range: null, text: '0123456789' })
  })

  it('keeps to one version of the object', async () => {
    const etag = (await fetch(link)).headers.get('etag') ?? ''
    const range = 'bytes=5-'
    expect(await get({ range, 'if-range': etag })).toMatchObject({ status: 206, text: '56789' })
    expect(await get({ range, 'if-match': etag })).toMatchObject({ status: 206, text: '56789' })
    emulator.world.storage.put('a/b c.zip', Buffer.from('another one'))
    expect(await get({ range, 'if-range': etag })).toMatchObject({ status: 200, text: 'another one' })
    expect(await get({ range, 'if-match': etag })).toMatchObject({ status: 412 })
  })

  it('rejects, in XML, what S3 rejects', async () => {
    expect(await get({ authorization: 'Bearer x' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('InvalidArgument'),
    })
    expect(await get({}, link, 'HEAD')).toMatchObject({ status: 403 })
    expect(await get({}, link.split('?')[0])).toMatchObject({
      status: 403,
      text: expect.stringContaining('AccessDenied'),
    })
    expect(await get({}, link.replace('/a/', '/z/'))).toMatchObject({
      status: 403,
      text: expect.stringContaining('SignatureDoesNotMatch'),
    })
    expect(await get({}, emulator.storageUrl + emulator.world.storage.sign('no'))).toMatchObject({
      status: 404,
      text: expect.stringContaining('NoSuchKey'),
    })
    emulator.world.expireLinks()
    expect(await get()).toMatchObject({ status: 403, text: expect.stringContaining('Request has expired') })
    expect(await get({}, emulator.storageUrl + emulator.world.storage.sign('a/b c.zip'))).toMatchObject({ status: 200 })
    emulator.options.linkLifetimeMs = 0
    expect(await get({}, emulator.storageUrl + emulator.world.storage.sign('a/b c.zip'))).toMatchObject({ status: 403 })
  })

  it('breaks off after so many bytes', async () => {
    emulator.faults.add({ server: 'storage', path: /zip$/, fault: { kind: 'resetMid', afterBytes: 4 } })
    const response = await fetch(link)
    expect(response.headers.get('content-length')).toBe('10')
    const received: Buffer[] = []
    await expect(
      (async () => {
        for await (const chunk of response.body ?? []) received.push(Buffer.from(chunk))
      })(),
    ).rejects.toThrow()
    expect(Buffer.concat(received).toString()).toBe('0123')
  })
})
