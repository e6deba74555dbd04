import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { EmulatorSettings } from '../emulator/options.ts'
import type { DatasetSeed } from '../emulator/world.ts'
import { idsOf, PARTS, splitScene } from '../action/split-scene.ts'
import { when } from '../action/scene.ts'

/** Three parts under a cap of 20. */
const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] }
const START = /export_entities_async$/

type Shape = [string, EmulatorSettings, Partial<DatasetSeed>, Record<string, string>]

describe('an export in parts', () => {
  const WHOLE: Shape[] = [
    ['after one refusal that names the cap', { exportCap: 20 }, SIZES, {}],
    [
      'in parquet, after refusals without a number',
      { exportCap: 20, style: { refusalWords: 'vague', exportRefusal: 'payload_too_large' } },
      SIZES,
      { export_format: 'parquet', upload_artifact: 'true' },
    ],
    ['by the ids of its metadata', { imagesCap: 20 }, SIZES, { include_images: 'true' }],
    [
      'where the metadata is too large as well',
      { exportCap: 20, style: { exportRefusal: 'rejected_at_start' } },
      SIZES,
      { include_images: 'true' },
    ],
    ['with a giant cluster', { exportCap: 20 }, { clusterSizes: [50, 3] }, {}],
    ['with media in no cluster', { exportCap: 20 }, { clusterSizes: [15, 15], unclustered: 7 }, {}],
    ['with no cluster at all', { exportCap: 20 }, { clusterSizes: [], unclustered: 30 }, {}],
    [
      'without the list of clusters',
      { exportCap: 20, style: { explore: 'missing', members: 'missing' } },
      { clusterSizes: [15, 15] },
      {},
    ],
    ['with pages that tell no total', { exportCap: 20, style: { explore: 'bare' } }, { clusterSizes: [15, 15] }, {}],
    ['in requests that are short enough', { exportCap: 20, selectionLimitBytes: 450 }, SIZES, {}],
    [
      'though the service takes the first of several clusters only',
      { exportCap: 20, style: { singleSelection: true } },
      SIZES,
      {},
    ],
    ['with videos', { exportCap: 20 }, { clusterSizes: [12, 15, 8], videos: 20 }, {}],
  ]
  it.each(WHOLE)('is whole %s', async (_, settings, seed, inputs) => {
    const split = await splitScene(settings, seed)
    await using scene = split.scene
    const { outputs, summary } = await scene.succeed({ ...split.inputs, ...inputs })
    await split.expectWhole()
    expect(outputs).toMatchObject({ export_id: '', media_count: String(split.dataset.items.length) })
    expect(summary).toContain('Parts')
  })

  it('starts parts again that failed, were damaged, or met a conflict', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    scene.world.next('export', { task: 'FAILED', message: 'worker lost' })
    scene.world.replaceArchive('next', Buffer.from('<html>not an archive</html>'))
    scene.emulator.faults.add({ method: 'POST', path: START, skip: 1, fault: { kind: 'status', status: 409 } })
    const { stdout } = await scene.succeed(split.inputs)
    await split.expectWhole()
    expect(stdout).toMatch(/Part \d: Export \S+ ended as FAILED/)
    expect(stdout.match(/Restarting its export/g)).toHaveLength(2)
  })

  it('fails where a part fails twice, keeps the others, and continues from there', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const failed = { task: 'FAILED' as const, message: 'worker lost' }
    for (const outcome of [{}, failed, failed, failed, failed]) scene.world.next('export', outcome)
    const step = await scene.start({ ...split.inputs, timeout: '30s' })
    await when(() => split.accepted().length > 0)
    scene.world.options.timings.exportMs = 600
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    expect(errors[0]).toMatch(/Part \d of the export: Export \S+ ended as FAILED/)
    expect(errors[0]).toContain('Kept in visual-layer-export: 1 of 3 parts')
    scene.world.options.timings.exportMs = 80
    await when(() => scene.world.exports.every(({ status }) => status !== 'INIT' && status !== 'IN_PROGRESS'))
    while (scene.world.takeOutcome('export').task) void 0
    const { stdout } = await scene.succeed(split.inputs)
    expect(stdout).toContain('1 part is already on disk')
    await split.expectWhole()
  })

  it('continues after its timeout, attaching to what runs, and forgets a part that the service no longer knows', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const { faults } = scene.emulator
    faults.add({ server: 'storage', path: /./, skip: 2, times: Infinity, fault: { kind: 'hang' } })
    const { errors } = await scene.fail('timed_out', { ...split.inputs, timeout: '3s' })
    expect(errors[0]).toContain('Kept in visual-layer-export: 2 of 3 parts')
    expect(errors[0]).toMatch(/last status: 2 of 3 parts done; part \d: downloading/)
    faults.clear()
    const kept = await split.keptParts()
    const gone = kept.all.find((name) => !kept.whole.includes(name)) ?? ''
    const content = await readFile(path.join(split.outputDir, PARTS, gone, 'content.json'), 'utf8')
    scene.world.exports.splice(0, Infinity, ...scene.world.exports.filter(({ id }) => !content.includes(id)))
    const before = split.starts().length
    const { stdout } = await scene.succeed(split.inputs)
    expect(stdout).toContain('2 parts are already on disk')
    await split.expectWhole()
    expect(split.starts().length - before).toBe(1)
  })

  it('ends with a part that never ends, and says what was seen of it', async () => {
    const split = await splitScene(
      { exportCap: 20, timings: { exportMs: 60_000 }, style: { exportRefusal: 'rejected_at_start' } },
      SIZES,
    )
    await using scene = split.scene
    const { errors } = await scene.fail('timed_out', { ...split.inputs, timeout: '2s' })
    expect(errors[0]).toContain('Re-run the job.')
    expect(await split.files()).not.toContain('metadata.json')
  })

  it('starts afresh, and says so, where the inputs are others; what is kept survives a cancellation', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const { faults } = scene.emulator
    faults.add({ server: 'storage', path: /./, skip: 1, times: Infinity, fault: { kind: 'hang' } })
    const step = await scene.start({ ...split.inputs, timeout: '60s' })
    await vi.waitUntil(async () => (await split.keptParts()).whole.length === 1, { timeout: 20_000 })
    const { outputs, stdout } = scene.sound(await step.cancel())
    expect(outputs['error_code']).toBe('cancelled')
    expect(stdout).toContain('Kept in visual-layer-export')
    faults.clear()
    const again = await scene.succeed({ ...split.inputs, export_format: 'parquet' })
    expect(again.stdout).toContain('Parts of an interrupted export were not used: they are parts of another export')
    await split.expectWhole()
  })

  it('is that of a snapshot: its clone is exported in parts and deleted', async () => {
    const split = await splitScene({ exportCap: 20 }, { ...SIZES, snapshots: ['golden'] })
    await using scene = split.scene
    await scene.succeed({ ...split.inputs, snapshot_name: 'golden', timeout: '10s' })
    expect((await split.ids()).sort()).toEqual(idsOf(split.dataset.items))
    expect(split.starts()).toEqual([])
    expect(scene.world.datasets.at(-1)?.deleted).toBe(true)
  })
})
