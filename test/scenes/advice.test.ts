import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

describe('what an error advises', () => {
  it('after an export is COMPLETED: to download it again, and never that it is still running', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', images: 2 })
    const inputs = { operation: 'export', dataset_id: dataset.id, max_retries: '0', upload_artifact: 'false' }
    scene.emulator.faults.add({ server: 'storage', path: /./, times: 20, fault: { kind: 'status', status: 503 } })
    const { errors } = await scene.fail('server_error', inputs)
    expect(errors[0]).toContain(`set export_id: ${scene.world.exports[0]?.id}`)
    expect(errors[0]).not.toContain('still running')
    scene.emulator.faults.clear()
    scene.emulator.faults.add({ server: 'storage', path: /./, times: Infinity, fault: { kind: 'hang' } })
    const late = await scene.fail('timed_out', { ...inputs, timeout: '6s' })
    expect(late.errors[0]).toContain(`set export_id: ${scene.world.exports[1]?.id}`)
    expect(late.errors[0]).not.toContain('still running')
  })

  it('names a workspace that cannot be written to, before anything is exported', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const inputs = { operation: 'export', dataset_id: dataset.id }
    const { errors } = await scene.fail('operation_failed', inputs, { GITHUB_WORKSPACE: '/proc/1' })
    expect(errors[0]).toContain('Could not write to the workspace (/proc/1/visual-layer-export)')
    expect(scene.emulator.requests).toEqual([])
  })

  it('names an artifact name that is taken, before anything is exported', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const inputs = { operation: 'export', dataset_id: dataset.id }
    await scene.succeed(inputs)
    const { errors } = await scene.fail('artifact_failed', inputs)
    expect(errors[0]).toContain('Nothing was exported')
    expect(scene.world.exports).toHaveLength(1)
    await scene.succeed({ ...inputs, overwrite_artifact: 'true' })
  })

  it('points to the export on disk where nothing was uploaded', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', images: 2 })
    const inputs = { operation: 'export', dataset_id: dataset.id, fail_if: 'media_count < 100' }
    const alone = await scene.fail('gate_failed', { ...inputs, upload_artifact: 'false' })
    expect(alone.errors[0]).toContain('export_dir')
    expect(alone.errors[0]).not.toContain('artifact_url')
    const both = await scene.fail('gate_failed', inputs)
    expect(both.errors[0]).toContain('artifact_url')
  })

  it('says that a dataset disappeared in the midst of a wait', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id })
    await step.logged(/dataset INDEXING \(/)
    scene.emulator.faults.add({ path: /\/dataset\//, times: Infinity, fault: { kind: 'status', status: 404 } })
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('not_found')
    expect(errors[0]).toContain('disappeared')
    scene.emulator.faults.clear()
    const wrong = { operation: 'export', dataset_id: dataset.id, export_id: '0a1b2c3d-0000-4000-8000-000000000000' }
    const never = await scene.fail('not_found', wrong)
    expect(never.errors[0]).not.toContain('disappeared')
  })

  it('waits for the task that blocks, and not for a training', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    scene.world.runTask({ datasetId: dataset.id, type: 'MODEL_TRAINING', blocking: false })
    const blocking = scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT' })
    const step = await scene.start({ operation: 'snapshot', dataset_id: dataset.id })
    await step.logged(/waiting for ENRICHMENT/)
    scene.world.finishTask(blocking.id)
    const { exitCode, stdout } = scene.sound(await step.ended)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(blocking.id)
    expect(stdout).not.toContain('MODEL_TRAINING')
  })
})
