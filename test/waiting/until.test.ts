import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadline, systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { unexpectedReply } from '../../src/visual-layer/failure.ts'
import { type Look, until, type Waiting } from '../../src/waiting/until.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { lostReply, rejected } from '../visual-layer/samples.ts'
import { FakeClock } from './fake-clock.ts'

const HOUR = 3_600_000
const wrongShape = () => unexpectedReply('look', 'its format is not the documented one', '{}', true)
const webPage = () => unexpectedReply('look', 'it is not JSON', 'a web page', false)

interface Rig {
  clock: FakeClock
  waiting: Waiting
  lines: string[]
  /** When each look was taken, in ms since the start. */
  looks: number[]
  /** Looks by a script; the last entry stays. An error in it is thrown. */
  probe: (...script: (Look<string> | Error)[]) => () => Promise<Look<string>>
}

function rig({ timeoutMs = 2 * HOUR, ...more }: Partial<Waiting> & { timeoutMs?: number } = {}): Rig {
  const clock = new FakeClock()
  const lines: string[] = []
  const looks: number[] = []
  return {
    clock,
    lines,
    looks,
    waiting: {
      clock,
      deadline: new Deadline(clock, timeoutMs),
      signal: new AbortController().signal,
      interval: 10_000,
      maxRetries: 2,
      onLook: (line) => lines.push(line),
      ...more,
    },
    probe: (...script) => {
      let next = 0
      return async () => {
        looks.push(clock.now())
        const step = script[Math.min(next, script.length - 1)]
        next += 1
        if (step instanceof Error) throw step
        if (!step) throw new Error('the script is empty')
        return step
      }
    },
  }
}

const pending = (line: string, phase?: string): Look<string> =>
  phase === undefined ? { state: 'pending', line } : { state: 'pending', line, phase }
const done: Look<string> = { state: 'done', value: 'the end' }

describe('a wait', () => {
  it('that is over at once does not pause', async () => {
    const { probe, waiting, clock } = rig()
    expect(await until(probe(done), waiting)).toEqual({ end: 'done', value: 'the end' })
    expect(clock.sleeps).toEqual([])
  })

  it('reports the status after each look, and ends when the probe says so', async () => {
    const { probe, waiting, looks, lines } = rig()
    expect(await until(probe(pending('one'), pending('two'), done), waiting)).toMatchObject({ end: 'done' })
    expect(looks).toEqual([0, 10_000, 20_000])
    expect(lines).toEqual(['one', 'two'])
  })

  it('ends with a failure as a value', async () => {
    const { probe, waiting } = rig()
    const error = new ActionError('operation_failed', 'the task failed')
    expect(await until(probe(pending('one'), { state: 'failed', error }), waiting)).toEqual({ end: 'failed', error })
  })

  it('throws what else the probe throws, at once', async () => {
    for (const error of [new Error('a bug'), rejected(401), rejected(404), new ActionError('cancelled', 'x')]) {
      const { probe, waiting, looks } = rig()
      expect(await rejection(until(probe(error), waiting))).toBe(error)
      expect(looks).toHaveLength(1)
    }
  })
})

