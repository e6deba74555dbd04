import { describe, expect, it } from 'vitest'
import type { DatasetStatus } from '../emulator/model.ts'
import { Scene } from '../action/scene.ts'

async function withDataset(status: DatasetStatus = 'READY') {
  const scene = await Scene.open()
  const dataset = scene.world.addDataset({ name: 'cats', status, snapshots: ['nightly', 'later'] })
  return { scene, dataset, inputs: { dataset_id: dataset.id, timeout: '10s' } }
}

/** What each operation needs beside the dataset. */
const operations: Record<string, Record<string, string>> = {
  snapshot: { operation: 'snapshot' },
  restore: { operation: 'restore', snapshot_name: 'nightly' },
  clone: { operation: 'clone', snapshot_name: 'nightly' },
  enrich: { operation: 'enrich', models: 'vl_image_captioner_v00' },
  export: { operation: 'export', upload_artifact: 'false' },
}
const all = Object.entries(operations)

describe('a dataset that is busy', () => {
  it.each(all)('is waited for with on_conflict: wait: %s', async (name, own) => {
    const { scene, dataset, inputs } = await withDataset()
    await using _ = scene
    const task = scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT' })
    const step = await scene.start({ ...inputs, ...own, on_conflict: 'wait' })
    await step.logged(name === 'restore' ? /dataset READ ONLY/ : /ENRICHMENT/)
    scene.world.finishTask(task.id)
    const { exitCode, stdout } = scene.sound(await step.ended)
    expect(exitCode, stdout).toBe(0)
  })

  it.each(all)('fails the step at once with on_conflict: fail: %s', async (_name, own) => {
    const { scene, dataset, inputs } = await withDataset()
    await using _ = scene
    scene.world.runTask({ datasetId: dataset.id, type: 'REINDEX' })
    const { errors } = await scene.fail('conflict', { ...inputs, ...own, on_conflict: 'fail', timeout: '1h' })
    expect(errors[0]).toContain('on_conflict: wait')
    expect(dataset.snapshots).toHaveLength(3)
    expect(scene.world.datasets).toHaveLength(1)
    expect(scene.world.exports).toEqual([])
  })

  it.each(all)('ends at the deadline where it stays busy, and says with what: %s', async (name, own) => {
    const { scene, dataset, inputs } = await withDataset()
    await using _ = scene
    scene.world.runTask({ datasetId: dataset.id, type: 'MEDIA_ADDITION' })
    const { errors } = await scene.fail('timed_out', { ...inputs, ...own, timeout: '6s' })
    expect(errors[0]).toContain(name === 'restore' ? 'READ ONLY' : 'MEDIA_ADDITION')
    expect(errors[0]).toContain(dataset.id)
    expect(errors[0]).toContain('The operation was not started')
    expect(dataset.snapshots).toHaveLength(3)
  })

  const stuck: [string, DatasetStatus][] = [
    ['snapshot', 'ERROR'],
    ['snapshot', 'PARTIAL INDEX'],
    ['snapshot', 'DRAFT'],
    ['enrich', 'ERROR'],
    ['enrich', 'PARTIAL INDEX'],
    ['export', 'ERROR'],
    ['export', 'PARTIAL INDEX'],
    ['export', 'DRAFT'],
  ]
  it.each(stuck)('is not waited for where it will not change by itself: %s in %s', async (name, status) => {
    const { scene, inputs } = await withDataset(status)
    await using _ = scene
    const { errors } = await scene.fail('conflict', { ...inputs, ...operations[name], timeout: '1h' })
    expect(errors[0]).toContain(status)
    expect(errors[0]).toContain('waiting will not help')
  })

  it('is waited for while someone clones the same snapshot', async () => {
    const { scene, dataset, inputs } = await withDataset()
    await using _ = scene
    scene.emulator.options.timings.cloneMs = 800
    scene.world.strangerClone(dataset.id, dataset.snapshots[1]?.id ?? '')
    await scene.succeed({ ...inputs, ...operations['restore'], safety_snapshot: 'false' })
    expect(dataset.snapshots[1]?.isCurrent).toBe(true)
  })

  it('becomes busy again between two tries, and is waited for again', async () => {
    const { scene, dataset, inputs } = await withDataset()
    await using _ = scene
    const first = scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT' })
    const step = await scene.start({ ...inputs, ...operations['snapshot'] })
    await step.logged(/ENRICHMENT/)
    const second = scene.world.runTask({ datasetId: dataset.id, type: 'REINDEX' })
    scene.world.finishTask(first.id)
    scene.world.timeline.change(dataset, { status: 'READ ONLY' })
    await step.logged(/REINDEX/)
    scene.world.finishTask(second.id)
    expect(scene.sound(await step.ended).exitCode).toBe(0)
    expect(dataset.snapshots).toHaveLength(4)
  })

  it('answers 409 without anything to be seen: the step gives up in time', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    const detail = JSON.stringify({ detail: 'Operation SNAPSHOT_CREATE is blocked while a GHOST task is running' })
    scene.emulator.faults.add({
      method: 'POST',
      path: /snapshot$/,
      times: Infinity,
      fault: { kind: 'status', status: 409, body: detail },
    })
    const { errors } = await scene.fail('conflict', { ...inputs, ...operations['snapshot'], timeout: '8s' })
    expect(errors[0]).toContain('GHOST')
  })

  it('answers 409 once without anything to be seen: the step tries again', async () => {
    const { scene, inputs, dataset } = await withDataset()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /snapshot$/, times: 2, fault: { kind: 'status', status: 409 } })
    await scene.succeed({ ...inputs, ...operations['snapshot'] })
    expect(dataset.snapshots).toHaveLength(4)
  })
})
