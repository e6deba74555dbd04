import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { clustersIn, idsOf, splitScene } from '../action/split-scene.ts'
import type { EmulatorSettings } from '../emulator/options.ts'
import type { DatasetSeed } from '../emulator/world.ts'

const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1] }
const CATS = '[{"labels":{"op":"one_of","value":["cat"]}}]'

describe('an export in parts of a selection', () => {
  it('contains what a filter matches', async () => {
    const split = await splitScene({ exportCap: 6 }, SIZES)
    await using scene = split.scene
    await scene.succeed({ ...split.inputs, vql: CATS })
    await split.expectWhole(idsOf(split.dataset.items.filter(({ labels }) => labels.includes('cat'))))
  })

  it('fails rather than hold more than the filter matches', async () => {
    const sizes = { clusterSizes: [6, 6, 6, 6, 5, 5] }
    const split = await splitScene({ exportCap: 6, style: { clusterVql: false } }, sizes)
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', { ...split.inputs, vql: CATS })
    expect(errors[0]).toContain('vql')
  })

  it('contains clusters and media, without those that are excluded, each once', async () => {
    const split = await splitScene({ exportCap: 10 }, SIZES)
    await using scene = split.scene
    const [large = [], other = [], third = []] = [...clustersIn(split.dataset).values()]
    const given = [...third.slice(0, 2), ...other.slice(0, 3)]
    await scene.succeed({
      ...split.inputs,
      cluster_ids: `${large[0]?.clusterId}\n${other[0]?.clusterId}`,
      media_ids: given.map(({ mediaId }) => mediaId).join(),
      exclude_media_ids: large
        .slice(0, 4)
        .map(({ mediaId }) => mediaId)
        .join(),
    })
    await split.expectWhole(idsOf([...large.slice(4), ...other, ...third.slice(0, 2)]))
  })

  it('contains media that were given by their ids, and the media with objects', async () => {
    const split = await splitScene({ exportCap: 10 }, SIZES)
    await using scene = split.scene
    const given = split.dataset.items.slice(0, 25)
    await scene.succeed({ ...split.inputs, media_ids: given.map(({ mediaId }) => mediaId).join('\n') })
    await split.expectWhole(idsOf(given))
    await scene.succeed({ ...split.inputs, entity_type: 'OBJECTS' })
    expect((await split.ids()).sort()).toEqual(idsOf(split.dataset.items.filter(({ objects }) => objects.length > 0)))
  })

  it('names a cluster that is not there', async () => {
    const split = await splitScene({ exportCap: 6 }, SIZES)
    await using scene = split.scene
    const unknown = '00000000-0000-4000-8000-000000000000'
    const clusters = `${[...clustersIn(split.dataset).keys()][0]}\n${unknown}`
    const { errors } = await scene.fail('not_found', { ...split.inputs, cluster_ids: clusters })
    expect(errors[0]).toContain(unknown)
  })
})

describe('a shard of an export', () => {
  /** All slices, one after the other: the ids of each. */
  async function slices(
    split: Awaited<ReturnType<typeof splitScene>>,
    of: number,
    inputs: Record<string, string> = {},
  ) {
    const ids: string[][] = []
    for (let index = 1; index <= of; index += 1) {
      const dir = `slice-${index}`
      await split.scene.succeed({ ...split.inputs, ...inputs, shard: `${index}/${of}`, output_dir: dir })
      ids.push(await split.ids(path.join(split.scene.job.workspace, dir)))
    }
    return ids
  }

  it.each([
    ['clusters', {}, SIZES],
    ['media in no cluster', {}, { clusterSizes: [9, 9], unclustered: 5 }],
    ['a giant cluster', { style: { members: 'missing' } }, { clusterSizes: [30, 3] }],
    ['media files', {}, { clusterSizes: [20, 3] }],
  ] as [string, EmulatorSettings, Partial<DatasetSeed>][])(
    'is disjoint from the others: %s',
    async (name, settings, seed) => {
      const split = await splitScene(settings, seed)
      await using _ = split.scene
      const ids = await slices(split, 2, name === 'media files' ? { include_images: 'true' } : {})
      expect(ids.flat().sort()).toEqual(idsOf(split.dataset.items))
    },
  )

  it.each(['json', 'parquet'])('may be empty: %s', async (format) => {
    const split = await splitScene({}, { clusterSizes: [2] })
    await using scene = split.scene
    const inputs = { ...split.inputs, export_format: format, shard: '2/3' }
    const { outputs } = await scene.succeed({ ...inputs, compare_with: '', upload_artifact: 'true' })
    const { media_count: count, parts } = await split.manifest()
    expect(Number(outputs['media_count'])).toBe(count)
    expect(parts.length).toBeLessThanOrEqual(1)
  })

  it('contains selected clusters and media once, where a medium is also in a cluster', async () => {
    const split = await splitScene({}, SIZES)
    await using _ = split.scene
    const [one = [], two = [], three = []] = [...clustersIn(split.dataset).values()]
    const ids = await slices(split, 2, {
      cluster_ids: `${one[0]?.clusterId},${two[0]?.clusterId}`,
      media_ids: [...one.slice(0, 3), ...three.slice(0, 4)].map(({ mediaId }) => mediaId).join(),
      exclude_media_ids: `${two[0]?.mediaId}`,
    })
    expect(ids.flat().sort()).toEqual(idsOf([...one, ...two.slice(1), ...three.slice(0, 4)]))
  })

  it('of a filter that matches nothing is an error, unless allow_empty takes it', async () => {
    const split = await splitScene({}, SIZES)
    await using scene = split.scene
    const vql = '[{"labels":{"op":"one_of","value":["unicorn"]}}]'
    const { errors } = await scene.fail('rejected', { ...split.inputs, shard: '1/2', vql })
    expect(errors[0]).toContain('Nothing matched')
    expect((await slices(split, 2, { vql, allow_empty: 'true' })).flat()).toEqual([])
  })

  it('fails before anything is exported, where media are in no cluster and in no table', async () => {
    const split = await splitScene({ style: { mediaIdList: 'missing' } }, { clusterSizes: [9, 9], unclustered: 5 })
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', { ...split.inputs, shard: '1/2' })
    expect(errors[0]).toContain('5 of its 23 items are in no listed cluster')
    expect(split.starts()).toEqual([])
  })
})
