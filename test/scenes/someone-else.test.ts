import { describe, expect, it } from 'vitest'
import { withFiles, images } from '../action/files-scene.ts'
import { Scene, when } from '../action/scene.ts'

describe("someone else's work right after ours", () => {
  it('takes a snapshot as soon as a restore is READY: the restore succeeded, and names theirs', async () => {
    await using scene = await Scene.open({ timings: { restoreMs: 300 } })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    const about = { dataset_id: dataset.id }
    const restore = await scene.start({
      operation: 'restore',
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
      // Their whole step runs between two polls.
      poll_interval: '5s',
      ...about,
    })
    await when(() => scene.requests('POST', /restore$/).length === 1)
    const theirs = await scene.succeed({
      operation: 'snapshot',
      snapshot_name: 'theirs',
      on_conflict: 'wait',
      ...about,
    })
    const { outputs, stdout } = scene.sound(await restore.ended)
    expect(outputs['error_code'], stdout).toBe('')
    expect(stdout).toContain(theirs.outputs['snapshot_id'])
  })

  it.each(['renames', 'deletes'])('%s a clone at once: the clone was made', async (does) => {
    await using scene = await Scene.open({ timings: { cloneMs: 700 } })
    const source = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    const step = await scene.start({
      operation: 'clone',
      dataset_id: source.id,
      snapshot_name: 'nightly',
      timeout: '20s',
    })
    await when(() => scene.world.datasets.length === 2)
    const clone = scene.world.datasets.at(-1)
    if (!clone) throw new Error('there is no clone')
    if (does === 'renames') scene.world.timeline.change(clone, { name: 'mine' })
    else {
      await step.logged(/READ ONLY|INDEXING|not listed|READY/)
      await when(() => scene.world.tasks.every(({ endTime }) => endTime !== undefined))
      await when(() => scene.requests('GET', new RegExp(`/dataset/${clone.id}$`)).length > 0)
      scene.world.timeline.change(clone, { deleted: true })
    }
    const { outputs, stdout } = scene.sound(await step.ended)
    expect(outputs, stdout).toMatchObject({ error_code: '', dataset_id: clone.id })
  })

  it('prunes a snapshot at once: it was taken', async () => {
    await using scene = await Scene.open({ lags: { snapshotListMs: 200 } })
    const dataset = scene.world.addDataset({ name: 'cats' })
    const step = await scene.start({
      operation: 'snapshot',
      dataset_id: dataset.id,
      snapshot_name: 'mine',
      timeout: '8s',
    })
    await when(() => dataset.snapshots.length === 2)
    const [, mine] = dataset.snapshots
    if (mine) scene.world.timeline.change(mine, { deleted: true })
    const { outputs, stdout } = scene.sound(await step.ended)
    expect(outputs, stdout).toMatchObject({ error_code: '', snapshot_id: mine?.id })
  })

  it('deletes the dataset that is being created: that is what the error says', async () => {
    await using scene = await Scene.open({ timings: { createMs: 60_000 } })
    const step = await scene.start({
      operation: 'create-from-s3',
      dataset_name: 'cats',
      bucket_path: 's3://acme/cats/',
      timeout: '1h',
    })
    await step.logged(/dataset INDEXING/)
    const [dataset] = scene.world.datasets
    if (dataset) scene.world.timeline.change(dataset, { deleted: true })
    const { outputs, errors } = scene.sound(await step.ended)
    expect(outputs).toMatchObject({ error_code: 'not_found', dataset_id: dataset?.id })
    expect(errors[0]).toContain('disappeared')
  })
})

describe('an addition of media that may have been made', () => {
  const add = { operation: 'add-media', files: 'images/*', timeout: '6s' }
  const advice = /Check dataset .* in Visual Layer first/

  it.each(['resetAfter', 'hangAfter'] as const)('and cannot be looked for (%s) says to look first', async (kind) => {
    await using scene = await withFiles(images(3))
    const dataset = scene.world.addDataset({ name: 'cats', images: 4 })
    scene.emulator.faults.add({ method: 'POST', path: /add_media$/, fault: { kind } })
    const step = await scene.start({ ...add, dataset_id: dataset.id })
    await when(() => scene.requests('POST', /add_media$/).length === 1)
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 503 } })
    const { outputs, errors } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('timed_out')
    expect(errors[0]).toMatch(advice)
    expect(scene.requests('POST', /add_media$/)).toHaveLength(1)
  })

  it('and is answered after the deadline is found, or says to look first', async () => {
    await using scene = await withFiles(images(3))
    const dataset = scene.world.addDataset({ name: 'cats', images: 4 })
    scene.emulator.faults.add({ method: 'POST', path: /add_media$/, fault: { kind: 'delay', ms: 8_000 } })
    scene.emulator.options.timings.addMediaMs = 60_000
    const { outputs, errors } = await scene.run({ ...add, dataset_id: dataset.id })
    expect(outputs['error_code']).toBe('timed_out')
    expect(errors[0]).toMatch(/Check dataset .* in Visual Layer first|operation: wait/)
    expect(errors[0]).not.toMatch(/^.*Re-run the job\.$/m)
  })
})
