import { describe, expect, it } from 'vitest'
import type { EmulatorSettings } from '../emulator/options.ts'
import { cancelled } from './cancelled.ts'
import { Scene, when } from './scene.ts'

const create = { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/', timeout: '1h' }
const slow: EmulatorSettings = { timings: { createMs: 60_000, restoreMs: 60_000, cloneMs: 60_000, exportMs: 60_000 } }

describe.concurrent('a cancelled creation', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is aborted on the server by %s', async (signal) => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    const { outputs, state, summary, errors } = await cancelled(scene, step, signal)
    const [task] = scene.world.tasks
    expect(errors[0]).toMatch(/waiting for dataset.*Aborted the creation of dataset/s)
    expect(errors[0]).not.toContain('still running')
    expect(task?.status).toBe('ABORTED')
    expect(outputs).toMatchObject({ dataset_id: scene.world.datasets[0]?.id, task_id: task?.id, dataset_name: 'cats' })
    expect(summary).toContain('Aborted the creation')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('continues with on_cancel: leave', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start({ ...create, on_cancel: 'leave' })
    await step.logged(/dataset INDEXING/)
    const { state, errors } = await cancelled(scene, step)
    expect(errors[0]).toContain('continues in Visual Layer')
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
    expect(scene.requests('POST', /abort$/)).toEqual([])
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('is left alone where it can no longer be aborted', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    const [task] = scene.world.tasks
    if (task) scene.world.timeline.change(task, { status: 'RUNNING', committing: true })
    const { summary } = await cancelled(scene, step)
    expect(summary).toContain('Could not abort the creation')
  })

  it('is aborted although its task shows late', async () => {
    await using scene = await Scene.open({ ...slow, lags: { taskListMs: 1500 } })
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    await cancelled(scene, step)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })

  it('stays owed where the server does not answer, and the post step pays', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    scene.emulator.faults.add({ path: /abort$/, times: Infinity, fault: { kind: 'hang' } })
    const { state } = await cancelled(scene, step)
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
    scene.emulator.faults.clear()
    await scene.post(create, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })

  it('ends in time while the request itself hangs', async () => {
    await using scene = await Scene.open(slow)
    scene.emulator.faults.add({ method: 'POST', path: /dataset$/, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start(create)
    await when(() => scene.requests('POST', /dataset$/).length === 1)
    const { outputs } = await cancelled(scene, step)
    expect(outputs['dataset_id'] ?? '').toBe('')
  })

  it('is aborted although its reply was still on the way', async () => {
    await using scene = await Scene.open(slow)
    scene.emulator.faults.add({ method: 'POST', path: /dataset$/, fault: { kind: 'delay', ms: 700 } })
    const step = await scene.start(create)
    await when(() => scene.requests('POST', /dataset$/).length === 1)
    const { state } = await cancelled(scene, step)
    await when(() => scene.world.tasks.length === 1)
    await scene.post(create, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })

  it('hears only the first of several signals', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    scene.emulator.faults.add({ path: /abort$/, fault: { kind: 'delay', ms: 500 } })
    step.kill('SIGINT')
    await when(() => scene.requests('POST', /abort$/).length === 1)
    step.kill('SIGTERM')
    await cancelled(scene, step)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
    expect(scene.requests('POST', /abort$/)).toHaveLength(1)
  })
})

describe.concurrent('a cancelled step', () => {
  /** What each operation needs, a line of its log in the midst of each phase, and an output that is known by then. */
  const clone = { operation: 'clone', snapshot_name: 'nightly' }
  const restore = { operation: 'restore', snapshot_name: 'nightly' }
  const phases: [string, Record<string, string>, RegExp, string, RegExp][] = [
    ['clone', clone, /checking whether another clone/, 'snapshot_id', /clone of dataset "cats"/],
    ['clone', { ...clone, timeout: '8s' }, /dataset READ ONLY.*task/, 'dataset_id', /operation: wait and dataset_id: /],
    ['restore', restore, /task RUNNING.*restoring/, 'safety_snapshot_id', /restore is still running.*snapshot_id: /s],
    ['export', { operation: 'export' }, /export IN_PROGRESS/, 'export_id', /still running.*export_id: /],
  ]
  it.each(phases)('ends a wait at once and keeps what is known: %s', async (_name, inputs, line, output, said) => {
    const timings = { cloneMs: 20_000, restoreMs: 5_000, exportMs: 5_000 }
    await using scene = await Scene.open({ timings })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    const step = await scene.start({ timeout: '1h', dataset_id: dataset.id, ...inputs })
    await step.logged(line)
    const { outputs, errors } = await cancelled(scene, step)
    expect(outputs[output]).not.toBe('')
    expect(outputs[output], errors[0]).toBeDefined()
    expect(errors[0]).toMatch(said)
    expect(scene.requests('POST', /abort$/)).toEqual([])
  })

  it('ends while it waits for an interval of an hour', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id, poll_interval: '1h', timeout: '2h' })
    await step.logged(/dataset INDEXING \(/)
    const { outputs, errors } = await cancelled(scene, step)
    expect(outputs).toMatchObject({ dataset_id: dataset.id, dataset_status: 'INDEXING' })
    expect(errors[0]).toContain('had sent no request that changes anything')
  })

  it('ends while it waits for other work, and for Retry-After', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT' })
    const snapshot = { operation: 'snapshot', dataset_id: dataset.id, timeout: '1h' }
    const busy = await scene.start(snapshot)
    await busy.logged(/waiting for ENRICHMENT/)
    await cancelled(scene, busy)
    const later = { 'retry-after': '200' }
    scene.emulator.faults.add({ path: /./, fault: { kind: 'status', status: 429, headers: later } })
    const asked = await scene.start(snapshot)
    await asked.logged(/HTTP 429/)
    await cancelled(scene, asked)
    expect(dataset.snapshots).toHaveLength(1)
  })

  it('ends while a snapshot is being taken, whose reply is still to come', async () => {
    await using scene = await Scene.open({ timings: { snapshotMs: 20_000 } })
    const dataset = scene.world.addDataset({ name: 'cats' })
    const step = await scene.start({ operation: 'snapshot', dataset_id: dataset.id, timeout: '1h' })
    await when(() => dataset.status === 'READ ONLY')
    const { outputs } = await cancelled(scene, step)
    expect(outputs['dataset_id']).toBe(dataset.id)
  })

  it('ends in the midst of a download, and leaves no file with a final name', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({ server: 'storage', path: /./, fault: { kind: 'slow', bytesPerSecond: 300 } })
    const step = await scene.start({
      operation: 'export',
      dataset_id: dataset.id,
      include_images: 'true',
      timeout: '1h',
    })
    await when(() => scene.emulator.requests.some(({ server, status }) => server === 'storage' && status === 206))
    const { outputs, state, errors } = await cancelled(scene, step)
    expect(errors[0]).toContain(`set export_id: ${scene.world.exports[0]?.id}`)
    expect(errors[0]).not.toContain('still running')
    expect(outputs['export_id']).toBe(scene.world.exports[0]?.id)
    expect(outputs['export_path'] ?? '').toBe('')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('ends in the midst of an upload, with the export on disk', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({ server: 'artifacts', path: /blobs/, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start({ operation: 'export', dataset_id: dataset.id, timeout: '1h' })
    await when(() =>
      scene.emulator.requests.some(({ server, path }) => server === 'artifacts' && path.includes('blobs')),
    )
    const { outputs } = await cancelled(scene, step)
    expect(outputs['export_path']).toContain('visual-layer-export.zip')
    expect(outputs['export_sha256']).toMatch(/^[0-9a-f]{64}$/)
  })
})
