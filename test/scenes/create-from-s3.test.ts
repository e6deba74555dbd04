import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

const cats = {
  operation: 'create-from-s3',
  dataset_name: 'cats',
  bucket_path: 's3://acme/cats/',
}

describe('create-from-s3', () => {
  it('creates a dataset and waits until it is READY', async () => {
    await using scene = await Scene.open()
    const { outputs, state, summary } = await scene.succeed(cats)
    const [dataset, ...others] = scene.world.datasets
    expect(others).toEqual([])
    expect(dataset?.status).toBe('READY')
    expect(dataset?.sourceUri).toBe('s3://acme/cats/')
    expect(outputs).toMatchObject({
      dataset_id: dataset?.id,
      dataset_name: 'cats',
      dataset_status: 'READY',
      task_id: scene.world.tasks[0]?.id,
      error_code: '',
    })
    expect(summary).toContain(dataset?.id)
    expect(summary).toContain('12 images')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('fails with the reason that Visual Layer gives, and still names the dataset', async () => {
    await using scene = await Scene.open()
    const { errors, outputs, summary } = await scene.fail('operation_failed', {
      ...cats,
      bucket_path: 's3://acme/missing/',
    })
    expect(errors[0]).toContain('No media found at s3://acme/missing/')
    expect(outputs).toMatchObject({ dataset_id: scene.world.datasets[0]?.id, dataset_name: 'cats' })
    expect(outputs['dataset_status']).toBe('ERROR')
    expect(summary).toContain('No media found at')
    expect(summary).toContain(outputs['dataset_id'])
  })

  it('fails with the words of an HTTP 500 that stays, and creates nothing', async () => {
    await using scene = await Scene.open()
    const inputs = { ...cats, bucket_path: 's3://forbidden/x/', max_retries: '1' }
    const { errors } = await scene.fail('server_error', inputs)
    expect(errors[0]).toContain('Cannot access s3://forbidden/x/: Access Denied')
    expect(errors[0]).toContain('Visual Layer can read it')
    expect(scene.world.datasets).toEqual([])
  })

  it('fails as rejected with the words of an HTTP 402, and leaves nothing to undo', async () => {
    await using scene = await Scene.open()
    const fault = { kind: 'status', status: 402, body: '{"detail":"quota used up"}' } as const
    scene.emulator.faults.add({ method: 'POST', path: /dataset$/, times: Infinity, fault })
    const { errors, state } = await scene.fail('rejected', cats)
    expect(errors[0]).toContain('quota used up')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('waits for a new dataset that cannot be read yet', async () => {
    await using scene = await Scene.open()
    const fault = { kind: 'status', status: 404 } as const
    scene.emulator.faults.add({ method: 'GET', path: /dataset\/[^/]+$/, times: 2, fault })
    const { outputs, stdout } = await scene.succeed(cats)
    expect(outputs['dataset_status']).toBe('READY')
    expect(stdout).toContain('cannot be read yet')
  })

  it('finds the dataset whose response was lost beside an older one of the name, and makes no second one', async () => {
    await using scene = await Scene.open()
    scene.world.addDataset({ name: 'cats' })
    scene.emulator.faults.add({ method: 'POST', path: /dataset$/, fault: { kind: 'resetAfter' } })
    const { outputs } = await scene.succeed(cats)
    expect(scene.world.datasets).toHaveLength(2)
    expect(outputs['dataset_id']).toBe(scene.world.datasets[1]?.id)
  })

  it.each(['FAILED', 'ABORTED'] as const)('fails when the task ends as %s while the dataset stays', async (task) => {
    await using scene = await Scene.open()
    scene.world.next('create', { task, message: 'the disk is on fire', datasetStatus: 'INDEXING' })
    const { errors, outputs } = await scene.fail('operation_failed', cats)
    expect(errors[0]).toContain(task)
    expect(errors[0]).toContain('the disk is on fire')
    expect(outputs['task_id']).toBe(scene.world.tasks[0]?.id)
  })

  it('sends nothing when inputs are wrong, and names them all', async () => {
    await using scene = await Scene.open()
    const { errors } = await scene.fail('invalid_input', {
      operation: 'create-from-s3',
      bucket_path: 'https://acme.s3.amazonaws.com/cats',
      timeout: 'soon',
    })
    for (const name of ['dataset_name', 'bucket_path', 'timeout']) expect(errors[0]).toContain(name)
    expect(scene.emulator.requests).toEqual([])
  })

  it('says how to carry on when the time ends', async () => {
    await using scene = await Scene.open({ timings: { createMs: 60_000 } })
    const { errors, outputs, summary } = await scene.fail('timed_out', { ...cats, timeout: '6s' })
    const id = scene.world.datasets[0]?.id ?? ''
    expect(outputs['dataset_id']).toBe(id)
    expect(outputs['dataset_status']).toBe('INDEXING')
    expect(errors[0]).toContain('timeout: 6s')
    expect(errors[0]).toContain('INDEXING')
    expect(errors[0]).toContain('operation: wait')
    expect(errors[0]).toContain(`dataset_id: ${id}`)
    expect(summary).toContain('timed out')
  })

  it('returns with the id as soon as it is accepted with wait: false', async () => {
    await using scene = await Scene.open({ timings: { createMs: 60_000 } })
    const { outputs, state } = await scene.succeed({ ...cats, wait: 'false' })
    expect(outputs['dataset_id']).toBe(scene.world.datasets[0]?.id)
    expect(scene.world.datasets[0]?.status).toBe('INDEXING')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('creates another one of the same name by default', async () => {
    await using scene = await Scene.open()
    const first = scene.world.addDataset({ name: 'cats' })
    const { outputs } = await scene.succeed(cats)
    expect(scene.world.datasets).toHaveLength(2)
    expect(outputs['dataset_id']).not.toBe(first.id)
  })

  it('uses the newest one of the name with if_exists: reuse, and waits for it', async () => {
    await using scene = await Scene.open()
    scene.world.addDataset({ name: 'cats' })
    const newest = scene.world.addDataset({ name: 'cats', status: 'INDEXING' })
    newest.createdAt = new Date()
    scene.world.addDataset({ name: 'cats and dogs' })
    const step = await scene.start({ ...cats, if_exists: 'reuse' })
    await step.logged(/INDEXING/)
    scene.world.timeline.change(newest, { status: 'READY' })
    const { outputs } = scene.sound(await step.ended)
    expect(outputs).toMatchObject({ dataset_id: newest.id, dataset_status: 'READY', error_code: '' })
    expect(scene.world.datasets).toHaveLength(3)
  })

  it('creates where if_exists: reuse or fail finds none of exactly that name', async () => {
    await using scene = await Scene.open()
    scene.world.addDataset({ name: 'Cats' })
    await scene.succeed({ ...cats, if_exists: 'reuse' })
    const { errors } = await scene.fail('conflict', { ...cats, if_exists: 'fail' })
    expect(errors[0]).toContain(scene.world.datasets[1]?.id)
    expect(scene.world.datasets.map(({ name }) => name)).toEqual(['Cats', 'cats'])
  })

  it('takes no draft with if_exists: reuse', async () => {
    await using scene = await Scene.open()
    const draft = scene.world.addDataset({ name: 'cats', status: 'DRAFT' })
    const { errors } = await scene.fail('conflict', { ...cats, if_exists: 'reuse' })
    expect(errors[0]).toContain(draft.id)
    expect(scene.requests('POST', /dataset$/)).toEqual([])
  })
})
