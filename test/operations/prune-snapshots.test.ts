import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { pruneFailure } from '../../src/operations/prune-failure.ts'
import { pruneSnapshots } from '../../src/operations/prune-snapshots.ts'
import { retentionPlan } from '../../src/operations/retention.ts'
import type { Snapshot } from '../../src/visual-layer/snapshots.ts'
import { request } from '../inputs/step-inputs.ts'
import { failureOf } from '../failure-of.ts'
import { dataset, id, rejected, snapshot, SOURCE } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { type FakeStep, fakeStep, type StepOptions } from './fake-step.ts'
import { type Fate, type Plan, SimulatedCatalog } from './simulated-catalog.ts'

const DAY = 86_400_000
const BEGINNING = Date.UTC(2026, 5, 1)
const SMOOTH: Plan = { fates: [], lagMs: 0 }

/** A manual snapshot taken so many days before the clock's beginning. */
const old = (number: number, over: Partial<Snapshot> = {}) =>
  snapshot({ id: id(number), name: `nightly-${number}`, createdAt: BEGINNING - number * DAY, ...over })
/** Numbers 1 (current, newest) to 5. */
const five = () => [old(1, { isCurrent: true }), old(2), old(3), old(4), old(5)]

function prune(
  snapshots: Snapshot[],
  inputs: Parameters<typeof request>[1] = {},
  plan = SMOOTH,
  options: Pick<StepOptions, 'timeoutMs' | 'signal'> = {},
) {
  const clock = new FakeClock(BEGINNING)
  const catalog = new SimulatedCatalog(snapshots, plan, clock)
  const step = fakeStep({ clock, api: catalog.api, interval: 'auto', ...options })
  const asked = request('prune-snapshots', { dataset_id: SOURCE, keep_last: '2', ...inputs })
  return { catalog, step, clock, run: () => pruneSnapshots.run(asked, step) }
}

/** The outcomes of the deletions, and of all snapshots, which are folded. */
function outcomesOf({ reporter: { tables } }: FakeStep) {
  expect(tables['All snapshots']?.place).toBe('folded')
  return ['Retention', 'All snapshots'].map((title) => tables[title]?.rows.map((row) => row.slice(-2)))
}

const ids = (catalog: SimulatedCatalog) => catalog.now.map((one) => one.id)

