import { describe, expect, it } from 'vitest'
import { Deadline, systemClock } from '../src/clock.ts'
import { rejection } from './visual-layer/loopback.ts'
import { FakeClock } from './waiting/fake-clock.ts'

describe('the clock of the system', () => {
  it('moves on, and reports the date', async () => {
    const before = systemClock.now()
    await systemClock.sleep(5)
    expect(systemClock.now()).toBeGreaterThan(before)
    expect(Math.abs(systemClock.date() - Date.now())).toBeLessThan(60_000)
  })

  it('ends a sleep with the signal’s own reason, and starts none after it', async () => {
    const cancel = new AbortController()
    const reason = new Error('enough')
    const asleep = rejection(systemClock.sleep(3_600_000, cancel.signal))
    cancel.abort(reason)
    expect(await asleep).toBe(reason)
    expect(await rejection(systemClock.sleep(0, cancel.signal))).toBe(reason)
  })

  it('leaves no listener behind on a signal that lives long', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const { signal } = new AbortController()
    for (let n = 0; n < 50; n += 1) await systemClock.sleep(0, signal)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    expect(warnings).toEqual([])
  })
})

describe('a deadline', () => {
  it('counts from when it was set, and never below nothing', () => {
    const clock = new FakeClock()
    clock.advance(5_000)
    const deadline = new Deadline(clock, 10_000)
    expect([deadline.totalMs, deadline.elapsedMs(), deadline.remainingMs()]).toEqual([10_000, 0, 10_000])
    clock.advance(4_000)
    expect([deadline.elapsedMs(), deadline.remainingMs()]).toEqual([4_000, 6_000])
    clock.advance(60_000)
    expect([deadline.elapsedMs(), deadline.remainingMs()]).toEqual([64_000, 0])
  })
})
