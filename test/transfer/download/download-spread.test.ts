import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { ActionError } from '../../../src/errors.ts'
import { type Arrivals, Void, waitForBytes } from '../../../src/transfer/download/arrivals.ts'
import { download } from '../../../src/transfer/download/download.ts'
import { useDownloads } from './downloads.ts'

const MIB = 1024 * 1024
const large = randomBytes(40 * MIB)

const downloads = useDownloads()

/** Time that stands still, so that no connection is ever slow. */
const standing: Clock = {
  now: () => 0,
  date: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('woken up')))),
}

beforeEach(() => {
  downloads.now.host.object = large
})

/** What the ranges so far ask for; the first request asks for everything. */
function asked(): { start: number; end: number }[] {
  return downloads.now.ranges().map((range) => {
    const parts = /^bytes=(\d+)-(\d+)$/.exec(range ?? 'bytes=0-0')
    if (!parts) throw new Error(`not an exact range: ${range}`)
    return { start: Number(parts[1]), end: Number(parts[2]) + 1 }
  })
}

describe('a large object', () => {
  it('is fetched in parts, each byte once, the end of it first', async () => {
    const at = downloads.now
    await at.expectWhole(await download(at.options({ clock: standing })), large)
    const [first, second] = at.ranges()
    expect(first).toBeUndefined()
    expect(second).toBe(`bytes=${39.5 * MIB}-${40 * MIB - 1}`)
    expect(at.host.requests.slice(1).every(({ headers }) => headers['if-range'] === '"v1"')).toBe(true)
    const parts = asked()
      .slice(1)
      .sort((one, other) => one.start - other.start)
    expect(parts.length).toBeGreaterThan(3)
    let end = 0
    for (const part of parts) {
      expect(part.start).toBeGreaterThanOrEqual(end)
      expect(part.start % (MIB / 4)).toBe(0)
      end = part.end
    }
    expect(at.notes).toEqual([])
  })

  it('is fetched over one connection where the host has no ranges', async () => {
    const at = downloads.now
    at.host.faults.push({ headers: { 'accept-ranges': 'none' } })
    await at.expectWhole(await download(at.options()), large)
    expect(at.ranges()).toEqual([undefined])
  })

  it('is fetched over one connection where its length is not announced', async () => {
    const at = downloads.now
    at.host.faults.push({ unannounced: true })
    const arrivals: Arrivals[] = []
    await at.expectWhole(await download(at.options({ onSize: (known) => void arrivals.push(known) })), large)
    expect(at.ranges()).toEqual([undefined])
    expect(arrivals).toEqual([])
  })

  it.each([{ whole: true }, { status: 405 }, { status: 403 }, { status: 416 }])(
    'goes on over the first connection where a request for a part is answered with %j',
    async (fault) => {
      const at = downloads.now
      at.host.faults.push({}, fault)
      await at.expectWhole(await download(at.options()), large)
      expect(at.host.requests).toHaveLength(2)
      expect(at.notes).toEqual([])
    },
  )

  it('is spread all the same when the first request for a part fails for a reason that passes', async () => {
    const at = downloads.now
    at.host.faults.push({}, { status: 503 })
    await at.expectWhole(await download(at.options({ maxRetries: 0 })), large)
    expect(at.host.requests.length).toBeGreaterThan(2)
    expect(at.notes).toEqual([expect.stringContaining('HTTP 503')])
  })

  it('is fetched over more connections as long as that makes it faster', async () => {
    const at = downloads.now
    vi.spyOn(performance, 'eventLoopUtilization').mockReturnValue({ idle: 1, active: 0, utilization: 0 })
    at.host.paced = true
    let last = 0
    const onProgress = (received: number) => {
      at.clock.advance((received - last) / (5_000 * Math.max(1, at.host.open.size)))
      last = received
    }
    await at.expectWhole(await download(at.options({ onProgress })), large)
    expect(at.host.mostOpen).toBeGreaterThanOrEqual(8)
  })

  it('is fetched over no more connections than make it faster', async () => {
    const at = downloads.now
    vi.spyOn(performance, 'eventLoopUtilization').mockReturnValue({ idle: 1, active: 0, utilization: 0 })
    at.host.paced = true
    let last = 0
    const onProgress = (received: number) => {
      at.clock.advance((received - last) / 10_000)
      last = received
    }
    await at.expectWhole(await download(at.options({ onProgress })), large)
    expect(at.host.mostOpen).toBeLessThanOrEqual(5)
  })
})

