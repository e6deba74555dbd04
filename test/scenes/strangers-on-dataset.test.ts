import { describe, expect, it } from 'vitest'
import type { Dataset } from '../emulator/model.ts'
import { Scene, when } from '../action/scene.ts'

async function withSnapshots(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const source = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'other'] })
  const [, nightly, other] = source.snapshots
  if (!nightly || !other) throw new Error('the emulator made no snapshots')
  const restore = {
    operation: 'restore',
    dataset_id: source.id,
    snapshot_id: nightly.id,
    safety_snapshot: 'false',
    timeout: '8s',
  }
  return { scene, source, nightly, other, restore }
}

/** Someone else restores, through the API as we do; the reply's status. */
async function theirRestore(scene: Scene, dataset: Dataset, snapshotId: string): Promise<number> {
  const reply = await fetch(`${scene.emulator.url}/api/v1/dataset/${dataset.id}/snapshot/${snapshotId}/restore`, {
    method: 'POST',
    headers: { authorization: `Bearer ${scene.emulator.token()}` },
  })
  return reply.status
}

describe('someone else on the same dataset', () => {
  it('snapshots under our name before, during and after', async () => {
    const { scene, source } = await withSnapshots({
      style: { snapshotCreate: 'accepted' },
      lags: { snapshotListMs: 300 },
    })
    await using _ = scene
    const theirs = [scene.world.strangerSnapshot(source.id, { name: 'mine' })]
    const step = await scene.start({ operation: 'snapshot', dataset_id: source.id, snapshot_name: 'mine' })
    await when(() => scene.requests('POST', /snapshot$/).length === 1)
    theirs.push(scene.world.strangerSnapshot(source.id, { name: 'mine' }))
    await step.logged(/has the ID/)
    theirs.push(scene.world.strangerSnapshot(source.id, { name: 'mine' }))
    const { outputs } = scene.sound(await step.ended)
    const ours = source.snapshots.filter((one) => one.name === 'mine' && !theirs.includes(one))
    expect(ours.map(({ id }) => id)).toEqual([outputs['snapshot_id']])
  })

  it('snapshots under our name while our reply is lost', async () => {
    const { scene, source } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /snapshot$/, fault: { kind: 'resetBefore' } })
    const step = await scene.start({
      operation: 'snapshot',
      dataset_id: source.id,
      snapshot_name: 'mine',
      timeout: '6s',
    })
    await step.logged(/Checking whether it took effect/)
    const theirs = scene.world.strangerSnapshot(source.id, { name: 'mine' })
    const { outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('')
    expect(outputs['snapshot_id']).not.toBe(theirs.id)
    expect(source.snapshots.filter(({ name }) => name === 'mine')).toHaveLength(2)
  })

  it('snapshots while we restore: the restore still ends with its own snapshot current, or fails', async () => {
    const { scene, source, nightly, restore } = await withSnapshots({ timings: { restoreMs: 500 } })
    await using _ = scene
    const step = await scene.start(restore)
    await when(() => scene.requests('POST', /restore$/).length === 1)
    scene.world.strangerSnapshot(source.id, { name: 'theirs' })
    expect(scene.sound(await step.ended).outputs['error_code']).toBe('')
    expect(nightly.isCurrent).toBe(true)
  })

  it('takes a snapshot right after our restore: that succeeded, and the log names theirs', async () => {
    const { scene, source, nightly, restore } = await withSnapshots({
      timings: { restoreMs: 200 },
      lags: { taskListMs: 300 },
    })
    await using _ = scene
    const step = await scene.start({ ...restore, poll_interval: '600ms' })
    await when(() => nightly.isCurrent)
    const theirs = scene.world.strangerSnapshot(source.id, { name: 'theirs' })
    const { outputs, stdout } = scene.sound(await step.ended)
    expect(outputs).toMatchObject({ error_code: '', snapshot_id: nightly.id })
    expect(stdout).toContain(theirs.id)
  })

  it('creates a dataset of our name while our reply is lost: none is named wrongly', async () => {
    await using scene = await Scene.open()
    scene.emulator.faults.add({ method: 'POST', path: /dataset$/, fault: { kind: 'resetAfter' } })
    const step = await scene.start({
      operation: 'create-from-s3',
      dataset_name: 'cats',
      bucket_path: 's3://acme/cats/',
      timeout: '6s',
    })
    await when(() => scene.world.datasets.length === 1)
    const [own] = scene.world.datasets
    const theirs = scene.world.addDataset({ name: 'cats', owner: scene.world.stranger })
    const result = scene.sound(await step.ended)
    expect(result.outputs['dataset_id']).not.toBe(theirs.id)
    if (result.exitCode === 0) expect(result.outputs['dataset_id']).toBe(own?.id)
    else for (const one of [own, theirs]) expect(result.errors[0]).toContain(one?.id)
    expect(scene.requests('POST', /dataset$/)).toHaveLength(1)
  })

  it('restores another snapshot while our reply is lost and nothing was done: ours comes after', async () => {
    const { scene, source, nightly, other, restore } = await withSnapshots({ timings: { restoreMs: 500 } })
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /restore$/, fault: { kind: 'resetBefore' } })
    const step = await scene.start({ ...restore, timeout: '16s' })
    await step.logged(/Checking whether it took effect/)
    expect(await theirRestore(scene, source, other.id)).toBe(202)
    const { outputs, stdout } = scene.sound(await step.ended)
    expect(outputs['error_code'], stdout).toBe('')
    expect(nightly.isCurrent).toBe(true)
    expect(outputs['task_id']).toBe(scene.world.tasks.at(-1)?.id)
    expect(scene.world.tasks).toHaveLength(2)
  })

  it('restores another snapshot between our look and our request', async () => {
    const { scene, source, nightly, other, restore } = await withSnapshots()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /restore$/, fault: { kind: 'delay', ms: 400 } })
    const step = await scene.start(restore)
    await when(() => scene.requests('POST', /restore$/).length === 1)
    expect(await theirRestore(scene, source, other.id)).toBe(202)
    const { outputs, stdout } = scene.sound(await step.ended)
    expect(outputs['error_code'], stdout).toBe('')
    expect(nightly.isCurrent).toBe(true)
    expect(outputs['task_id']).toBe(scene.world.tasks.at(-1)?.id)
  })

  it('restores another snapshot right after ours: that succeeded, and the log names theirs', async () => {
    const { scene, source, nightly, other, restore } = await withSnapshots()
    await using _ = scene
    const step = await scene.start({ ...restore, poll_interval: '800ms', timeout: '6s' })
    await when(() => nightly.isCurrent)
    expect(await theirRestore(scene, source, other.id)).toBe(202)
    const { exitCode, stdout } = scene.sound(await step.ended)
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toContain(other.id)
  })

  it('deletes the dataset in the middle of a wait', async () => {
    const { scene, source } = await withSnapshots()
    await using _ = scene
    scene.world.timeline.change(source, { status: 'INDEXING' })
    const step = await scene.start({ operation: 'wait', dataset_id: source.id, timeout: '1h' })
    await step.logged(/dataset INDEXING/)
    scene.world.timeline.change(source, { deleted: true })
    const { outputs } = scene.sound(await step.ended)
    expect(outputs).toMatchObject({ error_code: 'not_found', dataset_id: source.id, dataset_status: 'INDEXING' })
  })

  it('aborts the creation that we wait for', async () => {
    await using scene = await Scene.open({ timings: { createMs: 20_000 } })
    const step = await scene.start({
      operation: 'create-from-s3',
      dataset_name: 'cats',
      bucket_path: 's3://acme/cats/',
      timeout: '1h',
    })
    await step.logged(/dataset INDEXING/)
    const authorization = `Bearer ${scene.emulator.token()}`
    const url = `${scene.emulator.url}/api/v1/tasks/${scene.world.tasks[0]?.id}/abort`
    await fetch(url, { method: 'POST', headers: { authorization } })
    const { outputs, errors } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    expect(errors[0]).toMatch(/aborted/i)
  })
})
