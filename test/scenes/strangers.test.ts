import { describe, expect, it } from 'vitest'
import type { Dataset } from '../emulator/model.ts'
import { Scene, when } from '../action/scene.ts'

/** A dataset with a snapshot to clone, and the inputs that clone it. */
async function withSource(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const source = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'other'] })
  const [, nightly, other] = source.snapshots
  if (!nightly || !other) throw new Error('the emulator made no snapshots')
  const inputs = { operation: 'clone', dataset_id: source.id, snapshot_id: nightly.id, timeout: '8s' }
  const clonesBy = (email: string) => scene.world.datasets.filter((one) => one !== source && one.createdBy === email)
  return { scene, source, nightly, other, inputs, clonesBy }
}

/** A step that named a dataset named its own; one that named none failed and named all that it could be. */
function expectOwnOrCandidates(
  { outputs, errors }: { outputs: Record<string, string>; errors: string[] },
  own: Dataset[],
  others: Dataset[],
): void {
  if (outputs['error_code'] === '') {
    expect(own.map(({ id }) => id)).toContain(outputs['dataset_id'])
    return
  }
  expect(others.map(({ id }) => id)).not.toContain(outputs['dataset_id'])
  for (const { id } of own) expect(errors[0]).toContain(id)
}

describe('someone else at the same time', () => {
  it('clones before: their dataset is not taken for ours', async () => {
    const { scene, source, other, inputs, clonesBy } = await withSource({ timings: { cloneMs: 600 } })
    await using _ = scene
    const theirs = scene.world.strangerClone(source.id, other.id)
    const { outputs } = await scene.succeed(inputs)
    expect(outputs['dataset_id']).toBe(clonesBy(scene.world.user)[0]?.id)
    expect(outputs['dataset_id']).not.toBe(theirs.id)
  })

  it('clones between our look and our request', async () => {
    const { scene, source, other, inputs, clonesBy } = await withSource()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /clone$/, fault: { kind: 'delay', ms: 300 } })
    const step = await scene.start(inputs)
    await when(() => scene.requests('POST', /clone$/).length === 1)
    const theirs = scene.world.strangerClone(source.id, other.id)
    expectOwnOrCandidates(scene.sound(await step.ended), clonesBy(scene.world.user), [theirs])
  })

  it('clones between our look and our request, fails, and is listed first', async () => {
    const { scene, source, other, inputs, clonesBy } = await withSource({ lags: { taskListMs: 500 } })
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /clone$/, fault: { kind: 'delay', ms: 400 } })
    const step = await scene.start(inputs)
    await when(() => scene.requests('POST', /clone$/).length === 1)
    scene.world.next('clone', { task: 'FAILED', message: 'their own trouble' })
    const theirs = scene.world.strangerClone(source.id, other.id)
    expectOwnOrCandidates(scene.sound(await step.ended), clonesBy(scene.world.user), [theirs])
  })

  it.each(['new', 'source'] as const)(
    'clones right after our request, tasks filed under the %s dataset',
    async (cloneTaskDataset) => {
      const { scene, source, other, inputs, clonesBy } = await withSource({ style: { cloneTaskDataset } })
      await using _ = scene
      const step = await scene.start(inputs)
      await when(() => clonesBy(scene.world.user).length === 1)
      const theirs = scene.world.strangerClone(source.id, other.id)
      expectOwnOrCandidates(scene.sound(await step.ended), clonesBy(scene.world.user), [theirs])
    },
  )

  it('clones at the same time, and nothing tells the two apart: both are named', async () => {
    const { scene, source, other, inputs, clonesBy } = await withSource({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(/accepted the clone/)
    const theirs = scene.world.strangerClone(source.id, other.id)
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    for (const { id } of [theirs, ...clonesBy(scene.world.user)]) expect(errors[0]).toContain(id)
  })

  it('clones another dataset of the same name', async () => {
    const { scene, inputs, clonesBy } = await withSource()
    await using _ = scene
    const twin = scene.world.addDataset({ name: 'cats' })
    const step = await scene.start(inputs)
    await when(() => clonesBy(scene.world.user).length === 2)
    scene.world.strangerClone(twin.id, twin.snapshots[0]?.id ?? '')
    const { outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('')
    expect(scene.world.dataset(outputs['dataset_id'] ?? '').sourceDatasetId).toBe(inputs.dataset_id)
  })

  it.each(['new', 'source'] as const)(
    'is another job of ours: two clones each name their own, or say so (%s)',
    async (cloneTaskDataset) => {
      const { scene, nightly, other, inputs, clonesBy } = await withSource({
        style: { cloneTaskDataset },
        lags: { taskListMs: 200, datasetListMs: 200 },
      })
      await using _ = scene
      const snapshots = [nightly, other]
      const results = await Promise.all(snapshots.map(({ id }) => scene.run({ ...inputs, snapshot_id: id })))
      const clones = clonesBy(scene.world.user)
      expect(clones).toHaveLength(2)
      const named = results.map(({ outputs }) => outputs['dataset_id'] ?? '').filter((id) => id !== '')
      expect(new Set(named).size).toBe(named.length)
      for (const [index, result] of results.entries()) {
        const asked = scene
          .requests('POST', /clone$/)
          .findIndex(({ path }) => path.includes(snapshots[index]?.id ?? '?'))
        // The emulator makes its datasets in the order that the requests came.
        const own = clones[asked]
        if (!own) throw new Error('a request made no clone')
        expectOwnOrCandidates(
          result,
          [own],
          clones.filter((one) => one !== own),
        )
      }
    },
  )
})
