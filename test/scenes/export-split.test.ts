import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DatasetSeed } from '../emulator/world.ts'
import type { EmulatorSettings } from '../emulator/options.ts'
import { clustersIn, idsOf, type SplitScene, splitScene } from '../action/split-scene.ts'

type Style = NonNullable<EmulatorSettings['style']>
const REJECTIONS = ['rejected', 'rejected_at_start', 'error', 'bad_request', 'payload_too_large'] as const
const WORDS = ['threshold', 'vague'] as const
const STYLES: Style[] = REJECTIONS.flatMap((exportRejection) =>
  WORDS.map((rejectionWords) => ({ exportRejection, rejectionWords })),
)

/** A scene with three clusters of which the service does not say how many items they contain. */
async function uncounted(settings: EmulatorSettings): Promise<SplitScene> {
  const split = await splitScene(settings, { clusterSizes: [30, 9, 8] })
  const clusters = [...clustersIn(split.dataset).keys()].map((id) => ({ cluster_id: id, n_images: -1, n_videos: -1 }))
  const page = (shown: object[]) => JSON.stringify({ clusters: shown, metadata: { total_clusters: clusters.length } })
  const list = new RegExp(`explore/${split.dataset.id}$`)
  const { faults } = split.scene.emulator
  faults.add({ path: list, query: /page_number=0/, fault: { kind: 'body', text: page(clusters) } })
  faults.add({ path: list, times: Infinity, fault: { kind: 'body', text: page([]) } })
  return split
}

