import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { ZipFile } from 'yazl'
import { when } from '../action/scene.ts'
import { ZIP } from '../action/export-scene.ts'
import { clustersIn, idsOf, splitScene } from '../action/split-scene.ts'
import { KeptParts } from '../../src/export/parts/kept-parts.ts'
import { writeZip } from '../transfer/archive/zip-writer.ts'
import type { EmulatorSettings } from '../emulator/options.ts'
import type { DatasetSeed } from '../emulator/world.ts'

const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] }
const START = /export_entities_async$/
const MISSING = { members: 'missing', mediaIdList: 'missing' } as const

describe('an export that cannot be done in parts', { concurrent: false }, () => {
  const FAILURES: [string, EmulatorSettings, Partial<DatasetSeed>, Record<string, string>, string, RegExp][] = [
    [
      'a cluster that nobody divides',
      { exportCap: 20, style: MISSING },
      { clusterSizes: [50, 3] },
      {},
      'rejected',
      /Cluster \S+ contains 50 items/,
    ],
    [
      'neither the clusters nor the media',
      { exportCap: 20, style: { explore: 'missing', mediaIdList: 'missing' } },
      SIZES,
      {},
      'rejected',
      /vql or media_ids/,
    ],
    [
      'media that nobody lists',
      { exportCap: 20, style: { mediaIdList: 'missing' } },
      { clusterSizes: [15, 15], unclustered: 7 },
      {},
      'operation_failed',
      /30 items of 37 .*; 7 missing/,
    ],
    ['split: never', { exportCap: 20 }, SIZES, { split: 'never' }, 'rejected', /split: auto/],
    [
      'split: never, at once',
      { exportCap: 20, style: { exportRefusal: 'payload_too_large' } },
      SIZES,
      { split: 'never' },
      'rejected',
      /413|too large/,
    ],
    [
      'wait: false',
      { exportCap: 20, style: { exportRefusal: 'rejected_at_start' } },
      SIZES,
      { wait: 'false' },
      'rejected',
      /wait: true/,
    ],
  ]
  it.each(FAILURES)('fails with what to do: %s', async (_, settings, seed, inputs, code, words) => {
    const split = await splitScene(settings, seed)
    await using scene = split.scene
    const { errors } = await scene.fail(code, { ...split.inputs, ...inputs })
    expect(errors[0]).toMatch(words)
    expect(await split.files()).not.toContain('metadata.json')
  })

  it('fails where media go while it is in progress, and names how many', async () => {
    const split = await splitScene({ exportCap: 20 }, { clusterSizes: [15, 15, 15] })
    await using scene = split.scene
    const step = await scene.start(split.inputs)
    await step.logged(/in parts \(split: auto\)/)
    split.dataset.items = split.dataset.items.slice(2)
    const { errors } = scene.sound(await step.ended)
    expect(errors[0]).toMatch(/ 43 items of 45 .*; 2 missing/)
  })

  it('keeps no parts of an export that is empty, and leaves the earlier one in place', async () => {
    const split = await splitScene({ exportCap: 20, style: { exportRefusal: 'payload_too_large' } }, SIZES)
    await using scene = split.scene
    await scene.succeed(split.inputs)
    const before = await split.manifest()
    const inputs = { ...split.inputs, media_ids: idsOf(split.dataset.items).slice(0, 25).join(',') }
    const empty = writeZip([{ name: 'metadata.json', data: '{"info":{},"media_items":[]}' }])
    const archives = vi.spyOn(scene.world, 'takeArchive').mockReturnValue(empty)
    const { outputs } = await scene.fail('rejected', inputs)
    expect([outputs['media_count'], await split.manifest()]).toEqual(['0', before])
    archives.mockRestore()
    const again = await scene.succeed(inputs)
    expect(again.outputs['media_count']).toBe('25')
  })

  it('does not use the parts of an export again that is in place, where they could not be removed', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    // Removed before the first part, and at the end.
    const spy = vi
      .spyOn(KeptParts.prototype, 'remove')
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new Error('the folder is in use'))
    const { stdout } = await scene.succeed(split.inputs)
    expect(stdout).toContain('the folder is in use')
    spy.mockRestore()
    const before = split.accepted().length
    await scene.succeed(split.inputs)
    expect(split.accepted().length - before).toBe(3)
    await split.expectWhole()
  })

  it('fails naming a cluster that was not counted and that nobody divides', async () => {
    const split = await splitScene({ exportCap: 20, style: MISSING }, { clusterSizes: [30, 9] })
    await using scene = split.scene
    const clusters = [...clustersIn(split.dataset).keys()].map((id) => ({ cluster_id: id, n_images: -1, n_videos: -1 }))
    const page = (shown: object[]) => JSON.stringify({ clusters: shown, metadata: { total_clusters: clusters.length } })
    const list = { path: new RegExp(`explore/${split.dataset.id}$`) }
    scene.emulator.faults.add({ ...list, query: /page_number=0/, fault: { kind: 'body', text: page(clusters) } })
    scene.emulator.faults.add({ ...list, times: Infinity, fault: { kind: 'body', text: page([]) } })
    const { errors } = await scene.fail('rejected', split.inputs)
    expect(errors[0]).toContain(`Cluster ${clusters[0]?.cluster_id}`)
  })

  it('fails with the refusal of the list of clusters', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    scene.emulator.faults.add({ path: /\/explore\//, times: Infinity, fault: { kind: 'status', status: 403 } })
    await scene.fail('forbidden', split.inputs)
  })

  it('is rejected as too long for the server only with split: never', async () => {
    const split = await splitScene({ selectionLimitBytes: 600 }, SIZES)
    await using scene = split.scene
    const media = split.dataset.items.slice(0, 25)
    const inputs = { ...split.inputs, media_ids: media.map(({ mediaId }) => mediaId).join() }
    const { errors } = await scene.fail('rejected', { ...inputs, split: 'never' })
    expect(errors[0]).toContain('HTTP 413')
    await scene.succeed(inputs)
    await split.expectWhole(idsOf(media))
  })

  it('fails for an export that was started elsewhere', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const { outputs } = await scene.succeed({ ...split.inputs, wait: 'false' })
    const { errors } = await scene.fail('rejected', { ...split.inputs, export_id: outputs['export_id'] ?? '' })
    expect(errors[0]).toContain('Remove export_id')
  })

  it.each([
    ['metadata.json', 'json'],
    ['metadata', 'parquet'],
  ])('fails before any part where %s is in the way', async (name, format) => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    await mkdir(split.outputDir)
    await writeFile(path.join(split.outputDir, name), 'mine')
    const { errors } = await scene.fail('operation_failed', { ...split.inputs, export_format: format })
    expect(errors[0]).toContain('was not written by an earlier export')
    expect(split.accepted()).toEqual([])
  })
})

