import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { download } from '../../../src/transfer/download/download.ts'
import { Fetching } from '../../../src/transfer/download/fetching.ts'
import { useDownloads } from './downloads.ts'
import type { Fault } from './storage-host.ts'

const MIB = 1024 * 1024
const large = randomBytes(40 * MIB)
const other = randomBytes(20 * MIB)

const downloads = useDownloads()

beforeEach(() => {
  downloads.now.host.object = large
})

/** Lets the clock run as if each connection were limited, so that there are many of them. */
function manyConnections(more: (received: number) => void = () => undefined): (received: number) => void {
  const at = downloads.now
  vi.spyOn(performance, 'eventLoopUtilization').mockReturnValue({ idle: 1, active: 0, utilization: 0 })
  at.host.paced = true
  let last = 0
  return (received) => {
    at.clock.advance((received - last) / (5_000 * Math.max(1, at.host.open.size)))
    last = received
    more(received)
  }
}

describe('several connections', () => {
  it('become fewer where the host takes no more, and none of the others suffers', async () => {
    const at = downloads.now
    at.host.mostAtOnce = 3
    await at.expectWhole(await download(at.options({ maxRetries: 0, onProgress: manyConnections() })), large)
    expect(at.host.mostOpen).toBeLessThanOrEqual(3)
    expect(at.notes.length).toBeGreaterThan(0)
    expect(at.notes.length).toBeLessThan(6)
    expect(at.notes[0]).toMatch(/refused: the storage host answered HTTP 503/)
  })

  it('that break together are told of, and counted, once', async () => {
    const at = downloads.now
    let broken = 0
    const onProgress = manyConnections(() => {
      if (broken > 0 || at.host.open.size < 4) return
      broken = at.host.open.size
      for (const response of at.host.open) response.destroy()
    })
    await at.expectWhole(await download(at.options({ maxRetries: 1, onProgress })), large)
    expect(broken).toBeGreaterThanOrEqual(4)
    expect(at.notes).toEqual([expect.stringMatching(/^The download broke: .* going on after .* \(1 of 1\)\.$/)])
  })

  it('end together when the host is gone for good', async () => {
    const at = downloads.now
    let requests = 0
    const onProgress = manyConnections(() => {
      if (requests > 0 || at.host.open.size < 4) return
      requests = at.host.requests.length
      at.host.mostAtOnce = 0
      for (const response of at.host.open) response.destroy()
    })
    expect(await at.failure({ maxRetries: 2, onProgress })).toMatchObject({
      code: 'server_error',
      message: expect.stringContaining('times in a row without progress'),
      apiWords: 'SlowDown: Please reduce your request rate',
    })
    expect(at.notes.length).toBeLessThanOrEqual(4)
    expect(at.host.requests.length - requests).toBeLessThan(16 * 5)
  })

  it('ask for one fresh link among them', async () => {
    const at = downloads.now
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
    const onProgress = manyConnections(() => {
      if (at.host.open.size >= 4) at.host.requiredQuery = 'fresh'
    })
    await at.expectWhole(await download(at.options({ source, onProgress })), large)
    expect(renewals).toBe(1)
    expect(at.notes).toHaveLength(1)
  })

  it('wait as long as Retry-After asks when none of them gets on', async () => {
    const at = downloads.now
    at.host.faults.push({ cutAfter: 0 }, { status: 503, headers: { 'retry-after': '17' } })
    await at.expectWhole(await download(at.options()), large)
    expect(at.clock.sleeps).toContain(17_000)
  })

  it('take over what a silent one holds', async () => {
    const at = downloads.now
    at.host.faults.push({}, {}, { stallAfter: 1000 })
    await at.expectWhole(await download(at.options({ stallTimeoutMs: 600_000 })), large)
    expect(at.notes).toEqual([])
  })

  it('do not take the whole for a part, nor another part for the one asked for', async () => {
    const at = downloads.now
    at.host.faults.push({}, {}, { whole: true }, { contentRange: `bytes 5-${MIB}/${large.length}` })
    await at.expectWhole(await download(at.options()), large)
    expect(at.notes.join()).toMatch(/whole object in place of a part|another range/)
  })

  it('start over, in one piece, when the host sends only the whole after all', async () => {
    const at = downloads.now
    at.host.faults.push({ stallAfter: 9 * MIB }, {})
    at.host.onRequest = (count) => {
      if (count > 2) at.host.faults.splice(0, Infinity, { whole: true })
    }
    await at.expectWhole(await download(at.options()), large)
    expect(at.notes.join()).toContain('sends the whole object again')
  })
})

describe('a reply that breaks before it is read', () => {
  it('gives no byte of what it still holds to the file', async () => {
    const at = downloads.now
    at.host.object = large.subarray(0, 150)
    at.host.etag = undefined
    at.host.faults.push({ cutAfter: 20 }, { cutAfter: 20, whole: true }, { whole: true })
    await at.expectWhole(await download(at.options()), large.subarray(0, 150))
  })

  it('is asked for again, when the object changed meanwhile', async () => {
    const at = downloads.now
    at.host.object = large.subarray(0, 16 * MIB)
    at.host.etag = '"before"'
    let broken = 0
    at.host.onRequest = (count) => {
      if (count !== 3) return
      at.host.object = other
      at.host.etag = '"after"'
      vi.spyOn(Fetching.prototype, 'run').mockImplementationOnce(async function (this: Fetching, opened) {
        opened?.reply.body.on('error', () => (broken += 1)).destroy(new Error('reset'))
        await vi.waitUntil(() => opened?.reply.body.closed, { interval: 1 })
        return await this.run(opened)
      })
    }
    await at.expectWhole(await download(at.options()), other)
    expect(broken).toBe(1)
  })
})

describe('whatever goes wrong', () => {
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    fc.record({ cutAfter: fc.nat(3 * MIB) }),
    fc.record({ stallAfter: fc.nat(3 * MIB) }),
    fc.record({ partOf: fc.integer({ min: 1, max: 2 * MIB }) }),
    fc.record({ status: fc.constantFrom(403, 416, 429, 500, 503) }),
    fc.constant({ whole: true }),
    fc.constant({ contentRange: `bytes 0-99/${20 * MIB}` }),
    fc.constant({ contentRange: `bytes 100-${21 * MIB}/${22 * MIB}` }),
  )

  it('the file is the object, or there is none', async () => {
    let whole = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 14 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 16 * MIB, max: 20 * MIB }),
        async (faults, changedAt, size) => {
          const at = downloads.now
          const [before, after] = [large.subarray(0, size), other]
          at.host.object = before
          at.host.etag = '"before"'
          at.host.faults.splice(0, Infinity, ...faults)
          const sofar = at.host.requests.length
          at.host.onRequest = (count) => {
            if (count - sofar !== changedAt) return
            at.host.object = after
            at.host.etag = '"after"'
          }
          const source = { link: () => at.host.link(), renew: async () => undefined }
          let result: Awaited<ReturnType<typeof download>>
          try {
            result = await download(at.options({ source, maxRetries: 6, stallTimeoutMs: 200 }))
          } catch (error) {
            expect(error).toBeInstanceOf(ActionError)
            expect(existsSync(at.path)).toBe(false)
            return
          }
          await at.expectWhole(result, result.etag === '"after"' ? after : before)
          whole += 1
        },
      ),
      { numRuns: 25 },
    )
    expect(whole).toBeGreaterThan(10)
  }, 120_000)
})