describe('prune-snapshots', () => {
  it('deletes what the rule no longer keeps, oldest first, and names what it deleted', async () => {
    const { catalog, step, run } = prune(five())
    expect(await run()).toBe('Deleted 3 snapshots of dataset "Cats".')
    expect(ids(catalog)).toEqual([id(1), id(2)])
    expect(catalog.attempts.map((one) => one.id)).toEqual([id(5), id(4), id(3)])
    expect(step.reporter.outputs).toMatchObject({
      dataset_id: SOURCE,
      deleted_snapshot_ids: JSON.stringify([id(5), id(4), id(3)]),
    })
    expect(outcomesOf(step).map((rows) => rows?.map(([outcome]) => outcome))).toEqual([
      ['deleted', 'deleted', 'deleted'],
      ['kept', 'kept', 'deleted', 'deleted', 'deleted'],
    ])
    expect(step.reporter.outputs).not.toHaveProperty('would_delete_snapshot_ids')
  })

  it('changes nothing in a dry run, and shows the plan', async () => {
    const { catalog, step, run } = prune(five(), { dry_run: 'true' })
    expect(await run()).toBe('Dry run: would delete 3 snapshots of dataset "Cats". Nothing was deleted.')
    expect(catalog.attempts).toEqual([])
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe('[]')
    expect(step.reporter.outputs['would_delete_snapshot_ids']).toBe(JSON.stringify([id(5), id(4), id(3)]))
    const doomed = [3, 4, 5].map((days) => [
      'would be deleted',
      `it is ${days} days old, and the rule does not keep it`,
    ])
    expect(outcomesOf(step)).toEqual([
      doomed,
      [['kept', 'it is current'], ['kept', 'it is one of the newest 2'], ...doomed],
    ])
  })

  it('shows a screenful of deletions, those that failed first, and all with their IDs', async () => {
    const name = 'x'.repeat(200)
    const many = Array.from({ length: 40 }, (_, index) => old(index + 1, { name }))
    const { step, run } = prune(many, {}, { fates: [409], lagMs: 0 })
    await failureOf(run())
    const [shown, folded] = outcomesOf(step)
    expect([shown?.length, folded?.length]).toEqual([16, 40])
    expect(shown?.[0]).toEqual(['stayed', 'words of 409'])
    expect(step.reporter.tables['Retention']?.headers).toHaveLength(4)
    const names = step.reporter.tables['Retention']?.rows.map(([cell]) => cell)
    expect(names).toEqual([...Array.from({ length: 15 }, () => `${'x'.repeat(40)}…`), 'and 23 more'])
    const all = JSON.stringify(step.reporter.tables['All snapshots'])
    for (const one of many) expect(all).toContain(one.id)
  })

  it('has nothing to do where the rule keeps all', async () => {
    const { catalog, step, run } = prune(five(), { keep_last: '5' })
    expect(await run()).toBe('Deleted 0 snapshots of dataset "Cats".')
    expect([catalog.attempts, step.reporter.outputs['deleted_snapshot_ids']]).toEqual([[], '[]'])
  })

  it('continues after one that is rejected, and fails at the end as that', async () => {
    const { catalog, step, run } = prune(five(), {}, { fates: ['made', 409], lagMs: 0 })
    const error = await failureOf(run())
    expect(ids(catalog)).toEqual([id(1), id(2), id(4)])
    expect(error).toMatchObject({ code: 'conflict' })
    expect(error.message).toBe(
      `Could not delete 1 snapshot of dataset "Cats"; 2 were deleted.\n- "nightly-4" (${id(4)}): words of 409`,
    )
    expect(error.todo).toContain('re-run the job')
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe(JSON.stringify([id(5), id(3)]))
    expect(outcomesOf(step)[0]?.[0]).toEqual(['stayed', 'words of 409'])
  })

  it('calls it a failed operation where the reasons differ', async () => {
    const { run } = prune(five(), {}, { fates: [403, 409], lagMs: 0 })
    const error = await failureOf(run())
    expect(error.code).toBe('operation_failed')
    expect(error.message.split('\n').slice(1)).toEqual([
      `- "nightly-5" (${id(5)}): words of 403`,
      `- "nightly-4" (${id(4)}): words of 409`,
    ])
  })

  it('is as transient as its reasons, where they differ but are all transient', () => {
    const stayed = (['network', 'server_error'] as const).map((code, index) => ({
      snapshot: old(index + 1),
      error: new ActionError(code, 'no answer'),
    }))
    expect(pruneFailure(dataset(), stayed, 0).code).toBe('network')
  })

  it('names a few of many that stayed, within what an annotation holds', async () => {
    const many = Array.from({ length: 300 }, (_, index) => old(index + 1, { name: `nightly-${'x'.repeat(250)}` }))
    const { run } = prune(many, {}, { fates: Array.from({ length: 298 }, () => 409 as const), lagMs: 0 })
    const { message } = await failureOf(run())
    expect(message).toContain('- and 290 more, in the job summary')
    expect(message.length).toBeLessThan(3_000)
  })

  it('does not ask for the deletion of one that is being restored', async () => {
    const { catalog, run } = prune([old(1, { isCurrent: true }), old(2), old(3, { isRestoring: true }), old(4)])
    const error = await failureOf(run())
    expect(error.code).toBe('conflict')
    expect(error.message).toContain(`(${id(3)}): The dataset is being restored to this snapshot.`)
    expect(catalog.attempts.map((one) => one.id)).toEqual([id(4)])
  })

  it.each<[string, (all: Snapshot[]) => Snapshot[], string]>([
    [
      'became current',
      (all) => all.map((one) => ({ ...one, isCurrent: one.id === id(3) })),
      'since the step began, it is current',
    ],
    [
      'was renamed out of the prefix',
      (all) => all.map((one) => (one.id === id(3) ? { ...one, name: 'golden' } : one)),
      'since the step began, its name does not begin with "nightly-"',
    ],
  ])('keeps one that %s after the plan was made', async (_, edit, why) => {
    const { catalog, step, run } = prune(five(), { name_prefix: 'nightly-' })
    catalog.before = (asked) => {
      if (asked === id(5)) catalog.change(edit)
    }
    expect(await run()).toBe('Deleted 2 snapshots of dataset "Cats".')
    expect(ids(catalog)).toEqual([id(1), id(2), id(3)])
    expect(outcomesOf(step)[0]?.[0]).toEqual(['kept', why])
  })

  it('takes one that someone else deleted as gone, and does not claim it', async () => {
    const { catalog, step, run } = prune(five(), {}, { fates: [], lagMs: 30_000 })
    step.clock.advance(100_000)
    catalog.before = (asked) => {
      if (asked === id(5)) catalog.change((all) => all.filter((one) => one.id !== id(4)))
    }
    expect(await run()).toBe('Deleted 2 snapshots of dataset "Cats".')
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe(JSON.stringify([id(5), id(3)]))
  })

  it('does not call a deletion done that the catalog never shows', async () => {
    const { step, run } = prune(five())
    step.api.snapshots.delete = async () => undefined
    const error = await failureOf(run())
    expect(error.code).toBe('operation_failed')
    expect(error.message).toContain('accepted its deletion, but still lists it')
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe('[]')
  })

  it('does not call one gone that is not found and stays listed', async () => {
    const { step, run } = prune(five())
    step.api.snapshots.delete = () => Promise.reject(rejected(404))
    const error = await failureOf(run())
    expect(error.code).toBe('operation_failed')
    expect(error.message).toContain('did not find it, but still lists it')
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe('[]')
  })

  it('stops where the credentials are no longer accepted, and where the time ends', async () => {
    const revoked = prune(five())
    revoked.step.api.snapshots.delete = () => Promise.reject(rejected(401))
    const error = await failureOf(revoked.run())
    expect(error.code).toBe('unauthorized')
    expect(error.message).toContain('the credentials were no longer accepted')
    const late = prune(five(), {}, SMOOTH, { timeoutMs: 60_000 })
    late.catalog.after = () => late.clock.advance(60_000)
    const ended = await failureOf(late.run())
    expect(ended.code).toBe('timed_out')
    expect(ended.message).toContain('Could not delete 2 snapshots of dataset "Cats"; 1 was deleted.')
    expect(ended.todo).toContain('increase timeout')
    expect(late.step.reporter.outputs['deleted_snapshot_ids']).toBe(JSON.stringify([id(5)]))
  })

  it('leaves what was deleted in the output when the step is cancelled', async () => {
    const stop = new AbortController()
    const { catalog, step, run } = prune(five(), {}, SMOOTH, { signal: stop.signal })
    catalog.after = () => stop.abort(new ActionError('cancelled', 'stopped'))
    expect(await failureOf(run())).toMatchObject({ code: 'cancelled' })
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe(JSON.stringify([id(5)]))
    expect(outcomesOf(step)[0]?.map(([outcome]) => outcome)).toEqual(['not tried', 'not tried', 'deleted'])
  })

  it('never deletes what the rule keeps, and succeeds only with the rest gone, whatever is lost, late or rejected', async () => {
    const fates = fc.array(
      fc.constantFrom<Fate>(
        'made',
        'made, reply lost',
        'made, gateway timed out',
        'lost on the way',
        'never sent',
        409,
        429,
      ),
      { maxLength: 12 },
    )
    const any = fc.record({ fates, lagMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })) })
    let successes = 0
    await fc.assert(
      fc.asyncProperty(any, fc.integer({ min: 1, max: 4 }), async (plan, keepLast) => {
        const before = five()
        const { catalog, step, run } = prune(before, { keep_last: String(keepLast) }, plan)
        const kept = retentionPlan(before, { keepLast, keepDays: undefined, namePrefix: '' }, BEGINNING)
          .filter(({ keep }) => keep)
          .map((one) => one.snapshot.id)
        const error: unknown = await run().then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        for (const one of kept) expect(ids(catalog)).toContain(one)
        const deleted: string[] = JSON.parse(step.reporter.outputs['deleted_snapshot_ids'] ?? '')
        for (const one of deleted) expect(ids(catalog)).not.toContain(one)
        if (error === undefined) {
          successes += 1
          expect(ids(catalog)).toEqual(kept)
          expect(deleted).toHaveLength(before.length - kept.length)
        } else expect(error).toBeInstanceOf(ActionError)
      }),
    )
    expect(successes).toBeGreaterThan(20)
  })
})

