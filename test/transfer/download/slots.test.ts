import * as fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Slots } from '../../../src/transfer/download/slots.ts'
import { rejection } from '../../visual-layer/loopback.ts'

const never = new AbortController().signal

it('gives a slot to whoever waits longest', async () => {
  const slots = new Slots(1)
  const first = await slots.acquire(never)
  const order: number[] = []
  const waiting = [1, 2, 3].map(async (n) => {
    const release = await slots.acquire(never)
    order.push(n)
    release()
  })
  await turn()
  expect(order).toEqual([])
  first()
  await Promise.all(waiting)
  expect(order).toEqual([1, 2, 3])
})

it('is lost to nobody when those who wait are aborted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.record({ hold: fc.nat(4), abortAfter: fc.option(fc.nat(6), { nil: undefined }) }), { maxLength: 12 }),
      async (count, users) => {
        const slots = new Slots(count)
        let busy = 0
        await Promise.all(
          users.map(async ({ hold, abortAfter }) => {
            const controller = new AbortController()
            const reason = new Error('canceled')
            const use = async () => {
              const release = await slots.acquire(controller.signal)
              busy += 1
              expect(busy).toBeLessThanOrEqual(count)
              for (let left = hold; left > 0; left -= 1) await turn()
              busy -= 1
              release()
            }
            const used = use().catch((error: unknown) => expect(error).toBe(reason))
            for (let left = abortAfter ?? 0; left > 0; left -= 1) await turn()
            if (abortAfter !== undefined) controller.abort(reason)
            await used
          }),
        )
        const all = await Promise.all(Array.from({ length: count }, () => slots.acquire(never)))
        const late = new AbortController()
        const waiting = rejection(slots.acquire(late.signal))
        late.abort(new Error('none left'))
        expect(await waiting).toEqual(new Error('none left'))
        for (const release of all) release()
      },
    ),
    { numRuns: 300 },
  )
})

it('keeps the place of others when one that got its slot is aborted in the same turn', async () => {
  const slots = new Slots(1)
  const aborted = new AbortController()
  const release = await slots.acquire(never)
  const first = slots.acquire(aborted.signal)
  const second = slots.acquire(never)
  release()
  aborted.abort()
  ;(await first)()
  const releaseSecond = await second
  releaseSecond()
})
