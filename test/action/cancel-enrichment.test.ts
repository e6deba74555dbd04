import { describe, expect, it } from 'vitest'
import type { EmulatorSettings } from '../emulator/options.ts'
import { cancelled } from './cancelled.ts'
import { Scene, when } from './scene.ts'

describe.concurrent('a cancelled enrichment', () => {
  async function enriching(style: NonNullable<EmulatorSettings['style']> = {}) {
    const scene = await Scene.open({ timings: { enrichMs: 60_000 }, style })
    const source = scene.world.addDataset({ name: 'cats' })
    const models = 'vl_image_captioner_v00'
    return { scene, source, inputs: { operation: 'enrich', dataset_id: source.id, models, timeout: '1h' } }
  }
  const styles = [
    { enrichment: 'copy' },
    { enrichment: 'in_place' },
    { enrichment: 'copy', enrichTaskDataset: 'source' },
  ] as const

  it.each(styles)('is aborted on the server: %o', async (style) => {
    const { scene, source, inputs } = await enriching(style)
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(/dataset READ ONLY/)
    const { outputs, state, summary } = await cancelled(scene, step)
    const [task] = scene.world.tasks
    expect(task?.status).toBe('ABORTED')
    expect(outputs).toMatchObject({ dataset_id: task?.subject.id, source_dataset_id: source.id, task_id: task?.id })
    expect(summary).toContain('Aborted the enrichment')
    expect(source.status).toBe('READY')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('continues with on_cancel: leave, and is named', async () => {
    const { scene, inputs } = await enriching()
    await using _ = scene
    const step = await scene.start({ ...inputs, on_cancel: 'leave' })
    await step.logged(/dataset READ ONLY/)
    const { state, summary } = await cancelled(scene, step)
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
    expect(scene.requests('DELETE', /./)).toEqual([])
    expect(scene.requests('POST', /abort$/)).toEqual([])
    expect(summary).toContain(scene.world.datasets[1]?.id)
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('is named where it cannot be aborted', async () => {
    const { scene, inputs } = await enriching({ enrichAbort: 'missing' })
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(/dataset READ ONLY/)
    const { state, summary } = await cancelled(scene, step)
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
    expect(summary).toContain('Could not abort the enrichment')
    expect(summary).toContain(scene.world.datasets[1]?.id)
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('is aborted although its response was still on the way', async () => {
    const { scene, inputs } = await enriching()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /enrich_dataset$/, fault: { kind: 'delay', ms: 700 } })
    const step = await scene.start(inputs)
    await when(() => scene.requests('POST', /enrich_dataset$/).length === 1)
    const { state } = await cancelled(scene, step)
    await when(() => scene.world.tasks.length === 1)
    await scene.post(inputs, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })

  it('is only named where its response was lost, by the post step too', async () => {
    const { scene, inputs } = await enriching()
    await using _ = scene
    scene.emulator.options.lags.taskListMs = 700
    scene.emulator.faults.add({ method: 'POST', path: /enrich_dataset$/, fault: { kind: 'resetAfter' } })
    const step = await scene.start(inputs)
    await step.logged(/Checking whether it took effect/)
    const { state, warnings } = await cancelled(scene, step)
    const id = scene.world.datasets[1]?.id
    expect(warnings.join()).toContain(id)
    const post = await scene.post(inputs, state)
    expect(post.warnings[0]).toContain(id)
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
  })

  it('is named by the post step if nothing had appeared before', async () => {
    const { scene, inputs } = await enriching()
    await using _ = scene
    scene.emulator.options.lags.taskListMs = 4_000
    scene.emulator.options.lags.datasetListMs = 4_000
    scene.emulator.faults.add({ method: 'POST', path: /enrich_dataset$/, fault: { kind: 'resetAfter' } })
    const step = await scene.start(inputs)
    await step.logged(/Checking whether it took effect/)
    const { state, stdout } = await cancelled(scene, step)
    const id = scene.world.datasets[1]?.id
    expect(stdout).not.toContain(id)
    expect((await scene.post(inputs, state)).warnings[0]).toContain(id)
  })

  it('is aborted once, although its end shows only in the post step', async () => {
    const { scene, inputs } = await enriching()
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(/dataset READ ONLY/)
    scene.emulator.faults.add({ method: 'DELETE', path: /abort$/, fault: { kind: 'delay', ms: 1_000 } })
    step.kill('SIGTERM')
    await when(() => scene.requests('DELETE', /abort$/).length === 1)
    scene.emulator.faults.add({ method: 'GET', path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
    const { state, summary, outputs } = await cancelled(scene, step)
    scene.emulator.faults.clear()
    expect(outputs['headline']).toContain('enrichment of dataset "cats (enriched)" was canceled')
    expect(summary).toContain('accepted the abort')
    const { stdout } = await scene.post(inputs, state)
    expect(stdout).toContain('Aborted the enrichment')
    expect(scene.requests('DELETE', /abort$/)).toHaveLength(1)
  })

  it('is aborted by the post step of a killed step', async () => {
    const { scene, inputs } = await enriching()
    await using _ = scene
    const step = await scene.start(inputs)
    await step.logged(/dataset READ ONLY/)
    step.kill('SIGKILL')
    const { state } = await step.ended
    const { stdout } = await scene.post(inputs, state)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
    expect(stdout).toContain(scene.world.datasets[1]?.id)
  })
})