describe('an export that is rejected as too large', () => {
  it.each(STYLES)(
    'is done in parts, by clusters, and put together: $exportRejection, $rejectionWords',
    async (style) => {
      const split = await splitScene({ exportCap: 20, style })
      await using scene = split.scene
      const { outputs, stdout } = await scene.succeed(split.inputs)
      await split.expectWhole()
      split.expectNothingTwice()
      const { parts } = await split.manifest()
      expect(parts.length).toBeGreaterThanOrEqual(3)
      expect(outputs).toMatchObject({
        media_count: '53',
        export_id: '',
        export_dir: split.outputDir,
        error_code: '',
      })
      expect(outputs).not.toHaveProperty('export_path')
      expect(outputs).not.toHaveProperty('export_sha256')
      expect(stdout).toContain('in parts')
      for (const start of split.accepted()) expect(start.items).toBeLessThanOrEqual(20)
      // Named limits cost one rejection, guessed ones a few.
      const rejections = split.starts().filter(({ rejected }) => rejected).length
      expect(rejections).toBeLessThanOrEqual(style.rejectionWords === 'threshold' ? 1 : 4)
    },
  )

  const SHAPES: [string, EmulatorSettings, Partial<DatasetSeed>, number][] = [
    ['a cap of one item', { exportCap: 1 }, { clusterSizes: [2, 1, 1] }, 4],
    ['a cap of two items', { exportCap: 2 }, { clusterSizes: [3, 2, 1, 1] }, 4],
    ['300 clusters of one item', { exportCap: 120 }, { clusterSizes: Array.from({ length: 300 }, () => 1) }, 3],
    ['empty clusters', { exportCap: 20 }, { clusterSizes: [0, 15, 0, 15, 0] }, 2],
    ['media in no cluster', { exportCap: 20 }, { clusterSizes: [15, 15], unclustered: 7 }, 3],
    ['no cluster at all', { exportCap: 20 }, { clusterSizes: [], unclustered: 30 }, 2],
    ['a giant cluster', { exportCap: 20 }, { clusterSizes: [50, 3] }, 4],
    ['a giant cluster alone', { exportCap: 20 }, { clusterSizes: [50] }, 3],
    ['video frames', { exportCap: 20 }, { clusterSizes: [12, 15, 8], videos: 20 }, 2],
    [
      'no calls but for the table of media',
      { exportCap: 20, style: { explore: 'missing', members: 'missing' } },
      { clusterSizes: [15, 15] },
      2,
    ],
    ['pages that tell no total', { exportCap: 20, style: { explore: 'bare' } }, { clusterSizes: [15, 15] }, 2],
    [
      'a service that takes the first of several clusters only',
      { exportCap: 20, style: { singleSelection: true } },
      { clusterSizes: [12, 9, 8] },
      3,
    ],
    ['a whole task in the reply', { exportCap: 20, style: { exportReply: 'whole' } }, { clusterSizes: [15, 15] }, 2],
  ]
  it.each(SHAPES)('is whole with %s', async (_, settings, seed, parts) => {
    const split = await splitScene(settings, seed)
    await using scene = split.scene
    await scene.succeed(split.inputs)
    await split.expectWhole()
    split.expectNothingTwice()
    expect((await split.manifest()).parts).toHaveLength(parts)
  })

  it.each(['rejected', 'payload_too_large'] as const)(
    'is whole where no cluster was counted: %s',
    async (exportRejection) => {
      const split = await uncounted({ exportCap: 20, style: { exportRejection } })
      await using scene = split.scene
      await scene.succeed(split.inputs)
      await split.expectWhole()
      split.expectNothingTwice()
      expect(split.starts().length).toBeLessThanOrEqual(8)
    },
  )

  it('fails naming the cluster that was not counted and whose media are not listed', async () => {
    const split = await uncounted({ exportCap: 20, style: { members: 'missing' } })
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', split.inputs)
    const [first = ''] = clustersIn(split.dataset).keys()
    expect(errors[0]).toContain(first)
    expect(split.accepted()).toEqual([])
  })

  it('asks in shorter requests where the server takes no long ones', async () => {
    const split = await splitScene({ exportCap: 20, selectionLimitBytes: 450 })
    await using scene = split.scene
    await scene.succeed(split.inputs)
    await split.expectWhole()
    split.expectNothingTwice()
    for (const { body } of scene.requests('POST', /export_entities_async$/).slice(-3))
      expect(body.length).toBeLessThanOrEqual(450)
  })

  it('fails naming the cluster that nobody can divide', async () => {
    const style: Style = { members: 'missing', mediaIdList: 'missing' }
    const split = await splitScene({ exportCap: 20, style }, { clusterSizes: [50, 3] })
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', split.inputs)
    const [giant] = [...clustersIn(split.dataset).keys()]
    expect(errors[0]).toContain(`Cluster ${giant} contains 50 items`)
    // It would end alike.
    expect(errors[0]).not.toContain('Kept in')
    expect(await split.files()).not.toContain('metadata.json')
  })

  it('fails naming the shortfall where media are in no cluster and in no table', async () => {
    const style: Style = { mediaIdList: 'missing' }
    const split = await splitScene({ exportCap: 20, style }, { clusterSizes: [15, 15], unclustered: 7 })
    await using scene = split.scene
    const { errors, outputs } = await scene.fail('operation_failed', split.inputs)
    expect(errors[0]).toMatch(/30 items of 37 .*; 7 missing/)
    expect(outputs['media_count']).toBe('30')
    expect(await split.files()).toEqual([])
  })

  it('fails naming the shortfall where media are removed in the meantime', async () => {
    const split = await splitScene({ exportCap: 20 }, { clusterSizes: [15, 15, 15] })
    await using scene = split.scene
    const step = await scene.start(split.inputs)
    await step.logged(/in parts \(split: auto\)/)
    split.dataset.items = split.dataset.items.slice(2)
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    expect(errors[0]).toMatch(/43 items of 45 .*; 2 missing/)
    expect(await split.files()).toEqual([])
  })

  it('fails with the rejection of the list of clusters', async () => {
    const split = await splitScene({ exportCap: 20 })
    await using scene = split.scene
    scene.emulator.faults.add({ path: /\/explore\//, times: Infinity, fault: { kind: 'status', status: 403 } })
    await scene.fail('forbidden', split.inputs)
    expect(split.accepted()).toEqual([])
  })

  it('says so when it cannot be divided at all', async () => {
    const style: Style = { explore: 'missing', mediaIdList: 'missing' }
    const split = await splitScene({ exportCap: 20, style })
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', split.inputs)
    expect(errors[0]).toContain('vql or media_ids')
    expect(split.accepted()).toEqual([])
  })

  it.each([
    ['split: never', 'rejected_at_start', { split: 'never' }, 'split: auto'],
    ['split: never', 'payload_too_large', { split: 'never' }, 'split: auto'],
    ['wait: false', 'rejected_at_start', { wait: 'false' }, 'wait: true'],
  ] as const)('fails with what to do under %s: %s', async (_, exportRejection, inputs, advice) => {
    const split = await splitScene({ exportCap: 20, style: { exportRejection } })
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', { ...split.inputs, ...inputs })
    expect(errors[0]).toContain(advice)
    expect(split.starts()).toHaveLength(1)
  })

  it('fails with what to do for an export that was started elsewhere', async () => {
    const split = await splitScene({ exportCap: 20 })
    await using scene = split.scene
    const { outputs } = await scene.succeed({ ...split.inputs, wait: 'false' })
    const { errors } = await scene.fail('rejected', { ...split.inputs, export_id: outputs['export_id'] ?? '' })
    expect(errors[0]).toContain('Remove export_id')
    expect(split.starts()).toHaveLength(1)
  })

  it('replaces an earlier export, and no other file', async () => {
    const split = await splitScene({}, { clusterSizes: [15, 15] })
    await using scene = split.scene
    await scene.succeed({ ...split.inputs, extract: 'true', include_images: 'true' })
    await writeFile(path.join(split.outputDir, 'notes.txt'), 'mine')
    scene.world.options.exportCap = 20
    await scene.succeed(split.inputs)
    const { files } = await split.manifest()
    expect(files.map(({ path: file }) => file)).toEqual(['metadata.json'])
    expect(await split.files()).toEqual(['manifest.json', 'metadata.json', 'notes.txt'])
    expect((await split.ids()).sort()).toEqual(idsOf(split.dataset.items))
  })

  it.each([
    ['metadata.json', 'json'],
    ['manifest.json', 'json'],
    ['metadata', 'parquet'],
  ])('fails before any part is exported where %s is in the way', async (name, format) => {
    const split = await splitScene({ exportCap: 20 })
    await using scene = split.scene
    await mkdir(split.outputDir)
    await writeFile(path.join(split.outputDir, name), 'mine')
    const { errors } = await scene.fail('operation_failed', { ...split.inputs, export_format: format })
    expect(errors[0]).toContain('was not written by an earlier export')
    expect(split.accepted()).toEqual([])
    expect(await split.files()).toEqual([name])
  })
})
