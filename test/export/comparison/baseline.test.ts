import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBaseline } from '../../../src/export/comparison/baseline.ts'
import { readExport } from '../../../src/export/records/metadata-files.ts'
import { writeZip } from '../../transfer/archive/zip-writer.ts'
import { exportZip, mediaItem, metadataJson } from '../export-bytes.ts'
import { LIVE, parquet } from './made-items.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baseline-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function lay(files: Record<string, string | Buffer>): Promise<void> {
  for (const [name, data] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), data)
  }
}

const read = (path = '.') => readBaseline({ path: join(folder, path), given: 'earlier' }, { signal: LIVE })

function manifest(archive: string, files: object[]): string {
  const produced_by = { action: '1.0.0' }
  return JSON.stringify({
    schema_version: 1,
    archive: { name: archive, size_bytes: 1 },
    media_count: 1,
    produced_by,
    files,
  })
}

const one = mediaItem('a')
const two = [mediaItem('b'), mediaItem('c')]

describe('an earlier export', () => {
  it.each<[string, Record<string, string | Buffer>, string, 'json' | 'parquet']>([
    ['a folder that was unpacked', { 'metadata.json': metadataJson([one]), 'images/a.jpg': '' }, '.', 'json'],
    [
      'such a folder with what lies beside',
      { 'metadata.json': metadataJson([one]), 'images.zip': exportZip(two) },
      '.',
      'json',
    ],
    [
      'a folder with a table',
      { 'metadata.parquet': parquet([one]), 'comparison.json': '{"media_count":{}}' },
      '.',
      'parquet',
    ],
    ['a folder of parts', { 'metadata/part-00001.parquet': parquet([one]), 'manifest.json': '{}' }, '.', 'parquet'],
    ['a folder that holds a ZIP', { 'nightly.zip': exportZip([one]), 'classes.json': '["cat"]' }, '.', 'json'],
    [
      'a folder in which downloaded artifacts lie',
      { 'nightly/nightly.zip': exportZip([one]), 'nightly/manifest.json': '{}' },
      '.',
      'json',
    ],
    [
      'a folder in which an unpacked one lies',
      { 'nightly/metadata.json': metadataJson([one]), 'nightly/manifest.json': '{}' },
      '.',
      'json',
    ],
    [
      'a folder whose manifest names its ZIP',
      { 'new.zip': exportZip([one]), 'old.zip': exportZip(two), 'manifest.json': manifest('new.zip', []) },
      '.',
      'json',
    ],
    [
      'an unpacked one beside the ZIP of an older one',
      {
        'x.zip': exportZip(two),
        'metadata.json': metadataJson([one]),
        'manifest.json': manifest('x.zip', [{ path: 'metadata.json' }]),
      },
      '.',
      'json',
    ],
    [
      'a folder whose manifest names a ZIP that is gone',
      { 'metadata.json': metadataJson([one]), 'manifest.json': manifest('x.zip', []) },
      '.',
      'json',
    ],
    [
      'a folder whose manifest leads out of it',
      {
        'inner/metadata.json': metadataJson([one]),
        'x.zip': exportZip(two),
        'inner/manifest.json': manifest('../x.zip', []),
      },
      'inner',
      'json',
    ],
    ['a ZIP', { 'export.zip': exportZip([one]) }, 'export.zip', 'json'],
    ['a ZIP of any name', { nightly: exportZip([one]) }, 'nightly', 'json'],
    [
      'a ZIP with a table',
      { 'export.zip': writeZip([{ name: 'metadata.parquet', data: parquet([one]), method: 'deflated' }]) },
      'export.zip',
      'parquet',
    ],
    ['a JSON file', { 'metadata.json': metadataJson([one]), 'manifest.json': '{' }, 'metadata.json', 'json'],
    ['a JSON file of any name', { 'last-night': `\uFEFF ${JSON.stringify([one])}` }, 'last-night', 'json'],
    ['a parquet file', { 'export.parquet': parquet([one]) }, 'export.parquet', 'parquet'],
    ['a parquet file of any name', { 'last-night.bin': parquet([one]) }, 'last-night.bin', 'parquet'],
  ])('may be %s', async (_, files, path, format) => {
    await lay(files)
    const before = (await readdir(folder, { recursive: true })).sort()
    const { records } = await read(path)
    expect(records).toMatchObject({ mediaCount: 1, statistics: { items: 1 }, format })
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(before)
  })

  it('may have no records', async () => {
    await lay({ 'metadata.json': metadataJson([]) })
    expect(await read()).toMatchObject({ records: { mediaCount: 0 } })
  })

  it('has the digest that reading gives', async () => {
    await lay({ 'metadata.json': metadataJson([one, ...two]) })
    const { contentDigest } = await readExport({ dir: folder }, { signal: LIVE })
    expect(await read()).toMatchObject({ records: { contentDigest } })
  })
})

