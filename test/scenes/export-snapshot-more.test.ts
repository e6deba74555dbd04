import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/operations/undo-log.ts'
import { exportScene } from '../action/export-scene.ts'
import { when } from '../action/scene.ts'

describe('an export of a snapshot', () => {
  it('is made of a clone, which is deleted afterwards', async () => {
    const { scene, dataset, inputs, outputDir } = await exportScene({}, { snapshots: ['golden'] })
    await using _ = scene
    dataset.items = dataset.items.slice(0, 3)
    const { outputs, state } = await scene.succeed({ ...inputs, snapshot_name: 'golden', timeout: '5s' })
    expect(outputs).toMatchObject({ dataset_id: dataset.id, snapshot_name: 'golden', media_count: '12' })
    expect(JSON.parse(await readFile(path.join(outputDir, 'manifest.json'), 'utf8'))).toMatchObject({
      dataset: { snapshot: { name: 'golden' } },
    })
    expect(scene.world.datasets.filter(({ deleted }) => !deleted)).toEqual([dataset])
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('that fails deletes the clone too, and names it where that is refused', async () => {
    const { scene, inputs } = await exportScene({}, { snapshots: ['golden'] })
    await using _ = scene
    scene.world.next('export', { task: 'FAILED' })
    scene.emulator.faults.add({ method: 'DELETE', path: /./, times: Infinity, fault: { kind: 'status', status: 403 } })
    const { warnings } = await scene.fail('operation_failed', { ...inputs, snapshot_name: 'golden', timeout: '5s' })
    const clone = scene.world.datasets.at(-1)?.id
    expect(warnings).toEqual([expect.stringContaining(`Could not delete the temporary clone, dataset ${clone}`)])
  })

  it('is undone when it is cancelled: the clone goes', async () => {
    const { scene, inputs } = await exportScene({ timings: { exportMs: 60_000 } }, { snapshots: ['golden'] })
    await using _ = scene
    const step = await scene.start({ ...inputs, snapshot_name: 'golden', timeout: '6s' })
    await step.logged(/export (INIT|IN_PROGRESS)/)
    const { outputs, stdout, state } = scene.sound(await step.cancel())
    expect(outputs['error_code']).toBe('cancelled')
    expect(stdout).toContain('Deleted the temporary clone')
    expect(state['STATE_undo']).toBe('')
  })

  it('that is cancelled before its clone is known tells what to look for', async () => {
    const { scene, inputs } = await exportScene({}, { snapshots: ['golden'] })
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /clone$/, fault: { kind: 'hang' } })
    const step = await scene.start({ ...inputs, snapshot_name: 'golden', timeout: '6s' })
    await when(() => scene.requests('POST', /clone$/).length === 1)
    const { stdout } = scene.sound(await step.cancel())
    expect(stdout).toContain('"cats (cloned)" appears later')
  })

  it('has its clone deleted by post where the step was killed, or says that it could not', async () => {
    const { scene, dataset, inputs } = await exportScene({}, { snapshots: ['golden'] })
    await using _ = scene
    const clone = scene.world.addDataset({ name: 'cats (cloned)' })
    const plan: Plan = {
      kind: 'clone',
      source: { id: dataset.id, name: 'cats' },
      earlier: [dataset.id],
      earlierTasks: [],
      ephemeral: true,
      accepted: false,
    }
    const state = (more: Partial<Plan>) => ({ STATE_undo: JSON.stringify({ ...plan, ...more }) })
    // It may be someone else's.
    expect((await scene.post(inputs, state({}))).warnings).toEqual([expect.stringContaining(clone.id)])
    expect(clone.deleted).toBe(false)
    const named = state({ accepted: true, datasetId: clone.id })
    scene.emulator.faults.add({ method: 'DELETE', path: /./, fault: { kind: 'status', status: 403 } })
    expect((await scene.post(inputs, named)).warnings).toEqual([expect.stringContaining(clone.id)])
    expect((await scene.post(inputs, named)).stdout).toContain('Deleted the temporary clone')
    expect(clone.deleted).toBe(true)
  })
})
