import { describe, expect, it } from 'vitest'
import { images, pets, withFiles } from './files-scene.ts'
import { Scene, when } from './scene.ts'

const long = { createMs: 20_000, cloneMs: 20_000, restoreMs: 20_000, exportMs: 20_000 }

describe.concurrent('a step that is killed', () => {
  const phases: [string, Record<string, string>, RegExp, string[]][] = [
    [
      'create-from-s3',
      { dataset_name: 'cats', bucket_path: 's3://acme/cats/' },
      /dataset INDEXING/,
      ['dataset_id', 'dataset_name', 'dataset_status', 'task_id'],
    ],
    ['clone', { snapshot_name: 'nightly' }, /checking whether/, ['source_dataset_id', 'snapshot_id', 'snapshot_name']],
    [
      'clone',
      { snapshot_name: 'nightly', timeout: '10s' },
      /dataset READ ONLY.*task/,
      ['source_dataset_id', 'snapshot_id', 'dataset_id', 'task_id', 'dataset_status'],
    ],
    [
      'restore',
      { snapshot_name: 'nightly' },
      /task RUNNING/,
      ['dataset_id', 'dataset_name', 'snapshot_id', 'snapshot_name', 'safety_snapshot_id', 'task_id', 'dataset_status'],
    ],
    ['export', {}, /export I/, ['dataset_id', 'dataset_name', 'export_id']],
  ]
  it.each(phases)('leaves the outputs that it knew: %s %o', async (operation, inputs, line, names) => {
    await using scene = await Scene.open({ timings: long })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly', 'later'] })
    const about = operation === 'create-from-s3' ? {} : { dataset_id: dataset.id }
    const step = await scene.start({ operation, timeout: '1h', ...about, ...inputs })
    await step.logged(line)
    step.kill('SIGKILL')
    const { outputs, state } = await step.ended
    for (const name of names) expect(outputs[name], name).toBeTruthy()
    // What cannot be undone is at most looked for.
    if (operation === 'create-from-s3') return
    const sent = scene.emulator.requests.length
    await scene.post({ operation, ...about, ...inputs }, state)
    expect(scene.emulator.requests.slice(sent).every(({ method }) => method === 'GET')).toBe(true)
  })

  it.each([
    ['deletes the draft of a step that was killed in its upload', /data_files/, 'POST', true],
    // An empty draft, which could be that of someone else.
    ['names the draft of a step that was killed before the ID was known', /new_dataset/, 'GET', false],
  ] as const)('has its post step, which %s', async (_what, place, method, deletes) => {
    await using scene = await withFiles(images(3), { timings: { processMs: 60_000 } })
    scene.emulator.faults.add({ method, path: place, times: Infinity, fault: { kind: 'hangAfter' } })
    const step = await scene.start({ ...pets, timeout: '1h' })
    await when(() => scene.requests(method, place).length === 1 && scene.world.datasets.length === 1)
    step.kill('SIGKILL')
    const { state } = await step.ended
    scene.emulator.faults.clear()
    const { stdout, warnings } = await scene.post(pets, state)
    const [draft] = scene.world.datasets
    expect(stdout).toContain(draft?.id)
    expect([draft?.deleted, warnings.length]).toEqual(deletes ? [true, 0] : [false, 1])
  })

  it('has its post step delete the temporary clone', async () => {
    await using scene = await Scene.open({ timings: { exportMs: 60_000 } })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['golden'] })
    const inputs = { operation: 'export', dataset_id: dataset.id, snapshot_name: 'golden', upload_artifact: 'false' }
    const step = await scene.start(inputs)
    await step.logged(/export (INIT|IN_PROGRESS)/)
    step.kill('SIGKILL')
    const { state } = await step.ended
    const there = () => scene.world.datasets.filter(({ deleted }) => !deleted).map(({ name }) => name)
    expect(there()).toEqual(['cats', 'cats (cloned)'])
    await scene.post(inputs, state)
    expect(there()).toEqual(['cats'])
  })
})
