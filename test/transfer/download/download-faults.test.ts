import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { download } from '../../../src/transfer/download/download.ts'
import type { Watermark } from '../../../src/transfer/download/watermark.ts'
import { FakeClock } from '../../waiting/fake-clock.ts'
import { useDownloads } from './downloads.ts'
import { type Reaction, SimulatedHost } from './simulated-host.ts'
import type { Fault } from './storage-host.ts'

const MIB = 1024 * 1024
const large = randomBytes(24 * MIB)
const other = randomBytes(20 * MIB)
const small = randomBytes(20_000)
/** `DOWNLOAD_RUNS=5000 FAST_CHECK_SEED=random npx vitest run <this file>` plays many more. */
const runs = Number(process.env['DOWNLOAD_RUNS'] ?? 0)

const downloads = useDownloads()

beforeEach(() => {
  downloads.now.host.object = large
})

describe('one fault in a download of many segments', () => {
  const faults: [string, Fault][] = [
    ['HTTP 503', { status: 503 }],
    ['HTTP 503 with Retry-After', { status: 503, headers: { 'retry-after': '1' } }],
    ['HTTP 408', { status: 408 }],
    ['HTTP 429', { status: 429 }],
    ['HTTP 500', { status: 500 }],
    ['a reset at once', { cutAfter: 0 }],
    ['a reset after 300 kB', { cutAfter: 300_000 }],
    ['a reset after 1.5 MB', { cutAfter: 1_500_000 }],
    ['a stall', { stallAfter: 500_000 }],
  ]

  it.each(faults)('changes nothing in the end: %s, at each request', async (_, fault) => {
    const at = downloads.now
    for (let index = 0; index < 8; index += 1) {
      at.host.faults.splice(0, Infinity, ...Array.from({ length: index }, () => ({})), fault)
      await at.expectWhole(await download(at.options()), large)
    }
  })
})

describe('whatever goes wrong on a real connection', () => {
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    fc.record({ cutAfter: fc.nat(3 * MIB) }),
    fc.record({ stallAfter: fc.nat(3 * MIB) }),
    fc.record({ partOf: fc.integer({ min: 1, max: 2 * MIB }) }),
    fc.record({ status: fc.constantFrom(403, 404, 408, 412, 416, 429, 500, 503) }),
    fc.constant({ whole: true }),
    fc.constant({ contentRange: `bytes 0-99/${20 * MIB}` }),
    fc.constant({ contentRange: `bytes 100-${21 * MIB}/${22 * MIB}` }),
  )

  it('the file is the object', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 12 }),
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
          const { maxRetries: _, ...patient } = at.options({ source, stallTimeoutMs: 200 })
          const result = await download(patient)
          await at.expectWhole(result, result.etag === '"after"' ? after : before)
        },
      ),
      { numRuns: Math.max(25, runs / 20) },
    )
  }, 3_600_000)
})

