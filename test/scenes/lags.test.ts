import { describe, expect, it } from 'vitest'
import { changes } from '../action/changes.ts'
import { Scene } from '../action/scene.ts'

const views = ['taskListMs', 'datasetListMs', 'snapshotListMs', 'statusMs'] as const
const cases = Object.entries(changes).flatMap(([name, change]) =>
  [...views.map((view) => [view]), [...views]].map((lagging) => ({ name, change, lagging, shown: lagging.join(' ') })),
)

describe('a view that lags', () => {
  it.each(cases)('ends no wait too early: $name, $shown', async ({ change, lagging }) => {
    await using scene = await Scene.open({ lags: Object.fromEntries(lagging.map((view) => [view, 900])) })
    const subject = change.prepare(scene)
    const result = await scene.succeed({ timeout: '12s', ...subject.inputs })
    expect(subject.made(), result.stdout).toHaveLength(1)
    subject.expectNamed(result.outputs)
  })

  it('of tasks does not let an older restore of the same dataset end the wait', async () => {
    await using scene = await Scene.open({ timings: { restoreMs: 800 }, lags: { taskListMs: 400, statusMs: 400 } })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    for (const status of ['COMPLETED', 'FAILED', 'ABORTED', 'COMPLETED'] as const) {
      scene.world.timeline.settle(scene.world.runTask({ datasetId: dataset.id, type: 'SNAPSHOT_RESTORE', status }))
    }
    const older = scene.world.tasks.map(({ id }) => id)
    const { outputs } = await scene.succeed({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
    })
    expect(older).not.toContain(outputs['task_id'])
    expect(dataset.snapshots[1]?.isCurrent).toBe(true)
  })

  it('of tasks does not let older failed clones fail the step', async () => {
    await using scene = await Scene.open({ lags: { taskListMs: 400 } })
    const source = scene.world.addDataset({ name: 'cats' })
    const older = scene.world.addDataset({ name: 'cats (cloned)', status: 'ERROR' })
    const failed = scene.world.runTask({ datasetId: older.id, type: 'SNAPSHOT_CLONE', status: 'FAILED' })
    scene.world.timeline.settle(failed)
    const inputs = { operation: 'clone', dataset_id: source.id, snapshot_id: 'current', timeout: '8s' }
    const { outputs } = await scene.succeed(inputs)
    expect(outputs['dataset_id']).toBe(scene.world.datasets[2]?.id)
  })

  it('of the status does not let a READY that is merely old count for a new dataset', async () => {
    await using scene = await Scene.open({ timings: { createMs: 600 } })
    const step = await scene.start({
      operation: 'create-from-s3',
      dataset_name: 'cats',
      bucket_path: 's3://acme/cats/',
    })
    const result = scene.sound(await step.ended)
    expect(result.stdout).toContain('INDEXING')
    expect(result.outputs['dataset_status']).toBe('READY')
    expect(scene.world.tasks[0]?.status).toBe('COMPLETED')
  })

  it('of tasks that never show ends a restore by its other signs', async () => {
    await using scene = await Scene.open({ lags: { taskListMs: 60_000 } })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    await scene.succeed({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
      timeout: '8s',
    })
    expect(dataset.snapshots[1]?.isCurrent).toBe(true)
    expect(dataset.status).toBe('READY')
  })

  it('of tasks that never show does not pass a restore that failed quietly', async () => {
    await using scene = await Scene.open({ lags: { taskListMs: 60_000 } })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    scene.world.next('restore', { task: 'FAILED', datasetStatus: 'READY' })
    const { exitCode } = await scene.run({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
      timeout: '8s',
    })
    expect(exitCode).toBe(1)
  })
})
