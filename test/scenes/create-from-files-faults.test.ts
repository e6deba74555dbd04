import { describe, expect, it } from 'vitest'
import type { EmulatorSettings } from '../emulator/options.ts'
import { faultsOfOneReply } from '../action/faults.ts'
import { images, pets, uploaded, withFiles } from '../action/files-scene.ts'
import { when } from '../action/scene.ts'

describe('a request of create-from-files whose one reply goes wrong', () => {
  const cases = faultsOfOneReply().map(([faultName], index) => ({ faultName, index }))
  const steps = [
    ['the new dataset', 'GET', /ingestion\/new_dataset/],
    ['the transaction', 'GET', /ingestion\/.*\/data_files$/],
    ['the start of processing', 'POST', /process_files/],
  ] as const
  it.each(steps.flatMap(([name, method, place]) => cases.map((one) => ({ name, method, place, ...one }))))(
    'takes effect once: $name, $faultName',
    async ({ method, place, index }) => {
      await using scene = await withFiles(images(3))
      const fault = faultsOfOneReply()[index]?.[1]
      if (!fault) throw new Error('no such fault')
      scene.emulator.faults.add({ method, path: place, fault })
      const result = await scene.succeed({ ...pets, timeout: '10s', request_timeout: '1s' })
      expect(scene.world.datasets.map(({ id }) => id)).toEqual([result.outputs['dataset_id']])
      expect(scene.world.datasets[0]?.status).toBe('READY')
      expect(scene.world.tasks).toHaveLength(1)
      expect(uploaded(scene)).toEqual(['0000.jpg', '0001.jpg', '0002.jpg'])
    },
  )

  it.each(cases)('is sent again, with a warning where it may have arrived: a batch, $faultName', async ({ index }) => {
    await using scene = await withFiles(images(3))
    const fault = faultsOfOneReply()[index]?.[1]
    if (!fault) throw new Error('no such fault')
    scene.emulator.faults.add({ method: 'POST', path: /data_files/, fault })
    const { warnings } = await scene.succeed({ ...pets, timeout: '10s', request_timeout: '1s' })
    expect(new Set(uploaded(scene))).toEqual(new Set(['0000.jpg', '0001.jpg', '0002.jpg']))
    expect(uploaded(scene).length > 3, 'arrived twice').toBe(warnings.some((text) => text.includes('Sent 3 images')))
    const turnedAway = fault.kind === 'status' && fault.status === 429
    // Half of an empty reply is a whole one, and what an acceptance holds does not matter.
    const whole = ['truncate', 'resetMid', 'body'].includes(fault.kind)
    if (!turnedAway && !whole && fault.kind !== 'resetBefore')
      expect(warnings.join('\n')).toContain('3 files (0000.jpg to 0002.jpg)')
  })

  it.each(steps)('takes effect once although the lists lag: %s', async (_, method, place) => {
    const lags = { taskListMs: 1_000, datasetListMs: 1_000, statusMs: 500 }
    await using scene = await withFiles(images(3), { lags })
    scene.world.addDataset({ name: 'pets' })
    scene.emulator.faults.add({ method, path: place, times: 2, fault: { kind: 'resetAfter' } })
    const { outputs } = await scene.succeed({ ...pets, timeout: '20s' })
    expect(scene.world.datasets.map(({ id }) => id).slice(1)).toEqual([outputs['dataset_id']])
    expect(scene.world.tasks).toHaveLength(1)
  })

  it('names the candidates where a stranger makes a draft of the same name in the same moment', async () => {
    await using scene = await withFiles(images(3))
    scene.emulator.faults.add({ path: /new_dataset/, fault: { kind: 'hangAfter' } })
    const step = await scene.start({ ...pets, request_timeout: '1s' })
    await when(() => scene.world.datasets.length === 1)
    const theirs = scene.world.addDataset({ name: 'pets', status: 'DRAFT' })
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    for (const { id } of [theirs, ...scene.world.datasets]) expect(errors[0]).toContain(id)
    expect(scene.requests('POST', /./)).toEqual([])
    expect(scene.requests('DELETE', /./)).toEqual([])
  })

  it('is not sent a third time: a batch whose replies stay lost', async () => {
    await using scene = await withFiles(images(3))
    scene.emulator.faults.add({ method: 'POST', path: /data_files/, times: Infinity, fault: { kind: 'resetAfter' } })
    const { errors } = await scene.fail('network', pets)
    expect(scene.requests('POST', /data_files/)).toHaveLength(2)
    expect(errors[0]).toContain(scene.world.datasets[0]?.id)
  })
})

describe('a cancelled create-from-files', () => {
  const slow: EmulatorSettings = { timings: { processMs: 60_000 } }

  it('deletes the draft whose upload was in progress', async () => {
    await using scene = await withFiles(images(3), slow)
    scene.emulator.faults.add({ method: 'POST', path: /data_files/, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start({ ...pets, timeout: '1h' })
    await when(() => scene.requests('POST', /data_files/).length === 1)
    const { outputs, state, summary } = scene.sound(await step.cancel())
    expect(outputs).toMatchObject({ error_code: 'cancelled', dataset_id: scene.world.datasets[0]?.id })
    expect(scene.world.datasets[0]?.deleted).toBe(true)
    expect(summary).toContain('Deleted the draft')
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('aborts the processing where that has begun', async () => {
    await using scene = await withFiles(images(3), slow)
    const step = await scene.start({ ...pets, timeout: '1h' })
    await step.logged(/dataset INDEXING/)
    scene.sound(await step.cancel())
    expect(scene.world.tasks[0]?.status).toBe('ABORTED')
    expect(scene.world.datasets[0]?.deleted).toBe(false)
  })

  it('leaves both with on_cancel: leave', async () => {
    await using scene = await withFiles(images(3), slow)
    scene.emulator.faults.add({ method: 'POST', path: /data_files/, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start({ ...pets, timeout: '1h', on_cancel: 'leave' })
    await when(() => scene.requests('POST', /data_files/).length === 1)
    const { state } = scene.sound(await step.cancel())
    expect(scene.world.datasets[0]?.deleted).toBe(false)
    expect(state['STATE_undo'] ?? '').toBe('')
  })

  it('says so where the draft may not be deleted', async () => {
    await using scene = await withFiles(images(3), slow)
    scene.emulator.faults.add({ method: 'POST', path: /data_files/, times: Infinity, fault: { kind: 'hang' } })
    scene.emulator.faults.add({ method: 'DELETE', path: /./, times: Infinity, fault: { kind: 'status', status: 403 } })
    const step = await scene.start({ ...pets, timeout: '1h' })
    await when(() => scene.requests('POST', /data_files/).length === 1)
    const { summary } = scene.sound(await step.cancel())
    expect(summary).toContain('Could not delete the draft')
  })
})
