import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  isComparison,
  type Manifest,
  type ManifestFile,
  readManifest,
  writeManifest,
} from '../../src/export/manifest.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'))
  path = join(folder, 'manifest.json')
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const manifest: Manifest = {
  schema_version: 1,
  dataset: { id: 'd', name: undefined },
  export: { id: null, format: 'json', include_images: false, entity_type: 'IMAGES', selection: null },
  exported_at: '2026-01-02T03:04:05Z',
  produced_by: { action: '1.0.0' },
  media_count: 1,
  content_digest: 'x',
  extracted: true,
  parts: [],
}

const file = (index: number): ManifestFile => ({ path: `images/"${index}".png`, size_bytes: index, crc32: '00000000' })

describe('a manifest', () => {
  it.each([0, 1, 999, 1000, 1001, 2500])('lists files that are made one at a time: %d', async (count) => {
    async function* files() {
      for (let index = 0; index < count; index += 1) yield file(index)
    }
    const expected = {
      ...JSON.parse(JSON.stringify(manifest)),
      files: Array.from({ length: count }, (_, at) => file(at)),
    }
    await writeManifest(path, manifest, files())
    const text = await readFile(path, 'utf8')
    expect(JSON.parse(text)).toEqual(expected)
    await writeManifest(path, manifest, expected.files)
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(await readdir(folder)).toEqual(['manifest.json'])
  })

  it('has no list of files where none is given', async () => {
    await writeManifest(path, manifest)
    expect(JSON.parse(await readFile(path, 'utf8'))).not.toHaveProperty('files')
  })

  it('is not written at all when its files cannot be listed', async () => {
    await writeFile(path, 'earlier')
    async function* files() {
      yield file(0)
      throw new Error('the disk is gone')
    }
    await expect(writeManifest(path, manifest, files())).rejects.toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('the disk is gone'),
    })
    expect(await readFile(path, 'utf8')).toBe('earlier')
    expect(await readdir(folder)).toEqual(['manifest.json'])
  })

  it('is read whoever wrote it: an older version of the action, or a newer one', async () => {
    const older = { schema_version: 1, produced_by: { action: '0.9.0' }, archive: { name: 'a.zip' }, files: [file(1)] }
    await writeFile(path, JSON.stringify(older))
    expect(await readManifest(path)).toMatchObject({ archive: { name: 'a.zip' }, files: [{ path: 'images/"1".png' }] })
    const newer = { ...older, schema_version: 2, archive: null, parts: 'many', shard: { of: [] }, more: true }
    await writeFile(path, JSON.stringify(newer))
    expect(await readManifest(path)).toMatchObject({ schema_version: 2, files: [{ path: 'images/"1".png' }] })
  })

  it.each([
    '',
    '{',
    '[]',
    '{"schema_version":1}',
    '{"produced_by":{"action":"1"}}',
    '{"schema_version":1,"produced_by":{"action":"1"},"files":"x"}',
  ])('is not %j', async (text) => {
    await writeFile(path, text)
    expect(await readManifest(path)).toBeUndefined()
  })

  it('is not where there is nothing', async () => {
    expect(await readManifest(path)).toBeUndefined()
  })

  it.skipIf(process.platform === 'win32')('is no device, which could be read without end', async () => {
    await symlink('/dev/zero', path)
    expect(await readManifest(path)).toBeUndefined()
    expect(await isComparison(path)).toBe(false)
  })

  it('says where it could not be written', async () => {
    await expect(writeManifest(join(folder, 'missing/manifest.json'), manifest)).rejects.toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('missing'),
    })
  })
})
