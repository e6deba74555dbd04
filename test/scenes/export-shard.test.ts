import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { clustersIn, idsOf, type SplitScene, splitScene } from '../action/split-scene.ts'

/** Exports slices, each as the job of a matrix would, but to a folder of its own. */
async function slices(split: SplitScene, of: number, inputs: Record<string, string> = {}) {
  const exported = []
  for (let index = 1; index <= of; index += 1) {
    const place = { shard: `${index}/${of}`, output_dir: `slice-${index}` }
    const result = await split.scene.succeed({ ...split.inputs, timeout: '30s', ...inputs, ...place })
    const dir = path.join(split.scene.job.workspace, place.output_dir)
    exported.push({ result, dir, manifest: await split.manifest(dir), ids: await split.ids(dir) })
  }
  const plans = new Set(exported.map(({ manifest }) => JSON.stringify({ ...manifest.shard, index: 0 })))
  expect(plans.size).toBe(1)
  return exported
}

/** Disjoint, complete, and of one plan. */
function expectTogether(exported: Awaited<ReturnType<typeof slices>>, expected: readonly string[]): void {
  expect(exported.flatMap(({ ids }) => ids).sort()).toEqual([...expected].sort())
  for (const [index, { manifest, ids, result }] of exported.entries()) {
    expect(manifest.shard).toMatchObject({ index: index + 1, of: exported.length, total_items: expected.length })
    expect(manifest.media_count).toBe(ids.length)
    expect(result.outputs['media_count']).toBe(String(ids.length))
  }
}

const SIZES = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1, 0] }

describe('shards of an export', () => {
  it('are disjoint and complete, and of nearly equal size', async () => {
    const split = await splitScene({}, SIZES)
    await using _ = split.scene
    const exported = await slices(split, 3)
    expectTogether(exported, idsOf(split.dataset.items))
    for (const { ids } of exported) expect(Math.abs(ids.length - 53 / 3)).toBeLessThan(2)
    expect(split.starts()).toHaveLength(3)
  })

  it('are all of it, where there is one', async () => {
    const split = await splitScene({}, SIZES)
    await using _ = split.scene
    expectTogether(await slices(split, 1, { export_format: 'parquet' }), idsOf(split.dataset.items))
  })

  it('are divided further where they are too large', async () => {
    const split = await splitScene({ exportCap: 10 }, SIZES)
    await using _ = split.scene
    const exported = await slices(split, 2)
    expectTogether(exported, idsOf(split.dataset.items))
    split.expectNothingTwice()
    for (const { manifest } of exported) expect(manifest.parts.length).toBeGreaterThanOrEqual(3)
  })

  it('share a giant cluster', async () => {
    const split = await splitScene({}, { clusterSizes: [60, 3] })
    await using _ = split.scene
    const exported = await slices(split, 3, { include_images: 'true' })
    expectTogether(exported, idsOf(split.dataset.items))
    for (const { ids } of exported) expect(ids).toHaveLength(21)
  })

  it('are disjoint and complete where a giant cluster cannot be divided', async () => {
    const style = { members: 'missing' as const }
    const split = await splitScene({ style }, { clusterSizes: [60, 3] })
    await using _ = split.scene
    const exported = await slices(split, 3)
    expectTogether(exported, idsOf(split.dataset.items))
    const told = exported.filter(({ result }) => result.summary.includes('goes to one shard as a whole'))
    expect(told).toHaveLength(1)
  })

  it.each(['json', 'parquet'])('may be empty: %s', async (format) => {
    const split = await splitScene({}, { clusterSizes: [2, 1] })
    await using _ = split.scene
    const exported = await slices(split, 4, { export_format: format, upload_artifact: 'true' })
    expectTogether(exported, idsOf(split.dataset.items))
    const empty = exported.filter(({ ids }) => ids.length === 0)
    expect(empty).toHaveLength(2)
    for (const { manifest, result } of empty) {
      expect(manifest).toMatchObject({ media_count: 0, parts: [] })
      expect(manifest.files.map(({ path: file }) => file)).toEqual(format === 'json' ? ['metadata.json'] : [])
      expect(result.outputs['artifact_id']).toMatch(/^\d+$/)
      expect(result.outputs['artifact_name']).toMatch(/^visual-layer-export-\d-of-4$/)
    }
  })

  it('are the same in whatever order the clusters are listed', async () => {
    const split = await splitScene({}, { clusterSizes: [9, 9, 9, 5, 5, 5, 5, 1, 1, 1] })
    await using scene = split.scene
    const first = await slices(split, 2)
    split.dataset.items = split.dataset.items.toReversed()
    const second = await slices(split, 2)
    expect(second.map(({ ids }) => ids.toSorted())).toEqual(first.map(({ ids }) => ids.toSorted()))
    expect(second[0]?.manifest.shard).toEqual(first[0]?.manifest.shard)
    expect(scene.requests('GET', /export_media_id$/)).toEqual([])
  })

  it('hold media that are in no cluster', async () => {
    const split = await splitScene({}, { clusterSizes: [9, 9], unclustered: 5 })
    await using _ = split.scene
    expectTogether(await slices(split, 2), idsOf(split.dataset.items))
  })

  it('fail before anything is exported, where media are in no cluster and in no table', async () => {
    const style = { mediaIdList: 'missing' as const }
    const split = await splitScene({ style }, { clusterSizes: [9, 9], unclustered: 5 })
    await using scene = split.scene
    const { errors } = await scene.fail('rejected', { ...split.inputs, shard: '1/2' })
    expect(errors[0]).toContain('5 of its 23 items are in no listed cluster')
    expect(split.starts()).toEqual([])
  })

  it('hold what a filter matches', async () => {
    const split = await splitScene({}, SIZES)
    await using _ = split.scene
    const cats = split.dataset.items.filter(({ labels }) => labels.includes('cat'))
    const vql = '[{"labels":{"op":"one_of","value":["cat"]}}]'
    expectTogether(await slices(split, 2, { vql }), idsOf(cats))
  })

  it('say so where a filter matches nothing', async () => {
    const split = await splitScene({}, SIZES)
    await using scene = split.scene
    const vql = '[{"labels":{"op":"one_of","value":["unicorn"]}}]'
    const { errors } = await scene.fail('rejected', { ...split.inputs, shard: '1/2', vql })
    expect(errors[0]).toContain('Nothing matched')
    expectTogether(await slices(split, 2, { vql, allow_empty: 'true' }), [])
  })

  it('hold selected clusters and media once, where a medium is also in a cluster', async () => {
    const split = await splitScene({}, SIZES)
    await using _ = split.scene
    const [one = [], two = [], three = []] = [...clustersIn(split.dataset).values()]
    const exported = await slices(split, 2, {
      cluster_ids: `${one[0]?.clusterId},${two[0]?.clusterId}`,
      media_ids: [...one.slice(0, 3), ...three.slice(0, 4)].map(({ mediaId }) => mediaId).join(),
      exclude_media_ids: `${two[0]?.mediaId}`,
    })
    expectTogether(exported, idsOf([...one, ...two.slice(1), ...three.slice(0, 4)]))
  })
})

