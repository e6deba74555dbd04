import { describe, expect, it } from 'vitest'
import type { DatasetStatus } from '../emulator/model.ts'
import type { EmulatorSettings } from '../emulator/options.ts'
import { Scene, when } from '../action/scene.ts'

/** A dataset with two snapshots of its own; the newer one is current. */
async function withSnapshots(settings?: EmulatorSettings, status: DatasetStatus = 'READY') {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats', status, snapshots: ['reviewed', 'tagged'] })
  const [, reviewed, tagged] = dataset.snapshots
  if (!reviewed || !tagged) throw new Error('the emulator made no snapshots')
  const restore = { operation: 'restore', dataset_id: dataset.id, snapshot_name: 'reviewed' }
  return { scene, dataset, reviewed, tagged, restore, clone: { ...restore, operation: 'clone', timeout: '5s' } }
}

describe('restore', () => {
  it('saves the present state, restores, and waits until the snapshot is current', async () => {
    const { scene, dataset, reviewed, restore } = await withSnapshots()
    await using _ = scene
    const { outputs, summary } = await scene.succeed(restore)
    const safety = dataset.snapshots.at(-1)
    expect(reviewed.isCurrent).toBe(true)
    expect(outputs).toMatchObject({ safety_snapshot_id: safety?.id, task_id: scene.world.tasks[0]?.id })
    expect(safety?.name).toBe('before restore to reviewed, run 4242')
    expect(summary).toContain(safety?.id)
  })

  it('names the safety snapshot without a run where there is none', async () => {
    const { scene, dataset, restore } = await withSnapshots()
    await using _ = scene
    await scene.succeed(restore, { GITHUB_RUN_ID: '' })
    expect(dataset.snapshots.at(-1)?.name).toBe('before restore to reviewed')
  })

  it('restores a dataset in ERROR, with a warning instead of the safety snapshot', async () => {
    const { scene, reviewed, restore } = await withSnapshots({}, 'ERROR')
    await using _ = scene
    const { warnings } = await scene.succeed(restore)
    expect(reviewed.isCurrent).toBe(true)
    expect(warnings).toEqual([expect.stringContaining('No safety snapshot was taken')])
  })

  it('does not restore what it could not save first', async () => {
    const { scene, tagged, restore } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({
      method: 'POST',
      path: /snapshot$/,
      times: Infinity,
      fault: { kind: 'status', status: 403 },
    })
    await scene.fail('forbidden', restore)
    expect(tagged.isCurrent).toBe(true)
    expect(scene.requests('POST', /restore$/)).toEqual([])
  })

  it('takes effect once where its reply is lost, and takes no older task for its own', async () => {
    const { scene, dataset, reviewed, restore } = await withSnapshots({ timings: { restoreMs: 300 } })
    await using _ = scene
    const older = scene.world.runTask({ datasetId: dataset.id, type: 'SNAPSHOT_RESTORE', status: 'COMPLETED' })
    scene.emulator.faults.add({ method: 'POST', path: /restore$/, fault: { kind: 'resetAfter' } })
    const { outputs } = await scene.succeed({ ...restore, safety_snapshot: 'false' })
    expect(reviewed.isCurrent).toBe(true)
    expect(scene.world.tasks).toHaveLength(2)
    expect(outputs['task_id']).not.toBe(older.id)
  })

  it('is not sent again while someone else restores another snapshot, and takes effect after that', async () => {
    const { scene, dataset, tagged, reviewed, restore } = await withSnapshots({ timings: { restoreMs: 400 } })
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /restore$/, fault: { kind: 'hang' } })
    const step = await scene.start({ ...restore, safety_snapshot: 'false', request_timeout: '1s', timeout: '6s' })
    await when(() => scene.requests('POST', /restore$/).length === 1)
    const reply = await fetch(`${scene.emulator.url}/api/v1/dataset/${dataset.id}/snapshot/${tagged.id}/restore`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.emulator.token()}` },
    })
    const result = scene.sound(await step.ended)
    expect(reply.status, result.stdout).toBeLessThan(300)
    expect(result.outputs['error_code']).toBe('')
    expect(reviewed.isCurrent).toBe(true)
  })

  it.each([
    ['FAILED', { task: 'FAILED', message: 'the snapshot is damaged' }, 'the snapshot is damaged'],
    ['not current in the end', { effect: false }, 'not the current state'],
    ['in ERROR', { datasetStatus: 'ERROR' }, 'ERROR'],
  ] as const)('fails where it ends %s', async (_name, outcome, words) => {
    const { scene, restore } = await withSnapshots()
    await using _ = scene
    scene.world.next('restore', outcome)
    const { errors } = await scene.fail('operation_failed', { ...restore, safety_snapshot: 'false', timeout: '4s' })
    expect(errors[0]).toContain(words)
  })

  it('returns with wait: false, named where its task shows in time, and says how to continue', async () => {
    const { scene, restore } = await withSnapshots({ timings: { restoreMs: 60_000 }, lags: { taskListMs: 150 } })
    await using _ = scene
    const { outputs } = await scene.succeed({ ...restore, safety_snapshot: 'false', wait: 'false' })
    expect(outputs['task_id']).toBe(scene.world.tasks[0]?.id)
    const { errors } = await scene.fail('conflict', { ...restore, on_conflict: 'fail' })
    expect(errors[0]).toContain('READ ONLY')
  })
})

describe('clone', () => {
  it('finds the new dataset, and waits until it is READY', async () => {
    const { scene, dataset, clone } = await withSnapshots()
    await using _ = scene
    const { outputs } = await scene.succeed(clone)
    const made = scene.world.datasets[1]
    expect(outputs).toMatchObject({ source_dataset_id: dataset.id, dataset_id: made?.id, dataset_name: made?.name })
    expect(outputs['dataset_status']).toBe('READY')
  })

  it('is found by its task where that is filed under the source, and by the list where no task shows', async () => {
    const { scene, clone } = await withSnapshots({ style: { cloneTaskDataset: 'source' } })
    await using _ = scene
    const { outputs } = await scene.succeed(clone)
    expect(outputs['dataset_id']).toBe(scene.world.datasets[1]?.id)
    scene.emulator.faults.add({ path: /tasks$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    const blind = await scene.succeed(clone)
    expect(blind.outputs['dataset_id']).toBe(scene.world.datasets[2]?.id)
  })

  it('names nobody else’s: two clones of one source at the same time are told as such', async () => {
    const { scene, dataset, reviewed, clone } = await withSnapshots({ timings: { cloneMs: 60_000 } })
    await using _ = scene
    const step = await scene.start(clone)
    await step.logged(/accepted the clone/)
    const other = scene.world.strangerClone(dataset.id, reviewed.id)
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    expect(errors[0]).toContain(other.id)
    expect(errors[0]).toContain('copy of dataset "cats"')
  })

  it('says that it took the one that is new where the reply was lost', async () => {
    const { scene, clone } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /clone$/, fault: { kind: 'resetAfter' } })
    const { warnings } = await scene.succeed({ ...clone, timeout: '8s' })
    expect(warnings).toEqual([expect.stringContaining('The response to the clone of dataset "cats" was lost')])
    expect(scene.world.datasets).toHaveLength(2)
  })

  it('fails with its task, and returns early with wait: false', async () => {
    const { scene, clone } = await withSnapshots({ timings: { cloneMs: 300 } })
    await using _ = scene
    scene.world.next('clone', { task: 'FAILED', message: 'no space' })
    const { errors, outputs } = await scene.fail('operation_failed', clone)
    expect(errors[0]).toContain('no space')
    expect(outputs['task_id']).toBe(scene.world.tasks[0]?.id)
    scene.world.options.timings.cloneMs = 60_000
    const early = await scene.succeed({ ...clone, wait: 'false' })
    expect(early.stdout).toContain('The step did not wait for it')
    expect(early.outputs['dataset_id']).toBe(scene.world.datasets.at(-1)?.id)
  })
})
