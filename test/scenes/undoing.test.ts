import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/operations/undo-log.ts'
import { images, pets, withFiles } from '../action/files-scene.ts'
import { Scene, when } from '../action/scene.ts'

const create = { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/' }
const slow = { timings: { createMs: 60_000, processMs: 60_000, restoreMs: 60_000 } }

/** As the runner hands a plan of the undo log to post. */
const state = (plan: Plan) => ({ STATE_undo: JSON.stringify(plan) })

/** What post is left with by a creation that was killed in its wait. */
async function killed() {
  const scene = await Scene.open(slow)
  const { outputs } = await scene.succeed({ ...create, wait: 'false' })
  const [dataset] = scene.world.datasets
  const [task] = scene.world.tasks
  if (!dataset || !task) throw new Error('the emulator made no dataset')
  const plan = { kind: 'creation', from: 's3', name: 'cats', earlier: [], abort: true } as const
  return { scene, dataset, task, plan, state: state({ ...plan, datasetId: outputs['dataset_id'] ?? '' }) }
}

describe('a cancelled creation', () => {
  it('is aborted, and leaves nothing to undo', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    const { outputs, state: left, summary } = scene.sound(await step.cancel())
    expect(outputs['error_code']).toBe('cancelled')
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
    expect(left['STATE_undo']).toBe('')
    expect(summary).toContain('was canceled')
  })

  it('continues with on_cancel: leave', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start({ ...create, on_cancel: 'leave' })
    await step.logged(/dataset INDEXING/)
    scene.sound(await step.cancel('SIGTERM'))
    expect(scene.world.tasks[0]?.endTime).toBeUndefined()
  })

  it('is left to post if the server rejects, which is no second error', async () => {
    await using scene = await Scene.open(slow)
    const step = await scene.start(create)
    await step.logged(/dataset INDEXING/)
    scene.emulator.faults.add({ path: /abort$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    const { state: left, stdout } = scene.sound(await step.cancel())
    expect(left['STATE_undo']).toContain('creation')
    expect(stdout).toContain('The post step tries again')
    scene.emulator.faults.clear()
    await scene.post(create, left)
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
  })

  it('of files is deleted while it is a draft, and named where it may not be', async () => {
    await using scene = await withFiles(images(1), slow)
    scene.emulator.faults.add({ path: /data_files\//, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start(pets)
    await when(() => scene.requests('POST', /data_files\//).length === 1)
    scene.emulator.faults.add({ method: 'DELETE', path: /./, fault: { kind: 'status', status: 403 } })
    const { stdout } = scene.sound(await step.cancel())
    expect(stdout).toContain('Could not delete the draft dataset')
    const datasetId = scene.world.datasets[0]?.id
    const plan = { kind: 'creation', from: 'files', name: 'pets', earlier: [], abort: true, datasetId } as const
    expect((await scene.post(pets, state(plan))).stdout).toContain('Deleted the draft')
    expect(scene.world.datasets[0]?.deleted).toBe(true)
  })
})

describe('the post step', () => {
  it('aborts the creation that a killed step left by its ID, and without one only names what may be it', async () => {
    const { scene, dataset, task, plan, state: confirmed } = await killed()
    await using _ = scene
    const { id: other } = scene.world.addDataset({ name: 'cats' })
    const several = await scene.post(create, state(plan))
    expect(several.warnings).toEqual([expect.stringContaining(`${dataset.id}, ${other}`)])
    const one = await scene.post(create, state({ ...plan, earlier: [other] }))
    expect(one.warnings).toEqual([expect.stringContaining(dataset.id)])
    expect(one.summary).toContain('## ❌ Visual Layer: cleanup failed\n')
    expect(one.summary).toContain(dataset.id)
    expect(task.endTime).toBeUndefined()
    const { stdout } = await scene.post(create, confirmed)
    expect(stdout).toContain('Aborted the ')
    expect(task.status).toBe('ABORTED')
    expect((await scene.post(create, confirmed)).stdout).toContain('had already ended (ABORTED)')
  })

  it('aborts once where the reply to that is lost, and leaves alone what has ended in the meantime', async () => {
    const { scene, task, state: confirmed } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /abort$/, fault: { kind: 'resetAfter' } })
    expect((await scene.post(create, confirmed)).stdout).toContain('Aborted the ')
    expect(scene.requests('POST', /abort$/)).toHaveLength(1)
    scene.world.timeline.change(task, { status: 'COMPLETED', endTime: new Date() })
    expect((await scene.post(create, confirmed)).stdout).toContain('had already ended (COMPLETED)')
  })

  it('says so where the creation can no longer be aborted', async () => {
    const { scene, task, state: confirmed } = await killed()
    await using _ = scene
    scene.world.timeline.change(task, { status: 'RUNNING', committing: true })
    expect((await scene.post(create, confirmed)).stdout).toContain('Could not abort the creation')
  })

  it('warns, and does not fail the job, where the server rejects or the inputs are gone', async () => {
    const { scene, dataset, plan, state: confirmed } = await killed()
    await using _ = scene
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 403 } })
    expect((await scene.post(create, confirmed)).warnings).toEqual([expect.stringContaining(`(${dataset.id})`)])
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

describe('a rollback', () => {
  async function saved(settings: Parameters<typeof Scene.open>[0] = {}) {
    const scene = await Scene.open(settings)
    const dataset = scene.world.addDataset({ name: 'cats', images: 6 })
    const inputs = {
      operation: 'snapshot',
      dataset_id: dataset.id,
      snapshot_name: 'before',
      rollback_on_failure: 'true',
    }
    const { state: left } = await scene.succeed(inputs)
    const before = dataset.items
    dataset.items = before.slice(0, 2)
    return { scene, dataset, inputs, left, before }
  }

  it('puts the dataset back, and says so in the log and the summary', async () => {
    const { scene, dataset, inputs, left, before } = await saved()
    await using _ = scene
    const { stdout, summary, warnings } = await (await scene.start(inputs, left, 'post')).ended
    expect(dataset.items).toEqual(before)
    expect(warnings).toEqual([])
    for (const told of [stdout, summary]) expect(told).toContain('Rolled back after the failure of the job')
  })

  it('that fails is a warning with the words of the server', async () => {
    const { scene, inputs, left } = await saved()
    await using _ = scene
    scene.world.next('restore', { task: 'FAILED', message: 'no space left on the index' })
    const { exitCode, warnings, summary } = await (await scene.start(inputs, left, 'post')).ended
    expect(exitCode).toBe(0)
    expect(warnings).toEqual([expect.stringContaining('no space left on the index')])
    expect(summary).toContain('no space left on the index')
  })

  it.each([
    ['before the restore', /snapshot$/, 'hang', /^The rollback .* failed: .*No restore was started.*Restore it:/s],
    [
      'at the restore',
      /restore$/,
      'resetBefore',
      /^Could not confirm .*: .*Could not tell.*If the snapshot is not current/s,
    ],
  ] as const)('whose connection fails %s does not contradict itself', async (_when, path, kind, warning) => {
    const { scene, inputs, left } = await saved()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path, times: Infinity, fault: { kind } })
    const post = { ...inputs, timeout: '4s', max_retries: '0' }
    const { warnings } = await (await scene.start(post, left, 'post')).ended
    expect(warnings).toEqual([expect.stringMatching(warning)])
  })

  it('that is cancelled itself ends with a warning', async () => {
    const { scene, inputs, left } = await saved(slow)
    await using _ = scene
    const step = await scene.start(inputs, left, 'post')
    await step.logged(/READ ONLY/)
    step.kill('SIGINT')
    const { exitCode, warnings } = await step.ended
    expect(exitCode).toBe(0)
    expect(warnings).toEqual([expect.stringContaining('finished: The step was canceled')])
  })
})
