import { Agent } from 'undici'
import { expect, it } from 'vitest'
import { Recovery } from '../../../src/transfer/download/recovery.ts'
import { TransferFailure } from '../../../src/transfer/download/transfer-failure.ts'
import { failureOf } from '../../failure-of.ts'
import { FakeClock } from '../../waiting/fake-clock.ts'

const { signal } = new AbortController()

function begin(leftMs = 3_600_000, renew = async () => undefined as void) {
  const clock = new FakeClock()
  const recovery = new Recovery({
    source: { link: () => new URL('https://storage.example/export.zip'), renew },
    dispatcher: new Agent(),
    clock,
    stallTimeoutMs: 1000,
    userAgent: 'test-agent',
    leftMs: () => leftMs,
    onNote: () => undefined,
  })
  return { clock, recovery }
}

function busy(pauseMs: number): TransferFailure {
  const failure = new TransferFailure('transient', 'server_error', 'HTTP 503')
  failure.pauseMs = pauseMs
  return failure
}

const reset = () => new TransferFailure('transient', 'network', 'the connection was reset')

it('honors the longest pause that any connection is asked for while one is in progress', async () => {
  const { clock, recovery } = begin()
  const attempt = recovery.attempt()
  const first = recovery.recover(reset(), attempt, 0, signal)
  const others = [17_000, 5_000].map((ms) => recovery.recover(busy(ms), attempt, 0, signal))
  await Promise.all([first, ...others])
  expect(clock.now()).toBeGreaterThanOrEqual(17_000)
  expect(clock.now()).toBeLessThan(19_000)
})

it('honors a pause that is asked for by a request older than the last pause', async () => {
  const { clock, recovery } = begin()
  const attempt = recovery.attempt()
  await recovery.recover(reset(), attempt, 0, signal)
  const before = clock.now()
  await recovery.recover(reset(), attempt, 0, signal)
  expect(clock.now()).toBe(before)
  await recovery.recover(busy(17_000), attempt, 0, signal)
  expect(clock.now()).toBe(before + 17_000)
})

it('does not wait for a moment after the deadline', async () => {
  const { clock, recovery } = begin(10_000)
  const attempt = recovery.attempt()
  const first = recovery.recover(reset(), attempt, 0, signal)
  await Promise.all([first, recovery.recover(busy(60_000), attempt, 0, signal)])
  expect(clock.now()).toBeLessThan(10_000)
  expect(await failureOf(recovery.recover(busy(60_000), recovery.attempt(), 0, signal))).toMatchObject({
    code: 'server_error',
  })
})

it('honors a pause that a connection is asked for while the link is renewed', async () => {
  const renewed = Promise.withResolvers<void>()
  const { clock, recovery } = begin(3_600_000, () => renewed.promise)
  const attempt = recovery.attempt()
  const expired = recovery.recover(new TransferFailure('expired', 'server_error', 'HTTP 403'), attempt, 0, signal)
  const other = recovery.recover(busy(17_000), attempt, 0, signal)
  renewed.resolve()
  await Promise.all([expired, other])
  expect(clock.now()).toBeGreaterThanOrEqual(17_000)
})
