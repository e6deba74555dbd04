import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { type OperationRequest, perform } from '../../src/operations/index.ts'
import { request } from '../inputs/step-inputs.ts'
import { SOURCE } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { fakeStep } from './fake-step.ts'
import { type Fate, type Plan, SimulatedService, TARGET, type View } from './simulated-service.ts'

const FATES: Fate[] = [
  'made',
  'made, reply lost',
  'made, gateway timed out',
  'lost on the way',
  'never sent',
  'too many requests',
]
const VIEWS: View[] = ['clear', 'clear', 'clear', 'reset', 'unavailable']

/** Every view lags by less than the two minutes that a look is patient for, give or take the pauses between looks. */
const lag = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 }))
const plans: fc.Arbitrary<Plan> = fc.record({
  fates: fc.array(fc.constantFrom(...FATES), { maxLength: 4 }),
  views: fc.array(fc.constantFrom(...VIEWS), { maxLength: 60 }),
  lag: fc.record({ datasets: lag, status: lag, snapshots: lag, tasks: lag }),
  workMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_800_000 })),
  namesSnapshot: fc.boolean(),
})

interface Run {
  service: SimulatedService
  outputs: Record<string, string>
  now: number
  error: unknown
}

async function run(asked: OperationRequest, plan: Plan): Promise<Run> {
  const clock = new FakeClock()
  // Views may look back before the start.
  clock.advance(1_000_000)
  const service = new SimulatedService(plan, clock)
  const step = fakeStep({ clock, api: service.api, interval: 'auto', timeoutMs: 48 * 3_600_000, maxRetries: 4 })
  const error: unknown = await perform(asked, step).then(
    () => undefined,
    (thrown: unknown) => thrown ?? new Error('nothing was thrown'),
  )
  return { service, outputs: step.reporter.outputs, now: clock.now(), error }
}

/** Runs an operation against many services, and counts how often it succeeded. */
async function always(asked: OperationRequest, check: (run: Run, plan: Plan) => void, more = plans): Promise<number> {
  let successes = 0
  await fc.assert(
    fc.asyncProperty(more, async (plan) => {
      const ended = await run(asked, plan)
      if (ended.error === undefined) successes += 1
      else expect(ended.error).toBeInstanceOf(ActionError)
      check(ended, plan)
    }),
    { numRuns: 100 },
  )
  return successes
}

const ids = { dataset_id: SOURCE, snapshot_id: TARGET }

describe('whatever is lost, late or in the way', () => {
  it('one snapshot is taken, and success means that it is listed and the dataset READY', async () => {
    const successes = await always(
      request('snapshot', { dataset_id: SOURCE, snapshot_name: 'x' }),
      ({ service, outputs, now, error }) => {
        const made = service.done('snapshot')
        expect(made.length).toBeLessThanOrEqual(1)
        if (error !== undefined) return
        expect(made.map((one) => one.made)).toEqual([outputs['snapshot_id']])
        expect(service.snapshots(now).some((one) => one.id === outputs['snapshot_id'] && one.name === 'x')).toBe(true)
      },
    )
    expect(successes).toBeGreaterThan(60)
  })

  it('one restore is made, and success means that it has ended with its snapshot current', async () => {
    const asked = request('restore', { ...ids, safety_snapshot: 'false' })
    const successes = await always(asked, ({ service, outputs, now, error }) => {
      const made = service.done('restore')
      expect(made.length).toBeLessThanOrEqual(1)
      if (error !== undefined) return
      expect(made).toMatchObject([{ made: TARGET, task: outputs['task_id'] }])
      expect([service.current(now), service.status(now)]).toEqual([TARGET, 'READY'])
    })
    expect(successes).toBeGreaterThan(60)
  })

  it('a restore saves the present state first, once, and then puts the other one back', async () => {
    const successes = await always(request('restore', ids), ({ service, outputs, now, error }) => {
      const [saved, ...more] = service.done('snapshot')
      expect(more).toEqual([])
      const restores = service.done('restore')
      expect(restores.length).toBeLessThanOrEqual(1)
      if (restores[0]) expect(saved?.end).toBeLessThanOrEqual(restores[0].at)
      if (error !== undefined) return
      expect(outputs).toMatchObject({ safety_snapshot_id: saved?.made, snapshot_id: TARGET })
      expect([service.current(now), service.status(now), restores.length]).toEqual([TARGET, 'READY', 1])
    })
    expect(successes).toBeGreaterThan(60)
  })

  it('one clone is made, and success means that it is READY and named', async () => {
    const successes = await always(request('clone', ids), ({ service, outputs, now, error }) => {
      const made = service.done('clone')
      expect(made.length).toBeLessThanOrEqual(1)
      if (error !== undefined) return
      expect(made.map((one) => one.made)).toEqual([outputs['dataset_id']])
      expect(made[0]?.end).toBeLessThanOrEqual(now)
      expect(outputs).toMatchObject({ source_dataset_id: SOURCE, dataset_name: 'Cats (cloned)' })
    })
    expect(successes).toBeGreaterThan(60)
  })

  it('one dataset is created, and success means that it is READY and named', async () => {
    const asked = request('create-from-s3', { dataset_name: 'Dogs', bucket_path: 's3://bucket/dogs/' })
    const successes = await always(asked, ({ service, outputs, now, error }) => {
      const made = service.done('creation')
      expect(made.length).toBeLessThanOrEqual(1)
      if (error !== undefined) return
      expect(made.map((one) => one.made)).toEqual([outputs['dataset_id']])
      expect(made[0]?.end).toBeLessThanOrEqual(now)
    })
    expect(successes).toBeGreaterThan(60)
  })
})

it('a failure of any of them leaves the ids that were known in the outputs', async () => {
  const plan: Plan = {
    fates: Array.from({ length: 20 }, () => 'never sent' as const),
    views: [],
    lag: { datasets: 0, status: 0, snapshots: 0, tasks: 0 },
    workMs: 1_000,
    namesSnapshot: true,
  }
  const { outputs, error, service } = await run(request('restore', { ...ids, safety_snapshot: 'false' }), plan)
  expect(error).toMatchObject({ code: 'network' })
  expect(outputs).toMatchObject({ dataset_id: SOURCE, snapshot_id: TARGET, snapshot_name: 'nightly' })
  expect([service.requests, service.history]).toEqual([5, []])
})
