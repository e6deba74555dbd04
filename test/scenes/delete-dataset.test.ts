import { describe, expect, it } from 'vitest'
import { Scene } from '../action/scene.ts'

async function withDatasets(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const twin = scene.world.addDataset({ name: 'cats (cloned)' })
  const dataset = scene.world.addDataset({ name: 'cats (cloned)' })
  const inputs = { operation: 'delete-dataset', dataset_id: dataset.id, confirm_dataset_name: 'cats (cloned)' }
  return { scene, dataset, twin, inputs }
}

describe('delete-dataset', () => {
  it('deletes the dataset of the id, and no other of its name', async () => {
    const { scene, dataset, twin, inputs } = await withDatasets()
    await using _ = scene
    const { outputs, summary } = await scene.succeed(inputs)
    expect([dataset.deleted, twin.deleted]).toEqual([true, false])
    expect(outputs).toMatchObject({ dataset_id: dataset.id, dataset_name: 'cats (cloned)', dataset_status: '' })
    expect(summary).toContain('Deleted dataset')
    expect(summary).not.toContain(`/dataset/${dataset.id}`)
    await scene.fail('not_found', inputs)
  })

  it.each(['cats', 'Cats (cloned)', 'cats (cloned) (cloned)', 'cats  (cloned)'])(
    'changes nothing where the name differs: %s',
    async (name) => {
      const { scene, dataset, inputs } = await withDatasets()
      await using _ = scene
      const { errors } = await scene.fail('invalid_input', { ...inputs, confirm_dataset_name: name })
      expect(errors[0]).toContain(`"${name}"`)
      expect(errors[0]).toContain('"cats (cloned)"')
      expect(dataset.deleted).toBe(false)
      expect(scene.emulator.requests.every(({ method }) => method === 'GET')).toBe(true)
    },
  )

  it('sends nothing without a confirmation', async () => {
    const { scene, inputs } = await withDatasets()
    await using _ = scene
    await scene.fail('invalid_input', { ...inputs, confirm_dataset_name: '  ' })
    expect(scene.emulator.requests).toEqual([])
  })

  it.each([
    ['both views lag', { datasetListMs: 900, statusMs: 900 }],
    ['the dataset itself lags', { statusMs: 900 }],
    ['the list lags', { datasetListMs: 900 }],
  ])('sees it gone where %s', async (_name, lags) => {
    const { scene, dataset, inputs } = await withDatasets({ lags })
    await using _ = scene
    await scene.succeed(inputs)
    expect(dataset.deleted).toBe(true)
    expect(scene.requests('DELETE', /./)).toHaveLength(1)
  })

  it('waits out a conflict', async () => {
    const { scene, dataset, inputs } = await withDatasets()
    await using _ = scene
    const task = scene.world.runTask({ datasetId: dataset.id, type: 'ENRICHMENT' })
    const detail = JSON.stringify({ detail: 'Dataset is in use' })
    scene.emulator.faults.add({ method: 'DELETE', path: /./, fault: { kind: 'status', status: 409, body: detail } })
    const step = await scene.start(inputs)
    await step.logged(/ENRICHMENT/)
    expect(dataset.deleted).toBe(false)
    scene.world.finishTask(task.id)
    const { exitCode, stdout } = scene.sound(await step.ended)
    expect(exitCode, stdout).toBe(0)
    expect(dataset.deleted).toBe(true)
  })

  it('does not call it done where Visual Layer answers and deletes nothing', async () => {
    const { scene, dataset, inputs } = await withDatasets()
    await using _ = scene
    scene.emulator.faults.add({ method: 'DELETE', path: /./, fault: { kind: 'body', text: 'null' } })
    const { errors } = await scene.fail('operation_failed', { ...inputs, timeout: '8s' })
    expect(errors[0]).toContain('still shows it')
    expect(dataset.deleted).toBe(false)
  })

  it('is rejected for an account that may only look', async () => {
    const { scene, dataset, inputs } = await withDatasets()
    await using _ = scene
    dataset.role = 'viewer'
    await scene.fail('forbidden', inputs)
    expect(dataset.deleted).toBe(false)
  })

  it('ends soon when it is cancelled, and says which dataset it was about', async () => {
    const { scene, dataset, inputs } = await withDatasets()
    await using _ = scene
    scene.emulator.faults.add({ method: 'DELETE', path: /./, fault: { kind: 'hang' } })
    const step = await scene.start(inputs)
    await step.logged(/cats \(cloned\)/)
    const { outputs } = scene.sound(await step.cancel())
    expect(outputs).toMatchObject({ error_code: 'cancelled', dataset_id: dataset.id })
  })
})
