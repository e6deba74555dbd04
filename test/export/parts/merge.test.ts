import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CocoFile } from '../../../src/export/coco/coco-file.ts'
import { readManifest } from '../../../src/export/manifest.ts'
import type { WholePart } from '../../../src/export/parts/kept-parts.ts'
import { readExport } from '../../../src/export/records/metadata-files.ts'
import { failureOf } from '../../failure-of.ts'
import { labelsIn, readCoco } from '../coco/coco-document.ts'
import { mediaItem, metadataJson } from '../export-bytes.ts'
import { abortingAfter, type FileTexts, makePart, manifestIn, merge } from './made-parts.ts'

let parts: string
let work: string

beforeEach(async () => {
  parts = await mkdtemp(join(tmpdir(), 'merge-'))
  work = join(parts, 'work')
  await mkdir(work)
})

afterEach(async () => {
  await rm(parts, { recursive: true, force: true })
})

const signal = new AbortController().signal

async function makeParts(...files: FileTexts[]): Promise<WholePart[]> {
  const made: WholePart[] = []
  for (const [index, texts] of files.entries()) made.push(await makePart(parts, index + 1, texts))
  return made
}

/** Every file below a folder with what it holds. */
async function filesIn(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    found[path.slice(dir.length + 1)] = await readFile(path, 'utf8')
  }
  return found
}

function jsonParts(): Promise<WholePart[]> {
  return makeParts(
    { 'metadata.json': metadataJson([mediaItem('a'), mediaItem('b')]), 'images/x.png': 'one', 'images/y.png': 'same' },
    { 'metadata.json': metadataJson([mediaItem('b'), mediaItem('c')]), 'images/x.png': 'two', 'images/y.png': 'same' },
    { 'metadata.json': metadataJson([mediaItem('d')]), 'images/X.png': 'three', 'images/z/deep.png': '' },
  )
}

function table(ids: readonly (string | null)[]): Buffer {
  const columnData = [
    { name: 'media_id', data: [...ids], type: 'STRING' as const },
    { name: 'height', data: ids.map((_, index) => index), type: 'INT32' as const },
  ]
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 2 }))
}

describe('parts put together', () => {
  it('are one export: all files, one metadata.json, a manifest that lists them', async () => {
    const merged = await merge(work, await jsonParts())
    const files = await filesIn(join(work, 'files'))
    expect(files).toEqual({
      'metadata.json': expect.any(String),
      'images/x.png': 'one',
      'images/x~2.png': 'two',
      'images/X~3.png': 'three',
      'images/y.png': 'same',
      'images/z/deep.png': '',
    })
    expect([...merged.paths].sort()).toEqual(Object.keys(files).sort())
    expect(merged).toMatchObject({ mediaCount: 4, metadataFiles: ['metadata.json'], notes: [] })
    expect((await readdir(work)).sort()).toEqual(['files', 'manifest.json'])
    expect(merged).toMatchObject(await readExport({ dir: join(work, 'files') }, { signal }))
  })

  it('come from the manifest', async () => {
    const shard = { index: 2, of: 8, plan_digest: 'abc', total_items: 100 }
    const merged = await merge(work, await jsonParts(), { shard })
    const manifest = await manifestIn(work)
    expect(manifest).toMatchObject({
      schema_version: 1,
      export: { id: null },
      media_count: 4,
      content_digest: merged.contentDigest,
      extracted: true,
      shard,
    })
    expect(manifest).not.toHaveProperty('archive')
    expect(manifest['parts']).toMatchObject([
      { number: 1, export_id: 'export-1', size_bytes: 1001, media_count: 2, clusters: 1, media_ids: 0 },
      { number: 2, export_id: 'export-2', size_bytes: 1002, media_count: 2, clusters: 2, media_ids: 0 },
      { number: 3, export_id: 'export-3', size_bytes: 1003, media_count: 1, clusters: 3, media_ids: 0 },
    ])
    expect(manifest.files.map(({ path }) => path)).toEqual(merged.paths)
    expect(manifest.files.filter((file) => 'part' in file || 'original_name' in file)).toEqual([
      expect.objectContaining({ path: 'images/x~2.png', original_name: 'images/x.png', part: 2, size_bytes: 3 }),
      expect.objectContaining({ path: 'images/X~3.png', original_name: 'images/X.png', part: 3, size_bytes: 5 }),
    ])
    expect(await readManifest(join(work, 'manifest.json'))).toMatchObject({ media_count: 4 })
  })

  it('keep the name that a file had in its archive', async () => {
    const made = await jsonParts()
    for (const file of made[1]?.files() ?? [])
      if (file.path !== 'metadata.json') file.original_name = `was:${file.path}`
    await merge(work, made)
    const { files } = await manifestIn(work)
    const original = files.filter((file) => file.original_name?.startsWith('was:'))
    expect(original).toMatchObject([{ path: 'images/x~2.png', original_name: 'was:images/x.png', part: 2 }])
  })
})

