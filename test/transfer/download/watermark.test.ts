import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { ObjectChanged, waitForBytes, Watermark } from '../../../src/transfer/download/watermark.ts'
import type { Wait } from './watermark-worker.ts'

const GIB = 1024 ** 3

/** Whether a promise is settled after all that is ready to run has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  await new Promise((resolve) => setImmediate(resolve))
  return settled
}

describe('a watermark', () => {
  it('resolves for bytes before it, also beyond 32 bits', async () => {
    const watermark = new Watermark()
    watermark.sizeBytes = 100 * GIB
    const reached = watermark.reached(50 * GIB, 60 * GIB)
    watermark.advance(60 * GIB - 1)
    expect(await isSettled(reached)).toBe(false)
    watermark.advance(60 * GIB)
    await reached
    expect(watermark.front).toBe(60 * GIB)
    expect(waitForBytes(watermark.shared, 0, 60 * GIB)).toBe(true)
  })

  it('resolves for bytes in the tail, and for those that only both together complete', async () => {
    const watermark = new Watermark()
    watermark.sizeBytes = 1000
    const tail = watermark.reached(900, 1000)
    const across = watermark.reached(850, 950)
    watermark.tail(900)
    await tail
    expect(await isSettled(across)).toBe(false)
    watermark.advance(900)
    await across
    expect(waitForBytes(watermark.shared, 0, 1000)).toBe(true)
  })

  it('resolves with itself once it is far enough, or the file is complete', async () => {
    const watermark = new Watermark()
    const beyond = watermark.beyond(100, 50)
    watermark.advance(149)
    expect(await isSettled(beyond)).toBe(false)
    watermark.advance(160)
    expect(await beyond).toBe(160)
    const last = watermark.beyond(160, 50)
    watermark.sizeBytes = 170
    watermark.advance(170)
    expect(await last).toBe(170)
  })

  it('rejects those who wait, now and later, with the reason of the end', async () => {
    const watermark = new Watermark()
    const waiting = watermark.reached(0, 1)
    const reason = new ObjectChanged()
    watermark.stop(reason)
    watermark.stop(new Error('later'))
    await expect(waiting).rejects.toBe(reason)
    await expect(watermark.reached(0, 1)).rejects.toBe(reason)
    expect(waitForBytes(watermark.shared, 0, 1)).toBe(false)
  })
})

describe('a thread that waits for bytes', () => {
  let worker: Worker | undefined
  afterEach(async () => {
    await worker?.terminate()
  })

  /** Resolves when the thread is about to wait. */
  async function waiting(watermark: Watermark): Promise<{ answer: Promise<unknown> }> {
    worker = new Worker(new URL('./watermark-worker.ts', import.meta.url), {
      workerData: { shared: watermark.shared, start: 100, end: 200 } satisfies Wait,
    })
    expect((await once(worker, 'message'))[0]).toBe('waiting')
    return { answer: once(worker, 'message').then(([answer]) => answer as unknown) }
  }

  it('wakes when they are in the file', async () => {
    const watermark = new Watermark()
    const { answer } = await waiting(watermark)
    watermark.advance(100)
    watermark.advance(200)
    expect(await answer).toBe(true)
  })

  it('wakes when they will never come', async () => {
    const watermark = new Watermark()
    const { answer } = await waiting(watermark)
    watermark.advance(100)
    watermark.stop(new Error('the download failed'))
    expect(await answer).toBe(false)
  })
})
