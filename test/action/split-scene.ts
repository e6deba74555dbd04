import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../src/export/records/parquet.ts'
import type { Dataset, ExportStart, MediaItem } from '../emulator/model.ts'
import { type ExportScene, exportScene } from './export-scene.ts'

const mergedExport = z.object({
  info: z.object({ total_media_items: z.number(), dataset: z.string().optional() }),
  media_items: z.array(z.object({ media_id: z.string() })),
})

const splitManifest = z.object({
  media_count: z.number(),
  content_digest: z.string(),
  parts: z.array(z.object({ number: z.number(), export_id: z.string(), media_count: z.number() })),
  files: z.array(z.object({ path: z.string(), size_bytes: z.number() })),
  shard: z.object({ index: z.number(), of: z.number(), plan_digest: z.string(), total_items: z.number() }).optional(),
})
type SplitManifest = z.infer<typeof splitManifest>

/** The folder in the output folder where parts are kept. */
export const PARTS = '.visual-layer-parts'

export interface SplitScene extends ExportScene {
  /** Exports that were asked for, of this dataset. */
  starts: () => ExportStart[]
  /** Those that were not rejected. */
  accepted: () => ExportStart[]
  manifest: (folder?: string) => Promise<SplitManifest>
  /** The media ids of the merged export, as they stand there, whatever its format. */
  ids: (folder?: string) => Promise<string[]>
  /** The parts that are kept, by number; those that are whole; those whose export is known by its ID. */
  keptParts: () => Promise<{ all: string[]; whole: string[]; started: string[] }>
  /** Every item once, the right totals, no trace of the work, and all files that the manifest lists. */
  expectWhole: (expected?: readonly string[]) => Promise<void>
  /** What was exported holds `items` together: nothing twice. */
  expectNothingTwice: (items?: number) => void
}

export function idsOf(items: readonly MediaItem[]): string[] {
  return items.map(({ mediaId }) => mediaId).sort()
}

/** The emulator's clusters: the items of each, by its id. */
export function clustersIn(dataset: Dataset): Map<string, MediaItem[]> {
  return Map.groupBy(dataset.items, ({ clusterId }) => clusterId)
}

/** A scene with a dataset that one export cannot hold. */
export async function splitScene(
  settings: Parameters<typeof exportScene>[0],
  seed: Parameters<typeof exportScene>[1] = { clusterSizes: [12, 9, 8, 8, 7, 5, 3, 1, 0] },
): Promise<SplitScene> {
  const base = await exportScene(settings, seed)
  const { dataset, outputDir, scene } = base
  // Parts are many requests, and many scenes run at once.
  scene.inputs['timeout'] = '40s'
  const starts = () => scene.world.exportStarts.filter(({ datasetId }) => datasetId === dataset.id)
  const accepted = () => starts().filter(({ rejected }) => !rejected)
  const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))
  const manifest = async (folder = outputDir) => splitManifest.parse(await read(path.join(folder, 'manifest.json')))
  const metadata = async (folder = outputDir) => mergedExport.parse(await read(path.join(folder, 'metadata.json')))
  const keptParts = async () => {
    const names = await readdir(path.join(outputDir, PARTS)).catch(() => [])
    const all = names.filter((name) => /^\d+$/.test(name)).sort()
    const finished = await Promise.all(
      all.map(async (name) => (await readdir(path.join(outputDir, PARTS, name))).includes('part.json')),
    )
    const contents = await Promise.all(
      all.map((name) => readFile(path.join(outputDir, PARTS, name, 'content.json'), 'utf8').catch(() => '')),
    )
    return {
      all,
      whole: all.filter((_, index) => finished[index]),
      started: all.filter((_, index) => contents[index]?.includes('"exportId"')),
    }
  }
  const idsIn = async (folder = outputDir) => {
    const { files } = await manifest(folder)
    if (files.some(({ path: file }) => file === 'metadata.json'))
      return (await metadata(folder)).media_items.map(({ media_id: id }) => id)
    const ids: string[] = []
    for (const { path: file } of files.filter(({ path: name }) => name.endsWith('.parquet'))) {
      const rows = readRows(path.join(folder, file))
      for await (const row of rows) ids.push(String(row['media_id']))
    }
    return ids
  }
  return {
    ...base,
    starts,
    accepted,
    manifest,
    ids: idsIn,
    keptParts,
    async expectWhole(expected = idsOf(dataset.items)) {
      const ids = await idsIn()
      expect(ids.sort()).toEqual([...expected].sort())
      const told = await manifest()
      expect(told.media_count).toBe(expected.length)
      expect(told.parts.reduce((sum, part) => sum + part.media_count, 0)).toBe(expected.length)
      if (told.files.some(({ path: file }) => file === 'metadata.json'))
        expect((await metadata()).info).toMatchObject({ total_media_items: expected.length, dataset: dataset.name })
      expect(await base.files()).toEqual(['manifest.json', ...told.files.map(({ path: file }) => file)].sort())
      for (const { path: file, size_bytes: size } of told.files)
        expect((await stat(path.join(outputDir, file))).size, file).toBe(size)
      expect(await readdir(outputDir)).not.toContain(PARTS)
    },
    expectNothingTwice(items = dataset.items.length) {
      expect(accepted().reduce((sum, start) => sum + (start.items ?? 0), 0)).toBe(items)
    },
  }
}
