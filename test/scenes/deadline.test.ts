import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

const operations: [string, Record<string, string>][] = [
  ['snapshot', { operation: 'snapshot' }],
  ['restore', { operation: 'restore', snapshot_name: 'nightly' }],
  ['clone', { operation: 'clone', snapshot_name: 'nightly' }],
  ['export', { operation: 'export', upload_artifact: 'false' }],
  ['enrich', { operation: 'enrich', models: 'vl_image_captioner_v00' }],
  ['wait', { operation: 'wait' }],
]

/** The most that a step takes after its timeout, in seconds. */
const OVERTIME_S = 3

describe('the deadline of a step', () => {
  it.each(operations)('ends it while nothing is answered from the start: %s', async (_name, inputs) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'hang' } })
    const { outputs, errors } = await scene.fail('timed_out', { dataset_id: dataset.id, timeout: '1s', ...inputs })
    expect(Number(outputs['elapsed_seconds'])).toBeLessThanOrEqual(1 + OVERTIME_S)
    expect(errors[0]).toContain(dataset.id)
  })

  it.each(operations.slice(0, 5))('ends it while the change itself is not answered: %s', async (_name, inputs) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    const path = /\/(?:snapshot|restore|clone|export_context_async|enrich_dataset)$/
    const method = inputs['operation'] === 'export' ? 'GET' : 'POST'
    scene.emulator.faults.add({ method, path, times: Infinity, fault: { kind: 'hang' } })
    const { outputs } = await scene.fail('timed_out', { dataset_id: dataset.id, timeout: '2s', ...inputs })
    expect(Number(outputs['elapsed_seconds'])).toBeLessThanOrEqual(2 + OVERTIME_S)
    expect(scene.requests('POST', path).length).toBeLessThanOrEqual(1)
  })

  // What was never read cannot be missing in it.
  it.each([
    ['the snapshots', { operation: 'restore', snapshot_name: 'nightly' }, /\/snapshot$/],
    ['the snapshots', { operation: 'clone', snapshot_name: 'nightly' }, /\/snapshot$/],
    ['the tasks', { operation: 'restore', snapshot_name: 'nightly', safety_snapshot: 'false' }, /\/tasks$/],
    ['the datasets', { operation: 'clone', snapshot_name: 'nightly' }, /\/datasets$/],
    ['what was applied', { operation: 'enrich', models: 'vl_image_captioner_v00' }, /\/context$/],
    ['the status of the export', { operation: 'export', upload_artifact: 'false' }, /\/export_status$/],
  ])('ends it while %s cannot be read: %o', async (_list, inputs, path) => {
    for (const fault of [
      { kind: 'hang' },
      { kind: 'delay', ms: 15_000 },
      { kind: 'slow', bytesPerSecond: 1 },
    ] as const) {
      await using scene = await Scene.open()
      const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
      scene.emulator.faults.add({ method: 'GET', path, times: Infinity, fault })
      const { outputs } = await scene.fail('timed_out', { dataset_id: dataset.id, timeout: '2s', ...inputs })
      expect(Number(outputs['elapsed_seconds'])).toBeLessThanOrEqual(2 + OVERTIME_S)
    }
  })
})
