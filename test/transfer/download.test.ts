import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { type Downloaded, type DownloadOptions, download } from '../../src/transfer/download.ts'
import { fetchSegment } from '../../src/transfer/segment.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { StorageHost } from './storage-host.ts'

const object = randomBytes(300_000)
const sha256 = createHash('sha256').update(object).digest('hex')

let host: StorageHost
let agent: Agent
let folder: string
let clock: FakeClock
let notes: string[]

beforeEach(async () => {
  host = await StorageHost.start(object)
  agent = new Agent()
  folder = await mkdtemp(join(tmpdir(), 'download-'))
  clock = new FakeClock()
  notes = []
})

afterEach(async () => {
  vi.restoreAllMocks()
  await agent.destroy()
  await host.stop()
  await rm(folder, { recursive: true, force: true })
})

function options(more: Partial<DownloadOptions> = {}): DownloadOptions {
  return {
    source: { link: () => host.link(), renew: async () => Promise.reject(new Error('renewed without need')) },
    path: join(folder, 'export.partial'),
    dispatcher: agent,
    clock,
    signal: new AbortController().signal,
    stallTimeoutMs: 300,
    maxRetries: 3,
    userAgent: 'test-agent',
    onProgress: (received) => host.arrived(received),
    onNote: (line) => notes.push(line),
    ...more,
  }
}

async function expectWhole(result: Downloaded): Promise<void> {
  expect(result).toMatchObject({ sizeBytes: object.length, sha256 })
  expect((await readFile(join(folder, 'export.partial'))).equals(object)).toBe(true)
}

async function failure(more: Partial<DownloadOptions> = {}): Promise<ActionError> {
  const error: unknown = await download(options(more)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ActionError)
  expect(existsSync(join(folder, 'export.partial'))).toBe(false)
  const { message, todo, apiWords } = error as ActionError
  expect(`${message} ${todo} ${apiWords} ${notes.join(' ')}`).not.toMatch(/secret|X-Amz|AKIA/)
  return error as ActionError
}

const ranges = () => host.requests.map(({ headers }) => headers.range)

describe('a download', () => {
  it('writes the object, its size and its SHA-256', async () => {
    const seen: [number, number | undefined][] = []
    const result = await download(options({ onProgress: (received, total) => seen.push([received, total]) }))
    await expectWhole(result)
    expect(result.etag).toBe('"v1"')
    expect(seen.at(-1)).toEqual([object.length, object.length])
    expect(notes).toEqual([])
  })

  it('names itself, asks for plain bytes and carries no credentials', async () => {
    await download(options())
    const [request] = host.requests
    expect(request?.headers).toMatchObject({ 'user-agent': 'test-agent', 'accept-encoding': 'identity' })
    expect(request?.headers).not.toHaveProperty('authorization')
    expect(request?.headers).not.toHaveProperty('range')
  })

  it('replaces what lies at its path, and does not write through a link there', async () => {
    await writeFile(join(folder, 'precious'), 'kept')
    await symlink(join(folder, 'precious'), join(folder, 'export.partial'))
    await expectWhole(await download(options()))
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('kept')
  })

  it('handles an object of no bytes', async () => {
    host.object = Buffer.alloc(0)
    expect((await download(options())).sizeBytes).toBe(0)
  })

  it('follows redirects to another port, still without credentials', async () => {
    const other = await StorageHost.start(object)
    try {
      host.faults.push({ status: 307, headers: { location: other.link('/real.zip').href } })
      await expectWhole(await download(options()))
      expect(other.requests[0]?.headers).not.toHaveProperty('authorization')
    } finally {
      await other.stop()
    }
  })

  it('gives up on a circle of redirects, and on one that leads nowhere', async () => {
    for (let count = 0; count < 6; count += 1)
      host.faults.push({ status: 302, headers: { location: '/again?X-Amz-Signature=secret' } })
    expect(await failure()).toMatchObject({
      code: 'unexpected_reply',
      message: expect.stringContaining('more than 5 times'),
    })
    host.faults.length = 0
    host.faults.push({ status: 302 })
    expect(await failure()).toMatchObject({ code: 'unexpected_reply' })
    host.faults.push({ status: 302, headers: { location: 'file:///etc/passwd' } })
    expect(await failure()).toMatchObject({ code: 'unexpected_reply' })
  })
})

