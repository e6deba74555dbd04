import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readExport } from '../../../src/export/records/metadata-files.ts'
import { type WrittenEntry, writeZip } from '../../transfer/archive/zip-writer.ts'
import { digestOf, mediaItem, metadataJson } from '../export-bytes.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspect-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const signal = new AbortController().signal

/** Inspects the files as a ZIP and as a folder; both must tell the same. */
async function inspect(files: { name: string; data: string | Buffer }[]) {
  const archive = join(folder, 'export.partial')
  await writeFile(archive, writeZip(files.map((file): WrittenEntry => ({ ...file, method: 'deflated' }))))
  const dir = join(folder, 'export')
  await mkdir(dir)
  for (const { name, data } of files) {
    await mkdir(join(dir, name, '..'), { recursive: true })
    await writeFile(join(dir, name), data)
  }
  const [zipped, unpacked] = await Promise.allSettled([
    readExport({ archive }, { signal }),
    readExport({ dir }, { signal }),
  ])
  expect(await readdir(folder)).toEqual(['export', 'export.partial'])
  if (zipped.status === 'rejected' || unpacked.status === 'rejected') {
    expect(zipped).toEqual(unpacked)
    throw zipped.status === 'rejected' ? zipped.reason : new Error('only the folder was rejected')
  }
  expect(zipped.value).toEqual(unpacked.value)
  return zipped.value
}

function parquet(ids: readonly string[], rowGroupSize = 2): Buffer {
  const columnData = [
    { name: 'media_id', data: [...ids], type: 'STRING' as const },
    { name: 'height', data: ids.map((_, index) => BigInt(index)), type: 'INT64' as const },
    { name: 'url', data: ids.map(() => `https://h/${Math.random()}`), type: 'STRING' as const },
  ]
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize }))
}

const a = mediaItem('a')
const b = mediaItem('b')

describe('the records of an export', () => {
  it('are those of metadata.json at the root, whatever lies beside it', async () => {
    const found = await inspect([
      { name: 'images/a.jpg', data: 'jpg' },
      { name: 'metadata.json', data: metadataJson([a, b]) },
      { name: 'other.json', data: metadataJson([mediaItem('c')]) },
      { name: 'metadata.parquet', data: parquet(['x']) },
    ])
    expect(found).toMatchObject({ mediaCount: 2, contentDigest: digestOf([a, b]), metadataFiles: ['metadata.json'] })
  })

  it('may be none', async () => {
    expect(await inspect([{ name: 'metadata.json', data: metadataJson([]) }])).toMatchObject({ mediaCount: 0 })
  })

  it('may be a bare array in metadata.json', async () => {
    expect(await inspect([{ name: 'metadata.json', data: JSON.stringify([a]) }])).toMatchObject({
      mediaCount: 1,
      contentDigest: digestOf([a]),
    })
  })

  it('are put together from several JSON files, one folder deep; others are passed over', async () => {
    const found = await inspect([
      { name: 'part-1.json', data: metadataJson([a]) },
      { name: 'parts/part-2.json', data: metadataJson([b]) },
      { name: 'parts/deep/part-3.json', data: metadataJson([mediaItem('c')]) },
      { name: 'classes.json', data: '["cat", "dog"]' },
      { name: 'lines.json', data: '{"a":1}\n{"a":2}\n' },
    ])
    expect(found).toMatchObject({
      mediaCount: 2,
      contentDigest: digestOf([a, b]),
      metadataFiles: ['part-1.json', 'parts/part-2.json'],
    })
  })

  it('are the rows of metadata.parquet, over all row groups', async () => {
    const found = await inspect([{ name: 'metadata.parquet', data: parquet(['a', 'b', 'c', 'd', 'e']) }])
    expect(found).toMatchObject({ mediaCount: 5, metadataFiles: ['metadata.parquet'] })
    const rows = ['a', 'b', 'c', 'd', 'e'].map((media_id, index) => ({ media_id, height: index }))
    expect(found.contentDigest).toBe(digestOf(rows))
  })

  it('are the rows of several parquet files, whatever their row groups', async () => {
    const found = await inspect([
      { name: 'part-0.parquet', data: parquet(['a', 'b', 'c'], 1) },
      { name: 'part-1.parquet', data: parquet(['d'], 1000) },
    ])
    expect(found).toMatchObject({ mediaCount: 4, metadataFiles: ['part-0.parquet', 'part-1.parquet'] })
  })
})

describe('the records of an export in parts', () => {
  const tables = [
    { name: 'metadata/part-00001.parquet', data: parquet(['a', 'b']) },
    { name: 'metadata/part-00002.parquet', data: parquet(['c']) },
  ]

  it('are the rows of the tables it was put together with, and no others', async () => {
    const found = await inspect([
      ...tables,
      { name: 'classes.json', data: metadataJson([a]) },
      { name: 'metadata/other.parquet', data: parquet(['x']) },
      { name: 'images.parquet', data: parquet(['y']) },
    ])
    expect(found).toMatchObject({ mediaCount: 3, metadataFiles: tables.map(({ name }) => name) })
  })

  it('are those of a metadata file at the root, where there is one', async () => {
    const found = await inspect([...tables, { name: 'metadata.parquet', data: parquet(['x']) }])
    expect(found).toMatchObject({ mediaCount: 1, metadataFiles: ['metadata.parquet'] })
  })
})

describe('an export without records', () => {
  it('is rejected, and what it contains is named', async () => {
    const files = Array.from({ length: 12 }, (_, index) => ({
      name: `${String(index).padStart(2, '0')}.png`,
      data: '',
    }))
    await expect(inspect(files)).rejects.toMatchObject({
      code: 'corrupt_download',
      message: expect.stringContaining('"00.png", "01.png"'),
    })
  })

  it('is rejected when it contains nothing', async () => {
    await expect(inspect([])).rejects.toMatchObject({
      code: 'corrupt_download',
      message: expect.stringContaining('contains nothing'),
    })
  })

  it.each<[string, string, string | Buffer]>([
    ['metadata.json without media_items', 'metadata.json', '{"info":{}}'],
    ['metadata.json that breaks off', 'metadata.json', metadataJson([a]).slice(0, -10)],
    ['a part that breaks off', 'part.json', metadataJson([a]).slice(0, -10)],
    ['parquet without a footer', 'metadata.parquet', 'PAR1 not really'],
    ['parquet cut in the middle', 'metadata.parquet', parquet(['a', 'b']).subarray(20)],
  ])('is rejected with %s', async (_, name, data) => {
    await expect(inspect([{ name, data }])).rejects.toMatchObject({
      code: 'corrupt_download',
      message: expect.stringContaining(name),
    })
  })
})

describe('an inspection that is aborted', () => {
  it.each(['metadata.json', 'metadata.parquet'])('gives the reason (%s)', async (name) => {
    const archive = join(folder, 'export.partial')
    const reason = new Error('cancelled')
    await writeFile(archive, writeZip([{ name, data: name.endsWith('json') ? metadataJson([a]) : parquet(['a']) }]))
    await expect(readExport({ archive }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await readdir(folder)).toEqual(['export.partial'])
  })

  it('gives the reason for a folder too', async () => {
    const reason = new Error('cancelled')
    await writeFile(join(folder, 'metadata.json'), metadataJson([a]))
    await expect(readExport({ dir: folder }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
