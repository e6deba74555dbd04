import { describe, expect, it } from 'vitest'
import { systemClock, Deadline } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { lenient, Seen, waitFor, withinDeadline } from '../../src/operations/waits.ts'
import { failureOf } from '../failure-of.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { lostReply, rejected } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const PHASE = { awaited: 'dataset Cats to be READY', carryOn: 'Wait for it with operation: wait.' }

describe('a wait of an operation', () => {
  it('is in its own group, and returns what it waited for', async () => {
    const step = fakeStep()
    const looks = [{ state: 'pending', line: 'dataset INDEXING' } as const, { state: 'done', value: 7 } as const]
    expect(await waitFor(step, PHASE, async () => looks.shift() ?? { state: 'done', value: 0 })).toBe(7)
    expect(step.reporter.groups).toEqual(['Waiting for dataset Cats to be READY'])
    expect(step.reporter.lines).toEqual(['dataset INDEXING'])
  })

  it('throws the failure that was seen', async () => {
    const error = new ActionError('operation_failed', 'the task failed')
    expect(await rejection(waitFor(fakeStep(), PHASE, async () => ({ state: 'failed', error })))).toBe(error)
  })

  it('that runs out of time says what for, what was seen last, how long, and how to carry on', async () => {
    const step = fakeStep({ timeoutMs: 600_000 })
    step.clock.advance(60_000)
    const ended = waitFor(step, PHASE, async () => ({ state: 'pending', line: 'dataset INDEXING (40%)' }))
    const error = await failureOf(ended)
    expect(error).toMatchObject({ code: 'timed_out', todo: expect.stringContaining('operation: wait') })
    for (const told of ['10m', '9m', PHASE.awaited, 'dataset INDEXING (40%)']) expect(error.message).toContain(told)
  })

  it('that runs out of time in an outage says so, with the API’s own words', async () => {
    const step = fakeStep({ timeoutMs: 60_000 })
    const error = await failureOf(waitFor(step, PHASE, () => Promise.reject(rejected(503, 'maintenance'))))
    expect(error).toMatchObject({ code: 'timed_out', apiWords: 'maintenance' })
    expect(error.message).toMatch(/no status received\. .*HTTP 503/)
  })
})

describe('a lenient read', () => {
  it('bears a 404 for as long as it may, and no longer', async () => {
    const step = fakeStep()
    const missing = rejected(404)
    const read = lenient(step, 10_000, () => Promise.reject(missing))
    expect(await read()).toBeUndefined()
    step.clock.advance(9_999)
    expect(await read()).toBeUndefined()
    step.clock.advance(1)
    expect(await rejection(read())).toBe(missing)
  })

  it('bears nothing else', async () => {
    for (const error of [rejected(403), rejected(500), lostReply(), new Error('a bug')]) {
      expect(await rejection(lenient(fakeStep(), 10_000, () => Promise.reject(error))())).toBe(error)
    }
    expect(await lenient(fakeStep(), 0, async () => 'there')()).toBe('there')
  })
})

it('what was seen once stays seen', () => {
  const seen = new Seen()
  expect([false, true, false].map((now) => seen.add(now))).toEqual([false, true, true])
})

describe('work within the deadline', () => {
  const forever = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const real = (timeoutMs: number, signal?: AbortSignal) => ({
    ...fakeStep(signal ? { signal } : {}),
    clock: systemClock,
    deadline: new Deadline(systemClock, timeoutMs),
  })

  it('is ended as timed_out when the time is up, with how to carry on', async () => {
    const error = await failureOf(withinDeadline(real(20), PHASE, forever))
    expect(error).toMatchObject({ code: 'timed_out', todo: expect.stringContaining('operation: wait') })
    expect(error.message).toContain('while waiting for dataset Cats to be READY')
  })

  it('is ended with the step’s own reason when that is cancelled', async () => {
    const cancel = new AbortController()
    const reason = new ActionError('cancelled', 'The workflow was cancelled.')
    const ended = rejection(withinDeadline(real(3_600_000, cancel.signal), PHASE, forever))
    cancel.abort(reason)
    expect(await ended).toBe(reason)
    expect(await rejection(withinDeadline(real(1_000, cancel.signal), PHASE, forever))).toBe(reason)
  })

  it('that is done in time leaves nothing running', async () => {
    expect(await withinDeadline(real(3_600_000), PHASE, async () => 'done')).toBe('done')
    const error = new Error('broken')
    expect(await rejection(withinDeadline(real(3_600_000), PHASE, () => Promise.reject(error)))).toBe(error)
  })
})
