import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Wait } from './arrivals-worker.ts'
import { Arrivals, Void, waitForBytes } from '../../../src/transfer/download/arrivals.ts'

const MIB = 1024 * 1024
const TIB = 1024 ** 4

describe('arrivals', () => {
  it('grant a wish once all of its bytes are there, in whatever order', async () => {
    const arrivals = new Arrivals(3 * MIB)
    let granted = false
    const wish = arrivals.want(MIB, 2 * MIB + 1).then(() => (granted = true))
    arrivals.add(2 * MIB, 3 * MIB)
    arrivals.add(MIB + 1, 2 * MIB)
    await Promise.resolve()
    expect(granted).toBe(false)
    expect([...arrivals.wished()]).toMatchObject([{ start: MIB, end: 2 * MIB + 1 }])
    arrivals.add(MIB, MIB + 1)
    await wish
    expect([...arrivals.wished()]).toEqual([])
    await arrivals.want(MIB, 3 * MIB)
  })

  it('ask for what is wanted, not for what is there', async () => {
    let asked = 0
    const arrivals = new Arrivals(MIB, () => (asked += 1))
    arrivals.add(0, MIB / 2)
    await arrivals.want(0, MIB / 2)
    expect(asked).toBe(0)
    const wish = arrivals.want(MIB / 2, MIB)
    expect(asked).toBe(1)
    arrivals.add(MIB / 2, MIB)
    await wish
  })

  it('reject wishes, old and new, with the reason of the end', async () => {
    const arrivals = new Arrivals(MIB)
    const wish = arrivals.want(0, 1)
    const reason = new Void()
    arrivals.stop(reason)
    arrivals.stop(new Error('later'))
    await expect(wish).rejects.toBe(reason)
    await expect(arrivals.want(0, 1)).rejects.toBe(reason)
    expect(waitForBytes(arrivals.shared, 0, 1)).toBe('stopped')
  })

  it('never tell of a byte that is missing, nor miss one that is there', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 3 * MIB }), fc.integer({ min: 20 * 1024 * MIB, max: 20 * TIB }))
    fc.assert(
      fc.property(sizes, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), fc.nat(), (size, cuts, chosen) => {
        const edges = [0, ...cuts.map((cut) => Math.floor(cut * size)).sort((one, other) => one - other), size]
        const pieces = edges.slice(1).map((end, index) => ({ start: edges[index] ?? 0, end }))
        const arrivals = new Arrivals(size)
        const last = pieces.splice(chosen % pieces.length, 1)[0] ?? { start: 0, end: size }
        for (const { start, end } of pieces) arrivals.add(start, end)
        let whole = false
        void arrivals.want(0, size).then(() => (whole = true))
        expect([...arrivals.wished()]).toHaveLength(last.end > last.start ? 1 : 0)
        arrivals.add(last.start, last.end)
        expect([...arrivals.wished()]).toEqual([])
        expect(waitForBytes(arrivals.shared, 0, size)).toBe('arrived')
        expect(arrivals.shared.byteLength).toBeLessThan(100_000)
        expect(whole).toBe(false)
      }),
    )
  })
})

describe('a worker that waits for bytes', () => {
  let worker: Worker | undefined
  afterEach(async () => {
    await worker?.terminate()
  })

  /** Resolves when the worker is about to wait. */
  async function waiting(arrivals: Arrivals): Promise<{ answer: Promise<unknown> }> {
    worker = new Worker(new URL('./arrivals-worker.ts', import.meta.url), {
      workerData: { shared: arrivals.shared, start: MIB, end: 2 * MIB } satisfies Wait,
    })
    expect((await once(worker, 'message'))[0]).toBe('waiting')
    return { answer: once(worker, 'message').then(([answer]) => answer as unknown) }
  }

  it('wakes when they are there', async () => {
    const arrivals = new Arrivals(4 * MIB)
    const { answer } = await waiting(arrivals)
    arrivals.add(0, MIB)
    arrivals.add(MIB, 2 * MIB)
    expect(await answer).toBe('arrived')
  })

  it('wakes when they will never come', async () => {
    const arrivals = new Arrivals(4 * MIB)
    const { answer } = await waiting(arrivals)
    arrivals.add(0, MIB)
    arrivals.stop(new Error('the download failed'))
    expect(await answer).toBe('stopped')
  })
})