describe('parts put together with a COCO file', () => {
  it('have each image once in it, and it is in the manifest; files of its name keep what they contain', async () => {
    const labeled = (id: string, name: string) => {
      const properties = { category_name: name, bbox: [1, 2, 3, 4] }
      return mediaItem(id, { metadata_items: [{ type: 'object_label', properties }] })
    }
    const made = await makeParts(
      { 'metadata.json': metadataJson([labeled('a', 'dog'), labeled('b', 'cat')]), 'annotations.json': 'first' },
      { 'metadata.json': metadataJson([labeled('b', 'new'), labeled('c', 'cat')]), 'annotations.json': 'second' },
    )
    const coco = new CocoFile({ labels: 'boxes' })
    await coco.begin(work)
    const merged = await merge(work, made, { wanted: coco.wanted, take: (batch) => coco.take(batch), coco })
    const files = await filesIn(join(work, 'files'))
    const document = readCoco(files['annotations.json'] ?? '')
    expect(labelsIn(document)).toEqual([
      ['s3://bucket/a.jpg', 'dog', [1, 2, 3, 4]],
      ['s3://bucket/b.jpg', 'cat', [1, 2, 3, 4]],
      ['s3://bucket/c.jpg', 'cat', [1, 2, 3, 4]],
    ])
    expect(document.info).toMatchObject({ dataset: { id: 'd-1' }, content_digest: merged.contentDigest })
    expect(files).toMatchObject({ 'annotations~1.json': 'first', 'annotations~2.json': 'second' })
    expect(merged).toMatchObject({ metadataFiles: ['metadata.json'], coco: { theirs: 'annotations~1.json', boxes: 3 } })
    expect([...merged.paths].sort()).toEqual(Object.keys(files).sort())
    const { files: listed } = await manifestIn(work)
    expect(listed.map(({ path }) => path)).toEqual(merged.paths)
    const size = Buffer.byteLength(files['annotations.json'] ?? '')
    expect(listed).toContainEqual({ path: 'annotations.json', size_bytes: size, crc32: expect.any(String) })
    expect((await readdir(work)).sort()).toEqual(['files', 'manifest.json'])
  })
})

describe('parts of parquet put together', () => {
  it('are tables in one folder, counted and digested as one', async () => {
    const folders = await makeParts(
      { 'metadata.parquet': table(['a', 'b', 'c']), 'images/x.png': 'one', metadata: 'in the way' },
      { 'part-0.parquet': table(['d', 'd']), 'part-1.parquet': table(['e', null]), 'images/x.png': 'two' },
    )
    const merged = await merge(work, folders, { format: 'parquet' })
    const metadataFiles = [1, 2, 3].map((number) => `metadata/part-0000${number}.parquet`)
    expect(merged).toMatchObject({ mediaCount: 7, metadataFiles })
    expect([...merged.paths].sort()).toEqual(['images/x.png', 'images/x~2.png', ...metadataFiles, 'metadata~1'])
    expect(Object.keys(await filesIn(join(work, 'files'))).sort()).toEqual([...merged.paths].sort())
    expect(merged).toMatchObject(await readExport({ dir: join(work, 'files') }, { signal }))
    expect(await readFile(join(work, 'files', 'metadata', 'part-00003.parquet'))).toEqual(table(['e', null]))
  })

  it.each<[string, (string | null)[]]>([
    ['a media item', ['d', 'b']],
    ['a row without an id', ['d', 'e', null]],
  ])('are rejected when two have %s, with what to do', async (_, ids) => {
    const folders = await makeParts(
      { 'metadata.parquet': table(['a', 'b', null]), 'images/x.png': 'one' },
      { 'metadata.parquet': table(ids) },
    )
    const error = await failureOf(merge(work, folders, { format: 'parquet' }))
    expect(error).toMatchObject({ code: 'unexpected_reply', message: expect.stringContaining('export-2') })
    expect(error.todo).toContain('export_format: json')
    expect(await readdir(work)).toEqual([])
  })

  it('are rejected beside parts of JSON', async () => {
    const folders = await makeParts({ 'metadata.parquet': table(['a']) }, { 'metadata.json': metadataJson([]) })
    for (const format of ['json', 'parquet'] as const)
      await expect(merge(work, folders, { format })).rejects.toMatchObject({ code: 'unexpected_reply' })
  })
})

