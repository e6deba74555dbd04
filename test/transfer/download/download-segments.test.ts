import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { download } from '../../../src/transfer/download/download.ts'
import { Slots } from '../../../src/transfer/download/slots.ts'
import { ObjectChanged, waitForBytes, type Watermark } from '../../../src/transfer/download/watermark.ts'
import { useDownloads } from './downloads.ts'

const MIB = 1024 * 1024
const SEGMENT = 4 * MIB
const large = randomBytes(40 * MIB)

const downloads = useDownloads()

beforeEach(() => {
  downloads.now.host.object = large
})

/** The ranges requested so far. */
function requested(): { start: number; end: number }[] {
  return downloads.now.ranges().map((range) => {
    const parts = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')
    if (!parts) throw new Error(`not an exact range: ${range}`)
    return { start: Number(parts[1]), end: Number(parts[2]) + 1 }
  })
}

describe('a large object', () => {
  it('is fetched in segments, each byte once, the end of it early', async () => {
    const at = downloads.now
    await at.expectWhole(await download(at.options()), large)
    const [first, second] = requested()
    expect(first).toEqual({ start: 0, end: SEGMENT })
    expect(second).toEqual({ start: 39 * MIB, end: 40 * MIB })
    expect(at.host.requests.slice(1).every(({ headers }) => headers['if-range'] === '"v1"')).toBe(true)
    let end = 0
    for (const segment of requested().sort((one, other) => one.start - other.start)) {
      expect(segment.start).toBe(end)
      end = segment.end
    }
    expect(end).toBe(large.length)
    expect(at.notes).toEqual([])
  })

  it('is requested in order, over at most eight connections', async () => {
    const at = downloads.now
    at.host.paced = true
    await at.expectWhole(await download(at.options()), large)
    const starts = requested()
      .map(({ start }) => start)
      .filter((start) => start !== 39 * MIB)
    expect(starts).toEqual([...starts].sort((one, other) => one - other))
    expect(at.host.mostOpen).toBeGreaterThan(4)
    expect(at.host.mostOpen).toBeLessThanOrEqual(8)
  })

  it('shares the connections of its step with other downloads', async () => {
    const at = downloads.now
    at.host.paced = true
    const slots = new Slots(3)
    const other = `${at.path}.other`
    await Promise.all([download(at.options({ slots })), download(at.options({ slots, path: other }))])
    expect(at.host.mostOpen).toBe(3)
  })

  it('is fetched in one response if its length is not announced', async () => {
    const at = downloads.now
    at.host.faults.push({ unannounced: true, whole: true })
    const sizes: Watermark[] = []
    await at.expectWhole(await download(at.options({ onSize: (watermark) => void sizes.push(watermark) })), large)
    expect(at.host.requests).toHaveLength(1)
    expect(sizes).toEqual([])
  })

  it.each([
    ['ignores ranges', { whole: true }, 1],
    ['rejects ranges as a method', { status: 405 }, 2],
    ['rejects ranges as not implemented', { status: 501 }, 2],
    ['takes ranges for unsatisfiable', { status: 416 }, 2],
  ])('is fetched over one connection where the host %s', async (_, fault, requests) => {
    const at = downloads.now
    at.host.faults.push(fault)
    if (requests === 2) at.host.faults.push({ whole: true })
    await at.expectWhole(await download(at.options({ maxRetries: 0 })), large)
    expect(at.host.requests).toHaveLength(requests)
    expect(at.notes).toEqual([])
  })
})

describe('several connections', () => {
  it('become fewer where the host takes no more, and none of the others suffers', async () => {
    const at = downloads.now
    at.host.paced = true
    at.host.mostAtOnce = 3
    await at.expectWhole(await download(at.options({ maxRetries: 0 })), large)
    expect(at.host.mostOpen).toBeLessThanOrEqual(3)
    expect(at.host.requests.length).toBeLessThan(40)
    expect(at.notes).toEqual([])
  })

  it('that break together count once, and are logged once', async () => {
    const at = downloads.now
    at.host.paced = true
    let broken = 0
    const onProgress = () => {
      if (broken > 0 || at.host.open.size < 4) return
      broken = at.host.open.size
      for (const response of at.host.open) response.destroy()
    }
    await at.expectWhole(await download(at.options({ maxRetries: 1, onProgress })), large)
    expect(broken).toBeGreaterThanOrEqual(4)
    expect(at.notes.length).toBeGreaterThan(0)
    expect(at.notes.length).toBeLessThan(4)
  })

  it('end together when the host is gone', async () => {
    const at = downloads.now
    at.host.paced = true
    let requests = 0
    const onProgress = () => {
      if (requests > 0 || at.host.open.size < 4) return
      requests = at.host.requests.length
      at.host.mostAtOnce = 0
      for (const response of at.host.open) response.destroy()
    }
    expect(await at.failure({ maxRetries: 2, onProgress })).toMatchObject({
      code: 'server_error',
      message: expect.stringContaining('times in a row without progress'),
      apiWords: 'SlowDown: Please reduce your request rate',
    })
    expect(at.notes.length).toBeLessThanOrEqual(4)
    expect(at.host.requests.length - requests).toBeLessThan(8 * 5)
  })

  it('request one new link among them', async () => {
    const at = downloads.now
    at.host.paced = true
    let link = at.host.link('/a.zip?old')
    let renewals = 0
    const source = {
      link: () => link,
      renew: async () => {
        renewals += 1
        await at.clock.sleep(1)
        link = at.host.link('/b.zip?fresh')
      },
    }
    const onProgress = () => {
      if (at.host.open.size >= 4) at.host.requiredQuery = 'fresh'
    }
    await at.expectWhole(await download(at.options({ source, onProgress })), large)
    expect(renewals).toBe(1)
    expect(at.notes).toHaveLength(1)
  })

  it('wait as long as Retry-After asks when none of them makes progress', async () => {
    const at = downloads.now
    at.host.paced = true
    let broken = false
    const onProgress = () => {
      if (broken || at.host.open.size < 4) return
      broken = true
      for (let count = 0; count < 8; count += 1) at.host.faults.push({ status: 503, headers: { 'retry-after': '17' } })
      for (const response of at.host.open) response.destroy()
    }
    await at.expectWhole(await download(at.options({ onProgress })), large)
    expect(at.clock.now()).toBeGreaterThanOrEqual(17_000)
  })

  it('do not take the whole for a segment, nor another range for the requested one', async () => {
    const at = downloads.now
    at.host.faults.push({}, {}, { whole: true }, { contentRange: `bytes 5-${MIB}/${large.length}` })
    await at.expectWhole(await download(at.options()), large)
  })

  it('restart, in one response, when the host sends only the whole from then on', async () => {
    const at = downloads.now
    at.host.onRequest = (count) => {
      if (count > 4) at.host.faults.splice(0, Infinity, { whole: true })
    }
    at.host.faults.push({ cutAfter: MIB }, { cutAfter: MIB }, { cutAfter: MIB }, { cutAfter: MIB })
    await at.expectWhole(await download(at.options({ maxRetries: 100 })), large)
    expect(at.notes.join()).toContain('the whole object instead of a range')
  })
})

