import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/operations/undo-log.ts'
import { exportScene } from '../action/export-scene.ts'
import { pets } from '../action/files-scene.ts'
import { Scene } from '../action/scene.ts'

const create = { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/' }

/** As the runner hands a plan of the undo log to post. */
const state = (plan: Plan) => ({ STATE_undo: JSON.stringify(plan) })

/** What post is left with by a creation that was killed in its wait. */
async function killed() {
  const scene = await Scene.open({ timings: { createMs: 60_000 } })
  const { outputs } = await scene.succeed({ ...create, wait: 'false' })
  const [dataset] = scene.world.datasets
  const [task] = scene.world.tasks
  if (!dataset || !task) throw new Error('the emulator made no dataset')
  const plan = { kind: 'creation', from: 's3', name: 'cats', earlier: [], abort: true } as const
  return { scene, dataset, task, plan, confirmed: state({ ...plan, datasetId: outputs['dataset_id'] ?? '' }) }
}

describe('the post step', () => {
  it('aborts the creation that a killed step left by its ID, and without one only names what may be it', async () => {
    const { scene, dataset, task, plan, confirmed } = await killed()
    await using _ = scene
    const { id: other } = scene.world.addDataset({ name: 'cats' })
    const several = await scene.post(create, state(plan))
    expect(several.warnings).toEqual([expect.stringContaining(`${dataset.id}, ${other}`)])
    const one = await scene.post(create, state({ ...plan, earlier: [other] }))
    expect(one.warnings).toEqual([expect.stringContaining(dataset.id)])
    expect(one.summary).toContain('## ❌ Visual Layer: cleanup failed\n')
    expect(one.summary).toContain(dataset.id)
    expect(task.endTime).toBeUndefined()
    await scene.post(create, confirmed)
    expect(task.status).toBe('ABORTED')
    expect((await scene.post(create, confirmed)).stdout).toContain('(ABORTED)')
  })

  it('aborts once where the response to that is lost, and leaves alone what has ended in the meantime', async () => {
    const { scene, task, confirmed } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /abort$/, fault: { kind: 'resetAfter' } })
    await scene.post(create, confirmed)
    expect(task.status).toBe('ABORTED')
    scene.world.timeline.change(task, { status: 'COMPLETED', endTime: new Date() })
    expect((await scene.post(create, confirmed)).stdout).toContain('(COMPLETED)')
    expect(scene.requests('POST', /abort$/)).toHaveLength(1)
  })

  it('says so where the creation can no longer be aborted', async () => {
    const { scene, task, confirmed } = await killed()
    await using _ = scene
    scene.world.timeline.change(task, { status: 'RUNNING', committing: true })
    expect((await scene.post(create, confirmed)).stdout).toContain('Could not abort the creation')
  })

  it('deletes the draft that a killed step left', async () => {
    await using scene = await Scene.open()
    const draft = scene.world.addDataset({ name: 'pets', status: 'DRAFT' })
    const plan = { kind: 'creation', from: 'files', name: 'pets', earlier: [], abort: true } as const
    await scene.post(pets, state({ ...plan, datasetId: draft.id }))
    expect(draft.deleted).toBe(true)
  })

  it('deletes the temporary clone of an export by its ID, and without one only names what may be it', async () => {
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
    expect((await scene.post(inputs, state(plan))).warnings).toEqual([expect.stringContaining(clone.id)])
    expect(clone.deleted).toBe(false)
    const confirmed = state({ ...plan, accepted: true, datasetId: clone.id })
    scene.emulator.faults.add({ method: 'DELETE', path: /./, fault: { kind: 'status', status: 403 } })
    expect((await scene.post(inputs, confirmed)).warnings).toEqual([expect.stringContaining(clone.id)])
    await scene.post(inputs, confirmed)
    expect(clone.deleted).toBe(true)
  })

  it('warns, and does not fail the job, where the server rejects or the inputs are gone', async () => {
    const { scene, dataset, plan, confirmed } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 403 } })
    expect((await scene.post(create, confirmed)).warnings).toEqual([expect.stringContaining(dataset.id)])
    expect((await scene.post(create, state(plan))).warnings).toEqual([expect.stringContaining('dataset "cats"')])
    const { warnings } = await scene.post({ ...create, api_key: '' }, confirmed)
    expect(warnings).toEqual([expect.stringContaining('api_key')])
  })

  it('does nothing without a plan, or with one that it does not know', async () => {
    await using scene = await Scene.open()
    const known = await scene.post(create, { STATE_undo: '' })
    expect(known.warnings).toEqual([])
    for (const text of ['{}', '{"kind":"toString"}', 'no JSON', '***']) {
      const { warnings } = await scene.post(create, { STATE_undo: text })
      expect(warnings).toHaveLength(1)
    }
    expect(scene.emulator.requests).toEqual([])
  })
})
