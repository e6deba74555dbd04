import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

const create = { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/', timeout: '1h' }
const slow = { timings: { createMs: 60_000 } }

describe('a cancelled creation', () => {
  it('is aborted, and leaves nothing to undo', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    const { outputs, state, summary } = scene.sound(await step.cancel())
    expect(outputs['error_code']).toBe('cancelled')
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
    expect(state['STATE_undo']).toBe('')
    expect(summary).toContain('was canceled')
  })

  it('continues with on_cancel: leave', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start({ ...create, on_cancel: 'leave' })
    await step.logged(/dataset INDEXING/)
    scene.sound(await step.cancel())
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
  })

  it('is left to the post step where the abort is rejected', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    scene.emulator.faults.add({ path: /abort$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    const { state, stdout } = scene.sound(await step.cancel())
    expect(state['STATE_undo']).toContain('creation')
    expect(stdout).toContain('post step tries again')
    scene.emulator.faults.clear()
    await scene.post(create, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })
})