describe('resuming', () => {
  it('goes on where the connection was reset, on condition that the object is the same', async () => {
    host.faults.push({ cutAfter: 100_000 }, { cutAfter: 50_000 })
    await expectWhole(await download(options()))
    expect(ranges()).toHaveLength(3)
    expect(ranges()[1]).toMatch(/^bytes=[1-9]\d*-$/)
    expect(host.requests[2]?.headers['if-range']).toBe('"v1"')
    expect(notes[0]).toMatch(/going on after/)
  })

  it('goes on where the bytes stopped coming', async () => {
    host.faults.push({ stallAfter: 120_000 })
    await expectWhole(await download(options()))
    expect(ranges()[1]).toBe('bytes=120000-')
    expect(notes[0]).toContain('no byte arrived for 0.3 s')
  })

  it('conditions on the date where there is no strong tag', async () => {
    host.etag = undefined
    host.lastModified = 'Thu, 01 Jan 2026 00:00:00 GMT'
    host.faults.push({ breakAfter: 1000 })
    await expectWhole(await download(options()))
    expect(host.requests[1]?.headers['if-range']).toBe(host.lastModified)
  })

  it('never conditions on a weak tag', async () => {
    host.etag = 'W/"v1"'
    host.faults.push({ breakAfter: 1000 })
    await expectWhole(await download(options()))
    expect(host.requests[1]?.headers).not.toHaveProperty('if-range')
  })

  it('starts over when the host sends the whole object in place of the rest', async () => {
    host.faults.push({ cutAfter: 100_000 }, { whole: true })
    await expectWhole(await download(options()))
    expect(notes.join()).toContain('starting over')
  })

  it('starts over when the object has changed between two requests', async () => {
    const old = randomBytes(200_000)
    host.object = old
    host.etag = '"old"'
    host.faults.push({ breakAfter: 90_000 })
    host.onRequest = (count) => {
      if (count !== 2) return
      host.object = object
      host.etag = '"v1"'
    }
    await expectWhole(await download(options()))
  })

  it('starts over when a host without If-Range sends a part of another object', async () => {
    host.object = randomBytes(200_000)
    host.etag = undefined
    host.faults.push({ breakAfter: 90_000 })
    host.onRequest = (count) => {
      if (count === 2) host.object = object
    }
    await expectWhole(await download(options()))
    expect(notes.join()).toContain('has changed')
    expect(ranges()).toEqual([undefined, 'bytes=90000-', undefined])
  })

  it('takes an answer that covers only a part of the range, and asks for the rest', async () => {
    host.faults.push({ breakAfter: 100_000 }, { partOf: 50_000 })
    await expectWhole(await download(options()))
    expect(ranges()).toEqual([undefined, 'bytes=100000-', 'bytes=150000-'])
  })

  it('does not trust a part that begins elsewhere', async () => {
    host.faults.push(
      { breakAfter: 100_000 },
      { contentRange: `bytes 0-299999/300000`, headers: { 'content-length': '200000' } },
    )
    await expectWhole(await download(options()))
    expect(notes.join()).toContain('another range')
  })

  it('takes a 416 at the exact end for the end', async () => {
    // Without an announced length, the break comes after the last byte.
    host.faults.push({ endAfter: object.length, headers: { 'transfer-encoding': 'chunked' } })
    await expectWhole(await download(options()))
    const segment: Buffer[] = []
    const sink = {
      write: async (chunk: Buffer) => void segment.push(chunk),
      startOver: async () => Promise.reject(new Error('no')),
    }
    await fetchSegment({ ...options(), start: object.length, sink })
    expect(segment).toEqual([])
    expect(ranges().at(-1)).toBe(`bytes=${object.length}-`)
  })

  it('starts over after a 416 that says the object has become shorter', async () => {
    const longer = Buffer.concat([object, object])
    host.object = longer
    host.etag = undefined
    host.faults.push({ breakAfter: 400_000 })
    host.onRequest = (count) => {
      if (count === 2) host.object = object
    }
    await expectWhole(await download(options()))
    expect(notes.join()).toContain('shorter')
  })

  it('fetches one range of an object', async () => {
    const chunks: Buffer[] = []
    const write = async (chunk: Buffer) => {
      chunks.push(chunk)
      host.arrived(10_000 + Buffer.concat(chunks).length)
    }
    host.faults.push({ breakAfter: 5000 })
    await fetchSegment({
      ...options(),
      start: 10_000,
      end: 30_000,
      sink: { write, startOver: async () => Promise.reject(new Error('no')) },
    })
    expect(Buffer.concat(chunks).equals(object.subarray(10_000, 30_000))).toBe(true)
    expect(ranges()).toEqual(['bytes=10000-29999', 'bytes=15000-29999'])
  })

  it('refuses to take a whole object for a range in its middle', async () => {
    host.faults.push({ whole: true })
    const sink = { write: async () => undefined, startOver: async () => undefined }
    await expect(fetchSegment({ ...options(), start: 10_000, sink })).rejects.toMatchObject({
      code: 'unexpected_reply',
    })
  })
})

