import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { type OperationRequest, perform } from '../../src/operations/index.ts'
import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import { request } from '../inputs/step-inputs.ts'
import { failureOf } from '../failure-of.ts'
import { id, rejected, snapshot, SOURCE, task } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { fakeStep } from './fake-step.ts'
import { type Fate, type Plan, SimulatedCatalog } from './simulated-catalog.ts'

const DAY = 86_400_000
const SMOOTH: Plan = { fates: [], lagMs: 0 }
const CURRENT = id(3)
const TARGET = id(2)

/** Newest first, as the API lists them; two share a name. */
const three = (): Snapshot[] => [
  snapshot({ id: CURRENT, name: 'latest', isCurrent: true, createdAt: 3 * DAY }),
  snapshot({ id: TARGET, name: 'nightly', createdAt: 2 * DAY, description: 'why' }),
  snapshot({ id: id(1), name: 'nightly', createdAt: DAY }),
]

function scene(asked: OperationRequest, plan = SMOOTH, snapshots = three()) {
  const clock = new FakeClock()
  // The list may look back before the start.
  clock.advance(1_000_000)
  const catalog = new SimulatedCatalog(snapshots, plan, clock)
  const step = fakeStep({ clock, api: catalog.api, interval: 'auto' })
  return { catalog, step, clock, run: () => perform(asked, step) }
}

const removal = (inputs = {}) =>
  request('delete-snapshot', { dataset_id: SOURCE, snapshot_id: '', snapshot_name: 'nightly', ...inputs })
const renaming = (inputs = {}) =>
  request('update-snapshot', { dataset_id: SOURCE, snapshot_id: TARGET, snapshot_name: 'golden', ...inputs })

describe('delete-snapshot', () => {
  it('deletes the newest of exactly that name, and sees it gone', async () => {
    const { catalog, step, run } = scene(removal())
    expect(await run()).toBe('Deleted snapshot "nightly" of dataset "Cats".')
    expect(catalog.now.map((one) => one.id)).toEqual([CURRENT, id(1)])
    expect(step.reporter.outputs).toMatchObject({
      snapshot_id: TARGET,
      snapshot_name: 'nightly',
      deleted_snapshot_ids: JSON.stringify([TARGET]),
    })
  })

  it.each([{ snapshot_id: CURRENT, snapshot_name: '' }, { snapshot_name: 'latest' }])(
    'rejects the current one before any request that changes something: %j',
    async (inputs) => {
      const { catalog, step, run } = scene(removal(inputs))
      const error = await failureOf(run())
      expect(error.code).toBe('conflict')
      expect(error.message).toContain('is the current snapshot of dataset "Cats"')
      expect(error.todo).toContain(`snapshot_id: ${CURRENT}`)
      expect([catalog.attempts, step.reporter.outputs['deleted_snapshot_ids']]).toEqual([[], '[]'])
    },
  )

  it('fails at once where it has become the current one since the catalog was read', async () => {
    const { catalog, clock, run } = scene(removal())
    catalog.before = () => catalog.change((all) => all.map((one) => ({ ...one, isCurrent: one.id === TARGET })))
    const startedAt = clock.now()
    const error = await failureOf(run())
    expect(error).toMatchObject({ code: 'conflict', apiWords: 'the current version cannot be deleted' })
    expect(clock.now() - startedAt).toBeLessThan(1_000)
    expect(catalog.attempts).toHaveLength(1)
  })

  it('waits for what runs there, and deletes then', async () => {
    const { catalog, step, clock, run } = scene(removal(), { fates: [409], lagMs: 0 })
    const end = clock.now() + 60_000
    step.api.tasks.list = async () => [
      task({ type: 'SNAPSHOT_CLONE', state: clock.now() < end ? 'RUNNING' : 'COMPLETED' }),
    ]
    await run()
    expect(clock.now()).toBeGreaterThanOrEqual(end)
    expect(catalog.attempts).toHaveLength(2)
    expect(catalog.now).toHaveLength(2)
  })

  it('fails where the catalog never shows the deletion', async () => {
    const { step, run } = scene(removal())
    step.api.snapshots.delete = async () => undefined
    const error = await failureOf(run())
    expect(error).toMatchObject({ code: 'operation_failed' })
    expect(error.message).toContain('still lists it')
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe('[]')
  })

  it('passes a rejection on, and deletes no other one in its place', async () => {
    const { catalog, run } = scene(removal(), { fates: [403], lagMs: 0 })
    expect(await failureOf(run())).toMatchObject({ code: 'forbidden', apiWords: 'words of 403' })
    expect(catalog.now).toHaveLength(3)
  })
})

