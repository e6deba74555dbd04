import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { type OperationRequest, perform } from '../../src/operations/index.ts'
import { request } from '../inputs/step-inputs.ts'
import { id, SOURCE } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { fakeStep } from './fake-step.ts'
import { type Fate, type Plan, SimulatedService, TARGET } from './simulated-service.ts'

const START = 1_000_000
const ids = { dataset_id: SOURCE, snapshot_id: TARGET }

interface Scene {
  fates: Fate[]
  /** Of every view, in ms. */
  lag: number
  workMs: number
  /** When the stranger acts, in ms since the start of the step. */
  strangerMs: number
}

const scenes = (fates: Fate[], longestLag: number) =>
  fc.record({
    fates: fc.array(fc.constantFrom(...fates), { maxLength: 2 }),
    lag: fc.integer({ min: 0, max: longestLag }),
    workMs: fc.integer({ min: 1_000, max: 120_000 }),
    strangerMs: fc.integer({ min: 0, max: 3_000 }),
  })

async function run(asked: OperationRequest, scene: Scene, does: (service: SimulatedService) => void) {
  const { lag, workMs, fates } = scene
  const plan: Plan = {
    fates,
    workMs,
    views: [],
    lag: { datasets: lag, status: lag, snapshots: lag, tasks: lag },
    namesSnapshot: true,
  }
  const clock = new FakeClock()
  clock.advance(START)
  const service = new SimulatedService(plan, clock)
  service.stranger = { at: START + scene.strangerMs, does: () => does(service) }
  const step = fakeStep({ clock, api: service.api, interval: 'auto', timeoutMs: 48 * 3_600_000 })
  const error: unknown = await perform(asked, step).then(
    () => undefined,
    (thrown: unknown) => thrown ?? new Error('nothing was thrown'),
  )
  if (error !== undefined && !(error instanceof ActionError)) throw error
  const by = (who: 'us' | 'a stranger') => service.history.filter((work) => work.by === who)
  return { service, outputs: step.reporter.outputs, now: clock.now(), error, by }
}

it('a snapshot of the same name that a stranger takes at the same time is never named as ours', async () => {
  const asked = request('snapshot', { dataset_id: SOURCE, snapshot_name: 'nightly' })
  const fates: Fate[] = ['made', 'made, reply lost', 'lost on the way', 'never sent']
  await fc.assert(
    fc.asyncProperty(scenes(fates, 60_000), async (scene) => {
      const ended = await run(asked, scene, (service) => {
        if (service.status(START + scene.strangerMs) !== 'READY') return
        service.begin('snapshot', { by: 'a stranger', name: 'nightly', description: 'theirs' })
      })
      expect(ended.error).toBeUndefined()
      expect(ended.by('us').map(({ made }) => made)).toEqual([ended.outputs['snapshot_id']])
    }),
    { numRuns: 200 },
  )
})

it('a clone of the same dataset that a stranger makes at the same time is never named as ours', async () => {
  let both = 0
  await fc.assert(
    fc.asyncProperty(scenes(['made', 'made, reply lost', 'never sent'], 2_000), async (scene) => {
      const { error, outputs, by } = await run(request('clone', ids), scene, (service) => {
        service.begin('clone', { by: 'a stranger', name: 'Cats (cloned)' })
      })
      const [ours, ...more] = by('us')
      expect(more).toEqual([])
      if (error === undefined) {
        expect(outputs['dataset_id']).toBe(ours?.made)
        return
      }
      both += 1
      expect(error.code).toBe('operation_failed')
      for (const { made } of [...by('us'), ...by('a stranger')]) expect(error.message).toContain(made)
      expect(outputs).not.toHaveProperty('dataset_id')
    }),
    { numRuns: 200 },
  )
  expect(both).toBeGreaterThan(10)
})

it('a restore that a stranger makes before or after ours never passes for it', async () => {
  const asked = request('restore', { ...ids, safety_snapshot: 'false' })
  let successes = 0
  await fc.assert(
    fc.asyncProperty(scenes(['made', 'made, reply lost', 'never sent'], 0), async (scene) => {
      const { service, error, now, by } = await run(asked, scene, (there) => {
        if (there.status(START + scene.strangerMs) !== 'READY') return
        there.begin('restore', { by: 'a stranger', made: id(101) })
      })
      expect(by('us').length).toBeLessThanOrEqual(1)
      if (error !== undefined) return
      successes += 1
      expect(by('us')).toMatchObject([{ made: TARGET }])
      // Theirs may have come after ours was done, which takes nothing from ours.
      const isLast = service.history.at(-1)?.by === 'us'
      expect([service.current(now), service.status(now)]).toEqual([isLast ? TARGET : id(101), 'READY'])
    }),
    { numRuns: 200 },
  )
  expect(successes).toBeGreaterThan(150)
})

it('a restore that never arrived is made, although a stranger restored something else in the meantime', async () => {
  const asked = request('restore', { ...ids, safety_snapshot: 'false' })
  const scene: Scene = { fates: ['lost on the way'], lag: 0, workMs: 10_000, strangerMs: 600 }
  const { error, by, service, now } = await run(asked, scene, (there) => {
    there.begin('restore', { by: 'a stranger', made: id(101) })
  })
  expect(error).toBeUndefined()
  expect(by('us')).toMatchObject([{ made: TARGET }])
  expect(service.current(now)).toBe(TARGET)
})
