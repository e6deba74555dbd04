import { describe, expect, it } from 'vitest'
import { Scene } from './scene.ts'

const create = { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/', timeout: '1h' }

/** A creation whose main step was killed in the midst of its wait, as after a cancellation that took too long. */
async function killed(inputs: Record<string, string> = create) {
  const scene = await Scene.open({ timings: { createMs: 60_000 } })
  const step = await scene.start(inputs)
  await step.logged(/dataset INDEXING/)
  step.kill('SIGKILL')
  const { state, signal } = await step.ended
  expect(signal).toBe('SIGKILL')
  return { scene, state }
}

describe.concurrent('the post step', () => {
  it('aborts the creation that a killed step left', async () => {
    const { scene, state } = await killed()
    await using _ = scene
    const { stdout } = await scene.post(create, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
    expect(stdout).toContain(scene.world.datasets[0]?.id)
  })

  it('leaves it with on_cancel: leave', async () => {
    const inputs = { ...create, on_cancel: 'leave' }
    const { scene, state } = await killed(inputs)
    await using _ = scene
    await scene.post(inputs, state)
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
  })

  it('finds a creation that has ended in the meantime, and changes nothing', async () => {
    const { scene, state } = await killed()
    await using _ = scene
    const [task] = scene.world.tasks
    const [dataset] = scene.world.datasets
    if (task) scene.world.timeline.change(task, { status: 'COMPLETED', endTime: new Date() })
    if (dataset) scene.world.timeline.change(dataset, { status: 'READY' })
    const { stdout, warnings } = await scene.post(create, state)
    expect(stdout).toContain('COMPLETED')
    expect(warnings).toEqual([])
    expect(dataset?.status).toBe('READY')
  })

  it('warns, and does not fail the job, where the server is gone', async () => {
    const { scene, state } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 403 } })
    const { warnings } = await scene.post(create, state)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(scene.world.datasets[0]?.id)
  })

  it('waits for a server that does not answer in few lines', async () => {
    const { scene, state } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ path: /./, times: 12, fault: { kind: 'resetBefore' } })
    const { stdout } = await scene.post(create, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
    expect(
      stdout
        .replace(/^::add-mask::.*\n/gm, '')
        .trim()
        .split('\n').length,
    ).toBeLessThan(6)
  })

  it('warns, and does not fail the job, where its inputs are gone', async () => {
    const { scene, state } = await killed()
    await using _ = scene
    const { warnings } = await scene.post({ ...create, api_key: '', bucket_path: '' }, state)
    expect(warnings).toHaveLength(1)
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
  })

  it('gets over faults of the network', async () => {
    const { scene, state } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ method: 'GET', path: /./, times: 2, fault: { kind: 'resetBefore' } })
    await scene.post(create, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })

  it.each(['resetBefore', 'resetAfter'] as const)('aborts for certain when its own request meets %s', async (kind) => {
    const { scene, state } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /abort$/, fault: { kind } })
    await scene.post(create, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })

  it('does nothing after a step that ended by itself, well or not', async () => {
    await using scene = await Scene.open()
    const well = await scene.succeed({ ...create, timeout: '10s' })
    const badly = await scene.fail('operation_failed', { ...create, bucket_path: 's3://acme/missing/', timeout: '10s' })
    scene.emulator.options.timings.createMs = 60_000
    const late = await scene.fail('timed_out', { ...create, timeout: '3s' })
    const sent = scene.emulator.requests.length
    for (const { state } of [well, badly, late]) {
      const { warnings } = await scene.post(create, state)
      expect(warnings).toEqual([])
    }
    expect(scene.emulator.requests).toHaveLength(sent)
  })

  it('does nothing after inputs that were wrong', async () => {
    await using scene = await Scene.open()
    const { state } = await scene.fail('invalid_input', { operation: 'no such thing' })
    await scene.post({ operation: 'no such thing' }, state)
    expect(scene.emulator.requests).toEqual([])
  })
})
