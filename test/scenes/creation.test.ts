import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { images, pets, uploaded, withFiles } from '../action/files-scene.ts'
import { Scene } from '../action/scene.ts'

const cats = { operation: 'create-from-s3', dataset_name: 'cats', bucket_path: 's3://acme/cats/' }

describe('create-from-s3', () => {
  it('makes a dataset, waits for READY, and reports how large it became', async () => {
    await using scene = await Scene.open()
    const { outputs, state, summary } = await scene.succeed(cats)
    const [dataset] = scene.world.datasets
    expect(outputs).toMatchObject({ dataset_id: dataset?.id, dataset_name: 'cats', dataset_status: 'READY' })
    expect(outputs['task_id']).toBe(scene.world.tasks[0]?.id)
    expect(summary).toContain('12 images')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('does not wait with wait: false, and owes nothing then', async () => {
    await using scene = await Scene.open({ timings: { createMs: 60_000 } })
    const { outputs, state, stdout } = await scene.succeed({ ...cats, wait: 'false' })
    expect(outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
    expect(stdout).toContain('accepted the creation')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('uses the newest dataset of the name, or fails, as if_exists says', async () => {
    await using scene = await Scene.open()
    scene.world.addDataset({ name: 'cats' })
    const newest = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    newest.createdAt = new Date()
    const step = await scene.start({ ...cats, if_exists: 'reuse' })
    await step.logged(/dataset INDEXING/)
    scene.world.timeline.change(newest, { status: 'READY' })
    const { outputs, stdout } = scene.sound(await step.ended)
    expect(outputs).toMatchObject({ dataset_id: newest.id, dataset_status: 'READY' })
    expect(stdout).toContain('Reusing the existing')
    const { errors } = await scene.fail('conflict', { ...cats, if_exists: 'fail' })
    expect(errors[0]).toContain(newest.id)
    scene.world.timeline.change(newest, { status: 'DRAFT' })
    const draft = await scene.fail('conflict', { ...cats, if_exists: 'reuse' })
    expect(draft.errors[0]).toContain('is a draft')
    expect(scene.requests('POST', /dataset$/)).toEqual([])
  })

  it('finds the dataset again whose reply was lost, and makes no second one', async () => {
    await using scene = await Scene.open()
    scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({ method: 'POST', path: /dataset$/, fault: { kind: 'resetAfter' } })
    const { outputs } = await scene.succeed(cats)
    expect(scene.world.datasets).toHaveLength(2)
    expect(outputs['dataset_id']).toBe(scene.world.datasets[1]?.id)
  })

  it.each([
    ['a bucket that cannot be read', { status: 500, body: '{"detail":"bucket"}' }, 'Visual Layer can read it'],
    ['a quota', { status: 402, body: '{"detail":"quota"}' }, 'quota'],
  ])('fails with what to check: %s', async (_, reply, words) => {
    await using scene = await Scene.open()
    const fault = { kind: 'status', ...reply } as const
    scene.emulator.faults.add({ method: 'POST', path: /dataset$/, times: Infinity, fault })
    const result = await scene.run({ ...cats, max_retries: '0', timeout: '2s' })
    expect(result.exitCode).toBe(1)
    expect(result.errors[0]).toContain(words)
    expect(result.state['STATE_undo'] ?? '').toBe('')
  })

  it('fails with the words of its task', async () => {
    await using scene = await Scene.open()
    scene.world.next('create', { task: 'FAILED', message: 'no media found' })
    const { errors, outputs } = await scene.fail('operation_failed', cats)
    expect(errors[0]).toContain('no media found')
    expect(outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
  })

  it('waits for a dataset that cannot be read yet, and says how to continue when the time ends', async () => {
    await using scene = await Scene.open({ timings: { createMs: 60_000 } })
    const missing = { path: /dataset\/[^/]+$/, fault: { kind: 'status', status: 404 } } as const
    scene.emulator.faults.add({ method: 'GET', ...missing, times: 2 })
    const { errors, stdout } = await scene.fail('timed_out', { ...cats, timeout: '3s' })
    expect(stdout).toContain('cannot be read yet')
    expect(errors[0]).toContain('operation: wait')
  })
})

describe('create-from-files', () => {
  it('sends every file once, starts the processing, and waits', async () => {
    await using scene = await withFiles([...images(3), 'images/deep/clip.mp4'])
    const { outputs, summary } = await scene.succeed(pets)
    expect(uploaded(scene)).toHaveLength(4)
    expect(outputs).toMatchObject({ dataset_status: 'READY', dataset_id: scene.world.datasets[0]?.id })
    expect(summary).toContain('4 files')
  })

  it('names all files that cannot be sent, at once, before anything is', async () => {
    await using scene = await withFiles(['images/a.jpg', 'images/notes.txt', 'images/more.zip'])
    const inWorkspace = (name: string) => path.join(scene.job.workspace, 'images', name)
    await writeFile(inWorkspace('empty.png'), '')
    await mkdir(inWorkspace('real'))
    await symlink(inWorkspace('real'), inWorkspace('folder.jpg'))
    await symlink(inWorkspace('nowhere'), inWorkspace('broken.jpg'))
    await symlink(path.resolve(import.meta.filename), inWorkspace('outside.jpg'))
    const { errors } = await scene.fail('invalid_input', pets)
    for (const why of [
      'notes.txt": not a format',
      'more.zip": an archive, which Visual Layer does not accept at creation',
      'empty.png": empty (0 bytes)',
      'folder.jpg": a link to a folder',
      'broken.jpg": a broken link',
      'outside.jpg": a link out of the workspace',
    ])
      expect(errors[0]).toContain(why)
    expect(errors[0]).toContain('6 of the 7 files')
    expect(scene.emulator.requests).toEqual([])
  })

  it('names the first ten of many that cannot be sent', async () => {
    await using scene = await withFiles(Array.from({ length: 13 }, (_, index) => `images/${index}.txt`))
    const { errors } = await scene.fail('invalid_input', pets)
    expect(errors[0]).toContain('- and 3 more')
  })

  it('leaves hidden files out unless a pattern names them', async () => {
    const hidden = Array.from({ length: 12 }, (_, index) => `images/.h${index}.jpg`)
    await using scene = await withFiles(['images/a.jpg', ...hidden])
    const { summary, outputs } = await scene.succeed(pets)
    expect(outputs['error_code']).toBe('')
    expect(summary).toContain('12 files skipped because hidden')
    expect(summary).toContain('and 2 more')
    expect(uploaded(scene)).toEqual(['a.jpg'])
    const { errors } = await scene.fail('invalid_input', { ...pets, files: '**/*.jpg\n!**/a.jpg' })
    expect(errors[0]).toContain('matches no file except hidden ones')
    await scene.succeed({ ...pets, files: 'images/.h*' })
    expect(scene.world.datasets[1]?.items).toHaveLength(12)
    expect((await scene.fail('invalid_input', { ...pets, files: 'none/**' })).errors[0]).toContain('matches no file in')
  })

  it('warns of names that occur twice', async () => {
    const twice = Array.from({ length: 11 }, (_, index) => [`images/a/${index}.jpg`, `images/b/${index}.jpg`]).flat()
    await using scene = await withFiles(twice)
    const { warnings } = await scene.succeed(pets)
    expect(warnings).toEqual([expect.stringContaining('11 file names occur more than once')])
    expect(warnings[0]).toContain('and 1 more names')
  })

  it('names the draft that it leaves when the upload is rejected', async () => {
    await using scene = await withFiles(images(2))
    const upload = { method: 'POST', path: /data_files/, times: Infinity }
    scene.emulator.faults.add({ ...upload, fault: { kind: 'status', status: 403, body: '{"detail":"not yours"}' } })
    const { errors } = await scene.fail('forbidden', pets)
    expect(errors[0]).toContain('remains, as a draft')
    expect(errors[0]).toContain(scene.world.datasets[0]?.id)
  })

  it('makes one draft and starts one processing where both replies are lost', async () => {
    await using scene = await withFiles(images(1))
    for (const request of [/new_dataset$/, /process_files/])
      scene.emulator.faults.add({ path: request, fault: { kind: 'resetAfter' } })
    const { stdout } = await scene.succeed(pets)
    expect(scene.world.tasks).toHaveLength(1)
    expect(scene.world.datasets).toHaveLength(1)
    expect(stdout).toContain('1 file (')
  })

  it('returns once it is accepted with wait: false; uses one that is there with if_exists: reuse', async () => {
    await using scene = await withFiles(images(1))
    const { stdout, state } = await scene.succeed({ ...pets, wait: 'false' })
    expect(stdout).toContain('accepted the creation of dataset')
    expect(state['STATE_undo'] ?? '').toBe('')
    const { outputs } = await scene.succeed({ ...pets, if_exists: 'reuse', wait: 'false' })
    expect(outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
    expect(scene.world.datasets).toHaveLength(1)
  })
})
