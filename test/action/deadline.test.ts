import { describe, expect, it } from 'vitest'
import { Scene } from './scene.ts'

const operations: [string, Record<string, string>][] = [
  ['snapshot', { operation: 'snapshot' }],
  ['restore', { operation: 'restore', snapshot_name: 'nightly' }],
  ['clone', { operation: 'clone', snapshot_name: 'nightly' }],
  ['export', { operation: 'export', upload_artifact: 'false' }],
  ['wait', { operation: 'wait' }],
]

describe.concurrent('the deadline of a step', () => {
  it.each(operations)('ends it while nothing is answered from the start: %s', async (_name, inputs) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'hang' } })
    const { outputs, errors } = await scene.run({ dataset_id: dataset.id, timeout: '1s', ...inputs })
    // A server that never answers is out of reach; one that answered before is waited for in vain.
    expect(['network', 'timed_out'], errors[0]).toContain(outputs['error_code'])
    expect(errors[0]).toContain(dataset.id)
    expect(errors[0]).toMatch(/no reply within|timeout: 1s/)
  })

  it.each(operations.slice(0, 4))('ends it while the change itself is not answered: %s', async (_name, inputs) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    const path = /\/(?:snapshot|restore|clone|export_context_async)$/
    const method = inputs['operation'] === 'export' ? 'GET' : 'POST'
    scene.emulator.faults.add({ method, path, times: Infinity, fault: { kind: 'hang' } })
    const { outputs, errors } = await scene.run({ dataset_id: dataset.id, timeout: '2s', ...inputs })
    expect(['network', 'timed_out'], errors[0]).toContain(outputs['error_code'])
    expect(scene.requests('POST', path).length).toBeLessThanOrEqual(1)
  })
})
