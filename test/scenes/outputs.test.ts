import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { actionYml } from '../action/action-yml.ts'
import { Scene } from '../action/scene.ts'
import { resultOutput } from '../action/soundness.ts'

describe('outputs', () => {
  it('are those that action.yml lists, each in result too', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const { outputs } = await scene.succeed({ operation: 'wait', dataset_id: dataset.id })
    const names = Object.keys(actionYml.outputs)
    expect([...Object.keys(resultOutput(outputs)), 'result']).toEqual(names)
    expect(names).toEqual(expect.arrayContaining(Object.keys(outputs)))
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
      timeout: '6s',
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

  it('that cannot be written fail the step before any request, and a report says so', async () => {
    await using scene = await Scene.open()
    const dataset = scene.world.addDataset({ name: 'cats' })
    const folder = path.join(scene.job.root, 'full')
    await mkdir(folder)
    const step = await scene.start({ operation: 'wait', dataset_id: dataset.id }, { GITHUB_OUTPUT: folder })
    const { exitCode, errors, summary } = await step.ended
    expect(exitCode).toBe(1)
    expect(errors).toEqual([expect.stringContaining('GITHUB_OUTPUT')])
    expect(summary).toContain('operation&#95;failed')
    expect((await readdir(scene.job.root)).filter((name) => name.includes('report'))).toHaveLength(1)
    expect(scene.emulator.requests).toEqual([])
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
