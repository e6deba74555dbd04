import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadline } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { batchesOf, totalBytes, uploadFiles, type UploadOptions } from '../../src/transfer/upload.ts'
import type { FilePart } from '../../src/visual-layer/multipart.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { lostReply, neverSent, rejected } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'

const MIB = 1024 * 1024

function file(index: number, sizeBytes = 10): FilePart {
  const fileName = `${String(index).padStart(5, '0')}.jpg`
  return { path: `/workspace/${fileName}`, fileName, contentType: 'image/jpeg', sizeBytes }
}

function files(count: number, sizeBytes?: number): FilePart[] {
  return Array.from({ length: count }, (_, index) => file(index, sizeBytes))
}

describe('batches', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 200 })
  const caps = fc.record({ mostFiles: fc.integer({ min: 1, max: 60 }), mostBytes: fc.integer({ min: 1, max: 400 }) })

  it('hold every file exactly once, in the order that came, within both caps, and none could take the next file', () => {
    fc.assert(
      fc.property(sizes, caps, (given, { mostFiles, mostBytes }) => {
        const all = given.map((size, index) => file(index, size))
        const batches = batchesOf(all, mostFiles, mostBytes)
        expect(batches.flat()).toEqual(all)
        for (const [index, batch] of batches.entries()) {
          expect(batch.length).toBeGreaterThan(0)
          expect(batch.length).toBeLessThanOrEqual(mostFiles)
          if (batch.length > 1) expect(totalBytes(batch)).toBeLessThanOrEqual(mostBytes)
          const next = batches[index + 1]?.[0]
          if (next && batch.length < mostFiles) expect(totalBytes(batch) + next.sizeBytes).toBeGreaterThan(mostBytes)
        }
      }),
    )
  })

  it('are of 50 files and 64 MiB unless told', () => {
    expect(batchesOf(files(120)).map((batch) => batch.length)).toEqual([50, 50, 20])
    expect(batchesOf(files(5, 30 * MIB)).map((batch) => batch.length)).toEqual([2, 2, 1])
    expect(batchesOf([file(1, 500 * MIB), file(2)]).map((batch) => batch.length)).toEqual([1, 1])
  })
})

function upload(send: UploadOptions['send'], more: Partial<UploadOptions> = {}) {
  const clock = new FakeClock()
  const said: string[] = []
  const warned: string[] = []
  const progress: [number, number][] = []
  const ended = uploadFiles({
    files: files(10),
    send,
    clock,
    deadline: new Deadline(clock, 3_600_000),
    signal: new AbortController().signal,
    maxRetries: 3,
    onProgress: (count, bytes) => progress.push([count, bytes]),
    say: (line) => said.push(line),
    warn: (line) => warned.push(line),
    ...more,
  })
  return { ended, said, warned, progress, clock }
}

describe('an upload', () => {
  it('runs six requests at a time, and reports how far it is', async () => {
    let running = 0
    let most = 0
    const sent: FilePart[] = []
    const { ended, progress } = upload(
      async (batch, { onBytes }) => {
        most = Math.max(most, (running += 1))
        onBytes(1_000_000)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        sent.push(...batch)
      },
      { files: files(1_000) },
    )
    await ended
    expect(most).toBe(6)
    expect(sent.length).toBe(1_000)
    expect(new Set(sent).size).toBe(1_000)
    expect(progress.at(-1)).toEqual([1_000, 10_000])
    for (const [, bytes] of progress) expect(bytes).toBeLessThanOrEqual(10_000)
  })

  it('sends every file exactly once whatever size is rejected, unless one file alone is too large', async () => {
    const plan = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 130 }),
      limit: fc.integer({ min: 50, max: 3_000 }),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ sizes, limit }) => {
        const all = sizes.map((size, index) => file(index, size))
        const sent: FilePart[] = []
        const { ended } = upload(
          async (batch) => {
            if (totalBytes(batch) > limit) throw rejected(413)
            sent.push(...batch)
          },
          { files: all },
        )
        if (sizes.some((size) => size > limit)) {
          expect(await rejection(ended)).toMatchObject({
            code: 'rejected',
            message: expect.stringContaining('.jpg as too large'),
          })
          return
        }
        await ended
        expect(sent.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))).toEqual(all)
      }),
      { numRuns: 60 },
    )
  })

  it('sends again what cannot have arrived, with a pause and without a warning', async () => {
    let attempts = 0
    const { ended, warned, said, clock } = upload(async () => {
      attempts += 1
      if (attempts < 3) throw neverSent()
      if (attempts === 3) throw rejected(429, 'slow down', 7_000)
    })
    await ended
    expect([attempts, warned, said.length]).toEqual([4, [], 3])
    expect(clock.sleeps.at(-1)).toBe(7_000)
  })

  it('sends once more what may have arrived, and says so; then no more', async () => {
    let attempts = 0
    const once = upload(async () => {
      attempts += 1
      if (attempts === 1) throw lostReply()
    })
    await once.ended
    expect(attempts).toBe(2)
    expect(once.warned).toEqual([expect.stringMatching(/10 files \(00000\.jpg to 00009\.jpg\).*twice/)])
    attempts = 0
    const error = lostReply()
    const twice = upload(async () => {
      attempts += 1
      throw error
    })
    expect(await rejection(twice.ended)).toBe(error)
    expect(attempts).toBe(2)
  })

  it('gives up after max_retries, or where the pause asked for is longer than the time left', async () => {
    let attempts = 0
    const always = upload(async () => {
      attempts += 1
      throw neverSent()
    })
    expect(await rejection(always.ended)).toMatchObject({ code: 'network' })
    expect(attempts).toBe(4)
    const late = upload(async () => Promise.reject(rejected(429, '', 7_200_000)))
    expect(await rejection(late.ended)).toMatchObject({ code: 'server_error' })
    expect(late.clock.sleeps).toEqual([])
  })

  it('stops the other batches at the first failure, and throws that one', async () => {
    const failure = rejected(400, 'Unsupported file format')
    const stopped: unknown[] = []
    let started = 0
    const { ended } = upload(
      async (_, { signal }) => {
        started += 1
        if (started === 3) throw failure
        await new Promise<void>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped.push(signal.reason)
            reject(failure)
          })
        })
      },
      { files: files(1_000) },
    )
    expect(await rejection(ended)).toBe(failure)
    expect(started).toBe(6)
    expect(stopped).toEqual(Array.from({ length: 5 }, () => failure))
  })

  it('ends with the reason of its signal', async () => {
    const cancel = new AbortController()
    const reason = new ActionError('cancelled', 'stop')
    const { ended } = upload(
      async (_, { signal }) => {
        cancel.abort(reason)
        signal.throwIfAborted()
      },
      { signal: cancel.signal },
    )
    expect(await rejection(ended)).toBe(reason)
  })
})