describe('whatever goes wrong in a simulation', () => {
  const bytes = fc.integer({ min: 0, max: 1500 })
  const reaction: fc.Arbitrary<Reaction> = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Reaction>({ kind: 'good' }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset' as const), after: bytes }) },
    fc.constant<Reaction>({ kind: 'reset' }),
    fc.record({ kind: fc.constant('stall' as const), after: bytes }),
    fc.record({ kind: fc.constant('short' as const), after: bytes }),
    fc.record({ kind: fc.constant('part' as const), of: fc.integer({ min: 1, max: 900 }) }),
    fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom(400, 401, 403, 404, 408, 410, 412, 416, 425, 429, 500, 502, 503, 504),
    }),
    fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom(429, 503),
      retryAfter: fc.integer({ min: 0, max: 20 }),
    }),
    fc.constant<Reaction>({ kind: 'whole' }),
    fc.constant<Reaction>({ kind: 'elsewhere' }),
  )
  const identity = fc.constantFrom('etag', 'date', 'size')
  const plans = fc.record({
    size: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 3000, max: 17_000 })),
    segmentBytes: fc.integer({ min: 300, max: 2000 }),
    identity,
    versions: fc.integer({ min: 1, max: 3 }),
    changes: fc.array(fc.integer({ min: 2, max: 30 }), { maxLength: 2 }),
    reactions: fc.array(reaction, { maxLength: 14 }),
    pauses: fc.array(fc.nat(3), { maxLength: 7 }),
    linkRequests: fc.oneof(fc.constant(Infinity), fc.integer({ min: 2, max: 12 })),
    linkBytes: fc.oneof(fc.constant(Infinity), fc.integer({ min: 2000, max: 9000 })),
    abortAt: fc.option(fc.nat(12_000), { nil: undefined, freq: 6 }),
  })

  it('the file is the object, read in order by whoever follows the watermark, or the reason is the true one', async () => {
    const at = downloads.now
    const ends = { whole: 0, aborted: 0, impatient: 0 }
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const versions = Array.from({ length: plan.versions }, (_, index) => ({
          bytes: small.subarray(index * 1000, index * 1000 + plan.size + index),
          etag: plan.identity === 'etag' ? `"v${index}"` : undefined,
          lastModified: plan.identity === 'date' ? `Thu, 0${index + 1} Jan 2026 00:00:00 GMT` : undefined,
        }))
        const host = new SimulatedHost(versions, plan.changes, plan.reactions, plan.pauses)
        Object.assign(host, { linkRequests: plan.linkRequests, linkBytes: plan.linkBytes })
        const clock = new FakeClock()
        const controller = new AbortController()
        const canceled = new ActionError('cancelled', 'The workflow was canceled.')
        let link = 0
        let following: Promise<Buffer | undefined> = Promise.resolve(undefined)
        const outcome = await download({
          source: {
            link: () => new URL(`https://storage.example.org/export.zip?${link}`),
            renew: async () => void (link += 1),
          },
          path: at.path,
          dispatcher: host,
          clock,
          signal: controller.signal,
          stallTimeoutMs: 60_000,
          leftMs: () => 7_200_000,
          userAgent: 'test-agent',
          segmentBytes: plan.segmentBytes,
          onNote: () => undefined,
          onProgress: (received) => {
            if (plan.abortAt !== undefined && received >= plan.abortAt) controller.abort(canceled)
          },
          onSize: (watermark) => {
            following = follow(at.path, watermark)
          },
        }).catch((error: unknown) => error)
        const read = await following
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(ActionError)
          expect(existsSync(at.path)).toBe(false)
          if (outcome === canceled) return void (ends.aborted += 1)
          // Nothing but patience can end.
          expect(outcome).toHaveProperty('message', expect.stringContaining('without progress'))
          expect(clock.now()).toBeGreaterThan(300_000)
          return void (ends.impatient += 1)
        }
        const file = await readFile(at.path)
        const same = versions.find((version) => version.bytes.equals(file))
        expect(same).toBeDefined()
        expect(outcome).toMatchObject({
          sizeBytes: file.length,
          sha256: createHash('sha256').update(file).digest('hex'),
        })
        if (read) expect(read.equals(file)).toBe(true)
        ends.whole += 1
      }),
      { numRuns: Math.max(1000, runs) },
    )
    if (runs > 0) console.log(ends)
    expect(ends.whole).toBeGreaterThan(ends.impatient * 20)
  }, 3_600_000)
})

/** Reads a file that is being downloaded, always behind the watermark; `undefined` if it stops before the end. */
async function follow(path: string, watermark: Watermark): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  try {
    for (let position = 0; ; ) {
      const front = await watermark.beyond(position, 500)
      if (front === position) return Buffer.concat(chunks)
      const bytes = await readFile(path)
      chunks.push(bytes.subarray(position, front))
      position = front
    }
  } catch {
    return undefined
  }
}
