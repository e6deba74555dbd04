import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Deadline } from '../../src/clock.ts'
import { RequestFailure } from '../../src/visual-layer/failure.ts'
import type { ApiRequest } from '../../src/visual-layer/http.ts'
import { decodedText } from '../../src/visual-layer/reply.ts'
import { failureOf } from '../failure-of.ts'
import { Loopback, rejection } from './loopback.ts'

const READ: ApiRequest = { what: 'read it', method: 'GET', path: 'thing' }
const CHANGE: ApiRequest = { what: 'change it', method: 'POST', path: 'thing', json: { name: 'x' } }
const shape = z.looseObject({ value: z.number() })
const GOOD = { json: { value: 7 } }

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

describe('a body that was compressed although nobody asked', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('is read: %s', async (encoding, compress) => {
    expect(decodedText(compress('{"value": 7}'), encoding)).toBe('{"value": 7}')
    expect(decodedText(gzipSync(compress('text')), `${encoding}, gzip`)).toBe('text')
  })

  it('is rejected by the name of its encoding, and its bytes are not shown', async () => {
    loopback.answers({ body: '\u0001\u0002raw', headers: { 'content-encoding': 'aws-chunked' } })
    const error = await failureOf(loopback.http().read(READ, shape, 0))
    expect(error).toMatchObject({ code: 'unexpected_reply' })
    expect(error.message).toContain('aws-chunked')
    expect(error.message + String(error.apiWords)).not.toContain('raw')
    loopback.answers({ body: 'no gzip', headers: { 'content-encoding': 'gzip' } })
    expect((await failureOf(loopback.http().read(READ, shape, 0))).message).toContain('gzip')
  })
})

