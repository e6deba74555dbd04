import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Deadline, systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import type { ApiRequest } from '../../src/visual-layer/http.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { Loopback, rejection } from './loopback.ts'

const READ: ApiRequest = { what: 'read it', method: 'GET', path: 'thing' }

let loopback: Loopback

beforeEach(async () => {
  loopback = await Loopback.start()
})

afterEach(async () => {
  await loopback.stop()
})

/** Resolves once the server has taken in a request. */
async function arrived(count = 1): Promise<void> {
  while (loopback.received.length < count) await new Promise((resolve) => setImmediate(resolve))
}

describe('the time of one attempt', () => {
  it.each([
    ['says nothing', { instead: 'hang' as const }],
    ['stops in the middle of its reply', { instead: 'half' as const, json: { value: 'long enough to be halved' } }],
  ])('ends when the server %s', async (_, answer) => {
    loopback.answers(answer)
    const http = loopback.http({
      clock: systemClock,
      requestTimeoutMs: 100,
      deadline: new Deadline(systemClock, 60_000),
    })
    const error = await rejection(http.send(READ))
    expect(error).toMatchObject({ code: 'network', outcome: { transient: true, effect: 'unknown' } })
    expect(error).toMatchObject({ message: expect.stringMatching(/no reply within 0\.1 s/) })
  })

  it('is what the user allowed, at most half of the time left, and still five seconds for a last look', async () => {
    loopback.answers({ instead: 'hang' })
    const given = async (timeoutMs: number, requestTimeoutMs: number) => {
      const clock = new FakeClock()
      const http = loopback.http({ clock, requestTimeoutMs, deadline: new Deadline(clock, timeoutMs) })
      await rejection(http.send(READ))
      return clock.sleeps
    }
    expect(await given(3_600_000, 60_000)).toEqual([60_000])
    expect(await given(20_000, 60_000)).toEqual([10_000])
    expect(await given(10, 60_000)).toEqual([5_000])
    expect(await given(10, 2_000)).toEqual([2_000])
  })

  it('of a reply that came in time leaves nothing behind that could end a later one', async () => {
    loopback.answers({ json: 1 })
    const http = loopback.http()
    for (let n = 0; n < 5; n += 1) await http.send(READ)
    expect(loopback.clock.sleeps).toEqual([])
  })
})

describe('the deadline', () => {
  it('ends the repeats of a read', async () => {
    loopback.answers({ status: 503 })
    const deadline = new Deadline(loopback.clock, 3_000)
    await rejection(loopback.client({ deadline, maxRetries: 100 }).datasets.list())
    expect(loopback.clock.now()).toBeLessThanOrEqual(3_000)
    expect(loopback.received.length).toBeLessThan(100)
  })

  it('that has passed still lets one attempt through, and no repeat', async () => {
    loopback.answers({ status: 503 }, { json: [] })
    const deadline = new Deadline(loopback.clock, 1_000)
    loopback.clock.advance(5_000)
    await rejection(loopback.client({ deadline }).datasets.list())
    expect(loopback.received).toHaveLength(1)
    expect(await loopback.client({ deadline }).datasets.list()).toEqual([])
  })
})

describe('a cancelled step', () => {
  const reason = new ActionError('cancelled', 'The workflow was cancelled.')

  it('sends nothing more', async () => {
    loopback.cancel.abort(reason)
    expect(await rejection(loopback.http().send(READ))).toBe(reason)
    expect(await rejection(loopback.client().datasets.list())).toBe(reason)
    expect(loopback.received).toEqual([])
  })

  it.each(['hang', 'half'] as const)(
    'leaves a request that it is waiting for (%s) with its own reason',
    async (instead) => {
      loopback.answers({ instead, json: { value: 'long enough to be halved' } })
      const ended = rejection(loopback.client().datasets.list())
      await arrived()
      loopback.cancel.abort(reason)
      expect(await ended).toBe(reason)
    },
  )

  it('leaves the pause between two attempts', async () => {
    loopback.answers({ status: 503, headers: { 'retry-after': '3000' } })
    const options = { clock: systemClock, deadline: new Deadline(systemClock, 7_200_000) }
    const ended = rejection(loopback.client(options).datasets.list())
    while (loopback.retries.length === 0) await new Promise((resolve) => setImmediate(resolve))
    loopback.cancel.abort(reason)
    expect(await ended).toBe(reason)
    expect(loopback.received).toHaveLength(1)
  })
})
