import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { when } from '../action/scene.ts'
import { writeZip } from '../transfer/archive/zip-writer.ts'
import { clustersIn, idsOf, splitScene } from '../action/split-scene.ts'

const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1, 0] }
const CATS = '[{"labels":{"op":"one_of","value":["cat"]}}]'

describe('an export in parts with media files', () => {
  it('is divided by the media ids that its metadata names, where only the files make it too large', async () => {
    const split = await splitScene({ imagesCap: 20 }, SIZES)
    await using scene = split.scene
    const { outputs } = await scene.succeed({ ...split.inputs, include_images: 'true' })
    await split.expectWhole()
    const [whole, metadata, ...parts] = split.starts()
    expect(whole).toMatchObject({ rejected: true, includeImages: true })
    expect(metadata).toMatchObject({ rejected: false, includeImages: false, items: 53 })
    expect(parts.map(({ items }) => items)).toEqual([18, 18, 17])
    expect(await readdir(path.join(split.outputDir, 'images'))).toHaveLength(53)
    expect(outputs).toMatchObject({ media_count: '53', export_id: '' })
  })

  it('is divided by clusters where the metadata is too large as well', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    await scene.succeed({ ...split.inputs, include_images: 'true' })
    await split.expectWhole()
    split.expectNothingTwice()
    expect(await readdir(path.join(split.outputDir, 'images'))).toHaveLength(53)
  })

  it('keeps every file where two parts have one of the same name', async () => {
    const split = await splitScene({ imagesCap: 6 }, { clusterSizes: [6, 6, 6], videos: 12 })
    await using scene = split.scene
    // Frames of several videos lie in one folder, as some servers have it: names repeat, contents do not.
    split.dataset.items = split.dataset.items.map((item) =>
      item.mediaType === 'image' ? item : { ...item, filePath: item.fileName },
    )
    await scene.succeed({ ...split.inputs, include_images: 'true' })
    await split.expectWhole()
    expect(await readdir(path.join(split.outputDir, 'images'))).toHaveLength(18)
  })

  it('names the first ten of the media that its metadata had and its parts do not', async () => {
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
    expect(errors[0]).toContain('12 missing')
    expect(gone.filter(({ mediaId }) => errors[0]?.includes(mediaId))).toHaveLength(10)
  })

  it('fails where its metadata names no media ids', async () => {
    const split = await splitScene({ imagesCap: 20 }, SIZES)
    await using scene = split.scene
    const nameless = writeZip([{ name: 'metadata.json', data: '{"media_items":[{"file_name":"a.jpg"}]}' }])
    scene.world.replaceArchive('next', nameless)
    const { errors } = await scene.fail('unexpected_reply', { ...split.inputs, include_images: 'true' })
    expect(errors[0]).toContain('media_id')
  })
})