describe('a part that is rejected', { concurrent: false }, () => {
  const unread = { status: 422, body: '{"detail":[{"loc":["body"],"msg":"not understood","type":"value_error"}]}' }

  it.each([
    ['for what it asks', { kind: 'status', ...unread }, 'rejected', 'not understood'],
    ['without a word', { kind: 'status', status: 400, body: '' }, 'rejected', 'HTTP 400'],
    ['for want of permission', { kind: 'status', status: 403 }, 'forbidden', 'HTTP 403'],
    [
      'for another reason',
      { kind: 'body', text: '{"status":"REJECTED","result_message":"quota"}' },
      'rejected',
      'quota',
    ],
  ] as const)('%s ends the step with that', async (_, fault, code, words) => {
    const split = await splitScene({ exportCap: 10 }, SIZES)
    await using scene = split.scene
    scene.emulator.faults.add({ method: 'POST', path: START, skip: 1, times: Infinity, fault })
    const media = split.dataset.items.slice(0, 25).map(({ mediaId }) => mediaId)
    const { errors } = await scene.fail(code, { ...split.inputs, media_ids: media.join() })
    expect(errors[0]).toContain(words)
  })

  it('when it is looked at ends the step with that', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const step = await scene.start(split.inputs)
    await step.logged(/in parts \(split: auto\)/)
    scene.emulator.faults.add({ path: /export_status$/, times: Infinity, fault: { kind: 'status', status: 403 } })
    expect(scene.sound(await step.ended).outputs['error_code']).toBe('forbidden')
  })
})

describe('what parts bring', { concurrent: false }, () => {
  it('is told of fifty parts in the summary, and of all in the manifest', async () => {
    const clusterSizes = Array.from({ length: 52 }, () => 1)
    const split = await splitScene({ exportCap: 1, timings: { exportMs: 0 } }, { clusterSizes })
    await using scene = split.scene
    const { summary } = await scene.succeed(split.inputs)
    expect(summary).toContain('The first 50 of 52 parts')
    expect((await split.manifest()).parts).toHaveLength(52)
  })

  it('lacks media that its metadata had named: they are named', async () => {
    const split = await splitScene({ imagesCap: 6 }, SIZES)
    await using scene = split.scene
    const step = await scene.start({ ...split.inputs, include_images: 'true', entity_type: 'OBJECTS' })
    await when(() => split.accepted().length > 0)
    const metadata = () => scene.world.exports.find(({ includeImages }) => !includeImages)
    await when(() => metadata()?.status === 'COMPLETED')
    const gone = split.dataset.items.filter(({ objects }) => objects.length > 0).slice(-12)
    split.dataset.items = split.dataset.items.filter((item) => !gone.includes(item))
    const { errors, outputs } = scene.sound(await step.ended)
    expect(outputs['error_code']).toBe('operation_failed')
    expect(errors[0]).toMatch(/; 12 missing\./)
    expect(gone.filter(({ mediaId }) => errors[0]?.includes(mediaId))).toHaveLength(10)
    expect(errors[0]).toContain('and others')
  })

  it('cannot be put together where one part has another format: none of it is kept', async () => {
    const split = await splitScene({ exportCap: 20 }, { clusterSizes: [20, 20] })
    await using scene = split.scene
    const other = { ...split.inputs, export_format: 'parquet', output_dir: 'other' }
    await scene.succeed({ ...other, cluster_ids: split.dataset.items[0]?.clusterId ?? '' })
    const bytes = await readFile(path.join(scene.job.workspace, 'other', ZIP))
    scene.world.replaceArchive('next', bytes)
    await scene.fail('unexpected_reply', split.inputs)
    expect((await split.keptParts()).all).toEqual([])
  })

  it('may be nothing where all items go in the meantime: no table is made of that', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const step = await scene.start({ ...split.inputs, export_format: 'parquet' })
    await step.logged(/0 of \d parts done/)
    split.dataset.items = []
    const { errors } = scene.sound(await step.ended)
    expect(errors[0]).toMatch(/0 items of 53/)
    expect(await split.files()).toEqual([])
  })

  it('is asked for by ids only where the metadata has some', async () => {
    const split = await splitScene({ imagesCap: 20 }, SIZES)
    await using scene = split.scene
    const zip = new ZipFile()
    zip.addBuffer(Buffer.from('{"media_items":[{"file_name":"a.jpg"}]}'), 'metadata.json')
    zip.end()
    scene.world.replaceArchive('next', await buffer(zip.outputStream))
    const { errors } = await scene.fail('unexpected_reply', { ...split.inputs, include_images: 'true' })
    expect(errors[0]).toContain('has no media_id')
  })
})
