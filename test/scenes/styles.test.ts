import { describe, expect, it } from 'vitest'
import type { EmulatorSettings } from '../emulator/options.ts'
import { Scene } from '../action/scene.ts'

type Style = NonNullable<EmulatorSettings['style']>

/** What the vendor's pages leave open, each way; the ways of the last are taken together. */
const styles: Style[] = [
  { statusField: 'status_new' },
  { statusField: 'status' },
  { statusField: 'both' },
  { createReply: 'dataset_id' },
  { createReply: 'id' },
  { exportReply: 'short' },
  { exportReply: 'whole' },
  { snapshotCreate: 'object' },
  { snapshotCreate: 'empty' },
  { snapshotCreate: 'accepted' },
  { downloadLinks: 'absolute' },
  { downloadLinks: 'relative' },
  { cloneTaskDataset: 'new' },
  { cloneTaskDataset: 'source' },
  { enrichTaskDataset: 'source' },
  { enrichment: 'in_place' },
  { nullBodies: true },
  { ranges: true },
  { ranges: false },
  { statusSpelling: 'space' },
  { statusSpelling: 'underscore' },
  { automaticRevisions: true },
  {
    statusField: 'status',
    createReply: 'id',
    exportReply: 'whole',
    snapshotCreate: 'accepted',
    downloadLinks: 'relative',
    cloneTaskDataset: 'source',
    nullBodies: true,
    ranges: false,
    statusSpelling: 'underscore',
  },
  { snapshotCreate: 'empty', cloneTaskDataset: 'source', nullBodies: true },
]

describe('a service of another style', () => {
  it.each(styles)('%o: create, snapshot, restore, clone, export, wait and enrich all hold', async (style) => {
    await using scene = await Scene.open({ style })
    const { world } = scene
    const created = await scene.succeed({
      operation: 'create-from-s3',
      dataset_name: 'cats',
      bucket_path: 's3://acme/cats/',
    })
    const [dataset] = world.datasets
    if (!dataset) throw new Error('no dataset was made')
    expect(created.outputs).toMatchObject({ dataset_id: dataset.id, dataset_status: 'READY' })
    const dataset_id = dataset.id

    const saved = await scene.succeed({ operation: 'snapshot', dataset_id, snapshot_name: 'one' })
    const [, one] = dataset.snapshots
    expect(saved.outputs).toMatchObject({ snapshot_id: one?.id, snapshot_name: 'one' })
    expect(dataset.snapshots).toHaveLength(2)

    const restored = await scene.succeed({ operation: 'restore', dataset_id, snapshot_name: 'one', timeout: '8s' })
    expect(restored.outputs).toMatchObject({ snapshot_id: one?.id, safety_snapshot_id: dataset.snapshots[2]?.id })
    expect(one?.isCurrent).toBe(true)

    const cloned = await scene.succeed({ operation: 'clone', dataset_id, snapshot_id: one?.id ?? '', timeout: '8s' })
    expect(cloned.outputs).toMatchObject({ dataset_id: world.datasets[1]?.id, source_dataset_id: dataset_id })
    expect(world.datasets).toHaveLength(2)

    const exported = await scene.succeed({ operation: 'export', dataset_id, upload_artifact: 'false' })
    expect(exported.outputs).toMatchObject({ export_id: world.exports[0]?.id, media_count: '12' })

    const waited = await scene.succeed({ operation: 'wait', dataset_id })
    expect(waited.outputs).toMatchObject({ dataset_name: 'cats', dataset_status: 'READY' })

    const enriched = await scene.succeed({
      operation: 'enrich',
      dataset_id,
      models: 'VL-Image-Captioner',
      timeout: '8s',
    })
    const wanted = style.enrichment === 'in_place' ? dataset : world.datasets[2]
    expect(enriched.outputs).toMatchObject({ dataset_id: wanted?.id, source_dataset_id: dataset_id })
    expect(wanted?.enrichment.models).toEqual({ CAPTION_IMAGES: 'vl_image_captioner_v00' })
  })
})