/** A program for jq in recipes.md, by the files that it is given. */
async function joinProgram(of: RegExp): Promise<string> {
  const recipes = await readFile(path.resolve(import.meta.dirname, '../../.github/docs/recipes.md'), 'utf8')
  const [, program] = of.exec(recipes) ?? []
  if (program === undefined) throw new Error('recipes.md has no such jq program')
  return program
}

const MANIFESTS = /jq -s '\n([^']*)' manifests\/\*\/manifest\.json/
const COCO = /jq -s '\n([^']*)' \\\n {2}shard-\*\/annotations\.json/

async function join(
  files: readonly string[],
  of = MANIFESTS,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const run = promisify(execFile)('jq', ['-s', await joinProgram(of), ...files])
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

describe('the job that joins the manifests of shards', () => {
  it('joins three that fit together, and no others', async () => {
    const split = await splitScene({ exportCap: 10 }, SIZES)
    await using scene = split.scene
    const exported = await slices(split, 3)
    const files = exported.map(({ dir }) => path.join(dir, 'manifest.json'))
    const [first = '', second = '', third = ''] = files
    const joined = await join([third, first, second])
    expect(joined).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(joined.stdout)).toEqual({
      dataset: { id: split.dataset.id, name: 'cats' },
      media_count: 53,
      shards: exported.map(({ manifest }, index) => ({
        artifact: `shard-${index + 1}`,
        media_count: manifest.media_count,
        content_digest: manifest.content_digest,
        parts: manifest.parts.length,
      })),
    })

    const missing = await join([first, third])
    expect(missing.code).not.toBe(0)
    expect(missing.stderr).toContain('shards are missing: of 3 there are [1,3]')

    split.dataset.items = split.dataset.items.slice(1)
    await scene.succeed({ ...split.inputs, shard: '3/3', output_dir: 'later' })
    const later = path.join(scene.job.workspace, 'later', 'manifest.json')
    const moved = await join([first, second, later])
    expect(moved.code).not.toBe(0)
    expect(moved.stderr).toContain('the dataset changed between the shards')
  })

  it('joins the COCO files of shards with the same classes, and no others', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'vl-coco-'))
    const shard = async (name: string, classes: readonly string[]) => {
      const file = path.join(folder, name)
      const categories = classes.map((one, index) => ({ id: index + 1, name: one }))
      const annotations = [{ id: 1, image_id: 2, category_id: 1 }]
      await writeFile(file, JSON.stringify({ images: [{ id: 1 }, { id: 2 }], annotations, categories }))
      return file
    }
    const [one, two] = [await shard('one', ['cat', 'dog']), await shard('two', ['cat', 'dog'])]
    expect(JSON.parse((await join([one, two], COCO)).stdout)).toEqual({
      images: [1, 2, 3, 4].map((id) => ({ id })),
      annotations: [
        { id: 1, image_id: 2, category_id: 1 },
        { id: 2, image_id: 4, category_id: 1 },
      ],
      categories: [
        { id: 1, name: 'cat' },
        { id: 2, name: 'dog' },
      ],
    })
    const other = await join([one, await shard('other', ['dog'])], COCO)
    expect([other.code, other.stdout]).toEqual([5, ''])
    await rm(folder, { recursive: true })
  })

  it('reports that there are too few items', async () => {
    const split = await splitScene({}, SIZES)
    await using scene = split.scene
    const exported = await slices(split, 2)
    const [first, second] = exported
    const told = await split.manifest(second?.dir)
    const file = path.join(scene.job.workspace, 'fewer.json')
    await writeFile(file, JSON.stringify({ ...told, media_count: told.media_count - 2 }))
    const joined = await join([path.join(first?.dir ?? '', 'manifest.json'), file])
    expect(joined.code).not.toBe(0)
    expect(joined.stderr).toContain('2 of 53 items are missing')
  })
})
