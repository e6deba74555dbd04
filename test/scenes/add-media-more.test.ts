import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EmulatorSettings } from '../emulator/options.ts'
import { withFiles } from '../action/files-scene.ts'

/** A scene with a dataset of eight images, and three files to add to it. */
async function prepared(settings?: EmulatorSettings) {
  const scene = await withFiles(
    ['new/a.jpg', 'new/b.jpg', 'new/c.png', 'new/d.mp4', 'more.tar', 'more.tar.gz'],
    settings,
  )
  const dataset = scene.world.addDataset({ name: 'pets' })
  const additions = () => scene.world.tasks.filter(({ type }) => type === 'MEDIA_ADDITION')
  return { scene, dataset, additions, add: { operation: 'add-media', dataset_id: dataset.id } }
}

const three = { files: 'new/*\n!**/*.mp4' }

describe('add-media', () => {
  it('adds files, an archive, or an S3 folder, and waits for its own task', async () => {
    const { scene, dataset, additions, add } = await prepared()
    await using _ = scene
    const { outputs, stdout, summary } = await scene.succeed({ ...add, ...three })
    expect(dataset.items).toHaveLength(11)
    expect(outputs).toMatchObject({ task_id: additions()[0]?.id, dataset_status: 'READY' })
    expect(stdout).toContain('Added 3 files (27 B)')
    expect(summary).toContain('11 images')
    await scene.succeed({ ...add, s3_uri: 's3://acme/more/' })
    expect(dataset.items).toHaveLength(23)
    const one = await scene.succeed({ ...add, files: 'new/d.mp4' })
    expect(one.stdout).toContain('Added 1 file (9 B)')
  })

  it.each([
    ['more.tar', 'application/x-tar'],
    ['more.tar.gz', 'application/gzip'],
  ])('sends the archive %s as what it is', async (archive, type) => {
    const { scene, add } = await prepared()
    await using _ = scene
    await scene.run({ ...add, archive })
    expect(scene.requests('POST', /add_media$/)[0]?.body.toLowerCase()).toContain(`content-type: ${type}`)
  })

  it('says what is wrong with an archive before anything is sent', async () => {
    const { scene, add } = await prepared()
    await using _ = scene
    const inWorkspace = (name: string) => path.join(scene.job.workspace, name)
    await writeFile(inWorkspace('empty.zip'), '')
    await mkdir(inWorkspace('folder.zip'))
    await symlink(inWorkspace('gone'), inWorkspace('broken.zip'))
    const said = async (archive: string) => (await scene.fail('invalid_input', { ...add, archive })).errors[0]
    expect(await said('gone.zip')).toContain('does not exist')
    expect(await said('empty.zip')).toContain('is empty')
    expect(await said('folder.zip')).toContain('is not a regular file')
    expect(await said('broken.zip')).toContain('is a broken link')
    const { errors } = await scene.fail('invalid_input', { ...add, files: 'more.tar' })
    expect(errors[0]).toContain('an archive; set the input archive to it')
    expect(scene.emulator.requests).toEqual([])
  })

  it('ends at PARTIAL INDEX without auto_reindex, and asks for the reindex itself where that was asked for', async () => {
    const { scene, additions, add } = await prepared()
    await using _ = scene
    const without = await scene.succeed({ ...add, ...three, auto_reindex: 'false' })
    expect(without.outputs['dataset_status']).toBe('PARTIAL INDEX')
    scene.world.next('addMedia', { datasetStatus: 'PARTIAL INDEX' })
    scene.emulator.faults.add({ method: 'POST', path: /reindex$/, fault: { kind: 'resetAfter' } })
    const { outputs, summary } = await scene.succeed({ ...add, files: 'new/d.mp4' })
    expect(outputs).toMatchObject({ dataset_status: 'READY', task_id: additions()[1]?.id })
    expect(summary).toContain('is still PARTIAL INDEX')
    expect(scene.world.tasks.filter(({ type }) => type === 'REINDEX')).toHaveLength(1)
  })

  it('fails where that reindex fails', async () => {
    const { scene, add } = await prepared()
    await using _ = scene
    scene.world.next('addMedia', { datasetStatus: 'PARTIAL INDEX' })
    scene.world.next('reindex', { task: 'FAILED', message: 'out of memory', datasetStatus: 'PARTIAL INDEX' })
    scene.emulator.faults.add({ method: 'POST', path: /reindex$/, fault: { kind: 'resetBefore' } })
    const { errors } = await scene.fail('operation_failed', { ...add, ...three, timeout: '4s' })
    expect(errors[0]).toContain('out of memory')
  })

  it('tells by the dataset itself that a lost addition took effect, where tasks may not be listed', async () => {
    const { scene, dataset, add } = await prepared()
    await using _ = scene
    scene.emulator.faults.add({ path: /tasks$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    scene.emulator.faults.add({ method: 'POST', path: /add_media$/, fault: { kind: 'resetAfter' } })
    const { warnings } = await scene.succeed({ ...add, ...three, timeout: '4s' })
    expect(warnings[0]).toContain('task list')
    expect(dataset.items).toHaveLength(11)
  })

  it('says how many arrived where some were dropped', async () => {
    const { scene, add } = await prepared()
    await using _ = scene
    scene.world.next('addMedia', { effect: false })
    const { warnings } = await scene.succeed({ ...add, ...three })
    expect(warnings[0]).toMatch(/Sent 3 images, but dataset \S+ has 0 more than before/)
  })

  it('fails with the words of a refusal, and says what to do about one request that is too large', async () => {
    const { scene, dataset, add } = await prepared()
    await using _ = scene
    const missing = await scene.fail('rejected', { ...add, s3_uri: 's3://acme/missing/' })
    expect(missing.errors[0]).toContain('No media found')
    scene.emulator.options.uploadLimitBytes = 10
    expect((await scene.fail('rejected', { ...add, ...three })).errors[0]).toContain('use s3_uri')
    dataset.status = 'ERROR'
    const { errors } = await scene.fail('conflict', { ...add, ...three })
    expect(errors[0]).toContain('it is ERROR')
  })

  it('waits for other work, or fails with on_conflict: fail', async () => {
    const { scene, dataset, add } = await prepared()
    await using _ = scene
    scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT', durationMs: 400 })
    const { errors } = await scene.fail('conflict', { ...add, ...three, on_conflict: 'fail' })
    expect(errors[0]).toContain('Set on_conflict: wait')
    await scene.succeed({ ...add, ...three })
    expect(dataset.items).toHaveLength(11)
  })

  it('returns with wait: false, with the task where it shows in time', async () => {
    const { scene, additions, add } = await prepared({ timings: { addMediaMs: 60_000 }, lags: { taskListMs: 200 } })
    await using _ = scene
    const { outputs, stdout } = await scene.succeed({ ...add, ...three, wait: 'false' })
    expect(outputs['task_id']).toBe(additions()[0]?.id)
    expect(stdout).toContain('Visual Layer accepted')
    const { errors } = await scene.fail('timed_out', {
      operation: 'wait',
      dataset_id: add.dataset_id,
      timeout: '2s',
    })
    expect(errors[0]).toContain('Re-run the job to keep waiting.')
  })
})
