import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { Scene } from '../action/scene.ts'

afterEach(() => void vi.restoreAllMocks())

describe('a step', { concurrent: false }, () => {
  it('with wrong inputs fails before any request, with all faults in one error', async () => {
    await using scene = await Scene.open()
    const { errors, summary } = await scene.fail('invalid_input', {
      operation: 'snapshot',
      dataset_id: 'x',
      timeout: '1 year',
    })
    expect(errors[0]).toContain('dataset_id')
    expect(errors[0]).toContain('timeout')
    expect(summary).toContain('snapshot')
    const none = await scene.fail('invalid_input', {}, { INPUT_OPERATION: '' })
    expect(none.stdout).toContain('::error title=Visual Layer%3A step failed::')
    expect(scene.emulator.requests).toEqual([])
  })

  it('warns of inputs that the operation does not use', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const { warnings } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id, bucket_path: 's3://acme/x/' })
    expect(warnings).toEqual([expect.stringContaining('bucket_path')])
  })

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

  it('whose outputs cannot be written fails, naming them', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const folder = path.join(scene.job.root, 'full')
    await mkdir(folder)
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id }, { GITHUB_OUTPUT: folder })
    const { exitCode, errors, summary } = await step.ended
    expect(exitCode).toBe(1)
    expect(errors).toEqual([expect.stringContaining('GITHUB_OUTPUT')])
    expect(summary).toContain('operation&#95;failed')
    const reports = (await readdir(scene.job.root)).filter((name) => name.includes('report'))
    expect(reports).toHaveLength(1)
    expect(scene.emulator.requests).toEqual([])
  })

  it('that is crashed by a library ends in order', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id })
    await step.logged(/dataset INDEXING/)
    // SIGBREAK is what Windows makes of a cancellation.
    const { outputs } = scene.sound(await step.cancel('SIGBREAK'))
    expect(outputs['error_code']).toBe('cancelled')
  })

  it('in a shell, without the files of a runner, writes all to its log', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const bare = { GITHUB_OUTPUT: '', GITHUB_STATE: '', GITHUB_STEP_SUMMARY: '', GITHUB_ACTIONS: '' }
    const { exitCode, stdout } = await (await scene.start({ operation: 'wait', dataset_id: dataset.id }, bare)).ended
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`::debug::Output dataset_id: ${dataset.id}`)
  })
})

describe('the catalog of snapshots', { concurrent: false }, () => {
  it('is listed, changed, pruned and emptied', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['one', 'two', 'three'] })
    const [, one, two] = dataset.snapshots
    const on = { dataset_id: dataset.id }
    const { outputs } = await scene.succeed({ ...on, operation: 'list-snapshots' })
    expect(JSON.parse(outputs['snapshots'] ?? '')).toHaveLength(4)
    await scene.succeed({ ...on, operation: 'update-snapshot', snapshot_id: one?.id ?? '', snapshot_name: 'first' })
    expect(one?.name).toBe('first')
    await scene.succeed({ ...on, operation: 'delete-snapshot', snapshot_name: 'two' })
    expect(two?.deleted).toBe(true)
    const pruned = await scene.succeed({ ...on, operation: 'prune-snapshots', keep_last: '1', dry_run: 'true' })
    expect(pruned.summary).toContain('first')
    await scene.succeed({ ...on, operation: 'snapshot', snapshot_name: 'four', wait: 'true' })
    expect(dataset.snapshots.at(-1)?.name).toBe('four')
    await scene.succeed({ ...on, operation: 'delete-dataset', confirm_dataset_name: 'cats' })
    expect(dataset.deleted).toBe(true)
  })
})
