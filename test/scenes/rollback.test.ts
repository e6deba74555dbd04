import { describe, expect, it } from 'vitest'
import type { StepResult } from '../action/run-action.ts'
import { Scene, when } from '../action/scene.ts'

/** A dataset that was saved by a step that asked for a rollback, and then changed by a training that failed. */
async function trained(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats', images: 6 })
  const inputs = {
    operation: 'snapshot',
    dataset_id: dataset.id,
    snapshot_name: 'before-training',
    rollback_on_failure: 'true',
  }
  const main = await scene.succeed(inputs)
  const saved = dataset.items
  dataset.items = saved.slice(0, 2)
  const post = async (more: Record<string, string> = {}): Promise<StepResult> => {
    const result = await (await scene.start({ ...inputs, ...more }, main.state, 'post')).ended
    expect(result.exitCode, result.stdout).toBe(0)
    expect(result.errors).toEqual([])
    expect(result.stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain(scene.emulator.apiSecret)
    return result
  }
  const current = () => dataset.snapshots.find(({ isCurrent }) => isCurrent)?.name
  return { scene, dataset, inputs, main, saved, post, current }
}

describe('rollback_on_failure', () => {
  it('has post put the dataset back, wait, and say so in the log and the summary', async () => {
    const { scene, dataset, main, saved, post, current } = await trained()
    await using _ = scene
    expect(JSON.parse(main.state['STATE_undo'] ?? '')).toMatchObject({
      kind: 'rollback',
      snapshot: { id: main.outputs['snapshot_id'] },
    })
    const { stdout, summary, warnings } = await post()
    expect(dataset.items).toEqual(saved)
    expect(dataset.status).toBe('READY')
    expect(current()).toBe('before-training')
    expect(warnings).toEqual([])
    for (const told of [stdout, summary]) expect(told).toContain('Rolled back after the failure of the job')
    expect(summary).toContain('## ✅ Visual Layer: rollback\n')
    // What the failed job left can be brought back.
    expect(dataset.snapshots.at(-1)?.name).toContain('before restore to before-training')
    expect(dataset.snapshots).toHaveLength(3)
  })

  it('waits for what the failed job left running', async () => {
    const { scene, dataset, saved, post } = await trained()
    await using _ = scene
    scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT', durationMs: 300 })
    await post()
    expect(dataset.items).toEqual(saved)
  })

  it('takes effect once where the reply is lost', async () => {
    const { scene, dataset, saved, post } = await trained()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path: /restore$/, fault: { kind: 'resetAfter' } })
    await post()
    expect(dataset.items).toEqual(saved)
    expect(scene.world.tasks.filter(({ type }) => type === 'SNAPSHOT_RESTORE')).toHaveLength(1)
  })

  it('that fails is a warning that says what to do, and no failed job', async () => {
    const { scene, main, post, current } = await trained()
    await using _ = scene
    scene.world.next('restore', { task: 'FAILED', message: 'no space left on the index' })
    const { warnings, summary } = await post()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/rollback.*before-training.*no space left on the index/s)
    expect(summary).toContain('## ❌ Visual Layer: rollback failed\n')
    expect(warnings[0]?.match(/operation: restore/g)).toHaveLength(1)
    expect(warnings[0]).toContain(`snapshot_id: ${main.outputs['snapshot_id']}`)
    expect(summary.match(/no space left on the index/g)).toHaveLength(1)
    expect(current()).toContain('before restore to before-training')
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
    const { scene, post } = await trained()
    await using _ = scene
    scene.emulator.faults.add({ method: 'POST', path, times: Infinity, fault: { kind } })
    const { warnings } = await post({ timeout: '8s', max_retries: '0' })
    expect(warnings).toEqual([expect.stringMatching(warning)])
  })

  it('that is cancelled itself ends with a warning', async () => {
    const { scene, inputs, main } = await trained({ timings: { restoreMs: 60_000 } })
    await using _ = scene
    const step = await scene.start(inputs, main.state, 'post')
    await when(() => scene.requests('POST', /restore$/).length === 1)
    await step.logged(/READ ONLY/)
    step.kill('SIGINT')
    const { exitCode, warnings } = await step.ended
    expect(exitCode).toBe(0)
    expect(warnings[0]).toContain('Could not confirm')
  })

  it('is not owed by a snapshot that failed, nor without the input', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const inputs = { operation: 'snapshot', dataset_id: dataset.id }
    const plain = await scene.succeed(inputs)
    expect(plain.state['STATE_undo'] ?? '').toBe('')
    scene.emulator.faults.add({ method: 'POST', path: /snapshot$/, fault: { kind: 'status', status: 403 } })
    const failed = await scene.fail('forbidden', { ...inputs, rollback_on_failure: 'true' })
    expect(failed.state['STATE_undo'] ?? '').toBe('')
    const { stdout } = await scene.post({ ...inputs, rollback_on_failure: 'true' }, failed.state)
    expect(stdout).toContain('Nothing is left to undo')
    expect(scene.requests('POST', /restore$/)).toEqual([])
  })

  it('goes back to the snapshot of the first attempt when a re-run reuses it', async () => {
    const { scene, dataset, inputs, main, saved, current } = await trained()
    await using _ = scene
    const again = { ...inputs, if_exists: 'reuse' }
    const rerun = await scene.succeed(again, { GITHUB_RUN_ATTEMPT: '2' })
    expect(rerun.warnings.join()).toMatch(/"before-training" is [\d.]+\w+ old/)
    expect(rerun.outputs['snapshot_id']).toBe(main.outputs['snapshot_id'])
    await (await scene.start(again, rerun.state, 'post')).ended
    expect(dataset.items).toEqual(saved)
    expect(current()).toBe('before-training')
    expect(dataset.snapshots).toHaveLength(3)
  })

  it('is not repeated after a step of the job has restored the snapshot, unless the dataset was changed since', async () => {
    const { scene, dataset, main, saved, post } = await trained()
    await using _ = scene
    const restored = () => scene.requests('POST', /restore$/).length
    const own = { dataset_id: dataset.id, timeout: '20s' }
    await scene.succeed({ ...own, operation: 'restore', snapshot_id: main.outputs['snapshot_id'] ?? '' })
    expect(dataset.items).toEqual(saved)
    const { stdout } = await post()
    expect(stdout).toContain('not restored again')
    expect(restored()).toBe(1)
    await scene.succeed({ ...own, operation: 'add-media', s3_uri: 's3://acme/more/' })
    await post()
    expect(restored()).toBe(2)
    expect(dataset.items).toEqual(saved)
  })

  it('is owed by a snapshot that was restored before the step that asks for it', async () => {
    const { scene, dataset, inputs, main, saved } = await trained()
    await using _ = scene
    await scene.succeed({
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_id: main.outputs['snapshot_id'] ?? '',
    })
    const again = { ...inputs, if_exists: 'reuse' }
    const armed = await scene.succeed(again)
    dataset.items = saved.slice(0, 1)
    const { stdout } = await scene.post(again, armed.state)
    expect(stdout).toContain('Rolled back')
    expect(dataset.items).toEqual(saved)
  })
})
