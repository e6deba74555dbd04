import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

describe('words that no page of the API documents', () => {
  it.each(['DEFRAGMENTING', 'Processing', 'queued', 'UPDATING', 'READY SOON', 'NOT_READY', ''])(
    '"%s" as the status of a dataset is no end',
    async (word) => {
      await using scene = await Scene.open()
      const dataset = scene.world.addDataset({ name: 'cats' })
      const text = JSON.stringify({ id: dataset.id, display_name: 'cats', status_new: word, status: word })
      scene.emulator.faults.add({ path: /\/dataset\/[^/]+$/, times: 4, fault: { kind: 'body', text } })
      const { outputs } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id })
      expect(outputs['dataset_status']).toBe('READY')
      expect(scene.requests('GET', /^\/dataset\/[^/]+$/).length).toBeGreaterThan(4)
    },
  )

  it.each(['Ready', 'ready', ' READY '])('"%s" is READY in another spelling', async (word) => {
    await using scene = await Scene.open()
    const dataset_id = '0a1b2c3d-0000-4000-8000-000000000000'
    const text = JSON.stringify({ id: dataset_id, display_name: 'cats', status_new: word })
    scene.emulator.faults.add({ path: /\/dataset\/[^/]+$/, times: Infinity, fault: { kind: 'body', text } })
    await scene.succeed({ operation: 'wait', dataset_id })
  })

  it.each([
    ['DEFRAGMENTING', 'IN_PROGRESS'],
    ['PENDING', 'PROCESSING'],
  ])('"%s" and "%s" as the status of an export are no end', async (...words) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    for (const status of words) {
      const text = JSON.stringify({ id: 'x', status, download_uri: null, result_message: null })
      scene.emulator.faults.add({ path: /export_status$/, times: 2, fault: { kind: 'body', text } })
    }
    const { outputs } = await scene.succeed({
      operation: 'export',
      dataset_id: dataset.id,
      upload_artifact: 'false',
    })
    expect(outputs['media_count']).toBe('8')
  })

  it('COMPLETED without a link is no end of an export', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const text = JSON.stringify({ id: 'x', status: 'COMPLETED', progress: 1, download_uri: null })
    scene.emulator.faults.add({ path: /export_status$/, times: 3, fault: { kind: 'body', text } })
    await scene.succeed({ operation: 'export', dataset_id: dataset.id, upload_artifact: 'false' })
  })

  it.each(['CANCELLED', 'CANCELED', 'FAILED'])('%s ends an export as failed', async (status) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const text = JSON.stringify({ id: 'x', status, result_message: 'stopped by an operator' })
    scene.emulator.faults.add({ path: /export_status$/, times: Infinity, fault: { kind: 'body', text } })
    const inputs = { operation: 'export', dataset_id: dataset.id, upload_artifact: 'false' }
    const { errors } = await scene.fail('operation_failed', inputs)
    expect(errors[0]).toContain('stopped by an operator')
  })

  it('PENDING tasks are told as waiting for their turn', async () => {
    // Its task stays as it is for a tenth of that.
    await using scene = await Scene.open({ timings: { restoreMs: 600_000 } })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    const step = await scene.start({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
      timeout: '8s',
    })
    await step.logged(/task (?:INITIALIZING|RUNNING)/)
    const [task] = scene.world.tasks
    if (task) scene.world.timeline.change(task, { status: 'PENDING' })
    await step.logged(/task PENDING: queued behind other work/)
    const { errors } = await step.ended
    expect(errors[0]).toContain('queued behind other work')
  })

  it('its own task is found among more than one page of others', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    for (let i = 0; i < 130; i += 1) {
      const task = scene.world.runTask({ datasetId: dataset.id, type: 'SNAPSHOT_RESTORE', status: 'COMPLETED' })
      // Clocks differ: the others seem to have begun later.
      task.startTime = new Date(Date.now() + 3_600_000)
      task.endTime = task.startTime
    }
    const { outputs } = await scene.succeed({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
    })
    expect(outputs['task_id']).toBe(scene.world.tasks.at(-1)?.id)
  })

  it('a task list that this account may not read is done without, with a warning', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    scene.emulator.faults.add({ path: /\/tasks$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    const { warnings } = await scene.succeed({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
      timeout: '8s',
    })
    expect(warnings.join()).toContain('task list')
    expect(dataset.snapshots[1]?.isCurrent).toBe(true)
  })
})
