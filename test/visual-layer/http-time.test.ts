import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Deadline, systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import type { ApiRequest } from '../../src/visual-layer/http.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { Loopback, portOf, rejection, RequestClock } from './loopback.ts'

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
    expect(error).toMatchObject({ message: expect.stringMatching(/no response within 0\.1 s/) })
  })

  it('is what the user allowed, at most half of the time left, and still two seconds for a last poll', async () => {
    loopback.answers({ instead: 'hang' })
    const given = async (timeoutMs: number, requestTimeoutMs: number) => {
      const clock = new FakeClock()
      const http = loopback.http({ clock, requestTimeoutMs, deadline: new Deadline(clock, timeoutMs) })
      await rejection(http.send(READ))
      return clock.sleeps
    }
    expect(await given(3_600_000, 60_000)).toEqual([60_000])
    expect(await given(20_000, 60_000)).toEqual([10_000])
    expect(await given(10, 60_000)).toEqual([2_000])
    expect(await given(10, 1_000)).toEqual([1_000])
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
    await rejection(loopback.client({ deadline, retryLimit: 100 }).datasets.list())
    expect(loopback.clock.now()).toBeLessThanOrEqual(3_000)
    expect(loopback.received.length).toBeLessThan(100)
  })

  it('that has passed still lets one attempt through, and no repeat', async () => {
    loopback.answers({ status: 503 }, { json: [] })
    const deadline = new Deadline(loopback.clock, 1_000)
    loopback.clock.advance(2_000)
    await rejection(loopback.client({ deadline }).datasets.list())
    expect(loopback.received).toHaveLength(1)
    expect(await loopback.client({ deadline }).datasets.list()).toEqual([])
  })

  it('lets nothing through once it passed two and a half seconds ago, whatever the stage', async () => {
    loopback.answers({ json: [] })
    const deadline = new Deadline(loopback.clock, 1_000)
    loopback.clock.advance(3_500)
    const error = await rejection(loopback.client({ deadline }).datasets.list())
    expect(error).toMatchObject({ code: 'timed_out', outcome: { transient: true } })
    expect(await rejection(loopback.http({ deadline }).send({ ...READ, method: 'POST' }))).toMatchObject({
      code: 'timed_out',
    })
    expect(loopback.received).toEqual([])
  })

  it('and not the network is the reason where it left an attempt less than request_timeout', async () => {
    loopback.answers({ instead: 'hang' })
    const clock = new FakeClock()
    const list = loopback.client({ clock, deadline: new Deadline(clock, 3_000), retryLimit: 3 }).datasets.list()
    expect(await rejection(list)).toMatchObject({ code: 'timed_out' })
    expect(clock.now()).toBeLessThanOrEqual(5_500)
  })

  it.each(['crawls', 'crawls as text'])('ends a reply that %s', async (how) => {
    const server = createServer((_, response) => {
      const drip = setInterval(() => response.write('1'), 20)
      response.once('close', () => clearInterval(drip))
    })
    try {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const apiRoot = new URL(`http://127.0.0.1:${portOf(server)}/api/v1/`)
      const deadline = new Deadline(systemClock, 1)
      const http = loopback.http({ apiRoot, clock: systemClock, deadline, requestTimeoutMs: 60_000 })
      const read = how === 'crawls' ? http.send(READ) : http.readText(READ, (text) => text)
      expect(await rejection(read)).toMatchObject({ code: 'timed_out' })
      expect(deadline.elapsedMs()).toBeLessThan(3_000)
    } finally {
      server.closeAllConnections()
      server.close()
    }
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

  it('gives a change that is in flight a second to be answered', async () => {
    const change: ApiRequest = { ...READ, method: 'POST' }
    loopback.answers({ json: { id: 'x' } })
    const clock = new RequestClock(loopback.cancel.signal)
    const answered = loopback.http({ clock }).send(change)
    loopback.cancel.abort(reason)
    // Not sent yet.
    expect(await rejection(answered)).toBe(reason)
    const later = new AbortController()
    loopback.decides(() => {
      later.abort(reason)
      return { json: { id: 'x' } }
    })
    expect(await loopback.http({ clock, signal: later.signal }).send(change)).toMatchObject({ json: { id: 'x' } })
    const silent = new AbortController()
    loopback.decides(() => {
      silent.abort(reason)
      return { instead: 'hang' }
    })
    const deadline = new Deadline(systemClock, 60_000)
    const options = { clock: systemClock, signal: silent.signal, deadline }
    expect(await rejection(loopback.http(options).send(change))).toBe(reason)
    expect(deadline.elapsedMs()).toBeGreaterThanOrEqual(999)
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
    loopback.answers({ status: 503, headers: { 'retry-after': '200' } })
    const options = { clock: systemClock, deadline: new Deadline(systemClock, 7_200_000) }
    const ended = rejection(loopback.client(options).datasets.list())
    while (loopback.retries.length === 0) await new Promise((resolve) => setImmediate(resolve))
    loopback.cancel.abort(reason)
    expect(await ended).toBe(reason)
    expect(loopback.received).toHaveLength(1)
  })
})