describe('an export in parts of a selection', () => {
  it('contains what a filter matches', async () => {
    const split = await splitScene({ exportCap: 6 }, SIZES)
    await using scene = split.scene
    await scene.succeed({ ...split.inputs, vql: CATS })
    const cats = split.dataset.items.filter(({ labels }) => labels.includes('cat'))
    await split.expectWhole(idsOf(cats))
    split.expectNothingTwice(cats.length)
  })

  it('fails rather than contain more than the filter matches', async () => {
    const split = await splitScene({ exportCap: 6, style: { clusterVql: false } }, { clusterSizes: [6, 6, 6, 6, 5, 5] })
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', { ...split.inputs, vql: CATS })
    expect(errors[0]).toContain('vql')
    expect(await split.files()).toEqual([])
  })

  it.each(['json', 'parquet'])(
    'holds clusters and media, without those that are excluded, each once: %s',
    async (format) => {
      const split = await splitScene({ exportCap: 10 }, SIZES)
      await using scene = split.scene
      const [large = [], other = [], third = []] = [...clustersIn(split.dataset).values()]
      const [given, excluded] = [[...third.slice(0, 2), ...other.slice(0, 3)], large.slice(0, 4)]
      await scene.succeed({
        ...split.inputs,
        export_format: format,
        cluster_ids: `${large[0]?.clusterId}\n${other[0]?.clusterId}`,
        media_ids: given.map(({ mediaId }) => mediaId).join(','),
        exclude_media_ids: excluded.map(({ mediaId }) => mediaId).join(','),
      })
      await split.expectWhole(idsOf([...large.slice(4), ...other, ...third.slice(0, 2)]))
    },
  )

  it('contains media that were given by their ids', async () => {
    const split = await splitScene({ exportCap: 10 }, SIZES)
    await using scene = split.scene
    const given = split.dataset.items.slice(0, 25)
    await scene.succeed({ ...split.inputs, media_ids: given.map(({ mediaId }) => mediaId).join('\n') })
    await split.expectWhole(idsOf(given))
    split.expectNothingTwice(25)
    expect(scene.requests('GET', /explore/)).toEqual([])
  })

  it('is asked for in several requests where the server takes no long ones, unless split: never', async () => {
    const split = await splitScene({ selectionLimitBytes: 600 }, SIZES)
    await using scene = split.scene
    const given = split.dataset.items.slice(0, 25)
    const inputs = { ...split.inputs, media_ids: given.map(({ mediaId }) => mediaId).join() }
    const { errors } = await scene.fail('rejected', { ...inputs, split: 'never' })
    expect(errors[0]).toContain('HTTP 413')
    await scene.succeed(inputs)
    await split.expectWhole(idsOf(given))
  })

  it('contains the media with objects', async () => {
    const split = await splitScene({ exportCap: 6 }, SIZES)
    await using scene = split.scene
    await scene.succeed({ ...split.inputs, entity_type: 'OBJECTS' })
    const expected = split.dataset.items.filter(({ objects }) => objects.length > 0)
    expect((await split.ids()).sort()).toEqual(idsOf(expected))
  })

  it('names a cluster that is not there', async () => {
    const split = await splitScene({ exportCap: 6 }, SIZES)
    await using scene = split.scene
    const [large = []] = [...clustersIn(split.dataset).values()]
    const unknown = '00000000-0000-4000-8000-000000000000'
    const { errors } = await scene.fail('not_found', {
      ...split.inputs,
      cluster_ids: `${large[0]?.clusterId}\n${unknown}`,
    })
    expect(errors[0]).toContain(unknown)
  })
})

describe('an export in parts', () => {
  it('is one table in parquet', async () => {
    const split = await splitScene({ exportCap: 20 }, SIZES)
    await using scene = split.scene
    const { outputs } = await scene.succeed({ ...split.inputs, export_format: 'parquet' })
    await split.expectWhole()
    split.expectNothingTwice()
    expect(await split.files()).toEqual([
      'manifest.json',
      'metadata/part-00001.parquet',
      'metadata/part-00002.parquet',
      'metadata/part-00003.parquet',
    ])
    expect(outputs['media_count']).toBe('53')
  })

  it('has the content digest of the export that would have been one, and goes up as an artifact', async () => {
    const split = await splitScene({}, SIZES)
    await using scene = split.scene
    const whole = await scene.succeed({ ...split.inputs, extract: 'true' })
    scene.world.options.exportCap = 20
    const parts = await scene.succeed({ ...split.inputs, extract: 'true', upload_artifact: 'true' })
    await split.expectWhole()
    expect(parts.outputs['content_digest']).toBe(whole.outputs['content_digest'])
    expect(parts.outputs).toMatchObject({ artifact_name: 'visual-layer-export' })
    expect(parts.outputs['artifact_id']).toMatch(/^\d+$/)
    const { files } = await split.manifest()
    expect(files).toHaveLength(1)
    const sizes = (await split.manifest()).parts.map(({ export_id: id }) => {
      const key = scene.world.exports.find((task) => task.id === id)?.storageKey ?? ''
      return scene.world.storage.bytes(key).length
    })
    expect(parts.outputs['export_size_bytes']).toBe(String(sizes.reduce((sum, bytes) => sum + bytes, 0)))
  })

  it('is made of a clone of the snapshot, which is deleted afterwards', async () => {
    const split = await splitScene({ exportCap: 20 }, { ...SIZES, snapshots: ['golden'] })
    await using scene = split.scene
    const { state } = await scene.succeed({ ...split.inputs, snapshot_name: 'golden' })
    expect((await split.ids()).sort()).toEqual(idsOf(split.dataset.items))
    expect(split.starts()).toEqual([])
    const clone = scene.world.datasets.find(({ sourceDatasetId }) => sourceDatasetId === split.dataset.id)
    expect(clone?.deleted).toBe(true)
    expect(state['STATE_undo'] ?? '').toBe('')
  })
})