describe('prune-snapshots, when the catalog is not what it was', () => {
  it('takes one that has left the list for gone', async () => {
    const { catalog, step, run } = prune(five())
    catalog.before = () => catalog.change((all) => all.filter((one) => one.id !== id(4)))
    expect(await run()).toContain('2 snapshots')
    expect(step.reporter.outputs['deleted_snapshot_ids']).toBe(JSON.stringify([id(5), id(3)]))
    expect(JSON.stringify(step.reporter.tables)).toContain('someone else deleted it during the step')
  })

  it('writes what was deleted now and then, where it is much', async () => {
    const { step, run } = prune(Array.from({ length: 130 }, (_, number) => old(number + 1)))
    await run()
    expect(JSON.parse(step.reporter.outputs['deleted_snapshot_ids'] ?? '')).toHaveLength(128)
  })

  it('continues after a fault of its own, and says which snapshot stayed', async () => {
    const { catalog, run } = prune(five())
    catalog.before = (one) => {
      if (one === id(5)) throw new TypeError('a bug of ours')
    }
    const error = await failureOf(run())
    expect(error.message).toContain('a bug of ours')
    expect(ids(catalog)).toEqual([id(1), id(2), id(5)])
  })

  it.each([[[]], [['made', 403] as const]])('says so where the end cannot be seen: fates %j', async (fates) => {
    const { catalog, step, run } = prune(five(), {}, { fates, lagMs: 0 })
    const list = step.api.snapshots.list.bind(step.api.snapshots)
    step.api.snapshots.list = (...args) =>
      catalog.attempts.length < 3 ? list(...args) : Promise.reject(rejected(401, 'expired'))
    const error = await failureOf(run())
    expect(error.code).toBe(fates.length === 0 ? 'unauthorized' : 'forbidden')
    const told = step.reporter.notes.join().includes('Could not confirm that the other snapshots are gone')
    expect(told).toBe(fates.length > 0)
  })
})