describe('a merge that is stopped', () => {
  async function parquetParts(): Promise<WholePart[]> {
    return makeParts(
      { 'metadata.parquet': table(['a', 'b', 'c']), 'images/x.png': 'one' },
      { 'metadata.parquet': table(['d']), 'images/x.png': 'two', 'images/y.png': 'three' },
    )
  }

  it.each([
    ['json', jsonParts],
    ['parquet', parquetParts],
  ] as const)(
    'at any step gives the reason, leaves the parts alone, and can be done again (%s)',
    async (format, make) => {
      const made = await make()
      const never = abortingAfter(Number.POSITIVE_INFINITY)
      const expected = await merge(work, made, { format, signal: never.signal })
      const files = await filesIn(parts)
      expect(never.asked()).toBeGreaterThan(5)
      for (let step = 1; step <= never.asked(); step += 1) {
        const { signal: stopping, reason } = abortingAfter(step)
        await expect(merge(work, made, { format, signal: stopping })).rejects.toBe(reason)
        expect(await merge(work, made, { format })).toEqual(expected)
        expect(await filesIn(parts)).toEqual(files)
      }
    },
  )

  it('is done again after it was whole', async () => {
    const folders = await jsonParts()
    const expected = await merge(work, folders)
    const files = await filesIn(work)
    expect(await merge(work, folders)).toEqual(expected)
    expect(await filesIn(work)).toEqual(files)
  })

  it('leaves nothing of other parts that were merged before', async () => {
    await merge(
      work,
      await makeParts({ 'metadata.json': metadataJson([mediaItem('a')]), 'old/x.png': 'old', y: 'old' }),
    )
    await rm(join(parts, '1'), { recursive: true })
    const folders = await makeParts({ 'metadata.json': metadataJson([mediaItem('a')]), 'y/z': 'new', old: 'new' })
    const { paths } = await merge(work, folders)
    const files = await filesIn(join(work, 'files'))
    expect(files).toMatchObject({ 'y/z': 'new', old: 'new' })
    expect(Object.keys(files).sort()).toEqual([...paths].sort())
    expect((await readdir(join(work, 'files'))).sort()).toEqual(['metadata.json', 'old', 'y'])
  })
})

describe('a part that is not what it was', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['without a file', () => rm(join(parts, '2', 'files', 'images', 'x.png'))],
    ['without its metadata', () => rm(join(parts, '2', 'files', 'metadata.json'))],
    ['with half its metadata', () => writeFile(join(parts, '2', 'files', 'metadata.json'), '{"media_items":[{')],
  ])('is no part of an export: %s', async (_, damage) => {
    const made = await jsonParts()
    await damage()
    const error = await failureOf(merge(work, made))
    expect(['operation_failed', 'corrupt_download']).toContain(error.code)
    expect(await readdir(work)).not.toContain('manifest.json')
  })
})

it('copies files on a disk that has no hard links', async () => {
  // Only where tmpfs and the disk differ is there something to show: a link across the two is not possible.
  const other = await mkdtemp(join('/dev/shm', 'merge-')).catch(() => undefined)
  if (other === undefined) return
  try {
    const { paths } = await merge(other, await jsonParts())
    expect(Object.keys(await filesIn(join(other, 'files'))).sort()).toEqual([...paths].sort())
  } finally {
    await rm(other, { recursive: true, force: true })
  }
})
