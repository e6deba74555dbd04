import { describe, expect, it } from 'vitest'
import { Scene, when } from '../action/scene.ts'

/** A scene with a dataset of three snapshots beside its first one; the last is current. */
async function withSnapshots(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'nightly', 'latest'] })
  const [, older, newer, latest] = dataset.snapshots
  if (!older || !newer || !latest) throw new Error('three snapshots were asked for')
  const there = () => dataset.snapshots.filter(({ deleted }) => !deleted).map(({ id }) => id)
  return { scene, dataset, older, newer, latest, there }
}

describe('update-snapshot', () => {
  it('gives another name and description, exactly as they are given', async () => {
    const { scene, dataset, older, newer } = await withSnapshots()
    await using _ = scene
    const { outputs, summary } = await scene.succeed({
      operation: 'update-snapshot',
      dataset_id: dataset.id,
      snapshot_id: older.id,
      snapshot_name: 'golden',
      description: 'Reviewed\nby two people',
    })
    expect(older).toMatchObject({ name: 'golden', description: 'Reviewed\nby two people' })
    expect(newer.name).toBe('nightly')
    expect(outputs).toMatchObject({ dataset_id: dataset.id, snapshot_id: older.id, snapshot_name: 'golden' })
    expect(summary).toContain('golden')
  })

  it('leaves alone what is not given, and takes the word current', async () => {
    const { scene, dataset, latest } = await withSnapshots()
    await using _ = scene
    const { outputs } = await scene.succeed({
      operation: 'update-snapshot',
      dataset_id: dataset.id,
      snapshot_id: 'current',
      description: 'In use',
    })
    expect(latest).toMatchObject({ name: 'latest', description: 'In use' })
    expect(outputs).toMatchObject({ snapshot_id: latest.id, snapshot_name: 'latest' })
  })

  it('waits until the catalog shows it', async () => {
    const { scene, dataset, older } = await withSnapshots({ lags: { snapshotListMs: 700 } })
    await using _ = scene
    const inputs = { operation: 'update-snapshot', dataset_id: dataset.id, snapshot_id: older.id }
    const { outputs, stdout } = await scene.succeed({ ...inputs, snapshot_name: 'golden' })
    expect(outputs['snapshot_name']).toBe('golden')
    expect(stdout).toContain('the catalog still shows the old values')
  })

  it('fails, and changes nothing, where there is no such snapshot, no permission, or nothing to change', async () => {
    const { scene, dataset, older } = await withSnapshots()
    await using _ = scene
    const inputs = { operation: 'update-snapshot', dataset_id: dataset.id, snapshot_name: 'golden', timeout: '5s' }
    const missing = '0a1b2c3d-0000-4000-8000-000000000000'
    const { errors } = await scene.fail('not_found', { ...inputs, snapshot_id: missing })
    expect(errors[0]).toContain(missing)
    const wrong = await scene.fail('invalid_input', { ...inputs, snapshot_id: older.id, snapshot_name: '' })
    expect(wrong.errors[0]).toContain('description')
    dataset.role = 'viewer'
    await scene.fail('forbidden', { ...inputs, snapshot_id: older.id })
    expect(dataset.snapshots.map(({ name }) => name)).not.toContain('golden')
  })

  it('does not call it done where Visual Layer answers and changes nothing', async () => {
    const { scene, dataset, older } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({ method: 'PATCH', path: /snapshot/, fault: { kind: 'body', text: '{}' } })
    const { errors } = await scene.fail('operation_failed', {
      operation: 'update-snapshot',
      dataset_id: dataset.id,
      snapshot_id: older.id,
      snapshot_name: 'golden',
      timeout: '8s',
    })
    expect(errors[0]).toContain('still shows the old values')
  })
})