describe('the arrivals of a download', () => {
  it('are told before the bytes are there, and tell of bytes that are on disk', async () => {
    const at = downloads.now
    const seen: unknown[] = []
    const onSize = async (arrivals: Arrivals) => {
      expect(arrivals.sizeBytes).toBe(large.length)
      const start = 20 * MIB + 7
      await arrivals.want(start, start + 1000)
      const file = await open(at.path)
      const { buffer } = await file.read(Buffer.alloc(1000), 0, 1000, start)
      await file.close()
      seen.push(buffer.equals(large.subarray(start, start + 1000)), waitForBytes(arrivals.shared, start, start + 1000))
    }
    await at.expectWhole(await download(at.options({ onSize })), large)
    expect(seen).toEqual([true, 'arrived'])
    expect(asked()[1]?.start).toBe(20 * MIB)
  })

  it('end the download with what onSize throws', async () => {
    const at = downloads.now
    const full = new ActionError('operation_failed', 'The disk of the runner is too full.')
    expect(await at.failure({ onSize: async () => Promise.reject(full) })).toBe(full)
  })

  it('end the download with what onSize throws at its very end', async () => {
    const at = downloads.now
    const full = new ActionError('operation_failed', 'The disk of the runner is too full.')
    const { promise, reject } = Promise.withResolvers<void>()
    const onProgress = (received: number) => {
      if (received === large.length) reject(full)
    }
    expect(await at.failure({ onSize: () => promise, onProgress })).toBe(full)
  })

  it('stop with the reason of a failure', async () => {
    const at = downloads.now
    const waits: Promise<unknown>[] = []
    const controller = new AbortController()
    const reason = new ActionError('cancelled', 'The workflow was cancelled.')
    let shared: SharedArrayBuffer | undefined
    const onSize = (arrivals: Arrivals) => {
      ;({ shared } = arrivals)
      waits.push(arrivals.want(0, large.length).catch((error: unknown) => error))
      controller.abort(reason)
    }
    expect(await at.failure({ onSize, signal: controller.signal })).toBe(reason)
    expect(await Promise.all(waits)).toEqual([reason])
    if (shared) expect(waitForBytes(shared, 0, 1)).toBe('stopped')
    await vi.waitFor(() => expect(at.host.open.size).toBe(0))
  })

  it('become void when the object changes, and come anew', async () => {
    const at = downloads.now
    const old = randomBytes(30 * MIB)
    at.host.object = old
    at.host.etag = '"old"'
    at.host.onRequest = (count) => {
      if (count !== 3) return
      at.host.object = large
      at.host.etag = '"v1"'
    }
    const sizes: number[] = []
    const ends: Promise<unknown>[] = []
    const onSize = (arrivals: Arrivals) => {
      sizes.push(arrivals.sizeBytes)
      ends.push(arrivals.want(0, arrivals.sizeBytes).catch((error: unknown) => error))
    }
    await at.expectWhole(await download(at.options({ onSize })), large)
    expect(sizes).toEqual([old.length, large.length])
    expect(await Promise.all(ends)).toEqual([expect.any(Void), undefined])
    expect(at.notes).toEqual([expect.stringContaining('has changed')])
  })

  it('come in the end where each mirror has another object', async () => {
    const at = downloads.now
    at.host.onRequest = (count) => {
      at.host.etag = `"v${count % 2}"`
    }
    await at.expectWhole(await download(at.options()), large)
    expect(at.host.requests.length).toBeLessThan(8)
  })
})
