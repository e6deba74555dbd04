import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

/** A scene with one dataset, and the inputs of a snapshot of it. */
async function withDataset(settings?: Parameters<typeof Scene.open>[0], seed: { status?: 'ERROR' } = {}) {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats', ...seed })
  const inputs = { operation: 'snapshot', dataset_id: dataset.id, snapshot_name: 'before-tagging' }
  return { scene, dataset, inputs, manual: () => dataset.snapshots.filter(({ reason }) => reason === 'manual') }
}

describe('snapshot', () => {
  it('saves the state under the name, with the description and where it came from', async () => {
    const { scene, dataset, inputs, manual } = await withDataset()
    await using _ = scene
    const { outputs, summary } = await scene.succeed({ ...inputs, description: 'Labels reviewed\nby two people' })
    const [made, ...others] = manual()
    expect(others).toEqual([])
    expect(made?.name).toBe('before-tagging')
    const [first, second, origin, ...rest] = made?.description.split('\n') ?? []
    expect([first, second]).toEqual(['Labels reviewed', 'by two people'])
    expect(origin).toContain('octo/cats')
    expect(origin).toContain('4242')
    expect(rest).toEqual([])
    expect(outputs).toMatchObject({
      dataset_id: dataset.id,
      dataset_name: 'cats',
      dataset_status: 'READY',
      snapshot_id: made?.id,
      snapshot_name: 'before-tagging',
    })
    expect(summary).toContain(made?.id)
  })

  it('takes the name that Visual Layer gives where none is given', async () => {
    const { scene, inputs, manual } = await withDataset()
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, snapshot_name: '' })
    expect(outputs['snapshot_name']).toBe(manual()[0]?.name)
    expect(outputs['snapshot_name']).toContain('cats_snapshot_')
  })

  it('saves another one of the same name by default', async () => {
    const { scene, inputs, manual } = await withDataset()
    await using _ = scene
    const first = await scene.succeed(inputs)
    const second = await scene.succeed(inputs)
    expect(manual().map(({ id }) => id)).toEqual([first.outputs['snapshot_id'], second.outputs['snapshot_id']])
    expect(first.outputs['snapshot_id']).not.toBe(second.outputs['snapshot_id'])
  })

  it('uses the newest one of exactly the name with if_exists: reuse', async () => {
    await using scene = await Scene.open()
    const old = { name: 'nightly', createdAt: new Date('2026-01-01T00:00:00Z') }
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: [old, 'nightly', 'Nightly', 'nightly-2'] })
    const { outputs } = await scene.succeed({
      operation: 'snapshot',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      if_exists: 'reuse',
    })
    expect(outputs['snapshot_id']).toBe(dataset.snapshots[2]?.id)
    expect(dataset.snapshots).toHaveLength(5)
  })

  it('fails as a conflict with if_exists: fail, and saves nothing', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    const { errors } = await scene.fail('conflict', {
      operation: 'snapshot',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      if_exists: 'fail',
    })
    expect(errors[0]).toContain(dataset.snapshots[1]?.id)
    expect(dataset.snapshots).toHaveLength(2)
  })

  it('fails where Visual Layer fails to save, with its words', async () => {
    const { scene, inputs, manual } = await withDataset()
    await using _ = scene
    scene.world.next('snapshot', { task: 'FAILED', message: 'out of snapshot storage' })
    scene.world.next('snapshot', { task: 'FAILED', message: 'out of snapshot storage' })
    const { errors, outputs } = await scene.fail('server_error', { ...inputs, timeout: '6s' })
    expect(errors[0]).toContain('out of snapshot storage')
    expect(outputs['snapshot_id'] ?? '').toBe('')
    expect(manual()).toEqual([])
  })

  it('fails where the dataset ends in ERROR', async () => {
    const { scene, inputs } = await withDataset({ style: { snapshotCreate: 'accepted' } })
    await using _ = scene
    scene.world.next('snapshot', { task: 'FAILED', datasetStatus: 'ERROR' })
    await scene.fail('operation_failed', inputs)
  })

  it('never takes an accepted request for a snapshot that is not there', async () => {
    const { scene, inputs, manual } = await withDataset({ style: { snapshotCreate: 'accepted' } })
    await using _ = scene
    scene.world.next('snapshot', { task: 'FAILED' })
    await scene.fail('operation_failed', { ...inputs, timeout: '6s' })
    expect(manual()).toEqual([])
  })

  it('says how to carry on when the time ends before the reply', async () => {
    const { scene, dataset, inputs } = await withDataset({
      timings: { snapshotMs: 60_000 },
      style: { snapshotCreate: 'accepted' },
    })
    await using _ = scene
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    expect(errors[0]).toContain('before-tagging')
    expect(errors[0]).toContain('READ ONLY')
    expect(errors[0]).toContain('timeout: 6s')
    expect(errors[0]).toContain('if_exists: reuse')
    expect(outputs).toMatchObject({ dataset_id: dataset.id, dataset_status: 'READ ONLY' })
  })

  it('returns with the id with wait: false', async () => {
    const { scene, inputs, manual } = await withDataset({ style: { snapshotCreate: 'accepted' } })
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, wait: 'false' })
    expect(outputs['snapshot_id']).toBe(manual()[0]?.id)
  })

  it('distinguishes a dataset that is not there from a rejection of permission', async () => {
    await using scene = await Scene.open()
    const missing = await scene.fail('not_found', {
      operation: 'snapshot',
      dataset_id: '0a1b2c3d-0000-4000-8000-000000000000',
    })
    expect(missing.errors[0]).toContain('0a1b2c3d-0000-4000-8000-000000000000')
    expect(missing.errors[0]).toContain('no access')
    const viewer = scene.world.addDataset({ name: 'cats', role: 'viewer' })
    const rejected = await scene.fail('forbidden', { operation: 'snapshot', dataset_id: viewer.id })
    expect(rejected.errors[0]).toContain('You do not have permission')
    const old = scene.world.addDataset({ name: 'old', snapshotSupport: false })
    await scene.fail('forbidden', { operation: 'snapshot', dataset_id: old.id })
  })

  it('sends nothing when inputs are wrong', async () => {
    await using scene = await Scene.open()
    const { errors } = await scene.fail('invalid_input', {
      operation: 'snapshot',
      dataset_id: 'my-dataset',
      rollback_on_failure: 'maybe',
    })
    expect(errors[0]).toContain('dataset_id')
    expect(errors[0]).toContain('rollback_on_failure')
    expect(scene.emulator.requests).toEqual([])
  })
})