describe('delete-snapshot', () => {
  it('deletes the one of an id', async () => {
    const { scene, dataset, older, there } = await withSnapshots()
    await using _ = scene
    const { outputs, summary } = await scene.succeed({
      operation: 'delete-snapshot',
      dataset_id: dataset.id,
      snapshot_id: older.id,
    })
    expect(there()).not.toContain(older.id)
    expect(there()).toHaveLength(3)
    expect(outputs).toMatchObject({ snapshot_id: older.id, deleted_snapshot_ids: JSON.stringify([older.id]) })
    expect(summary).toContain(older.id)
  })

  it('deletes the newest of exactly a name, and waits until the catalog is without it', async () => {
    const { scene, dataset, newer, there } = await withSnapshots({ lags: { snapshotListMs: 700 } })
    await using _ = scene
    const inputs = { operation: 'delete-snapshot', dataset_id: dataset.id }
    const { outputs, stdout } = await scene.succeed({ ...inputs, snapshot_name: 'nightly' })
    expect(outputs['deleted_snapshot_ids']).toBe(JSON.stringify([newer.id]))
    expect(there()).toHaveLength(3)
    expect(stdout).toContain('the catalog still shows')
    await scene.fail('not_found', { ...inputs, snapshot_name: 'night', timeout: '5s' })
    expect(there()).toHaveLength(3)
  })

  it('explains that the current one cannot be deleted, before anything is sent to delete it', async () => {
    const { scene, dataset, latest } = await withSnapshots()
    await using _ = scene
    const inputs = { operation: 'delete-snapshot', dataset_id: dataset.id, timeout: '1h' }
    for (const choice of [{ snapshot_name: 'latest' }, { snapshot_id: latest.id }]) {
      const { errors, outputs } = await scene.fail('conflict', { ...inputs, ...choice })
      expect(errors[0]).toContain('is the current snapshot')
      expect(errors[0]).toContain('operation: restore')
      expect(outputs['deleted_snapshot_ids']).toBe('[]')
    }
    expect(scene.requests('DELETE', /./)).toEqual([])
    const before = scene.emulator.requests.length
    const { errors } = await scene.fail('invalid_input', { ...inputs, snapshot_id: 'current' })
    expect(errors[0]).toContain('operation: restore')
    expect(scene.emulator.requests).toHaveLength(before)
  })

  it('waits for a clone that is made from it', async () => {
    const { scene, dataset, older, there } = await withSnapshots({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    scene.world.strangerClone(dataset.id, older.id)
    const step = await scene.start({
      operation: 'delete-snapshot',
      dataset_id: dataset.id,
      snapshot_id: older.id,
      timeout: '1h',
    })
    await step.logged(/SNAPSHOT_CLONE/)
    expect(there()).toContain(older.id)
    const [task] = scene.world.tasks
    scene.world.finishTask(task?.id ?? '')
    const { exitCode, stdout } = scene.sound(await step.ended)
    expect(exitCode, stdout).toBe(0)
    expect(there()).not.toContain(older.id)
  })

  it('times out on a clone that does not end, and says what it waited for', async () => {
    const { scene, dataset, older, there } = await withSnapshots({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    scene.world.strangerClone(dataset.id, older.id)
    const inputs = { operation: 'delete-snapshot', dataset_id: dataset.id, snapshot_id: older.id }
    const { errors, outputs } = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    expect(errors[0]).toContain('SNAPSHOT_CLONE')
    expect(errors[0]).toContain('The operation was not started')
    expect(outputs['deleted_snapshot_ids']).toBe('[]')
    expect(there()).toContain(older.id)
  })

  it('ends soon when it is cancelled while it waits', async () => {
    const { scene, dataset, older, there } = await withSnapshots({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    scene.world.strangerClone(dataset.id, older.id)
    const step = await scene.start({ operation: 'delete-snapshot', dataset_id: dataset.id, snapshot_id: older.id })
    await when(() => scene.requests('DELETE', /./).length > 0)
    const { outputs } = scene.sound(await step.cancel())
    expect(outputs).toMatchObject({ error_code: 'cancelled', deleted_snapshot_ids: '[]', snapshot_id: older.id })
    expect(there()).toContain(older.id)
  })

  it('is rejected for an account that may only look', async () => {
    const { scene, dataset, older, there } = await withSnapshots()
    await using _ = scene
    dataset.role = 'viewer'
    const inputs = { operation: 'delete-snapshot', dataset_id: dataset.id, snapshot_id: older.id }
    await scene.fail('forbidden', inputs)
    expect(there()).toHaveLength(4)
  })
})