describe('what is no earlier export', () => {
  it.each<[string, Record<string, string | Buffer>, string, string]>([
    ['nothing', {}, 'last', 'there is nothing there'],
    ['something below a file', { last: 'x' }, 'last/night', 'there is nothing there'],
    [
      'an empty folder',
      { 'last/x/y/z': '' },
      'last/x',
      'it cannot be read. The export has no metadata.json and no metadata.parquet. It contains "y/z"',
    ],
    [
      'a folder with several ZIPs',
      { 'a.zip': exportZip([one]), 'b.zip': exportZip([one]) },
      '.',
      'several archives and no manifest.json that says which one to use: "a.zip", "b.zip".',
    ],
    ['a ZIP without metadata', { 'a.zip': writeZip([{ name: 'a.jpg', data: '' }]) }, 'a.zip', 'It contains "a.jpg"'],
    ['a damaged ZIP', { 'a.zip': exportZip([one]).subarray(0, 100) }, 'a.zip', 'it cannot be read'],
    ['JSON that breaks off', { 'metadata.json': metadataJson([one]).slice(0, -5) }, '.', 'it ends after'],
    [
      'another JSON file',
      { 'package.json': '{"name":"x"}' },
      'package.json',
      'package.json has no "media_items" array',
    ],
    ['an image', { 'a.jpg': Buffer.from([0xff, 0xd8, 0xff]) }, 'a.jpg', 'a.jpg'],
    ['an empty file', { a: '' }, 'a', 'in the middle of its data'],
    [
      'parquet that breaks off',
      { 'a.parquet': parquet([one]).subarray(0, -9) },
      'a.parquet',
      'a.parquet cannot be read as parquet',
    ],
  ])('is rejected: %s', async (_, files, path, words) => {
    await lay(files)
    const message = expect.stringContaining(words) as unknown
    const todo = expect.stringContaining('Set compare_with to an earlier export') as unknown
    await expect(read(path)).rejects.toMatchObject({ code: 'invalid_input', message, todo })
    await expect(read(path)).rejects.toThrow(`compare_with is "earlier" (${join(folder, path)}), but `)
  })

  it('is named once where the input names the whole path', async () => {
    const path = join(folder, 'none')
    await expect(readBaseline({ path, given: path }, { signal: LIVE })).rejects.toThrow(
      `compare_with is ${JSON.stringify(path)}, but there is nothing there.`,
    )
  })

  it.skipIf(process.platform === 'win32')('is rejected: a ZIP that the manifest names and that is a link', async () => {
    await lay({
      'a.zip': exportZip(two),
      'metadata.json': metadataJson([one]),
      'manifest.json': manifest('link.zip', []),
    })
    await symlink(join(folder, 'a.zip'), join(folder, 'link.zip'))
    expect(await read()).toMatchObject({ records: { mediaCount: 1 } })
  })

  it.skipIf(process.platform === 'win32')('is rejected: a device', async () => {
    await expect(readBaseline({ path: '/dev/null', given: '/dev/null' }, { signal: LIVE })).rejects.toThrow(
      'it is neither a file nor a folder',
    )
  })
})
