import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

async function withDataset(status: 'INDEXING' | 'READ ONLY' | 'READY' | 'ERROR' | 'DRAFT' | 'PARTIAL INDEX') {
  const scene = await Scene.open()
  const dataset = scene.world.addDataset({ name: 'cats', status })
  return { scene, dataset, inputs: { operation: 'wait', dataset_id: dataset.id } }
}

describe('wait', () => {
  it.each(['INDEXING', 'READ ONLY', 'DRAFT', 'PARTIAL INDEX'] as const)('waits through %s', async (status) => {
    const { scene, dataset, inputs } = await withDataset(status)
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(new RegExp(`dataset ${status}`))
    expect(await step.outputsSoFar()).toMatchObject({ dataset_id: dataset.id, dataset_status: status })
    scene.world.timeline.change(dataset, { status: 'READY' })
    const { outputs, exitCode } = scene.sound(await step.ended)
    expect(exitCode).toBe(0)
    expect(outputs).toMatchObject({ dataset_id: dataset.id, dataset_name: 'cats', dataset_status: 'READY' })
  })

  it('is done at once with a READY dataset', async () => {
    const { scene, inputs } = await withDataset('READY')
    await using _ = scene
    await scene.succeed(inputs)
  })

  it('fails with the reason of a dataset in ERROR', async () => {
    const { scene, dataset, inputs } = await withDataset('ERROR')
    await using _ = scene
    dataset.fatalError = 'corrupt images'
    const { errors, outputs } = await scene.fail('operation_failed', inputs)
    expect(errors[0]).toContain('corrupt images')
    expect(outputs['dataset_status']).toBe('ERROR')
  })

  it('says what it saw last when the time ends', async () => {
    const { scene, dataset, inputs } = await withDataset('INDEXING')
    await using _ = scene
    const { errors } = await scene.fail('timed_out', { ...inputs, timeout: '5500ms' })
    expect(errors[0]).toContain(`dataset "cats" (${dataset.id})`)
    expect(errors[0]).toContain('INDEXING')
    expect(errors[0]).toContain('timeout: 5.5s')
    expect(errors[0]).toContain('Re-run the job')
    expect(errors[0]).not.toContain('reindex')
  })

  it('says how a PARTIAL INDEX dataset becomes READY when the time ends', async () => {
    const { scene, inputs } = await withDataset('PARTIAL INDEX')
    await using _ = scene
    const { errors } = await scene.fail('timed_out', { ...inputs, timeout: '5500ms' })
    expect(errors[0]).toContain('start the reindex')
  })

  it('looks once more when the time has ended', async () => {
    const { scene, dataset, inputs } = await withDataset('INDEXING')
    await using _ = scene
    const step = await scene.start({ ...inputs, timeout: '6s', poll_interval: '1h' })
    await step.logged(/dataset INDEXING \(/)
    scene.world.timeline.change(dataset, { status: 'READY' })
    expect(scene.sound(await step.ended).outputs['error_code']).toBe('')
  })

  it('fails where the dataset is not there', async () => {
    await using scene = await Scene.open()
    const dataset_id = '0a1b2c3d-0000-4000-8000-000000000000'
    const { outputs, errors } = await scene.fail('not_found', { operation: 'wait', dataset_id })
    expect(errors[0]).toContain(dataset_id)
    expect(outputs['dataset_status'] ?? '').toBe('')
  })

  it('changes nothing', async () => {
    const { scene, inputs } = await withDataset('READY')
    await using _ = scene
    await scene.succeed(inputs)
    expect(scene.emulator.requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('rejects wrong inputs before any request, and warns of those it does not use', async () => {
    const { scene, inputs } = await withDataset('READY')
    await using _ = scene
    const { errors } = await scene.fail('invalid_input', { ...inputs, dataset_id: '', poll_interval: '10ms' })
    expect(errors[0]).toContain('dataset_id')
    expect(errors[0]).toContain('poll_interval')
    expect(scene.emulator.requests).toEqual([])
    const { warnings } = await scene.succeed({ ...inputs, bucket_path: 's3://acme/cats/' })
    expect(warnings.join()).toContain('bucket_path')
  })

  it('takes READY for ready while a model is trained on the dataset', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    scene.world.runTask({ datasetId: dataset.id, type: 'MODEL_TRAINING', blocking: false })
    const { outputs } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id })
    expect(Number(outputs['elapsed_seconds'])).toBeLessThan(2)
  })

  it.each([148, 100, -1, 1e308, '?', null])('shows no progress that is none: %j', async (progress) => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const body = { id: dataset.id, display_name: 'cats', status_new: 'INDEXING', progress }
    const path = /\/dataset\/[^/]+$/
    scene.emulator.faults.add({ path, times: 3, fault: { kind: 'body', text: JSON.stringify(body) } })
    const { stdout } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id })
    expect(stdout).toMatch(/dataset INDEXING$/m)
    expect(stdout).not.toContain('%)')
  })
})
