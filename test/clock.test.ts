import { describe, expect, it } from 'vitest'
import { attempts, Deadline, systemClock } from '../src/clock.ts'
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

describe('attempts', () => {
  const failing = (times: number) => {
    let left = times
    return async () => {
      left -= 1
      if (left >= 0) throw new Error(`${left} left`)
      return 'done'
    }
  }

  it('are repeated with the pauses they are given, until one succeeds', async () => {
    const clock = new FakeClock()
    const { signal } = new AbortController()
    const seen: string[] = []
    const ended = await attempts({ clock, signal }, failing(3), (error, failures) => {
      seen.push(`${failures}: ${String(error)}`)
      return 1_000 * (failures + 1)
    })
    expect(ended).toBe('done')
    expect(seen).toEqual(['0: Error: 2 left', '1: Error: 1 left', '2: Error: 0 left'])
    expect(clock.now()).toBe(6_000)
  })

  it('end with what is thrown in place of a pause', async () => {
    const { signal } = new AbortController()
    const enough = new Error('enough')
    const run = attempts({ clock: new FakeClock(), signal }, failing(9), (_, failures) => {
      if (failures === 2) throw enough
      return 0
    })
    expect(await rejection(run)).toBe(enough)
  })

  it('end in a pause with the reason of the signal', async () => {
    const cancel = new AbortController()
    const reason = new Error('cancelled')
    const run = attempts({ clock: systemClock, signal: cancel.signal }, failing(9), () => {
      setImmediate(() => cancel.abort(reason))
      return 3_600_000
    })
    expect(await rejection(run)).toBe(reason)
  })
})