describe('a request', () => {
  it('is signed, names the action, asks for JSON, and carries its query encoded', async () => {
    loopback.answers(GOOD)
    const request = { ...READ, query: { vql: '[{"text":"a&b=c d+ü"}]', page: '1', left_out: undefined } }
    expect(await loopback.http().send(request)).toEqual({ kind: 'json', json: { value: 7 } })
    const [received] = loopback.received
    const url = new URL(received?.url ?? '', loopback.origin)
    expect(url.pathname).toBe('/api/v1/thing')
    expect(Object.fromEntries(url.searchParams)).toEqual({ vql: '[{"text":"a&b=c d+ü"}]', page: '1' })
    expect(received?.headers).toMatchObject({ 'user-agent': 'test-agent/1', accept: 'application/json' })
    expect(received?.headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
    expect(received?.headers).not.toHaveProperty('content-type')
  })

  it('sends JSON as JSON', async () => {
    await loopback.http().send({ ...CHANGE, json: { name: 'Großer "Test"\n' } })
    expect(loopback.received[0]?.headers['content-type']).toBe('application/json')
    expect(JSON.parse(loopback.received[0]?.body ?? '')).toEqual({ name: 'Großer "Test"\n' })
  })

  it('sends a form as multipart, as the vendor’s curl example does', async () => {
    await loopback
      .http()
      .send({ ...CHANGE, json: undefined, form: { dataset_name: 'Käfer', bucket_path: 's3://a/b/' } })
    const { headers, body } = loopback.received[0] ?? { headers: {}, body: '' }
    const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData()
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(Object.fromEntries(form)).toEqual({ dataset_name: 'Käfer', bucket_path: 's3://a/b/' })
  })

  it('without credentials carries none', async () => {
    await loopback.http({ credentials: { kind: 'none' } }).send(READ)
    expect(loopback.received[0]?.headers).not.toHaveProperty('authorization')
  })

  it.each([200, 201, 202, 204])('is a success with %d, with or without a body', async (status) => {
    loopback.answers({ status })
    expect(await loopback.http().send(CHANGE)).toEqual({ kind: 'empty' })
  })
})

describe('a read', () => {
  it.each([
    ['HTTP 429', { status: 429, json: { detail: 'slow down' } }],
    ['HTTP 500', { status: 500 }],
    ['HTTP 502 with a gateway’s page', { status: 502, body: '<html><title>Bad Gateway</title></html>' }],
    ['HTTP 503', { status: 503 }],
    ['a reset connection', { instead: 'reset' as const }],
    ['a web page in place of a reply', { body: '<!doctype html><title>Visual Layer</title>' }],
    ['an empty reply', { body: '' }],
    ['a reply of another shape', { json: { other: true } }],
  ])('is repeated after %s until it succeeds', async (_, answer) => {
    loopback.answers(answer, answer, GOOD)
    expect(await loopback.http().read(READ, shape)).toEqual({ value: 7 })
    expect(loopback.received).toHaveLength(3)
    expect(loopback.retries).toEqual([
      expect.stringMatching(/read it.*Retrying in \S+ \(retry 1 of 3\)\.$/),
      expect.stringMatching(/read it.*Retrying in \S+ \(retry 2 of 3\)\.$/),
    ])
    expect(loopback.clock.sleeps).toHaveLength(2)
  })

  it.each([0, 1, 4])('is repeated max_retries times (%d) and no more', async (retryLimit) => {
    loopback.answers({ status: 503, json: { detail: 'down for maintenance' } })
    const error = await rejection(loopback.http({ retryLimit }).read(READ, shape))
    expect(error).toMatchObject({ code: 'server_error', apiWords: 'down for maintenance' })
    expect(loopback.received).toHaveLength(retryLimit + 1)
  })

  it.each([
    ['five minutes, of two hours', 7_200_000, 300_000],
    ['a quarter of the time left, if that is less', 60_000, 15_000],
  ])('is retried for %s', async (_, timeoutMs, patienceMs) => {
    const deadline = new Deadline(loopback.clock, timeoutMs)
    loopback.answers({ status: 503 })
    const error = await failureOf(loopback.http({ retryLimit: undefined, deadline }).read(READ, shape))
    const { sleeps } = loopback.clock
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(patienceMs, 0)
    const growing = sleeps.slice(0, 5)
    expect(growing).toEqual(growing.toSorted((a, b) => a - b))
    expect(loopback.retries).toHaveLength(sleeps.length)
    expect(error.message).toContain(`${sleeps.length} retries`)
  })

  it('bears an outage of ten seconds', async () => {
    const over = loopback.clock.now() + 10_000
    loopback.decides(() => (loopback.clock.now() < over ? { instead: 'reset' } : GOOD))
    expect(await loopback.http({ retryLimit: undefined }).read(READ, shape)).toEqual({ value: 7 })
  })

  it('is retried a few times only after a web page: base_url may be wrong', async () => {
    loopback.answers({ body: '<!doctype html><title>Hello</title>' })
    await rejection(loopback.http({ retryLimit: undefined }).read(READ, shape))
    expect(loopback.received).toHaveLength(6)
  })

  it('that meets a limit on requests says what Retry-After asks for, and never speaks of max_retries', async () => {
    loopback.answers({ status: 429, headers: { 'retry-after': '7200' } })
    const error = await failureOf(loopback.http({ retryLimit: undefined }).read(READ, shape))
    expect(error).toMatchObject({ code: 'server_error' })
    expect(error.message).toContain('HTTP 429, Retry-After: 7200 s')
    expect(`${error.message} ${error.todo}`).not.toContain('max_retries')
    expect(loopback.received).toHaveLength(1)
  })

  it('takes a number of repeats of its own', async () => {
    loopback.answers({ status: 503 })
    await rejection(loopback.http().read(READ, shape, 0))
    expect(loopback.received).toHaveLength(1)
  })

  it.each([400, 401, 403, 404, 409, 413, 414, 422])('is not repeated after HTTP %d', async (status) => {
    loopback.answers({ status, json: { detail: 'no' } })
    const error = await rejection(loopback.http({ credentials: { kind: 'none' } }).read(READ, shape))
    expect(error).toBeInstanceOf(RequestFailure)
    expect(error).toMatchObject({ apiWords: 'no', outcome: { transient: false, status } })
    expect(loopback.received).toHaveLength(1)
    expect(loopback.clock.sleeps).toEqual([])
  })

  it('waits as long as Retry-After asks', async () => {
    const date = (ms: number) => new Date(loopback.clock.date() + ms).toUTCString()
    loopback.answers(
      { status: 429, headers: { 'retry-after': '45' } },
      { status: 503, headers: { 'retry-after': date(20_000), date: date(0) } },
      GOOD,
    )
    await loopback.http().read(READ, shape)
    expect(loopback.clock.sleeps).toEqual([45_000, 20_000])
  })

  it.each(['0', 'Thu, 01 Jan 1970 00:00:00 GMT'])('pauses as ever after Retry-After: %s', async (header) => {
    loopback.answers({ status: 503, headers: { 'retry-after': header } })
    await rejection(loopback.http({ retryLimit: undefined }).read(READ, shape))
    const { sleeps } = loopback.clock
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(300_000)
    expect(sleeps.length).toBeLessThan(40)
  })

  it('does not wait longer for Retry-After than an outage is borne, and says so', async () => {
    loopback.answers({ status: 503 }, { status: 503, headers: { 'retry-after': '301' } })
    const error = await failureOf(loopback.http({ retryLimit: undefined }).read(READ, shape))
    expect(error).toMatchObject({ code: 'server_error' })
    expect(error.message).toMatch(/Retry-After: 301 s.*1 retry in .*longer than .* 5m/)
    expect(loopback.received).toHaveLength(2)
    expect(loopback.clock.now()).toBeLessThan(1_000)
  })

  it('counts outages and unexpected responses apart', async () => {
    const bad = { status: 502 }
    const page = { body: '<html><title>Maintenance</title></html>' }
    loopback.answers(bad, bad, bad, bad, bad, page, bad, page, page, page, page, page, GOOD)
    expect(await loopback.http({ retryLimit: undefined }).read(READ, shape)).toEqual({ value: 7 })
    expect(loopback.retries.filter((line) => / of /.test(line.slice(line.indexOf('(retry'))))).toHaveLength(6)
  })

  it('does not wait for a moment that lies behind the deadline', async () => {
    loopback.answers({ status: 429, headers: { 'retry-after': '600' }, json: { detail: 'slow down' } })
    const deadline = new Deadline(loopback.clock, 599_000)
    const error = await rejection(loopback.http({ deadline }).read(READ, shape))
    expect(error).toMatchObject({ code: 'server_error', apiWords: 'slow down' })
    expect(loopback.received).toHaveLength(1)
    expect(loopback.clock.sleeps).toEqual([])
  })

  it('names the field that does not fit, with an excerpt and without a dump of the schema', async () => {
    loopback.answers({ json: { value: 'seven', filler: 'x'.repeat(5_000) } })
    const error = await failureOf(loopback.http({ retryLimit: 0 }).read(READ, shape))
    expect(error).toMatchObject({ code: 'unexpected_reply', outcome: { wrongShape: true } })
    expect(error.message).toContain('"value"')
    expect(error.apiWords).toMatch(/^\{"value":"seven","filler":"x+…$/)
    expect(error.apiWords?.length).toBeLessThan(400)
    expect(error.message).not.toMatch(/zod|\bexpected|invalid_type|\n/i)
  })

  it('shows a rejection that came with HTTP 200, and does not repeat it', async () => {
    loopback.answers({ json: { error: 'Export exceeds threshold' } })
    const error = await rejection(loopback.http().read(READ, shape))
    expect(error).toMatchObject({ code: 'rejected', apiWords: 'Export exceeds threshold' })
    expect(loopback.received).toHaveLength(1)
  })
})

describe('a change', () => {
  it.each([
    ['HTTP 503', { status: 503, headers: { 'retry-after': '0' } }],
    ['HTTP 429', { status: 429 }],
    ['a reset connection', { instead: 'reset' as const }],
    ['a web page in place of a reply', { body: '<html></html>' }],
  ])('is sent once only, whatever comes: %s', async (_, answer) => {
    loopback.answers(answer)
    expect(await rejection(loopback.http().send(CHANGE))).toBeInstanceOf(RequestFailure)
    expect(loopback.received).toHaveLength(1)
  })

  it.each(['GET', 'POST'] as const)(
    'is not silently sent again when a kept-alive connection breaks (%s)',
    async (method) => {
      loopback.answers(GOOD, { instead: 'reset' }, GOOD)
      const http = loopback.http()
      await http.send(READ)
      const error = await rejection(http.send({ ...CHANGE, method, json: undefined }))
      expect(error).toMatchObject({ code: 'network', outcome: { effect: 'unknown' } })
      expect(loopback.received).toHaveLength(2)
    },
  )
})

describe('the debug line', () => {
  const lines: string[] = []
  const onExchange = (line: string) => lines.push(line)
  beforeEach(() => lines.splice(0))
  const ids = { 'x-request-id': 'r-7' }

  it('shows the body of a response of another form, of a read and of a change', async () => {
    loopback.answers({ json: { oops: 1 }, headers: ids })
    const http = loopback.http({ onExchange })
    const failures = [await failureOf(http.read(READ, shape, 0)), await failureOf(http.change(CHANGE, shape))]
    expect(lines).toEqual(Array(2).fill(expect.stringMatching(/200 in \d+ ms, x-request-id: r-7; body: \{"oops":1\}$/)))
    for (const { trace } of failures) expect(trace).toContain('x-request-id: r-7')
  })

  it('keeps the status and the ID of a response whose body breaks off', async () => {
    loopback.answers({ json: 'long enough to be halved', headers: ids, instead: 'cut' })
    const error = await failureOf(loopback.http({ onExchange }).read(READ, shape, 0))
    expect(error).toMatchObject({ code: 'network', trace: expect.stringContaining('x-request-id: r-7') })
    expect(lines[0]).toMatch(/: 200, then .+ in \d+ ms, x-request-id: r-7$/)
  })

  it('and the line for support exist for a redirect that is not followed', async () => {
    loopback.answers({ status: 302, headers: { ...ids, location: 'https://login.example/' } })
    const error = await failureOf(loopback.http({ onExchange }).send(CHANGE))
    expect(error.trace).toContain('x-request-id: r-7')
    expect(lines[0]).toContain(': 302 in ')
  })
})
