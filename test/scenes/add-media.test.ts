import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import { buffer } from 'node:stream/consumers'
import type { Dataset } from '../emulator/model.ts'
import type { EmulatorSettings } from '../emulator/options.ts'
import { faultsOfOneReply } from '../action/faults.ts'
import { HOSTILE } from '../action/hostile-texts.ts'
import { Scene, when } from '../action/scene.ts'

/** A scene with a dataset of eight images, three files and an archive of two in the workspace. */
async function prepared(settings?: EmulatorSettings) {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'pets' })
  await mkdir(path.join(scene.job.workspace, 'new'))
  for (const name of ['a.jpg', 'b.jpg', 'c.png']) await writeFile(path.join(scene.job.workspace, 'new', name), name)
  await writeFile(path.join(scene.job.workspace, 'more.zip'), await zipped('d.jpg', 'e.jpg'))
  return {
    scene,
    dataset,
    add: { operation: 'add-media', dataset_id: dataset.id },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  }
}

async function zipped(...names: string[]): Promise<Buffer> {
  const zip = new ZipFile()
  for (const name of names) zip.addBuffer(Buffer.from(name), name)
  zip.end()
  return buffer(zip.outputStream)
}

function additions({ world }: Scene) {
  return world.tasks.filter(({ type }) => type === 'MEDIA_ADDITION')
}

/** The base names of what is in a dataset beyond its first eight items. */
function added(dataset: Dataset): string[] {
  return dataset.items.slice(8).map(({ filePath }) => path.posix.basename(filePath))
}

