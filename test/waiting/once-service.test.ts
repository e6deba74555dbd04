import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Deadline } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { RequestFailure, unexpectedReply } from '../../src/visual-layer/failure.ts'
import { OnceOnly, type Trace } from '../../src/waiting/once.ts'
import { patienceMs } from '../../src/waiting/pace.ts'
import { lostReply, neverSent, rejected } from '../visual-layer/samples.ts'
import { FakeClock } from './fake-clock.ts'

const HOUR = 3_600_000

/** What becomes of one attempt. */
const FATES = [
  'made',
  'made, reply lost',
  'made, gateway timed out',
  'made, web page came',
  'made, answered 500',
  'lost on the way',
  'gateway failed',
  'answered 500',
  'never sent',
  'too many requests',
] as const
type Fate = (typeof FATES)[number]

/** What becomes of one look, beside the truth. */
const VIEWS = ['clear', 'clear', 'clear', 'reset', 'gateway failed', 'web page'] as const

interface Plan {
  fates: Fate[]
  views: (typeof VIEWS)[number][]
  /** How late a change shows in the lists, as a share of the patience that is left when it is made. */
  lag: number
  /** How long the service rejects any other change (409) after one was made, in ms. */
  busyMs: number
  /** Whether a look sees that the service is at work before it sees what on. */
  tells: boolean
  maxRetries: number
  timeoutMs: number
}

const plans: fc.Arbitrary<Plan> = fc.record({
  fates: fc.array(fc.constantFrom(...FATES), { maxLength: 8 }),
  views: fc.array(fc.constantFrom(...VIEWS), { maxLength: 40 }),
  lag: fc.double({ min: 0, max: 0.99, noNaN: true }),
  busyMs: fc.integer({ min: 0, max: 600_000 }),
  tells: fc.boolean(),
  maxRetries: fc.integer({ min: 0, max: 6 }),
  timeoutMs: fc.oneof(fc.constant(6 * HOUR), fc.integer({ min: 1_000, max: 2 * HOUR })),
})

/** A service that makes something each time it is asked, unless it is busy; its lists lag. */
class Service {
  readonly made: { id: number; shownAt: number; busyUntil: number }[] = []
  sends = 0
  readonly #plan: Plan
  readonly #clock: FakeClock
  readonly #deadline: Deadline
  #looks = 0

  constructor(plan: Plan, clock: FakeClock, deadline: Deadline) {
    this.#plan = plan
    this.#clock = clock
    this.#deadline = deadline
  }

  async send(): Promise<number> {
    const fate = this.#plan.fates[this.sends] ?? 'made'
    this.sends += 1
    this.#clock.advance(200)
    if (fate === 'never sent') throw neverSent()
    if (fate === 'too many requests') throw rejected(429)
    if (fate === 'lost on the way') throw lostReply()
    if (fate === 'gateway failed') throw rejected(502)
    if (this.made.some((one) => one.busyUntil > this.#clock.now())) throw rejected(409)
    if (fate === 'answered 500') throw rejected(500)
    const id = this.made.length + 1
    const lag = this.#plan.lag * patienceMs(this.#deadline.remainingMs())
    this.made.push({ id, shownAt: this.#clock.now() + lag, busyUntil: this.#clock.now() + this.#plan.busyMs })
    if (fate === 'made, reply lost') throw lostReply()
    if (fate === 'made, gateway timed out') throw rejected(504)
    if (fate === 'made, web page came') throw unexpectedReply('ask', 'it is not JSON', 'a web page', false)
    if (fate === 'made, answered 500') throw rejected(500)
    return id
  }

  async look(): Promise<Trace<number>> {
    const view = this.#plan.views[this.#looks] ?? 'clear'
    this.#looks += 1
    this.#clock.advance(50)
    if (view === 'reset') throw lostReply()
    if (view === 'gateway failed') throw rejected(503)
    if (view === 'web page') throw unexpectedReply('look', 'it is not JSON', 'a web page', false)
    const now = this.#clock.now()
    const shown = this.made.find((one) => one.shownAt <= now)
    if (shown) return { found: shown.id }
    return this.#plan.tells && this.made.some((one) => one.busyUntil > now) ? 'busy' : 'absent'
  }
}

interface Run {
  service: Service
  once: OnceOnly<number>
  deadline: Deadline
  end: { made: number } | { error: unknown }
}

/** One intended change, made through conflicts as the operations do: a 409 is waited out and the same change tried again. */
async function run(plan: Plan): Promise<Run> {
  const clock = new FakeClock()
  const deadline = new Deadline(clock, plan.timeoutMs)
  const service = new Service(plan, clock, deadline)
  const once = new OnceOnly<number>(
    { what: 'make it', ifUnclear: 'Look for it.', send: () => service.send(), look: () => service.look() },
    {
      clock,
      deadline,
      signal: new AbortController().signal,
      interval: 'auto',
      maxRetries: plan.maxRetries,
      onLook: () => undefined,
    },
    () => undefined,
  )
  for (;;) {
    try {
      return { service, once, deadline, end: { made: await once.run() } }
    } catch (error) {
      const conflict = error instanceof RequestFailure && error.outcome.status === 409
      if (!conflict || deadline.remainingMs() <= 0) return { service, once, deadline, end: { error } }
      await clock.sleep(Math.min(10_000, deadline.remainingMs()))
    }
  }
}

it('one intended change takes effect once at most, and success means that it did', async () => {
  let successes = 0
  let found = 0
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { service, end } = await run(plan)
      expect(service.made.length).toBeLessThanOrEqual(1)
      if ('made' in end) {
        successes += 1
        if (service.sends > 1) found += 1
        expect(service.made.map(({ id }) => id)).toEqual([end.made])
      } else {
        expect(end.error).toBeInstanceOf(ActionError)
      }
    }),
    { numRuns: 1_500 },
  )
  // The property says something only where both happen often.
  expect(successes).toBeGreaterThan(300)
  expect(found).toBeGreaterThan(50)
})

it('a failure never hides what was made: it is found, or the step says that it is not clear', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { service, end } = await run(plan)
      if (!('error' in end) || service.made.length === 0) return
      expect(end.error).toMatchObject({ code: 'timed_out' })
    }),
    { numRuns: 1_500 },
  )
})

it('faults that pass are got over where retries and time allow', async () => {
  const healing = plans.map((plan) => {
    const passing = plan.fates.filter((fate) => !fate.includes('500'))
    return { ...plan, fates: passing, maxRetries: passing.length, timeoutMs: 48 * HOUR }
  })
  await fc.assert(
    fc.asyncProperty(healing, async (plan) => {
      const { service, end } = await run(plan)
      expect(end).toEqual({ made: 1 })
      expect(service.made).toHaveLength(1)
    }),
    { numRuns: 500 },
  )
})