describe('the deadline', () => {
  it('is met with one last look', async () => {
    const { probe, waiting, looks } = rig({ timeoutMs: 25_000 })
    const ended = await until(probe(pending('one'), pending('two'), pending('three')), waiting)
    expect(looks).toEqual([0, 10_000, 20_000, 25_000])
    expect(ended).toEqual({ end: 'out_of_time', lastLine: 'three', lastFault: undefined, waitedMs: 25_000 })
  })

  it('counts what ended in the last pause', async () => {
    const { probe, waiting, looks } = rig({ timeoutMs: 25_000 })
    const ended = await until(probe(pending('1'), pending('2'), pending('3'), done), waiting)
    expect([ended.end, looks.at(-1)]).toEqual(['done', 25_000])
  })

  it('that has passed still allows one look', async () => {
    const past = rig({ timeoutMs: 0 })
    expect(await until(past.probe(done), past.waiting)).toMatchObject({ end: 'done' })
    const late = rig({ timeoutMs: 0 })
    expect(await until(late.probe(pending('one')), late.waiting)).toMatchObject({ end: 'out_of_time', waitedMs: 0 })
    expect(late.looks).toEqual([0])
  })

  it('can be set nearer for one wait', async () => {
    const { probe, waiting, looks, clock } = rig()
    clock.advance(60_000)
    expect(await until(probe(pending('one')), waiting, 15_000)).toMatchObject({ end: 'out_of_time', waitedMs: 15_000 })
    expect(looks).toEqual([60_000, 70_000, 75_000])
  })

  it('is met exactly, by as many looks as fit, whatever the interval', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 50, max: 90_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        async (interval, total) => {
          fc.pre(total / interval < 500)
          const { probe, waiting, looks } = rig({ timeoutMs: total, interval })
          await until(probe(pending('one')), waiting)
          expect(looks.at(-1)).toBe(total)
          expect(looks).toHaveLength(Math.ceil(total / interval) + 1)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('a fault that may heal', () => {
  it('is borne for as long as the outage lasts', async () => {
    const { probe, waiting, looks, lines } = rig({ timeoutMs: 24 * HOUR, interval: 60_000 })
    const faults = Array.from({ length: 600 }, (_, n) => [lostReply(), rejected(503), webPage()][n % 3] ?? lostReply())
    expect(await until(probe(pending('one'), ...faults, done), waiting)).toMatchObject({ end: 'done' })
    expect(looks).toHaveLength(602)
    expect(lines[1]).toMatch(/Still waiting\.$/)
  })

  it('is named when it was the last that was seen, beside the last good look', async () => {
    const { probe, waiting } = rig({ timeoutMs: 20_000 })
    const fault = rejected(503)
    const ended = await until(probe(pending('INDEXING'), fault), waiting)
    expect(ended).toMatchObject({ end: 'out_of_time', lastLine: 'INDEXING', lastFault: fault })
  })

  it('is forgotten after a good look', async () => {
    const { probe, waiting } = rig({ timeoutMs: 20_000 })
    const ended = await until(probe(rejected(503), pending('INDEXING')), waiting)
    expect(ended).toMatchObject({ end: 'out_of_time', lastLine: 'INDEXING', lastFault: undefined })
  })

  it('in the last look ends the wait as out of time', async () => {
    const { probe, waiting } = rig({ timeoutMs: 5_000 })
    const ended = await until(probe(pending('INDEXING'), lostReply()), waiting)
    expect(ended).toMatchObject({ end: 'out_of_time', lastFault: { code: 'network' } })
  })

  it('of a wrong shape is borne max_retries times in a row', async () => {
    const { probe, waiting, looks } = rig({ maxRetries: 2 })
    const ended = await until(probe(wrongShape()), waiting)
    expect(ended).toMatchObject({ end: 'failed', error: { code: 'unexpected_reply' } })
    expect(looks).toHaveLength(3)
  })

  it('of a wrong shape now and then is borne to the end', async () => {
    const { probe, waiting } = rig({ maxRetries: 2 })
    const bad = [wrongShape(), wrongShape()]
    const script = [...bad, pending('one'), ...bad, lostReply(), ...bad, webPage(), ...bad, done]
    expect(await until(probe(...script), waiting)).toMatchObject({ end: 'done' })
  })
})

describe('Retry-After', () => {
  it('stretches a pause, and never shortens one', async () => {
    const { probe, waiting, looks } = rig()
    await until(probe(rejected(429, '', 45_000), rejected(503, '', 1_000), done), waiting)
    expect(looks).toEqual([0, 45_000, 55_000])
  })

  it('does not carry a wait over its deadline', async () => {
    const { probe, waiting, looks } = rig({ timeoutMs: 30_000 })
    expect(await until(probe(rejected(429, '', HOUR), done), waiting)).toMatchObject({ end: 'done' })
    expect(looks).toEqual([0, 30_000])
  })
})

describe('a cancelled step', () => {
  const reason = new ActionError('cancelled', 'The workflow was cancelled.')

  it('takes no look', async () => {
    const { probe, waiting, looks } = rig({ signal: AbortSignal.abort(reason) })
    expect(await rejection(until(probe(done), waiting))).toBe(reason)
    expect(looks).toEqual([])
  })

  it('leaves the pause it is in, with its own reason', async () => {
    const cancel = new AbortController()
    const { waiting } = rig({
      clock: systemClock,
      deadline: new Deadline(systemClock, 24 * HOUR),
      signal: cancel.signal,
      interval: 12 * HOUR,
    })
    const ended = rejection(until(async () => pending('one'), waiting))
    setImmediate(() => cancel.abort(reason))
    expect(await ended).toBe(reason)
  })

  it('takes no further look when it is cancelled during one', async () => {
    const cancel = new AbortController()
    const { waiting, clock } = rig({ signal: cancel.signal })
    let looks = 0
    const ended = until(async () => {
      looks += 1
      cancel.abort(reason)
      return pending('one')
    }, waiting)
    expect(await rejection(ended)).toBe(reason)
    expect([looks, clock.sleeps]).toEqual([1, []])
  })
})

describe('the adaptive pace', () => {
  it('starts quick, slows down while nothing changes, and is quick again when something does', async () => {
    const { waiting, clock } = rig({ interval: 'auto', timeoutMs: HOUR })
    const changeAt = 1_800_000
    await until(async () => pending('same', clock.now() < changeAt ? 'before' : 'after'), waiting)
    const [first = 0] = clock.sleeps
    expect(first).toBeLessThan(2_401)
    let time = 0
    const starts = clock.sleeps.map((ms) => (time += ms) - ms)
    const change = starts.findIndex((at) => at >= changeAt)
    expect(clock.sleeps[change - 1]).toBeGreaterThan(20_000)
    expect(clock.sleeps[change]).toBeLessThan(2_401)
    expect(starts[change]).toBeLessThan(changeAt + 48_001)
    expect(clock.sleeps.length).toBeLessThan(400)
  })

  it('goes by the phase: a percentage that ticks is no reason to look more often', async () => {
    const { waiting, clock } = rig({ interval: 'auto', timeoutMs: 600_000 })
    let percent = 0
    await until(async () => pending(`INDEXING (${(percent += 1)}%)`, 'INDEXING'), waiting)
    expect(Math.max(...clock.sleeps)).toBeGreaterThan(20_000)
  })
})
