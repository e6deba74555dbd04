import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { actionYml } from './action-yml.ts'
import { Scene } from './scene.ts'
import { resultOutput } from './soundness.ts'

const long = { createMs: 20_000, cloneMs: 20_000, restoreMs: 20_000, exportMs: 20_000 }

describe.concurrent('outputs', () => {
  it('are those that action.yml lists, each in result too', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const { outputs } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id })
    const names = Object.keys(actionYml.outputs)
    expect([...Object.keys(resultOutput(outputs)), 'result']).toEqual(names)
    expect(names).toEqual(expect.arrayContaining(Object.keys(outputs)))
  })

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
  it.each(phases)('are there although the step is killed: %s %o', async (operation, inputs, line, names) => {
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

  it('tell the dataset that was asked for even where it cannot be read', async () => {
    await using scene = await Scene.open()
    const dataset_id = '0a1b2c3d-0000-4000-8000-000000000000'
    for (const operation of ['wait', 'snapshot', 'export']) {
      const { outputs } = await scene.fail('not_found', { operation, dataset_id })
      expect(outputs['dataset_id']).toBe(dataset_id)
    }
  })

  it('come with a summary of what happened, in the words of a person, on success and on failure', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'street scenes', snapshots: ['nightly'] })
    const well = await scene.succeed({ operation: 'restore', dataset_id: dataset.id, snapshot_name: 'nightly' })
    expect(well.summary).toContain('## ✅ Visual Layer: restore')
    expect(well.summary).toContain('to snapshot &#34;nightly&#34;')
    expect(well.summary).toContain(`${scene.emulator.url}/dataset/${dataset.id}/data`)
    scene.world.next('restore', { task: 'FAILED', message: 'the snapshot is damaged' })
    const badly = await scene.fail('operation_failed', {
      operation: 'restore',
      dataset_id: dataset.id,
      snapshot_name: 'nightly',
    })
    expect(badly.summary).toContain('## ❌ Visual Layer: restore failed')
    expect(badly.summary).toContain('the snapshot is damaged')
    expect(badly.summary).toContain('What to do')
    expect(badly.summary).toContain(badly.outputs['safety_snapshot_id'])
  })

  it('say in a sentence and in a report of its own how each step ended', async () => {
    await using scene = await Scene.open({ timings: { createMs: 20_000 } })
    const dataset = scene.world.addDataset({ name: 'cats', snapshots: ['nightly'] })
    const about = { dataset_id: dataset.id }
    const restored = await scene.succeed({
      operation: 'restore',
      ...about,
      snapshot_name: 'nightly',
      safety_snapshot: 'false',
    })
    const absent = await scene.fail('not_found', { operation: 'restore', ...about, snapshot_name: 'none' })
    const invalid = await scene.fail('invalid_input', { operation: 'restore' })
    const late = await scene.fail('timed_out', {
      operation: 'create-from-s3',
      dataset_name: 'x',
      bucket_path: 's3://a/b/',
      timeout: '3s',
    })
    const running = await scene.start({
      operation: 'create-from-s3',
      dataset_name: 'y',
      bucket_path: 's3://a/b/',
      timeout: '1h',
    })
    await running.logged(/dataset INDEXING/)
    const cancelled = scene.sound(await running.cancel())
    const ended = [restored, absent, invalid, late, cancelled]
    const headlines = [
      /Restored.*"nightly"/,
      /restore.*failed.*"none"/,
      /restore failed.*dataset_id/,
      /failed: Timed out.*"x"/,
      /"y" was canceled/,
    ]
    const paths = ended.map(({ outputs }) => outputs['report_path'] ?? '')
    expect(new Set(paths).size).toBe(ended.length)
    for (const [index, { outputs, summary }] of ended.entries()) {
      expect(outputs['headline']).toMatch(headlines[index] ?? /./)
      expect(resultOutput(outputs)).toMatchObject({ headline: outputs['headline'], report_path: paths[index] })
      expect(path.dirname(paths[index] ?? '')).toBe(scene.job.root)
      const report = await readFile(paths[index] ?? '', 'utf8')
      // All but the time that went by in between.
      const plain = (text: string) => text.replace(/\| Duration \| .*\n/, '')
      expect(plain(report)).toBe(plain(summary))
    }
  })

  it('are without a report where it cannot be written, which is a warning', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const file = path.join(scene.job.root, 'file')
    await writeFile(file, '')
    const inputs = { operation: 'wait', dataset_id: dataset.id }
    const { outputs, warnings } = await scene.succeed(inputs, { RUNNER_TEMP: file })
    expect(outputs['report_path']).toBe('')
    expect(warnings).toEqual([expect.stringContaining('report_path')])
  })
})
