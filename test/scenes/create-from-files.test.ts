import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { images, pets, uploaded, withFiles } from '../action/files-scene.ts'
import { HOSTILE } from '../action/hostile-texts.ts'

describe('create-from-files', () => {
  it('sends what the patterns match, processes it and waits until it is READY', async () => {
    await using scene = await withFiles([
      'images/b.jpg',
      'images/a.PNG',
      'images/deep/c.mp4',
      'images/deep/skip.webp',
      'other/d.jpg',
    ])
    const { outputs, summary, stdout, warnings } = await scene.succeed({
      ...pets,
      files: '# pets\nimages/**\n\n!images/**/skip.*',
    })
    const [dataset, ...others] = scene.world.datasets
    expect(others).toEqual([])
    expect(dataset?.status).toBe('READY')
    expect(uploaded(scene)).toEqual(['a.PNG', 'b.jpg', 'c.mp4'])
    const [transaction] = dataset?.transactions.values() ?? []
    expect(transaction?.files.map(({ bytes }) => bytes.toString())).toEqual([
      'images/a.PNG',
      'images/b.jpg',
      'images/deep/c.mp4',
    ])
    expect(outputs).toMatchObject({
      dataset_id: dataset?.id,
      dataset_name: 'pets',
      dataset_status: 'READY',
      task_id: scene.world.tasks[0]?.id,
      error_code: '',
    })
    expect(warnings).toEqual([])
    expect(stdout).toContain('uploaded 3 of 3 files')
    expect(summary).toContain(dataset?.id)
    expect(summary).toContain('3 files')
  })

  it('sends many in batches over few connections, and starts processing only after every one', async () => {
    await using scene = await withFiles(images(230))
    await scene.succeed(pets)
    expect(uploaded(scene)).toEqual(images(230).map((name) => path.basename(name)))
    const uploads = scene.requests('POST', /data_files/)
    expect(uploads).toHaveLength(5)
    const order = scene.emulator.requests.map(({ path: place }) => place)
    const last = order.findLastIndex((place) => place.includes('/data_files/'))
    expect(order.findIndex((place) => place.includes('process_files'))).toBeGreaterThan(last)
    expect(scene.requests('GET', /data_files$/)).toHaveLength(1)
  })

  it('names every file that cannot be sent, and why, before anything is sent', async () => {
    await using scene = await withFiles(['images/a.jpg', 'images/notes.txt', 'images/more.zip', 'images/empty.png'])
    const inWorkspace = (name: string) => path.join(scene.job.workspace, 'images', name)
    await truncate(inWorkspace('empty.png'))
    await mkdir(inWorkspace('real'))
    await symlink(inWorkspace('real'), inWorkspace('folder.jpg'))
    await symlink(inWorkspace('nowhere'), inWorkspace('broken.jpg'))
    await symlink(path.resolve(import.meta.filename), inWorkspace('outside.jpg'))
    const { errors } = await scene.fail('invalid_input', pets)
    expect(errors[0]).toContain('6 of the 7 files')
    for (const [name, why] of [
      ['notes.txt', 'not a format'],
      ['more.zip', 'an archive'],
      ['empty.png', 'empty (0 bytes)'],
      ['folder.jpg', 'a link to a folder'],
      ['broken.jpg', 'a broken link'],
      ['outside.jpg', 'a link out of the workspace'],
    ])
      expect(errors[0]).toContain(`images/${name}": ${why}`)
    expect(scene.emulator.requests).toEqual([])
  })

  it('names the first ten of many that cannot be sent', async () => {
    await using scene = await withFiles(Array.from({ length: 13 }, (_, index) => `images/${index}.txt`))
    const { errors } = await scene.fail('invalid_input', pets)
    expect(errors[0]?.match(/images\/\d+\.txt/g)).toHaveLength(10)
    expect(errors[0]).toContain('3 more')
  })

  it('rejects what matches nothing and wrong inputs before anything is sent', async () => {
    await using scene = await withFiles(['images/a.jpg'])
    const none = await scene.fail('invalid_input', { ...pets, files: 'pictures/*.jpg' })
    expect(none.errors[0]).toContain('matches no file')
    const wrong = await scene.fail('invalid_input', {
      operation: 'create-from-files',
      files: '../secrets/*',
      timeout: 'soon',
    })
    for (const name of ['dataset_name', 'files', 'timeout']) expect(wrong.errors[0]).toContain(name)
    expect(scene.emulator.requests).toEqual([])
  })

  it('leaves hidden files out unless a pattern names them, and says so', async () => {
    await using scene = await withFiles(['images/a.jpg', 'images/.b.jpg', 'images/.cache/c.jpg', 'images/.DS_Store'])
    const { stdout, summary } = await scene.succeed(pets)
    expect(uploaded(scene)).toEqual(['a.jpg'])
    expect(stdout).toContain('3 files skipped because hidden')
    expect(summary).toContain('.DS')
    await scene.succeed({ ...pets, dataset_name: 'more', files: 'images/.cache/*.jpg' })
    const [file] = scene.world.datasets[1]?.transactions.values() ?? []
    expect(file?.files.map(({ name }) => name)).toEqual(['c.jpg'])
    const { errors } = await scene.fail('invalid_input', { ...pets, files: '**/*.jpg\n!**/a.jpg' })
    expect(errors[0]).toContain('no file except hidden ones')
  })

  it('follows no link out of the workspace, and takes one that stays inside', async () => {
    await using scene = await withFiles(['images/a.jpg', 'elsewhere/b.jpg'])
    const { root, workspace } = scene.job
    await writeFile(path.join(root, 'outside.jpg'), 'secret')
    await mkdir(path.join(root, 'far'))
    await writeFile(path.join(root, 'far/c.jpg'), 'secret')
    await symlink(path.join(root, 'outside.jpg'), path.join(workspace, 'images/out.jpg'))
    await symlink(path.join(root, 'far'), path.join(workspace, 'images/far'))
    await symlink('nowhere', path.join(workspace, 'images/broken.jpg'))
    const { errors } = await scene.fail('invalid_input', pets)
    for (const name of ['out.jpg', 'far', 'broken.jpg']) expect(errors[0]).toContain(`images/${name}`)
    expect(scene.emulator.requests).toEqual([])
    await Promise.all(['out.jpg', 'far', 'broken.jpg'].map((name) => rm(path.join(workspace, 'images', name))))
    await symlink('../elsewhere/b.jpg', path.join(workspace, 'images/in.jpg'))
    await scene.succeed(pets)
    expect(uploaded(scene)).toEqual(['a.jpg', 'in.jpg'])
  })

  it('reports equal base names before anything is sent', async () => {
    await using scene = await withFiles(['images/cats/1.jpg', 'images/dogs/1.jpg', 'images/dogs/2.jpg'])
    const step = await scene.start(pets)
    await step.logged(/images\/cats\/1\.jpg = images\/dogs\/1\.jpg/)
    const { warnings } = scene.sound(await step.ended)
    expect(warnings[0]).toContain('have the same name: ')
    expect(uploaded(scene)).toEqual(['1.jpg', '1.jpg', '2.jpg'])
  })

  it('names the first ten of many equal base names', async () => {
    const twice = Array.from({ length: 11 }, (_, index) => [`images/a/${index}.jpg`, `images/b/${index}.jpg`]).flat()
    await using scene = await withFiles(twice)
    const { warnings } = await scene.succeed(pets)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(', and 1 more. ')
  })

  it('halves batches that are rejected as too large', async () => {
    await using scene = await withFiles(images(60), { uploadLimitBytes: 2_000 })
    const { stdout } = await scene.succeed(pets)
    expect(uploaded(scene)).toEqual(images(60).map((name) => path.basename(name)))
    expect(stdout).toContain('HTTP 413')
    expect(stdout).toContain('in halves')
  })

  it('names the one file that is too large by itself, and the draft', async () => {
    await using scene = await withFiles(images(3), { uploadLimitBytes: 1_000 })
    await writeFile(path.join(scene.job.workspace, 'images/0001.jpg'), Buffer.alloc(5_000))
    const { errors, outputs } = await scene.fail('rejected', pets)
    expect(errors[0]).toContain('0001.jpg')
    expect(errors[0]).toContain('5,000 bytes')
    expect(errors[0]).toContain(scene.world.datasets[0]?.id)
    expect(errors[0]).toContain('draft')
    expect(outputs).toMatchObject({ dataset_id: scene.world.datasets[0]?.id, dataset_status: 'DRAFT' })
    expect(scene.requests('POST', /process_files/)).toEqual([])
  })

  it('names the draft that it leaves where it may not upload', async () => {
    await using scene = await withFiles(images(2))
    const fault = { kind: 'status', status: 403 } as const
    scene.emulator.faults.add({ method: 'POST', path: /data_files/, times: Infinity, fault })
    const { errors } = await scene.fail('forbidden', pets)
    for (const told of ['draft', scene.world.datasets[0]?.id]) expect(errors[0]).toContain(told)
  })

  it('fails with the words of Visual Layer when the processing fails', async () => {
    await using scene = await withFiles(images(3))
    scene.world.next('process', { task: 'FAILED', message: 'the disk is on fire' })
    const { errors, outputs } = await scene.fail('operation_failed', pets)
    expect(errors[0]).toContain('the disk is on fire')
    expect(outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
  })

  it('says how to carry on when the time ends, in the wait and in the upload', async () => {
    await using scene = await withFiles(images(3), { timings: { processMs: 60_000 } })
    const waiting = await scene.fail('timed_out', { ...pets, timeout: '6s' })
    expect(waiting.errors[0]).toContain('operation: wait')
    expect(waiting.errors[0]).toContain(scene.world.datasets[0]?.id)
    scene.emulator.faults.add({ method: 'POST', path: /data_files/, times: Infinity, fault: { kind: 'hang' } })
    const sending = await scene.fail('timed_out', { ...pets, timeout: '6s' })
    expect(sending.errors[0]).toContain(`while waiting for the upload to dataset ${scene.world.datasets[1]?.id}`)
    expect(sending.errors[0]).toContain('draft')
  })

  it('returns once the processing is accepted with wait: false', async () => {
    await using scene = await withFiles(images(3), { timings: { processMs: 60_000 } })
    const { outputs, state } = await scene.succeed({ ...pets, wait: 'false' })
    expect(scene.world.datasets[0]?.status).toBe('INDEXING')
    expect(outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
    expect(state['STATE_undo'] ?? '').toBe('')
    const again = await scene.succeed({ ...pets, if_exists: 'reuse', wait: 'false' })
    expect(again.outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
    expect(scene.world.datasets).toHaveLength(1)
  })

  it('uses, rejects or makes another one of the name, as if_exists says', async () => {
    await using scene = await withFiles(images(3))
    const there = scene.world.addDataset({ name: 'pets' })
    const { outputs } = await scene.succeed({ ...pets, if_exists: 'reuse' })
    expect(outputs['dataset_id']).toBe(there.id)
    await scene.fail('conflict', { ...pets, if_exists: 'fail' })
    expect(scene.world.datasets).toHaveLength(1)
    there.status = 'DRAFT'
    const { errors } = await scene.fail('conflict', { ...pets, if_exists: 'reuse' })
    expect(errors[0]).toContain('is a draft')
    await scene.succeed(pets)
    expect(scene.world.datasets).toHaveLength(2)
  })

  it('shows hostile file names as text only', async () => {
    const names = Object.values(HOSTILE)
      .map((text) => text.replaceAll('\0', '').replaceAll('/', '_').toWellFormed().slice(0, 60))
      .map((text, index) => `images/${index}${text}.jpg`)
    await using scene = await withFiles([...names, 'images/::error::x.txt'])
    await scene.fail('invalid_input', pets)
    await rm(path.join(scene.job.workspace, 'images/::error::x.txt'))
    await mkdir(path.join(scene.job.workspace, 'images/twice'))
    for (const name of names) await writeFile(path.join(scene.job.workspace, 'images/twice', path.basename(name)), 'x')
    await scene.succeed(pets)
    expect(uploaded(scene)).toHaveLength(2 * names.length)
  })

  it('names each pattern that matches nothing, and sends what the others match', async () => {
    await using scene = await withFiles(['m/a.jpg'])
    const { warnings } = await scene.succeed({ ...pets, files: 'm/*.jpg\nm/*.{png,webp}\nn/*.jpg\n!o/*' })
    expect(uploaded(scene)).toEqual(['a.jpg'])
    expect(warnings).toHaveLength(1)
    for (const told of ['m/*.{png,webp}', 'n/*.jpg', 'Braces']) expect(warnings[0]).toContain(told)
    expect(warnings[0]).not.toContain('"m/*.jpg"')
  })

  it.each([
    ['batch [v2]/*.jpg', '[[] for it: batch [[]v2]/*.jpg'],
    ['n/*.{jpg,png}', 'one pattern per line: n/*.jpg and n/*.png.'],
    ['!x\n"n/*.jpg"', 'without quotes: n/*.jpg'],
    ["'n/*.jpg'", 'without quotes: n/*.jpg'],
    [String.raw`n\*.jpg`, '/ between folders: n/*.jpg'],
    ['n/*.jpg, n/*.png', 'without commas'],
  ])('says how a pattern of other tools is written here: %s', async (files, hint) => {
    await using scene = await withFiles(['m/a.jpg', 'm/b.png', 'batch [v2]/c.jpg'])
    const { errors } = await scene.fail('invalid_input', { ...pets, files })
    expect(errors[0]).toContain(hint)
    expect(scene.emulator.requests).toEqual([])
  })

  it('finds what a pattern with an escaped bracket means', async () => {
    await using scene = await withFiles(['batch [v2]/c.jpg'])
    await scene.succeed({ ...pets, files: 'batch [[]v2]/*.jpg' })
    expect(uploaded(scene)).toEqual(['c.jpg'])
  })
})
