import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ExportScene, exportScene } from '../action/export-scene.ts'

const metadataSchema = z.looseObject({
  media_items: z.array(
    z.looseObject({
      media_id: z.string(),
      metadata_items: z.array(z.looseObject({ properties: z.looseObject({ category_name: z.string().optional() }) })),
    }),
  ),
})

/** Exports with these inputs and answers the records that came. */
async function records({ scene, inputs, outputDir }: ExportScene, selection: Record<string, string>) {
  const { outputs } = await scene.succeed({ ...inputs, extract: 'true', ...selection })
  const metadata = metadataSchema.parse(JSON.parse(await readFile(path.join(outputDir, 'metadata.json'), 'utf8')))
  expect(outputs['media_count']).toBe(String(metadata.media_items.length))
  return metadata.media_items
}

describe('what an export selects', () => {
  it('media by their ids, over lines and commas', async () => {
    const set = await exportScene()
    await using _ = set.scene
    const [a, b, c] = set.dataset.items.map(({ mediaId }) => mediaId)
    const found = await records(set, { media_ids: `${a}, ${b}\n${c}\n\n${a}` })
    expect(new Set(found.map(({ media_id }) => media_id))).toEqual(new Set([a, b, c]))
    expect(found).toHaveLength(3)
    expect(set.scene.requests('POST', /export_entities_async$/)).toHaveLength(1)
  })

  it('clusters less the media that are excluded', async () => {
    const set = await exportScene({}, { images: 12, clusters: 4 })
    await using _ = set.scene
    const [first] = set.dataset.items
    const members = set.dataset.items.filter(({ clusterId }) => clusterId === first?.clusterId)
    const found = await records(set, {
      cluster_ids: first?.clusterId ?? '',
      exclude_media_ids: first?.mediaId ?? '',
    })
    expect(new Set(found.map(({ media_id }) => media_id))).toEqual(
      new Set(members.slice(1).map(({ mediaId }) => mediaId)),
    )
  })

  it('clusters and media together', async () => {
    const set = await exportScene({}, { images: 12, clusters: 4 })
    await using _ = set.scene
    const [first, second] = set.dataset.items
    const found = await records(set, { cluster_ids: first?.clusterId ?? '', media_ids: second?.mediaId ?? '' })
    expect(found).toHaveLength(4)
  })

  it('what a VQL filter matches', async () => {
    const set = await exportScene()
    await using _ = set.scene
    const found = await records(set, { vql: '[ {"labels": {"op": "one_of", "value": ["cat"]}} ]' })
    expect(found).toHaveLength(3)
    for (const record of found) {
      expect(record.metadata_items.map(({ properties }) => properties.category_name)).toContain('cat')
    }
  })

  it('objects', async () => {
    const set = await exportScene()
    await using _ = set.scene
    expect(await records(set, { entity_type: 'objects' })).toHaveLength(4)
  })

  it('what the manifest and the summary say', async () => {
    const { scene, dataset, inputs, outputDir } = await exportScene()
    await using _ = scene
    const manifest = async (): Promise<unknown> =>
      JSON.parse(await readFile(path.join(outputDir, 'manifest.json'), 'utf8'))
    const [first, second] = dataset.items
    const chosen = await scene.succeed({
      ...inputs,
      media_ids: `${second?.mediaId}`,
      cluster_ids: `${first?.clusterId}`,
      exclude_media_ids: `${first?.mediaId}`,
    })
    expect(chosen.summary).toContain('1 media, 1 cluster, less 1 media')
    const selection = {
      media_ids: [second?.mediaId],
      cluster_ids: [first?.clusterId],
      exclude_media_ids: [first?.mediaId],
    }
    expect(await manifest()).toMatchObject({ export: { selection } })
    const vql = '[{"labels":{"op":"one_of","value":["cat"]}}]'
    const matched = await scene.succeed({ ...inputs, vql, entity_type: 'OBJECTS' })
    expect(matched.summary).toContain('VQL filter')
    expect(await manifest()).toMatchObject({ export: { entity_type: 'OBJECTS' } })
    const { export_id: id = '' } = (await scene.succeed({ ...inputs, wait: 'false' })).outputs
    await scene.succeed({ ...inputs, export_id: id })
    expect(await manifest()).toMatchObject({ export: { id, selection: { export_id: id } } })
  })

  it('passes on the words of a filter that Visual Layer does not understand', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    const { errors } = await scene.fail('rejected', { ...inputs, vql: '[{"colour":{"op":"is","value":"red"}}]' })
    expect(errors[0]).toContain('Unknown filter: colour')
  })

  it('distinguishes ids that select nothing from an empty selection', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    await scene.fail('rejected', { ...inputs, media_ids: '0a1b2c3d-0000-4000-8000-000000000000' })
    const { errors } = await scene.fail('invalid_input', { ...inputs, media_ids: ',\n,' })
    expect(errors[0]).toContain('media_ids')
  })

  it('rejects a filter beside ids, and exclusions without clusters', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    await scene.fail('invalid_input', { ...inputs, vql: '[]', media_ids: 'a' })
    await scene.fail('invalid_input', { ...inputs, exclude_media_ids: 'a' })
    expect(scene.emulator.requests).toEqual([])
  })
})
