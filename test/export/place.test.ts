import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CocoFile } from '../../src/export/coco/coco-file.ts'
import type { ManifestOrigin } from '../../src/export/manifest.ts'
import { type PlaceOptions, type Placed, placeExport } from '../../src/export/place.ts'
import { readExport } from '../../src/export/records/metadata-files.ts'
import type { ReadBatch } from '../../src/export/records/read-records.ts'
import { readArchive } from '../../src/transfer/archive/unpack.ts'
import type { WrittenEntry } from '../transfer/archive/zip-writer.ts'
import { exportZip, mediaItem } from './export-bytes.ts'

let folder: string
let outputDir: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'place-'))
  outputDir = join(folder, 'visual-layer-export')
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const origin: ManifestOrigin = {
  dataset: { id: 'dataset-id', name: 'My "data"' },
  export: { id: 'export-1', format: 'json', include_images: true, entity_type: 'IMAGES', selection: null },
  exported_at: '2026-01-01T03:00:00.000Z',
  produced_by: { action: '1.0.0', repository: 'o/r', workflow: undefined },
}

interface Placing extends Partial<PlaceOptions> {
  /** Called while the archive is read. */
  onProgress?: () => void
}

async function place(bytes: Buffer, { onProgress, ...more }: Placing = {}): Promise<Placed> {
  const signal = more.signal ?? new AbortController().signal
  return placeExport({
    outputDir,
    archiveName: 'nightly.zip',
    extract: true,
    origin,
    signal,
    read: (at) => readExport(at, { signal }),
    async fetch(archive, target) {
      await writeFile(archive, bytes)
      const unpacking = target === undefined ? {} : { target, reserved: ['manifest.json'] }
      const reading = readArchive({ archive, signal, ...unpacking, ...(onProgress ? { onProgress } : {}) })
      const contents = await reading.catch(async (error: unknown) => {
        await rm(archive)
        throw error
      })
      if (target !== undefined) await rm(archive)
      return {
        downloaded: { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
        contents,
      }
    },
    ...more,
  })
}

async function tree(): Promise<string[]> {
  const entries = await readdir(outputDir, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(outputDir, join(entry.parentPath, entry.name)))
  return paths.map((path) => path.split(sep).join('/')).sort()
}

async function manifest(): Promise<Record<string, unknown>> {
  const read: Record<string, unknown> = JSON.parse(await readFile(join(outputDir, 'manifest.json'), 'utf8'))
  return read
}
const image = (name: string, data = name): WrittenEntry => ({ name: `images/${name}`, data })

describe('an export that is unpacked', () => {
  it('is in the output folder with its manifest, without its ZIP', async () => {
    const placed = await place(exportZip([mediaItem('a')], [image('a.jpg'), image('12:30.jpg')]))
    expect(await tree()).toEqual(['images/12_30.jpg', 'images/a.jpg', 'manifest.json', 'metadata.json'])
    expect(placed).toMatchObject({
      mediaCount: 1,
      metadataFiles: ['metadata.json'],
      manifestPath: join(outputDir, 'manifest.json'),
    })
    expect(placed).not.toHaveProperty('archivePath')
    expect(placed.files.toSorted()).toEqual(
      ['images/12_30.jpg', 'images/a.jpg', 'metadata.json'].map((path) => join(outputDir, path)),
    )
    const written = await manifest()
    expect(written).toMatchObject({
      schema_version: 1,
      dataset: { id: 'dataset-id', name: 'My "data"' },
      export: { id: 'export-1', selection: null },
      archive: { name: 'nightly.zip' },
      media_count: 1,
      content_digest: placed.contentDigest,
      extracted: true,
      produced_by: { action: '1.0.0', repository: 'o/r' },
    })
    expect(written['files']).toContainEqual({
      path: 'images/12_30.jpg',
      original_name: 'images/12:30.jpg',
      size_bytes: 9,
      crc32: crc32('12:30.jpg').toString(16).padStart(8, '0'),
    })
  })

  it.each(['reading', 'finishing'])('leaves nothing of annotations.json if it is cancelled while %s', async (when) => {
    const cancelling = new AbortController()
    const { signal } = cancelling
    const stopped = new Error('stopped')
    const coco = new CocoFile({ labels: 'all' })
    const label = { type: 'image_label', properties: { category_name: 'cat' } }
    const placing = place(exportZip([mediaItem('a', { metadata_items: [label] })], []), {
      signal,
      coco,
      async read(at) {
        const take = async (batch: ReadBatch) => {
          await coco.take(batch)
          expect((await tree()).filter((path) => path.includes('annotations.'))).toHaveLength(2)
          if (when === 'reading') cancelling.abort(stopped)
        }
        const records = await readExport(at, { signal, wanted: coco.wanted, take })
        cancelling.abort(stopped)
        return records
      },
    })
    await expect(placing).rejects.toBe(stopped)
    expect(await readdir(outputDir)).toEqual([])
  })

  it('replaces the files of the earlier one, and nothing else', async () => {
    await place(exportZip([mediaItem('a')], [image('a.jpg'), image('old/b.jpg'), image('mine/c.jpg')]))
    await writeFile(join(outputDir, 'images/mine/notes.txt'), 'mine')
    await place(exportZip([mediaItem('d')], [image('a.jpg', 'new'), image('d.jpg')]))
    expect(await tree()).toEqual([
      'images/a.jpg',
      'images/d.jpg',
      'images/mine/notes.txt',
      'manifest.json',
      'metadata.json',
    ])
    expect(await readFile(join(outputDir, 'images/a.jpg'), 'utf8')).toBe('new')
    expect(existsSync(join(outputDir, 'images/old'))).toBe(false)
  })

  it('leaves a file alone that was in the way of an export that was killed before it moved any', async () => {
    const leftover = join(outputDir, '.visual-layer-killed')
    await mkdir(leftover, { recursive: true })
    const draft = { schema_version: 1, files: [{ path: 'images/a.jpg' }], produced_by: { action: '1' } }
    await writeFile(join(leftover, 'manifest.json'), JSON.stringify(draft))
    await mkdir(join(outputDir, 'images'))
    await writeFile(join(outputDir, 'images/a.jpg'), 'precious')
    await place(exportZip([]))
    expect(await tree()).toEqual(['images/a.jpg', 'manifest.json', 'metadata.json'])
    expect(await readFile(join(outputDir, 'images/a.jpg'), 'utf8')).toBe('precious')
  })

  it('replaces what an export that was killed half-way had moved', async () => {
    const leftover = join(outputDir, '.visual-layer-killed')
    await mkdir(join(leftover, 'files'), { recursive: true })
    const moved = { schema_version: 1, files: [{ path: 'metadata.json' }], produced_by: { action: '1' } }
    await writeFile(join(leftover, 'moving.json'), JSON.stringify(moved))
    await writeFile(join(outputDir, 'metadata.json'), 'half')
    await place(exportZip([]))
    expect(await tree()).toEqual(['manifest.json', 'metadata.json'])
  })

  it('gives way to the manifest of the action', async () => {
    await place(exportZip([], [{ name: 'manifest.json', data: 'theirs' }]))
    const names = await tree()
    expect(names).toHaveLength(3)
    expect(names).toContainEqual(expect.stringMatching(/^manifest~[0-9a-f]{8}\.json$/))
    expect((await manifest())['schema_version']).toBe(1)
  })

  it('is not written over a file that no export wrote', async () => {
    await mkdir(join(outputDir, 'images'), { recursive: true })
    await writeFile(join(outputDir, 'images/a.jpg'), 'precious')
    await expect(place(exportZip([], [image('a.jpg')]))).rejects.toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('a.jpg'),
    })
    expect(await tree()).toEqual(['images/a.jpg'])
    expect(await readFile(join(outputDir, 'images/a.jpg'), 'utf8')).toBe('precious')
  })

  it('is not written over a manifest of someone else', async () => {
    await mkdir(outputDir)
    await writeFile(join(outputDir, 'manifest.json'), '{"name": "my web app"}')
    const fetch = async () => Promise.reject(new Error('fetched in vain'))
    for (const extract of [true, false]) {
      await expect(place(exportZip([]), { extract, fetch })).rejects.toMatchObject({
        code: 'operation_failed',
        message: expect.stringContaining('manifest.json'),
      })
    }
    expect(await readFile(join(outputDir, 'manifest.json'), 'utf8')).toContain('my web app')
  })

  it('is not written through a link', async () => {
    await mkdir(join(folder, 'elsewhere'))
    await mkdir(outputDir)
    await symlink(join(folder, 'elsewhere'), join(outputDir, 'images'))
    await expect(place(exportZip([], [image('a.jpg')]))).rejects.toMatchObject({
      code: 'operation_failed',
      message: expect.stringContaining('images'),
    })
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([])
  })

  it('removes nothing that lies behind a link or outside, whatever a manifest lists', async () => {
    await mkdir(join(folder, 'elsewhere'))
    await mkdir(outputDir)
    const precious = [join(folder, 'elsewhere/a.txt'), join(folder, 'b.txt'), join(outputDir, 'c.txt')]
    for (const path of precious) await writeFile(path, 'precious')
    await symlink(join(folder, 'elsewhere'), join(outputDir, 'linked'))
    await symlink(join(folder, 'b.txt'), join(outputDir, 'link'))
    const files = [
      'linked/a.txt',
      '../b.txt',
      'linked/../c.txt',
      'd\\..\\c.txt',
      './c.txt',
      join(folder, 'b.txt'),
      'link',
      '',
    ].map((path) => ({ path }))
    await writeFile(
      join(outputDir, 'manifest.json'),
      JSON.stringify({ schema_version: 1, files, produced_by: { action: '1' } }),
    )
    await place(exportZip([]))
    for (const path of precious) expect(await readFile(path, 'utf8')).toBe('precious')
    expect(await tree()).toEqual(['c.txt', 'link', 'linked', 'manifest.json', 'metadata.json'])
  })

  it('leaves no trace when the archive is bad, and keeps the earlier export', async () => {
    await place(exportZip([mediaItem('a')], [image('a.jpg')]))
    const before = await tree()
    const bad = exportZip([mediaItem('b')], [{ ...image('b.jpg'), crc32: 1 }])
    await expect(place(bad)).rejects.toMatchObject({ code: 'corrupt_download' })
    expect(await tree()).toEqual(before)
    expect(await manifest()).toMatchObject({ media_count: 1 })
  })

  it('leaves no trace when aborted', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    await expect(
      place(exportZip([], [image('a.jpg')]), { signal: controller.signal, onProgress: () => controller.abort(reason) }),
    ).rejects.toBe(reason)
    expect(await tree()).toEqual([])
  })

  it('takes an export id that is no file name', async () => {
    await place(exportZip([]), { origin: { ...origin, export: { ...origin.export, id: '../../evil' } } })
    expect(await readdir(folder)).toEqual(['visual-layer-export'])
  })
})

