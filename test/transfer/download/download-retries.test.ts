import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { failureOf } from '../../failure-of.ts'
import { download } from '../../../src/transfer/download/download.ts'
import { object, useDownloads } from './downloads.ts'
import { StorageHost } from './storage-host.ts'

const downloads = useDownloads()

describe('expired links', () => {
  it('asks for a fresh link and continues with the rest', async () => {
    const at = downloads.now
    at.host.faults.push({ breakAfter: 100_000 }, { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
    let link = at.host.link('/a.zip?old')
    let renewals = 0
    const source = {
      link: () => link,
      renew: async () => {
        renewals += 1
        link = at.host.link('/b.zip?new')
      },
    }
    await at.expectWhole(await download(at.options({ source })))
    expect(renewals).toBe(1)
    expect(at.host.requests.at(-1)).toMatchObject({ url: '/b.zip?new', headers: { range: 'bytes=100000-299999' } })
  })

  it.each([400, 401, 403, 404, 410])('gives up on HTTP %i once fresh links do not help', async (status) => {
    const at = downloads.now
    for (let count = 0; count < 10; count += 1) {
      at.host.faults.push({
        status,
        body: '<Error><Code>ExpiredToken</Code><Message>gone</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>',
      })
    }
    let renewals = 0
    const renew = async () => void (renewals += 1)
    const error = await at.failure({ source: { link: () => at.host.link(), renew } })
    expect(error).toMatchObject({ code: 'server_error', apiWords: 'ExpiredToken: gone' })
    expect(renewals).toBe(4)
  })

  it('passes on why no fresh link is to be had', async () => {
    const at = downloads.now
    at.host.requiredQuery = 'fresh'
    const gone = new ActionError('not_found', 'The export is gone.')
    expect(await at.failure({ source: { link: () => at.host.link(), renew: async () => Promise.reject(gone) } })).toBe(
      gone,
    )
  })
})

describe('retries', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('tries again after HTTP %i', async (status) => {
    const at = downloads.now
    at.host.faults.push({ status })
    await at.expectWhole(await download(at.options()))
    expect(at.clock.sleeps).toHaveLength(1)
  })

  it('waits as long as Retry-After asks', async () => {
    const at = downloads.now
    at.host.faults.push({ status: 503, headers: { 'retry-after': '17' } })
    await download(at.options())
    expect(at.clock.sleeps).toEqual([17_000])
  })

  it.each([
    ['five minutes', 7_200_000, 300_000],
    ['a quarter of the time left', 60_000, 15_000],
  ])('is patient without progress for %s', async (_, leftMs, patienceMs) => {
    const at = downloads.now
    for (let count = 0; count < 200; count += 1) at.host.faults.push({ status: 503 })
    const { maxRetries: _unset, ...patient } = at.options()
    const startedAt = at.clock.now()
    const left = () => leftMs - (at.clock.now() - startedAt)
    const error = await failureOf(download({ ...patient, leftMs: left }))
    expect(error).toMatchObject({ code: 'server_error', message: expect.stringContaining('without progress') })
    expect(at.clock.now() - startedAt).toBeGreaterThanOrEqual(patienceMs)
    expect(at.clock.now() - startedAt).toBeLessThan(patienceMs + 1)
    expect(at.host.requests.length).toBeGreaterThan(4)
  })

  it('gets over an outage of minutes, and is as patient with the next one', async () => {
    const at = downloads.now
    const outage = (bytes: number) => [{ breakAfter: bytes }, ...Array.from({ length: 12 }, () => ({ status: 503 }))]
    at.host.faults.push(...outage(100_000), ...outage(100_000))
    const { maxRetries: _unset, ...patient } = at.options()
    await at.expectWhole(await download(patient))
    expect(at.host.requests).toHaveLength(27)
  })

  it('waits for minutes if Retry-After asks for them, but not beyond the time left', async () => {
    const at = downloads.now
    at.host.faults.push({ status: 503, headers: { 'retry-after': '900' } })
    await download(at.options())
    expect(at.clock.sleeps).toEqual([900_000])
    at.host.faults.push({ status: 503, headers: { 'retry-after': '900' } })
    const error = await at.failure({ leftMs: () => 600_000 })
    expect(error).toMatchObject({ code: 'server_error', message: expect.stringContaining('15m') })
    expect(at.clock.sleeps).toHaveLength(1)
  })

  it('ends after max_retries failures without progress, and says how often', async () => {
    const at = downloads.now
    for (let count = 0; count < 10; count += 1)
      at.host.faults.push({ status: 503, body: '<Error><Code>SlowDown</Code></Error>' })
    const error = await at.failure({ maxRetries: 2 })
    expect(error).toMatchObject({ code: 'server_error', apiWords: 'SlowDown' })
    expect(error.message).toContain('nightly.zip at 127.0.0.1')
    expect(error.message).toContain('HTTP 503, 3 times in a row')
    expect(at.host.requests).toHaveLength(3)
  })

  it('counts again after each new byte', async () => {
    const at = downloads.now
    for (let count = 0; count < 9; count += 1) at.host.faults.push({ breakAfter: 20_000 })
    await at.expectWhole(await download(at.options({ maxRetries: 1 })))
    expect(at.host.requests).toHaveLength(10)
  })

  it('does not take bytes fetched again for progress', async () => {
    const at = downloads.now
    for (let count = 0; count < 20; count += 1) at.host.faults.push({ whole: true, breakAfter: 50_000 })
    expect(await at.failure({ maxRetries: 2 })).toMatchObject({ code: 'network' })
    expect(at.host.requests).toHaveLength(3)
  })

  it('does not repeat what cannot get better', async () => {
    const at = downloads.now
    at.host.faults.push({ status: 405 }, { status: 405 })
    expect(await at.failure()).toMatchObject({ code: 'unexpected_reply' })
    expect(at.ranges()).toEqual(['bytes=0-4194303', undefined])
  })

  it('ends as network when nobody answers', async () => {
    const at = downloads.now
    const link = at.host.link()
    await at.host.stop()
    const error = await at.failure({ source: { link: () => link, renew: async () => undefined } })
    at.host = await StorageHost.start(object)
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('ECONNREFUSED') })
    expect(at.clock.sleeps).toHaveLength(3)
  })

  it('ends as network when the headers never come', async () => {
    const at = downloads.now
    at.host.faults.push({ silent: true })
    expect(await at.failure({ maxRetries: 0, stallTimeoutMs: 50 })).toMatchObject({
      code: 'network',
      message: expect.stringContaining('no byte arrived'),
    })
  })

  it('takes a body of another length than announced for damage', async () => {
    const at = downloads.now
    const short = { contentRange: 'bytes 100000-299999/300000', headers: { 'transfer-encoding': 'chunked' } }
    at.host.faults.push({ breakAfter: 100_000 }, { ...short, endAfter: 0 }, { ...short, endAfter: 0 })
    expect(await at.failure({ maxRetries: 1 })).toMatchObject({
      code: 'corrupt_download',
      message: expect.stringContaining('100,000 of 300,000 bytes'),
    })
  })

  it('starts over when more bytes come than were announced', async () => {
    const at = downloads.now
    const long = {
      contentRange: 'bytes 100000-100999/300000',
      headers: { 'transfer-encoding': 'chunked' },
      endAfter: 200_000,
    }
    at.host.faults.push({ breakAfter: 100_000 }, long)
    await at.expectWhole(await download(at.options()))
    expect(at.notes.join()).toContain('more bytes arrived')
  })
})
