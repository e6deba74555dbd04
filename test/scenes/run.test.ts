import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { Scene } from '../action/scene.ts'

afterEach(() => void vi.restoreAllMocks())

describe('a step', { concurrent: false }, () => {
  it('whose own code breaks says so, with what to do about it', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const sleep = systemClock.sleep.bind(systemClock)
    vi.spyOn(systemClock, 'sleep').mockImplementation((ms, signal) =>
      ms === 50 ? Promise.reject(new RangeError('a bug of ours')) : sleep(ms, signal),
    )
    dataset.status = 'INDEXING'
    const { errors, outputs } = await scene.run({ operation: 'wait', dataset_id: dataset.id })
    expect(outputs['error_code']).toBe('operation_failed')
    expect(errors[0]).toContain('a bug of ours')
  })

  it('that hangs ends three seconds after its timeout', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    const sleep = systemClock.sleep.bind(systemClock)
    const never = new Promise<void>(() => undefined)
    vi.spyOn(systemClock, 'sleep').mockImplementation((ms, signal) => (ms === 50 ? never : sleep(ms, signal)))
    const { outputs } = await scene.fail('timed_out', { operation: 'wait', dataset_id: dataset.id, timeout: '1s' })
    expect(Number(outputs['elapsed_seconds'])).toBeLessThanOrEqual(4)
  })
})