describe('the watermark of a download', () => {
  it('is reported before the bytes are there, and reports bytes that are in the file', async () => {
    const at = downloads.now
    const seen: unknown[] = []
    const onSize = async (watermark: Watermark) => {
      expect(watermark.sizeBytes).toBe(large.length)
      for (const [start, end] of [
        [39.5 * MIB, 40 * MIB],
        [0, 1000],
        [20 * MIB + 7, 20 * MIB + 1007],
      ] as const) {
        await watermark.reached(start, end)
        const file = await open(at.path)
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
        await file.close()
        seen.push(bytesRead === end - start && buffer.equals(large.subarray(start, end)))
        seen.push(waitForBytes(watermark.shared, start, end))
      }
    }
    await at.expectWhole(await download(at.options({ onSize })), large)
    expect(seen).toEqual([true, true, true, true, true, true])
  })

  it('ends the download with what onSize throws', async () => {
    const at = downloads.now
    const full = new ActionError('operation_failed', 'The disk of the runner is too full.')
    expect(await at.failure({ onSize: async () => Promise.reject(full) })).toBe(full)
  })

  it('ends the download with what onSize throws at its very end', async () => {
    const at = downloads.now
    const full = new ActionError('operation_failed', 'The disk of the runner is too full.')
    const { promise, reject } = Promise.withResolvers<void>()
    const onProgress = (received: number) => {
      if (received === large.length) reject(full)
    }
    expect(await at.failure({ onSize: () => promise, onProgress })).toBe(full)
  })

  it('stops with the reason of a failure', async () => {
    const at = downloads.now
    const waits: Promise<unknown>[] = []
    const controller = new AbortController()
    const reason = new ActionError('cancelled', 'The workflow was canceled.')
    let shared: SharedArrayBuffer | undefined
    const onSize = (watermark: Watermark) => {
      ;({ shared } = watermark)
      waits.push(watermark.reached(0, large.length).catch((error: unknown) => error))
      controller.abort(reason)
    }
    expect(await at.failure({ onSize, signal: controller.signal })).toBe(reason)
    expect(await Promise.all(waits)).toEqual([reason])
    if (shared) expect(waitForBytes(shared, 0, 1)).toBe(false)
    await vi.waitFor(() => expect(at.host.open.size).toBe(0))
  })

  it('stops when the object changes, and there is another one', async () => {
    const at = downloads.now
    const old = randomBytes(30 * MIB)
    at.host.object = old
    at.host.etag = '"old"'
    at.host.onRequest = (count) => {
      if (count !== 3) return
      at.host.object = large
      at.host.etag = '"v1"'
    }
    const sizes: unknown[] = []
    const ends: Promise<unknown>[] = []
    const onSize = (watermark: Watermark) => {
      sizes.push(watermark.sizeBytes)
      ends.push(watermark.reached(0, watermark.sizeBytes ?? 0).catch((error: unknown) => error))
    }
    await at.expectWhole(await download(at.options({ onSize })), large)
    expect(sizes).toEqual([old.length, large.length])
    expect(await Promise.all(ends)).toEqual([expect.any(ObjectChanged), undefined])
    expect(at.notes).toEqual([expect.stringContaining('has changed')])
  })
})

it('an object that is another one in every response comes in one of them', async () => {
  const at = downloads.now
  at.host.onRequest = (count) => {
    at.host.etag = `"v${count % 2}"`
  }
  await at.expectWhole(await download(at.options()), large)
  expect(at.host.requests.length).toBeLessThan(30)
})