describe('add-media', () => {
  it('adds files in one request, and waits for its task and READY', async () => {
    await using at = await prepared()
    const { outputs, stdout, summary, warnings } = await at.scene.succeed({ ...at.add, files: 'new/**' })
    expect(added(at.dataset)).toEqual(['a.jpg', 'b.jpg', 'c.png'])
    expect(at.scene.requests('POST', /add_media/)).toHaveLength(1)
    expect(outputs).toMatchObject({
      dataset_id: at.dataset.id,
      dataset_status: 'READY',
      task_id: additions(at.scene)[0]?.id,
      error_code: '',
    })
    expect(stdout).toContain('3 files (15 B)')
    for (const told of ['3 files', '11 images']) expect(summary).toContain(told)
    expect(warnings).toEqual([])
    expect(at.scene.requests('POST', /reindex/)).toEqual([])
  })

  it('adds an archive, and an S3 folder', async () => {
    await using at = await prepared()
    await at.scene.succeed({ ...at.add, archive: 'more.zip' })
    expect(added(at.dataset)).toEqual(['d.jpg', 'e.jpg'])
    await at.scene.succeed({ ...at.add, s3_uri: 's3://acme/more/' })
    expect(at.dataset.items).toHaveLength(8 + 2 + 12)
    expect(additions(at.scene)).toHaveLength(2)
  })

  it.each([
    ['more.tar', 'application/x-tar'],
    ['more.tar.gz', 'application/gzip'],
  ])('sends the archive %s with its own media type', async (archive, type) => {
    await using at = await prepared()
    await writeFile(path.join(at.scene.job.workspace, archive), archive)
    await at.scene.run({ ...at.add, archive })
    expect(at.scene.requests('POST', /add_media$/)[0]?.body.toLowerCase()).toContain(`content-type: ${type}`)
  })

  it('ends at PARTIAL INDEX without auto_reindex', async () => {
    await using at = await prepared()
    const { outputs } = await at.scene.succeed({ ...at.add, files: 'new/*', auto_reindex: 'false' })
    expect(outputs['dataset_status']).toBe('PARTIAL INDEX')
    expect(at.scene.requests('POST', /reindex/)).toEqual([])
  })

  it('asks for the reindex where PARTIAL INDEX stays although auto_reindex was set', async () => {
    await using at = await prepared()
    at.scene.world.next('addMedia', { datasetStatus: 'PARTIAL INDEX' })
    const { outputs, summary } = await at.scene.succeed({ ...at.add, files: 'new/*' })
    expect(outputs).toMatchObject({ dataset_status: 'READY', task_id: additions(at.scene)[0]?.id })
    expect(at.scene.requests('POST', /reindex/)).toHaveLength(1)
    expect(summary).toContain('is still PARTIAL INDEX')
  })

  it('fails where that reindex fails', async () => {
    await using at = await prepared()
    at.scene.world.next('addMedia', { datasetStatus: 'PARTIAL INDEX' })
    at.scene.world.next('reindex', { task: 'FAILED', message: 'out of memory', datasetStatus: 'PARTIAL INDEX' })
    const { errors } = await at.scene.fail('operation_failed', { ...at.add, files: 'new/*' })
    expect(errors[0]).toContain('out of memory')
  })

  it('is not deceived by an older addition, nor by a READY that is merely old', async () => {
    await using at = await prepared({ timings: { addMediaMs: 600 }, lags: { taskListMs: 400, statusMs: 200 } })
    const older = at.scene.world.runTask({ datasetId: at.dataset.id, type: 'MEDIA_ADDITION', status: 'COMPLETED' })
    at.scene.world.timeline.settle(older)
    const { outputs } = await at.scene.succeed({ ...at.add, files: 'new/*' })
    expect(added(at.dataset)).toHaveLength(3)
    expect(outputs['task_id']).toBe(additions(at.scene).find(({ id }) => id !== older.id)?.id)
  })

  it.each(['FAILED', 'ABORTED'] as const)('fails with the words of a task that ended as %s', async (task) => {
    await using at = await prepared()
    at.scene.world.next('addMedia', { task, message: 'the disk is on fire', datasetStatus: 'READY' })
    const { errors } = await at.scene.fail('operation_failed', { ...at.add, files: 'new/*' })
    expect(errors[0]).toContain('the disk is on fire')
  })

  it('fails with the words of a rejection', async () => {
    await using at = await prepared()
    const { errors } = await at.scene.fail('rejected', { ...at.add, s3_uri: 's3://acme/missing/' })
    expect(errors[0]).toContain('No media found at s3://acme/missing/')
    at.scene.emulator.options.uploadLimitBytes = 10
    const large = await at.scene.fail('rejected', { ...at.add, files: 'new/*' })
    expect(large.errors[0]).toContain('use s3_uri')
  })

  it.each([
    ['no source', {}, 'files'],
    ['two sources', { files: 'new/*', s3_uri: 's3://acme/x/' }, 's3_uri'],
    ['an archive that is none', { archive: 'new/a.jpg' }, 'archive'],
    ['an archive outside', { archive: '../x.zip' }, 'archive'],
    ['an archive that is not there', { archive: 'gone.zip' }, 'gone.zip'],
    ['an archive among the files', { files: '*.zip' }, 'archive'],
    ['a web address', { s3_uri: 'https://acme.s3.amazonaws.com/x' }, 's3_uri'],
  ])('sends nothing for %s', async (_, inputs, said) => {
    await using at = await prepared()
    const { errors } = await at.scene.fail('invalid_input', { ...at.add, ...inputs })
    expect(errors[0]).toContain(said)
    expect(at.scene.emulator.requests).toEqual([])
  })

  it('says what is wrong with an archive before anything is sent', async () => {
    await using at = await prepared()
    const inWorkspace = (name: string) => path.join(at.scene.job.workspace, name)
    await writeFile(inWorkspace('empty.zip'), '')
    await mkdir(inWorkspace('folder.zip'))
    await symlink(inWorkspace('gone'), inWorkspace('broken.zip'))
    const said = async (archive: string) => (await at.scene.fail('invalid_input', { ...at.add, archive })).errors[0]
    expect(await said('empty.zip')).toContain('empty')
    expect(await said('folder.zip')).toContain('regular file')
    expect(await said('broken.zip')).toContain('broken link')
    expect(at.scene.emulator.requests).toEqual([])
  })

  it('waits for other work before anything is sent, or fails at once with on_conflict: fail', async () => {
    await using at = await prepared()
    const task = at.scene.world.runTask({ datasetId: at.dataset.id, type: 'ENRICHMENT' })
    at.dataset.status = 'READ ONLY'
    const { errors } = await at.scene.fail('conflict', { ...at.add, files: 'new/*', on_conflict: 'fail' })
    for (const told of ['READ ONLY', 'on_conflict: wait']) expect(errors[0]).toContain(told)
    const step = await at.scene.start({ ...at.add, files: 'new/*' })
    await step.logged(/other work on dataset[^]*READ ONLY/)
    expect(at.scene.requests('POST', /add_media/)).toEqual([])
    at.scene.world.finishTask(task.id)
    at.scene.world.timeline.change(at.dataset, { status: 'READY' })
    expect(at.scene.sound(await step.ended).exitCode).toBe(0)
    expect(added(at.dataset)).toHaveLength(3)
  })

  it('waits through the conflict of a task that the status does not show', async () => {
    await using at = await prepared()
    const task = at.scene.world.runTask({ datasetId: at.dataset.id, type: 'ENRICHMENT' })
    at.dataset.status = 'READY'
    const step = await at.scene.start({ ...at.add, files: 'new/*' })
    await step.logged(/waiting for ENRICHMENT/)
    at.scene.world.finishTask(task.id)
    expect(at.scene.sound(await step.ended).exitCode).toBe(0)
    expect(added(at.dataset)).toHaveLength(3)
  })

  it('sends nothing to a dataset that takes no media', async () => {
    await using at = await prepared()
    at.dataset.status = 'ERROR'
    const { errors } = await at.scene.fail('conflict', { ...at.add, files: 'new/*' })
    expect(errors[0]).toContain('it is ERROR')
    expect(at.scene.requests('POST', /add_media/)).toEqual([])
  })

  it('says how to carry on when the time ends', async () => {
    await using at = await prepared({ timings: { addMediaMs: 60_000 } })
    const { errors, outputs } = await at.scene.fail('timed_out', { ...at.add, files: 'new/*', timeout: '6s' })
    expect(errors[0]).toContain('operation: wait')
    expect(outputs['task_id']).toBe(additions(at.scene)[0]?.id)
  })

  it('returns once it is accepted with wait: false', async () => {
    await using at = await prepared({ timings: { addMediaMs: 60_000 }, lags: { taskListMs: 200 } })
    const { outputs } = await at.scene.succeed({ ...at.add, files: 'new/*', wait: 'false' })
    expect(outputs['task_id']).toBe(additions(at.scene)[0]?.id)
    expect(at.dataset.status).toBe('READ ONLY')
  })

  it('goes by the dataset alone where the task list is rejected', async () => {
    await using at = await prepared({ timings: { addMediaMs: 400 } })
    at.scene.emulator.faults.add({ path: /tasks$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    const { warnings } = await at.scene.succeed({ ...at.add, files: 'new/*', timeout: '8s' })
    expect(warnings[0]).toContain('task list')
    expect(added(at.dataset)).toHaveLength(3)
  })

  it('finds by the dataset alone that an addition took effect whose response was lost', async () => {
    await using at = await prepared()
    at.scene.emulator.faults.add({ path: /tasks$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    at.scene.emulator.faults.add({ method: 'POST', path: /add_media$/, fault: { kind: 'resetAfter' } })
    await at.scene.succeed({ ...at.add, files: 'new/*' })
    expect(added(at.dataset)).toHaveLength(3)
    expect(at.scene.requests('POST', /add_media$/)).toHaveLength(1)
  })

  it('warns with the numbers where the dataset did not grow by what was sent', async () => {
    await using at = await prepared()
    at.scene.world.next('addMedia', { effect: false })
    const { warnings } = await at.scene.succeed({ ...at.add, files: 'new/*' })
    expect(warnings).toEqual([expect.stringMatching(/\b3 images\b.*\b0 more\b/)])
  })

  it('ends at once when it is cancelled in the upload or in the wait, and aborts nothing', async () => {
    await using at = await prepared({ timings: { addMediaMs: 60_000 } })
    at.scene.emulator.faults.add({ path: /add_media/, fault: { kind: 'hang' } })
    const sending = await at.scene.start({ ...at.add, files: 'new/*', timeout: '1h' })
    await when(() => at.scene.requests('POST', /add_media/).length === 1)
    expect(at.scene.sound(await sending.cancel()).outputs['error_code']).toBe('cancelled')
    const waiting = await at.scene.start({ ...at.add, files: 'new/*', timeout: '1h' })
    await waiting.logged(/READ ONLY.*task/)
    const { outputs, state } = at.scene.sound(await waiting.cancel())
    expect(outputs).toMatchObject({ error_code: 'cancelled', task_id: additions(at.scene)[0]?.id })
    expect(state['STATE_undo'] ?? '').toBe('')
    expect(at.scene.requests('POST', /abort/)).toEqual([])
  })

  it('shows hostile names as text only', async () => {
    await using at = await prepared()
    for (const [index, text] of Object.values(HOSTILE).entries()) {
      const name = `${index}${text.replaceAll('\0', '').replaceAll('/', '_').toWellFormed().slice(0, 60)}.jpg`
      await writeFile(path.join(at.scene.job.workspace, 'new', name), 'x')
    }
    at.dataset.name = HOSTILE['html'] ?? ''
    await at.scene.succeed({ ...at.add, files: 'new/*' })
    expect(added(at.dataset)).toHaveLength(3 + Object.keys(HOSTILE).length)
  })
})

describe('a request of add-media whose one reply goes wrong', () => {
  const cases = faultsOfOneReply().map(([faultName], index) => ({ faultName, index }))
  it.each(cases)('takes effect once: the addition, $faultName', async ({ index }) => {
    await using at = await prepared()
    const fault = faultsOfOneReply()[index]?.[1]
    if (!fault) throw new Error('no such fault')
    at.scene.emulator.faults.add({ method: 'POST', path: /add_media/, fault })
    const { outputs } = await at.scene.succeed({ ...at.add, files: 'new/*', timeout: '10s', request_timeout: '1s' })
    expect(added(at.dataset)).toEqual(['a.jpg', 'b.jpg', 'c.png'])
    expect(additions(at.scene).map(({ id }) => id)).toEqual([outputs['task_id']])
  })

  it.each(cases)('takes effect once: the reindex, $faultName', async ({ index }) => {
    await using at = await prepared()
    const fault = faultsOfOneReply()[index]?.[1]
    if (!fault) throw new Error('no such fault')
    at.scene.world.next('addMedia', { datasetStatus: 'PARTIAL INDEX' })
    at.scene.emulator.faults.add({ method: 'POST', path: /reindex/, fault })
    await at.scene.succeed({ ...at.add, files: 'new/*', timeout: '10s', request_timeout: '1s' })
    expect(at.scene.world.tasks.filter(({ type }) => type === 'REINDEX')).toHaveLength(1)
    expect(at.dataset.status).toBe('READY')
  })
})
