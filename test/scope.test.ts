import * as fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { orAborted } from '../src/clock.ts'
import { Ended, inScope, type Scope } from '../src/scope.ts'
import { rejection } from './visual-layer/loopback.ts'

const never = new AbortController().signal

/** Runs until its signal aborts, then takes `turns` more turns of the event loop, and throws `last` or the reason. */
function pausing(ended: unknown[], turns = 0, last?: Error) {
  return async (signal: AbortSignal) => {
    try {
      await orAborted(new Promise(() => undefined), signal)
    } catch (reason) {
      for (let left = turns; left > 0; left -= 1) await turn()
      ended.push(reason)
      throw last ?? reason
    }
  }
}

describe('a scope', () => {
  it('returns what its body returns, and starts tasks that give results', async () => {
    const sum = await inScope(never, async (scope) => {
      const results = [1, 2, 3].map((n) => scope.start(async () => n))
      return (await Promise.all(results)).reduce((one, other) => one + other)
    })
    expect(sum).toBe(6)
  })

  it('ends tasks that pause when the work is done, and waits for them', async () => {
    const ended: unknown[] = []
    const result = await inScope(never, async (scope) => {
      void scope.start(pausing(ended))
      void scope.start(pausing(ended, 20, new Error('could not even end')))
      return 'done'
    })
    expect(result).toBe('done')
    expect(ended).toEqual([expect.any(Ended), expect.any(Ended)])
  })

  it('fails with the first failure while others succeed or pause', async () => {
    const ended: unknown[] = []
    const reason = new Error('first')
    const failed = inScope(never, async (scope) => {
      const good = scope.start(async () => 'good')
      void scope.start(pausing(ended, 3, new Error('second')))
      await good
      void scope.start(async () => Promise.reject(reason))
      await orAborted(new Promise(() => undefined), scope.signal)
    })
    expect(await rejection(failed)).toBe(reason)
    expect(ended).toEqual([reason])
  })

  it('does not lose a failure that its body did not notice', async () => {
    const reason = new Error('unnoticed')
    const failed = inScope(never, async (scope) => {
      void scope.start(async () => Promise.reject(reason))
      await turn()
      return 'done'
    })
    expect(await rejection(failed)).toBe(reason)
  })

  it('fails with what its body throws, after its tasks have ended', async () => {
    const ended: unknown[] = []
    const reason = new Error('body')
    const failed = inScope(never, async (scope) => {
      void scope.start(pausing(ended, 5))
      throw reason
    })
    expect(await rejection(failed)).toBe(reason)
    expect(ended).toEqual([reason])
  })

  it('waits for a task that ignores its signal, and takes no failure from it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let over = false
    const result = inScope(never, async (scope) => {
      void scope.start(async () => {
        await promise
        throw new Error('too late')
      })
      return 'done'
    }).finally(() => (over = true))
    for (let left = 10; left > 0; left -= 1) await turn()
    expect(over).toBe(false)
    resolve()
    expect(await result).toBe('done')
  })

  it('ends with the reason of its signal, before it begins, in the middle, and not after its work is done', async () => {
    const reason = new Error('canceled')
    expect(await rejection(inScope(AbortSignal.abort(reason), async () => 'done'))).toBe(reason)

    const middle = new AbortController()
    const ended: unknown[] = []
    const aborted = inScope(middle.signal, async (scope) => {
      void scope.start(pausing(ended))
      await orAborted(new Promise(() => undefined), scope.signal)
    })
    middle.abort(reason)
    expect(await rejection(aborted)).toBe(reason)
    expect(ended).toEqual([reason])

    const late = new AbortController()
    const done = inScope(late.signal, async (scope) => {
      void scope.start(pausing([], 5))
      return 'done'
    })
    await turn()
    late.abort(reason)
    expect(await done).toBe('done')
  })

  it('starts nothing once it is over', async () => {
    let kept: Scope | undefined
    await inScope(never, async (scope) => void (kept = scope))
    let started = false
    const late = kept?.start(async () => void (started = true))
    expect(await rejection(late ?? Promise.resolve())).toBeInstanceOf(Ended)
    expect(started).toBe(false)
  })

  it('leaves no listener on a signal that lives long', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const { signal } = new AbortController()
    for (let n = 0; n < 50; n += 1) await inScope(signal, async () => undefined)
    await turn()
    process.off('warning', note)
    expect(warnings).toEqual([])
  })
})

describe('whatever its tasks, its body and its signal do', () => {
  const end = fc.constantFrom('succeeds', 'fails', 'pauses', 'ignores')
  const task = fc.record({ end, after: fc.nat(6), lingers: fc.nat(4) })
  const moment = fc.option(fc.nat(12), { nil: undefined })

  it('ends once, with the first cause, when nothing runs any longer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(task, { maxLength: 6 }),
        fc.record({ returns: fc.boolean(), after: fc.nat(8) }),
        moment,
        async (tasks, body, abortAt) => {
          const controller = new AbortController()
          const canceled = new Error('canceled')
          const causes: { error: Error; at: number }[] = []
          let overAt = Infinity
          let running = 0
          // Turns of the event loop: what happens within one has no order that a caller could rely on.
          let now = 0
          const counting = new AbortController()
          const count = async () => {
            for (; !counting.signal.aborted; now += 1) await turn()
          }
          const counted = count()
          const caused = (error: Error) => void causes.push({ error, at: now })
          const outcome = inScope(controller.signal, async (scope) => {
            for (const { end: how, after, lingers } of tasks) {
              void scope.start(async (signal) => {
                running += 1
                try {
                  for (let left = after; left > 0; left -= 1) await turn()
                  if (how === 'pauses') await orAborted(new Promise(() => undefined), signal)
                  if (how === 'fails') {
                    const failure = new Error('failed')
                    if (!signal.aborted) caused(failure)
                    throw failure
                  }
                  if (how === 'ignores') for (let left = 20; left > 0; left -= 1) await turn()
                } finally {
                  if (how === 'pauses') for (let left = lingers; left > 0; left -= 1) await turn()
                  running -= 1
                }
              })
            }
            for (let left = body.after; left > 0; left -= 1) {
              await turn()
              scope.signal.throwIfAborted()
            }
            overAt = now
            if (body.returns) return 'done'
            const failure = new Error('body')
            caused(failure)
            throw failure
          }).then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          )
          const abort = async () => {
            if (abortAt === undefined) return
            for (let left = abortAt; left > 0; left -= 1) await turn()
            if (overAt >= now - 1) caused(canceled)
            controller.abort(canceled)
          }
          const [ended] = await Promise.all([outcome, abort()])
          expect(running).toBe(0)
          counting.abort()
          await counted
          const first = Math.min(Infinity, ...causes.map(({ at }) => at))
          const possible = causes.filter(({ at }) => at <= first + 1).map(({ error }) => error)
          if ('value' in ended) expect(body.returns && first >= overAt - 1).toBe(true)
          else expect(possible).toContain(ended.error)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