describe('an export that stays a ZIP', () => {
  it('gets its final name beside its manifest', async () => {
    const bytes = exportZip([mediaItem('a'), mediaItem('b')], [image('a.jpg')])
    const placed = await place(bytes, { extract: false })
    expect(await tree()).toEqual(['manifest.json', 'nightly.zip'])
    expect(placed).toMatchObject({ archivePath: join(outputDir, 'nightly.zip'), mediaCount: 2, files: [] })
    expect((await readFile(join(outputDir, 'nightly.zip'))).equals(bytes)).toBe(true)
    const written = await manifest()
    expect(written).toMatchObject({ extracted: false, archive: { name: 'nightly.zip', size_bytes: bytes.length } })
    expect(written).not.toHaveProperty('files')
  })

  it('replaces the one of the same name, and the unpacked files of an earlier export', async () => {
    await place(exportZip([]), { extract: false })
    await place(exportZip([mediaItem('a')]), { extract: false, archiveName: 'other.zip' })
    expect(await tree()).toEqual(['manifest.json', 'nightly.zip', 'other.zip'])
    const size = (await stat(join(outputDir, 'nightly.zip'))).size
    await place(exportZip([mediaItem('a')], [image('a.jpg')]), { extract: true })
    await place(exportZip([mediaItem('a')]), { extract: false })
    expect(await tree()).toEqual(['manifest.json', 'nightly.zip', 'other.zip'])
    expect((await stat(join(outputDir, 'nightly.zip'))).size).toBeGreaterThan(size)
  })

  it('never gets its final name when a checksum is wrong', async () => {
    await expect(place(exportZip([], [{ ...image('a.jpg'), crc32: 1 }]), { extract: false })).rejects.toMatchObject({
      code: 'corrupt_download',
    })
    expect(await tree()).toEqual([])
  })

  it('does not take the place of a folder or a link', async () => {
    await mkdir(join(outputDir, 'nightly.zip'), { recursive: true })
    await expect(place(exportZip([]), { extract: false })).rejects.toMatchObject({ code: 'operation_failed' })
  })
})
