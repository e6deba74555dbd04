import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { download } from '../../../src/transfer/download/download.ts'
import { object, useDownloads } from './downloads.ts'

const downloads = useDownloads()

describe('resuming', () => {
  it('continues where the connection was reset, on condition that the object is the same', async () => {
    const at = downloads.now
    at.host.faults.push({ cutAfter: 100_000 }, { cutAfter: 50_000 })
    await at.expectWhole(await download(at.options()))
    expect(at.ranges()).toHaveLength(3)
    expect(at.ranges()[1]).toMatch(/^bytes=[1-9]\d*-299999$/)
    expect(at.host.requests[2]?.headers['if-range']).toBe('"v1"')
    expect(at.notes[0]).toMatch(/Resuming at/)
  })

  it('continues where the bytes stopped coming', async () => {
    const at = downloads.now
    at.host.faults.push({ stallAfter: 120_000 })
    await at.expectWhole(await download(at.options()))
    expect(at.ranges()[1]).toBe('bytes=120000-299999')
    expect(at.notes[0]).toContain('no byte arrived for 0.3 s')
  })

  it('conditions on the date where there is no strong tag', async () => {
    const at = downloads.now
    at.host.etag = undefined
    at.host.lastModified = 'Thu, 01 Jan 2026 00:00:00 GMT'
    at.host.faults.push({ breakAfter: 1000 })
    await at.expectWhole(await download(at.options()))
    expect(at.host.requests[1]?.headers['if-range']).toBe(at.host.lastModified)
  })

  it('never conditions on a weak tag', async () => {
    const at = downloads.now
    at.host.etag = 'W/"v1"'
    at.host.faults.push({ breakAfter: 1000 })
    await at.expectWhole(await download(at.options()))
    expect(at.host.requests[1]?.headers).not.toHaveProperty('if-range')
  })

  it('asks again when the host sends the whole object instead of the rest', async () => {
    const at = downloads.now
    at.host.faults.push({ cutAfter: 100_000 }, { whole: true })
    await at.expectWhole(await download(at.options()))
    expect(at.notes.join()).toContain('the whole object instead of a range')
  })

  it('skips what it has where a host without ranges sends the same object again', async () => {
    const at = downloads.now
    at.host.faults.push({ whole: true, breakAfter: 100_000 }, { whole: true })
    const seen: number[] = []
    const onProgress = (received: number) => {
      at.host.arrived(received)
      seen.push(received)
    }
    await at.expectWhole(await download(at.options({ onProgress })))
    expect(at.ranges()).toEqual(['bytes=0-4194303', 'bytes=100000-299999'])
    expect(seen).toEqual([...seen].sort((one, other) => one - other))
  })

  it('restarts where a host without ranges sends what may be another object', async () => {
    const at = downloads.now
    at.host.etag = undefined
    at.host.faults.push({ whole: true, breakAfter: 100_000 }, { whole: true }, { whole: true })
    await at.expectWhole(await download(at.options()))
    expect(at.notes.join()).toContain('the whole object instead of a range')
  })

  it('starts over when the object has changed between two requests', async () => {
    const at = downloads.now
    const old = randomBytes(200_000)
    at.host.object = old
    at.host.etag = '"old"'
    at.host.faults.push({ breakAfter: 90_000 })
    at.host.onRequest = (count) => {
      if (count !== 2) return
      at.host.object = object
      at.host.etag = '"v1"'
    }
    await at.expectWhole(await download(at.options()))
  })

  it('starts over when a host without If-Range sends a part of another object', async () => {
    const at = downloads.now
    at.host.object = randomBytes(200_000)
    at.host.etag = undefined
    at.host.faults.push({ breakAfter: 90_000 })
    at.host.onRequest = (count) => {
      if (count === 2) at.host.object = object
    }
    await at.expectWhole(await download(at.options()))
    expect(at.notes.join()).toContain('has changed')
    expect(at.ranges()).toEqual(['bytes=0-4194303', 'bytes=90000-199999', 'bytes=0-4194303'])
  })

  it('takes an answer that covers only a part of the range, and asks for the rest', async () => {
    const at = downloads.now
    at.host.faults.push({ breakAfter: 100_000 }, { partOf: 50_000 })
    await at.expectWhole(await download(at.options()))
    expect(at.ranges()).toEqual(['bytes=0-4194303', 'bytes=100000-299999', 'bytes=150000-299999'])
  })

  it('does not trust a part that begins elsewhere', async () => {
    const at = downloads.now
    at.host.faults.push(
      { breakAfter: 100_000 },
      { contentRange: `bytes 0-299999/300000`, headers: { 'content-length': '200000' } },
    )
    await at.expectWhole(await download(at.options()))
    expect(at.notes.join()).toContain('a different range')
  })

  it('takes a 416 at the exact end for the end', async () => {
    const at = downloads.now
    // Without an announced length, the break comes after the last byte.
    at.host.faults.push({ whole: true, breakAfter: object.length, unannounced: true })
    await at.expectWhole(await download(at.options()))
    expect(at.ranges()).toEqual(['bytes=0-4194303', `bytes=${object.length}-`])
  })

  it('starts over after a 416 that says the object has become shorter', async () => {
    const at = downloads.now
    const longer = Buffer.concat([object, object])
    at.host.object = longer
    at.host.etag = undefined
    at.host.faults.push({ breakAfter: 400_000 })
    at.host.onRequest = (count) => {
      if (count === 2) at.host.object = object
    }
    await at.expectWhole(await download(at.options()))
    expect(at.notes.join()).toContain('shorter')
  })
})