describe('expired links', () => {
  it('asks for a fresh link and goes on with the rest', async () => {
    host.faults.push({ breakAfter: 100_000 }, { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
    let link = host.link('/a.zip?old')
    let renewals = 0
    const source = {
      link: () => link,
      renew: async () => {
        renewals += 1
        link = host.link('/b.zip?new')
      },
    }
    await expectWhole(await download(options({ source })))
    expect(renewals).toBe(1)
    expect(host.requests.at(-1)).toMatchObject({ url: '/b.zip?new', headers: { range: 'bytes=100000-' } })
  })

  it.each([400, 401, 403, 404, 410])('gives up on HTTP %i once fresh links do not help', async (status) => {
    for (let count = 0; count < 10; count += 1) {
      host.faults.push({
        status,
        body: '<Error><Code>ExpiredToken</Code><Message>gone</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>',
      })
    }
    let renewals = 0
    const renew = async () => void (renewals += 1)
    const error = await failure({ source: { link: () => host.link(), renew } })
    expect(error).toMatchObject({ code: 'server_error', apiWords: 'ExpiredToken: gone' })
    expect(renewals).toBe(3)
  })

  it('passes on why no fresh link is to be had', async () => {
    host.requiredQuery = 'fresh'
    const gone = new ActionError('not_found', 'The export is gone.')
    expect(await failure({ source: { link: () => host.link(), renew: async () => Promise.reject(gone) } })).toBe(gone)
  })
})

describe('retries', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('tries again after HTTP %i', async (status) => {
    host.faults.push({ status })
    await expectWhole(await download(options()))
    expect(clock.sleeps).toHaveLength(1)
  })

  it('waits as long as Retry-After asks', async () => {
    host.faults.push({ status: 503, headers: { 'retry-after': '17' } })
    await download(options())
    expect(clock.sleeps).toEqual([17_000])
  })

  it('ends after max_retries failures without progress, and says how often', async () => {
    for (let count = 0; count < 10; count += 1)
      host.faults.push({ status: 503, body: '<Error><Code>SlowDown</Code></Error>' })
    const error = await failure({ maxRetries: 2 })
    expect(error).toMatchObject({ code: 'server_error', apiWords: 'SlowDown' })
    expect(error.message).toContain('nightly.zip at 127.0.0.1')
    expect(error.message).toContain('HTTP 503, 3 times in a row')
    expect(host.requests).toHaveLength(3)
  })

  it('counts anew after each new byte', async () => {
    for (let count = 0; count < 9; count += 1) host.faults.push({ breakAfter: 20_000 })
    await expectWhole(await download(options({ maxRetries: 1 })))
    expect(host.requests).toHaveLength(10)
  })

  it('does not take bytes fetched again for progress', async () => {
    for (let count = 0; count < 20; count += 1) host.faults.push({ whole: true, breakAfter: 50_000 })
    expect(await failure({ maxRetries: 2 })).toMatchObject({ code: 'network' })
    expect(host.requests).toHaveLength(3)
  })

  it('does not repeat what cannot get better', async () => {
    host.faults.push({ status: 405 })
    expect(await failure()).toMatchObject({ code: 'unexpected_reply' })
    expect(host.requests).toHaveLength(1)
  })

  it('ends as network when nobody answers', async () => {
    const link = host.link()
    await host.stop()
    const error = await failure({ source: { link: () => link, renew: async () => undefined } })
    host = await StorageHost.start(object)
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('ECONNREFUSED') })
    expect(clock.sleeps).toHaveLength(3)
  })

  it('ends as network when the headers never come', async () => {
    host.faults.push({ silent: true })
    expect(await failure({ maxRetries: 0, stallTimeoutMs: 50 })).toMatchObject({
      code: 'network',
      message: expect.stringContaining('no reply came within'),
    })
  })

  it('takes a body of another length than announced for damage', async () => {
    const short = { contentRange: 'bytes 100000-299999/300000', headers: { 'transfer-encoding': 'chunked' } }
    host.faults.push({ breakAfter: 100_000 }, { ...short, endAfter: 0 }, { ...short, endAfter: 0 })
    expect(await failure({ maxRetries: 1 })).toMatchObject({
      code: 'corrupt_download',
      message: expect.stringContaining('arrived of'),
    })
  })

  it('starts over when more bytes come than were announced', async () => {
    const long = {
      contentRange: 'bytes 100000-100999/300000',
      headers: { 'transfer-encoding': 'chunked' },
      endAfter: 200_000,
    }
    host.faults.push({ breakAfter: 100_000 }, long)
    await expectWhole(await download(options()))
    expect(notes.join()).toContain('more bytes arrived')
  })
})

