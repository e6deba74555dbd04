import { describe, expect, it } from 'vitest'
import type { DatasetStatus } from '../emulator/model.ts'
import { Scene } from '../action/scene.ts'

/** A dataset with two snapshots of its own; the newer one is current. */
async function withSnapshots(settings?: Parameters<typeof Scene.open>[0], status: DatasetStatus = 'READY') {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats', status, snapshots: ['reviewed', 'tagged'] })
  const [, reviewed, tagged] = dataset.snapshots
  if (!reviewed || !tagged) throw new Error('the emulator made no snapshots')
  const inputs = { operation: 'restore', dataset_id: dataset.id, snapshot_id: reviewed.id }
  return { scene, dataset, reviewed, tagged, inputs }
}

describe('restore', () => {
  it('saves the present state, restores, and waits until the snapshot is current', async () => {
    const { scene, dataset, reviewed, inputs } = await withSnapshots()
    await using _ = scene
    const { outputs, summary } = await scene.succeed(inputs)
    const safety = dataset.snapshots.at(-1)
    expect(dataset.status).toBe('READY')
    expect(reviewed.isCurrent).toBe(true)
    expect(dataset.snapshots).toHaveLength(4)
    expect(safety?.name).toBe('before restore to reviewed, run 4242')
    expect(outputs).toMatchObject({
      dataset_id: dataset.id,
      dataset_status: 'READY',
      snapshot_id: reviewed.id,
      snapshot_name: 'reviewed',
      safety_snapshot_id: safety?.id,
      task_id: scene.world.tasks[0]?.id,
    })
    expect(scene.world.tasks.map(({ type, status }) => [type, status])).toEqual([['SNAPSHOT_RESTORE', 'COMPLETED']])
    expect(summary).toContain(safety?.id)
    expect(summary).toContain('Restored to')
    expect(summary).not.toContain('Target snapshot')
  })

  it('names the safety snapshot without a run where there is none', async () => {
    const { scene, dataset, inputs } = await withSnapshots()
    await using _ = scene
    await scene.succeed(inputs, { GITHUB_RUN_ID: '' })
    expect(dataset.snapshots.at(-1)?.name).toBe('before restore to reviewed')
  })

  it('saves nothing with safety_snapshot: false', async () => {
    const { scene, dataset, reviewed, inputs } = await withSnapshots()
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, safety_snapshot: 'false' })
    expect(reviewed.isCurrent).toBe(true)
    expect(dataset.snapshots).toHaveLength(3)
    expect(outputs['safety_snapshot_id'] ?? '').toBe('')
  })

  it('does not restore what it could not save first', async () => {
    const { scene, tagged, inputs } = await withSnapshots()
    await using _ = scene
    for (let i = 0; i < 3; i += 1) scene.world.next('snapshot', { task: 'FAILED', message: 'no room' })
    const { errors } = await scene.fail('server_error', { ...inputs, timeout: '6s' })
    expect(errors[0]).toContain('No restore was started')
    expect(scene.requests('POST', /restore$/)).toEqual([])
    expect(tagged.isCurrent).toBe(true)
  })

  it.each(['ERROR', 'PARTIAL INDEX'] as const)(
    'restores a dataset in %s, with a warning in place of the safety snapshot',
    async (status) => {
      const { scene, dataset, reviewed, inputs } = await withSnapshots({}, status)
      await using _ = scene
      const { outputs, warnings, summary } = await scene.succeed(inputs)
      expect(reviewed.isCurrent).toBe(true)
      expect(dataset.status).toBe('READY')
      expect(warnings.join()).toContain('No safety snapshot')
      expect(summary).toContain('No safety snapshot')
      expect(outputs['safety_snapshot_id'] ?? '').toBe('')
    },
  )

  it('takes the newest snapshot of exactly the name', async () => {
    await using scene = await Scene.open()
    const old = { name: 'nightly', createdAt: new Date('2026-01-01T00:00:00Z') }
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', old, 'Nightly', 'nightly 2'] })
    const { outputs } = await scene.succeed({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
    })
    expect(outputs['snapshot_id']).toBe(dataset.snapshots[1]?.id)
    expect(dataset.snapshots[1]?.isCurrent).toBe(true)
  })

  it('restores the snapshot that was current when the step began with snapshot_id: current', async () => {
    const { scene, tagged, inputs } = await withSnapshots()
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, snapshot_id: 'current' })
    expect(outputs['snapshot_id']).toBe(tagged.id)
    expect(tagged.isCurrent).toBe(true)
  })

  it('restores the current one by its id', async () => {
    const { scene, tagged, inputs } = await withSnapshots()
    await using _ = scene
    await scene.succeed({ ...inputs, snapshot_id: tagged.id, safety_snapshot: 'false' })
    expect(scene.world.tasks.map(({ status }) => status)).toEqual(['COMPLETED'])
  })

  it.each([
    { snapshot_id: '', snapshot_name: 'review' },
    { snapshot_id: '0a1b2c3d-0000-4000-8000-000000000000', snapshot_name: '' },
  ])('never falls through to another snapshot: %o', async (choice) => {
    const { scene, dataset, inputs } = await withSnapshots()
    await using _ = scene
    const { errors } = await scene.fail('not_found', { ...inputs, ...choice, timeout: '6s' })
    expect(errors[0]).toContain('reviewed')
    expect(dataset.snapshots).toHaveLength(3)
    expect(scene.requests('POST', /./)).toEqual([])
  })

  it.each(['FAILED', 'ABORTED'] as const)('fails when its task ends as %s', async (task) => {
    const { scene, dataset, reviewed, inputs } = await withSnapshots()
    await using _ = scene
    scene.world.next('restore', { task, message: 'the snapshot is damaged' })
    const { errors, outputs, summary } = await scene.fail('operation_failed', inputs)
    expect(errors[0]).toContain('the snapshot is damaged')
    const safety = dataset.snapshots.at(-1)
    expect(errors[0]).toContain(`is ${dataset.status}, and its current snapshot is "${safety?.name}"`)
    expect(errors[0]).toContain(`operation: restore\n  dataset_id: ${dataset.id}\n  snapshot_id: ${safety?.id}`)
    expect(summary).toContain('To bring back')
    expect(summary).toContain('Target snapshot')
    expect(summary).not.toContain('Restored to')
    expect(outputs).toMatchObject({ snapshot_id: reviewed.id, task_id: scene.world.tasks[0]?.id })
    expect(outputs['safety_snapshot_id']).toBe(dataset.snapshots.at(-1)?.id)
  })

  it('fails when the task failed and the dataset came back READY', async () => {
    const { scene, inputs } = await withSnapshots()
    await using _ = scene
    scene.world.next('restore', { task: 'FAILED', datasetStatus: 'READY' })
    await scene.fail('operation_failed', inputs)
  })

  it('fails when the task COMPLETED and the snapshot did not become current', async () => {
    const { scene, inputs } = await withSnapshots()
    await using _ = scene
    scene.world.next('restore', { effect: false })
    const { errors } = await scene.fail('operation_failed', { ...inputs, timeout: '8s' })
    expect(errors[0]).toContain('not the current state')
  })

  it('fails when the dataset ends in ERROR', async () => {
    const { scene, inputs } = await withSnapshots()
    await using _ = scene
    scene.world.next('restore', { datasetStatus: 'ERROR' })
    await scene.fail('operation_failed', { ...inputs, timeout: '8s' })
  })

  it('says how to carry on when the time ends', async () => {
    const { scene, dataset, reviewed, inputs } = await withSnapshots({ timings: { restoreMs: 60_000 } })
    await using _ = scene
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    expect(errors[0]).toContain(reviewed.id)
    expect(errors[0]).toContain('READ ONLY')
    expect(errors[0]).toContain('timeout: 6s')
    expect(errors[0]).toContain(`dataset_id: ${dataset.id}`)
    expect(outputs).toMatchObject({ snapshot_id: reviewed.id, task_id: scene.world.tasks[0]?.id })
    expect(outputs['safety_snapshot_id']).not.toBe('')
  })

  it('returns with the task with wait: false', async () => {
    const { scene, dataset, inputs } = await withSnapshots({
      timings: { restoreMs: 60_000 },
      lags: { taskListMs: 150 },
    })
    await using _ = scene
    const { outputs } = await scene.succeed({ ...inputs, wait: 'false' })
    expect(outputs['task_id']).toBe(scene.world.tasks[0]?.id)
    expect(dataset.status).toBe('READ ONLY')
  })

  it('rejects both ways to choose, and neither', async () => {
    const { scene, inputs } = await withSnapshots()
    await using _ = scene
    await scene.fail('invalid_input', { ...inputs, snapshot_name: 'reviewed' })
    await scene.fail('invalid_input', { ...inputs, snapshot_id: '' })
    expect(scene.emulator.requests).toEqual([])
  })

  it('says that nothing was restored when the request is rejected', async () => {
    const { scene, tagged, inputs } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /restore$/, fault: { kind: 'status', status: 403 } })
    const { errors, summary } = await scene.fail('forbidden', { ...inputs, safety_snapshot: 'false' })
    expect(errors[0]).toContain('the restore was not started')
    expect(summary).not.toContain('Restored to')
    expect(tagged.isCurrent).toBe(true)
  })
})
