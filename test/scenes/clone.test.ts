import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

async function withSnapshots(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const source = scene.world.addDataset({ name: 'cats', snapshots: ['reviewed', 'tagged'] })
  const reviewed = source.snapshots[1]
  if (!reviewed) throw new Error('the emulator made no snapshot')
  const inputs = { operation: 'clone', dataset_id: source.id, snapshot_id: reviewed.id, timeout: '8s' }
  return { scene, source, reviewed, inputs, clones: () => scene.world.datasets.filter((one) => one !== source) }
}

describe('clone', () => {
  it('makes a new dataset and names it', async () => {
    const { scene, source, reviewed, inputs, clones } = await withSnapshots()
    await using _ = scene
    const { outputs, summary } = await scene.succeed(inputs)
    const [made, ...others] = clones()
    expect(others).toEqual([])
    expect(made?.status).toBe('READY')
    expect(outputs).toMatchObject({
      dataset_id: made?.id,
      dataset_name: 'cats (cloned)',
      dataset_status: 'READY',
      source_dataset_id: source.id,
      snapshot_id: reviewed.id,
      snapshot_name: 'reviewed',
      task_id: scene.world.tasks[0]?.id,
    })
    expect(summary).toContain(made?.id)
    expect(summary).toContain(source.id)
  })

  it.each([{ snapshot_name: 'reviewed' }, { snapshot_id: 'current' }])(
    'clones the snapshot chosen by %o',
    async (choice) => {
      const { scene, source, inputs } = await withSnapshots()
      await using _ = scene
      const { outputs } = await scene.succeed({ ...inputs, snapshot_id: '', ...choice })
      const wanted = 'snapshot_name' in choice ? source.snapshots[1] : source.snapshots[2]
      expect(outputs['snapshot_id']).toBe(wanted?.id)
      expect(scene.requests('POST', /clone$/).map(({ path }) => path.split('/').at(-2))).toEqual([wanted?.id])
    },
  )

  it('never takes another snapshot for one that is not there', async () => {
    const { scene, inputs, clones } = await withSnapshots()
    await using _ = scene
    const { errors, outputs } = await scene.fail('not_found', { ...inputs, snapshot_id: '', snapshot_name: 'gone' })
    expect(errors[0]).toContain('gone')
    expect(outputs['source_dataset_id']).toBe(inputs.dataset_id)
    expect(outputs['dataset_id'] ?? '').toBe('')
    expect(clones()).toEqual([])
  })

  it.each(['FAILED', 'ABORTED'] as const)('fails when its task ends as %s, and names the dataset', async (task) => {
    const { scene, inputs, clones } = await withSnapshots()
    await using _ = scene
    scene.world.next('clone', { task, message: 'copying broke' })
    const { errors, outputs } = await scene.fail('operation_failed', inputs)
    expect(errors[0]).toContain('copying broke')
    expect(outputs).toMatchObject({ dataset_id: clones()[0]?.id, task_id: scene.world.tasks[0]?.id })
  })

  it('fails when the new dataset ends in ERROR', async () => {
    const { scene, inputs } = await withSnapshots()
    await using _ = scene
    scene.world.next('clone', { datasetStatus: 'ERROR' })
    await scene.fail('operation_failed', inputs)
  })

  it('says how to carry on when the time ends', async () => {
    const { scene, inputs, clones } = await withSnapshots({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    const id = clones()[0]?.id ?? ''
    expect(outputs).toMatchObject({ dataset_id: id, dataset_name: clones()[0]?.name })
    expect(errors[0]).toContain('timeout: 6s')
    expect(errors[0]).toContain('READ ONLY')
    expect(errors[0]).toContain(`dataset_id: ${id}`)
  })

  it('returns once the new dataset is found with wait: false', async () => {
    const { scene, inputs, clones } = await withSnapshots({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, wait: 'false' })
    expect(outputs['dataset_id']).toBe(clones()[0]?.id)
    expect(clones()[0]?.status).toBe('READ ONLY')
  })

  it('is found by the list of datasets where the task list is rejected', async () => {
    const { scene, inputs, clones } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({ path: /tasks$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    const { outputs } = await scene.succeed(inputs)
    expect(outputs['dataset_id']).toBe(clones()[0]?.id)
  })

  it('says that it took the one that is new where the response was lost', async () => {
    const { scene, inputs, clones } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /clone$/, fault: { kind: 'resetAfter' } })
    const { outputs, warnings } = await scene.succeed({ ...inputs, timeout: '12s' })
    expect(warnings).toEqual([expect.stringMatching(/response.* lost/)])
    expect(clones().map(({ id }) => id)).toEqual([outputs['dataset_id']])
  })

  it('is distinguished from earlier clones of the same dataset', async () => {
    const { scene, source, reviewed, inputs, clones } = await withSnapshots()
    await using _ = scene
    const earlier = scene.world.addDataset({ name: 'cats (cloned)' })
    scene.world.runTask({ datasetId: earlier.id, type: 'SNAPSHOT_CLONE', status: 'COMPLETED', blocking: false })
    const first = await scene.succeed(inputs)
    const second = await scene.succeed({ ...inputs, dataset_id: source.id, snapshot_id: reviewed.id })
    expect([earlier.id, first.outputs['dataset_id'], second.outputs['dataset_id']]).toEqual(
      clones().map(({ id }) => id),
    )
  })

  it('rejects wrong inputs before any request', async () => {
    const { scene, inputs } = await withSnapshots()
    await using _ = scene
    await scene.fail('invalid_input', { ...inputs, dataset_id: '' })
    await scene.fail('invalid_input', { ...inputs, snapshot_name: 'reviewed' })
    expect(scene.emulator.requests).toEqual([])
  })
})