describe('the end of a download that fails', () => {
  it('leaves no file and gives the reason of the abort, also in the middle of a body', async () => {
    host.faults.push({ stallAfter: 1000 })
    const controller = new AbortController()
    const reason = new ActionError('cancelled', 'The workflow was cancelled.')
    const onProgress = () => controller.abort(reason)
    expect(await failure({ signal: controller.signal, onProgress, stallTimeoutMs: 60_000 })).toBe(reason)
  })

  it('is aborted while it waits to try again', async () => {
    host.faults.push({ status: 503 })
    const controller = new AbortController()
    const reason = new ActionError('timed_out', 'The deadline has passed.')
    const onNote = () => controller.abort(reason)
    expect(await failure({ signal: controller.signal, onNote })).toBe(reason)
    expect(host.requests).toHaveLength(1)
  })

  it('does not begin when already aborted', async () => {
    const reason = new ActionError('cancelled', 'The workflow was cancelled.')
    expect(await failure({ signal: AbortSignal.abort(reason) })).toBe(reason)
    expect(host.requests).toHaveLength(0)
  })

  it('says that the disk is full, and takes the part away', async () => {
    const probe = await open(join(folder, 'probe'), 'w')
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    vi.spyOn(Object.getPrototypeOf(probe), 'write').mockRejectedValue(full)
    const error = await failure()
    await probe.close()
    expect(error).toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('disk of the runner is full'),
    })
    expect(host.requests).toHaveLength(1)
  })

  it('says where it could not write', async () => {
    const path = join(folder, 'missing', 'export.partial')
    const error = await failure({ path })
    expect(error.code).toBe('operation_failed')
    expect(error.message).toContain(path)
  })
})
