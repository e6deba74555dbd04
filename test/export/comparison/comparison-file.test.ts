import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeComparison } from '../../../src/export/comparison/comparison-file.ts'
import { readExport } from '../../../src/export/records/metadata-files.ts'
import { isComparison } from '../../../src/export/manifest.ts'
import { mediaItem, metadataJson } from '../export-bytes.ts'
import { compareFiles, LIVE, written } from './made-items.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'comparison-file-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

function labelled(id: string, ...names: string[]) {
  const metadata_items = names.map((category_name) => ({ type: 'image_label', properties: { category_name } }))
  return mediaItem(id, { metadata_items, uniqueness_score: 0.95 })
}

async function fileOf(before: readonly unknown[], after: readonly unknown[]): Promise<Record<string, unknown>> {
  const { file } = await written(folder, 'before.json', before)
  const { comparison } = await compareFiles(file, await written(folder, 'after.json', after))
  const path = join(folder, 'comparison.json')
  await writeComparison(path, comparison, { path: 'nightly/last' })
  expect((await readdir(folder)).sort()).toEqual(['after.json', 'before.json', 'comparison.json'])
  expect(await isComparison(path)).toBe(true)
  return JSON.parse(await readFile(path, 'utf8'))
}

describe('comparison.json', () => {
  it('reports what changed', async () => {
    const before = [labelled('a', 'cat', '__proto__'), labelled('b', 'cat'), labelled('c', 'cat')]
    const after = [labelled('b', 'cat'), labelled('c', 'dog'), labelled('d', 'dog')]
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown
    const none = { names: [], omitted: 0, uncounted: { before: 0, after: 0 } }
    const bins = Array.from({ length: 10 }, (_, bin) => {
      const count = bin === 9 ? 3 : 0
      return { from: bin / 10, to: (bin + 1) / 10, before: count, after: count }
    })
    expect(await fileOf(before, after)).toEqual({
      schema_version: 1,
      compared_with: { path: 'nightly/last' },
      format: { before: 'json', after: 'json' },
      content_digest: { before: digest, after: digest },
      changed: true,
      added: 1,
      removed: 1,
      modified: 1,
      unchanged: 1,
      modified_fields: { labels: 1, boxes: 0, tags: 0, captions: 0, cluster: 0, issues: 0, uniqueness: 0, other: 0 },
      not_compared: [],
      tolerance: { uniqueness_score: 0.01, confidence: 0.01 },
      media_count: { before: 3, after: 3 },
      types: { ...none, names: [{ name: 'image', before: 3, after: 3 }] },
      labels: {
        ...none,
        names: [
          { name: 'dog', before: 0, after: 2 },
          { name: 'cat', before: 3, after: 1 },
          { name: '__proto__', before: 1, after: 0 },
        ],
      },
      objects: none,
      issues: none,
      tags: none,
      captioned: { before: 0, after: 0 },
      clusters: { before: 1, after: 1 },
      uniqueness: {
        bins,
        scored: { before: 3, after: 3 },
        mean: { before: expect.closeTo(0.95), after: expect.closeTo(0.95) },
      },
      size_bytes: { before: Math.round(3 * 48.27 * 1024), after: Math.round(3 * 48.27 * 1024) },
      examples: {
        added: [{ media_id: 'd', name: 's3://bucket/d.jpg' }],
        removed: [{ media_id: 'a', name: 's3://bucket/a.jpg' }],
        modified: [
          {
            media_id: 'c',
            name: 's3://bucket/c.jpg',
            fields: ['labels'],
            values: { labels: { before: 'cat', after: 'dog' } },
          },
        ],
      },
    })
  })

  it('lists ten thousand names, and reports how many more there are', async () => {
    const names = Array.from({ length: 10_005 }, (_, n) => `label ${n}`)
    const { labels } = await fileOf([], [labelled('a', ...names, 'label 10004')])
    expect(labels).toMatchObject({ omitted: 5 })
    expect(labels).toHaveProperty('names.length', 10_000)
    expect(labels).toHaveProperty('names.0', { name: 'label 10004', before: 0, after: 2 })
  })

  it('has null for what is not known', async () => {
    const file = await fileOf([{ a: 1 }], [])
    expect(file).toMatchObject({
      size_bytes: { before: null, after: null },
      uniqueness: { mean: { before: null, after: null } },
      examples: { removed: [{ media_id: null, name: '' }] },
    })
  })

  it('is never taken for the metadata of an export', async () => {
    await fileOf([mediaItem('a')], [])
    await rm(join(folder, 'before.json'))
    await writeFile(join(folder, 'after.json'), metadataJson([mediaItem('b'), mediaItem('c')]))
    expect(await readExport({ dir: folder }, { signal: LIVE })).toMatchObject({
      mediaCount: 2,
      metadataFiles: ['after.json'],
    })
  })

  it('is an error of the disk where it cannot be written', async () => {
    const { file } = await written(folder, 'before.json', [])
    const { comparison } = await compareFiles(file, await written(folder, 'after.json', []))
    await expect(writeComparison(join(folder, 'none', 'comparison.json'), comparison, {})).rejects.toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('write the comparison') as unknown,
    })
  })
})