describe('update-snapshot', () => {
  it('sends what is given, exactly, and sees it', async () => {
    const { catalog, step, run } = scene(renaming({ description: 'Line 1\nLine 2' }))
    expect(await run()).toBe('The name and the description of snapshot "golden" of dataset "Cats" were changed.')
    expect(catalog.attempts).toEqual([{ id: TARGET, change: { name: 'golden', description: 'Line 1\nLine 2' } }])
    expect(step.reporter.outputs).toMatchObject({ snapshot_id: TARGET, snapshot_name: 'golden' })
    expect(step.reporter.facts).toMatchObject({ 'Previous name': 'nightly' })
  })

  it('leaves alone what is not given', async () => {
    const text = scene(renaming({ snapshot_name: '', description: 'reviewed' }))
    expect(await text.run()).toBe('The description of snapshot "nightly" of dataset "Cats" was changed.')
    expect(text.catalog.attempts).toEqual([{ id: TARGET, change: { description: 'reviewed' } }])
    const name = scene(renaming())
    await name.run()
    expect(name.catalog.attempts).toEqual([{ id: TARGET, change: { name: 'golden' } }])
  })

  it('changes the current one by that word, under its id', async () => {
    const { catalog, step, run } = scene(renaming({ snapshot_id: 'current' }))
    await run()
    expect(catalog.attempts.map((one) => one.id)).toEqual([CURRENT])
    expect(step.reporter.outputs['snapshot_id']).toBe(CURRENT)
  })

  it('bears a catalog that keeps the text with line ends of its own', async () => {
    const { catalog, step, run } = scene(renaming({ description: 'a\nb' }))
    step.api.snapshots.update = async () => {
      catalog.change((all) => all.map((one) => ({ ...one, name: 'golden', description: 'a\r\nb\n' })))
    }
    expect(await run()).toContain('were changed')
  })

  it('fails if the catalog still shows it as it was', async () => {
    const { catalog, step, run } = scene(renaming())
    step.api.snapshots.update = async () => catalog.change((all) => all)
    const error = await failureOf(run())
    expect(error.code).toBe('operation_failed')
    expect(error.message).toContain('"nightly"')
  })

  it.each([
    ['renamed it again', 'theirs', (one: Snapshot) => ({ ...one, name: 'theirs' })],
    ['deleted it', 'golden', (one: Snapshot) => (one.id === TARGET ? [] : one)],
  ])('succeeds with a warning, and what the catalog shows, if someone else %s at once', async (_what, shown, edit) => {
    const { catalog, step, run } = scene(renaming())
    step.api.snapshots.update = async () => catalog.change((all) => all.flatMap(edit))
    await run()
    expect(step.reporter.outputs['snapshot_name']).toBe(shown)
    expect(step.reporter.warnings).toHaveLength(1)
  })

  it.each([
    [{ description: 'reviewed' }, { name: 'golden' }],
    [{ snapshot_name: '', description: 'reviewed' }, {}],
    [{ description: 'reviewed' }, { description: 'reviewed' }],
  ])('fails where only a part of it shows: asked for %j, shown %j', async (inputs, shown) => {
    const { catalog, step, run } = scene(renaming(inputs))
    step.api.snapshots.update = async () =>
      catalog.change((all) => all.map((one) => (one.id === TARGET ? { ...one, ...shown } : one)))
    expect(await failureOf(run())).toMatchObject({ code: 'operation_failed' })
  })

  it('does not change another one where the id is not in the catalog', async () => {
    const { catalog, run } = scene(renaming({ snapshot_id: id(77) }))
    expect(await failureOf(run())).toMatchObject({ code: 'not_found' })
    expect(catalog.attempts).toEqual([])
  })

  it('fails as forbidden where the account may not', async () => {
    const { step, run } = scene(renaming())
    step.api.snapshots.update = () => Promise.reject(rejected(403))
    expect(await failureOf(run())).toMatchObject({ code: 'forbidden' })
  })
})

describe('whatever is lost or late', () => {
  const plans = fc.record({
    fates: fc.array(
      fc.constantFrom<Fate>(
        'made',
        'made, reply lost',
        'made, gateway timed out',
        'lost on the way',
        'never sent',
        429,
      ),
      { maxLength: 4 },
    ),
    lagMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
  })

  it.each<[string, () => OperationRequest, (catalog: SimulatedCatalog) => boolean]>([
    ['delete-snapshot', removal, ({ now }) => !now.some((one) => one.id === TARGET)],
    ['update-snapshot', renaming, ({ now }) => now.some((one) => one.id === TARGET && one.name === 'golden')],
  ])('%s succeeds only with the change made, and touches nothing else', async (_, asked, isMade) => {
    let successes = 0
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { catalog, run } = scene(asked(), plan)
        const error: unknown = await run().then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        expect(catalog.attempts.every((one) => one.id === TARGET)).toBe(true)
        expect(catalog.now.map((one) => one.id).filter((one) => one !== TARGET)).toEqual([CURRENT, id(1)])
        if (error === undefined) {
          successes += 1
          expect(isMade(catalog)).toBe(true)
        } else expect(error).toBeInstanceOf(ActionError)
      }),
    )
    expect(successes).toBeGreaterThan(60)
  })
})
