import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PartRecord, readPart } from '../../../src/exports/parts/part-record.ts'
import { mediaItem, metadataJson } from '../export-bytes.ts'
import { makePart } from './made-parts.ts'

let parts: string
let folder: string

beforeEach(async () => {
  parts = await mkdtemp(join(tmpdir(), 'part-record-'))
  folder = await makePart(parts, 3, {
    'metadata.json': metadataJson([mediaItem('a')]),
    'images/a.png': 'picture',
    'images/b.png': '',
  })
})

afterEach(async () => {
  await rm(parts, { recursive: true, force: true })
})

type Loose = { [K in keyof PartRecord]: unknown } & { files: object[] }

/** Changes what part.json says. */
async function change(by: (record: Loose) => object): Promise<void> {
  const path = join(folder, 'part.json')
  const record: Loose = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...record, ...by(record) }))
}

const file = (path: string, size_bytes: unknown = 7) => ({ path, size_bytes, crc32: '0a1b2c3d' })

describe('a part that was kept', () => {
  it('is read as it was written, and nothing else is left beside it', async () => {
    expect(await readPart(folder)).toMatchObject({
      number: 3,
      exportId: 'export-3',
      sizeBytes: 1003,
      mediaCount: 1,
      content: { clusters: 3, media: 0 },
      metadataFiles: ['metadata.json'],
      files: [
        { path: 'metadata.json' },
        { path: 'images/a.png', size_bytes: 7 },
        { path: 'images/b.png', size_bytes: 0 },
      ],
    })
    expect((await readdir(folder)).sort()).toEqual(['files', 'part.json'])
  })

  it('may hold files that got another name when they were unpacked', async () => {
    await change(({ files }) => ({
      files: files.map((entry) => ({ ...entry, original_name: 'as the archive: called it' })),
    }))
    expect((await readPart(folder))?.files[1]).toMatchObject({ original_name: 'as the archive: called it' })
  })

  it('is whole too when a merge moved its files, under their names or those of the part', async () => {
    const merged = join(parts, 'work', 'files')
    await mkdir(join(merged, 'images'), { recursive: true })
    await rename(join(folder, 'files', 'images', 'a.png'), join(merged, 'images', 'a~3.png'))
    await rename(join(folder, 'files', 'images', 'b.png'), join(merged, 'images', 'b.png'))
    expect(await readPart(folder, merged)).toMatchObject({ number: 3 })
    expect(await readPart(folder)).toBeUndefined()
    await writeFile(join(merged, 'images', 'a~3.png'), 'half')
    expect(await readPart(folder, merged)).toBeUndefined()
  })

  it('is not whole without its metadata, though a merge left some', async () => {
    const merged = join(parts, 'work')
    await mkdir(merged)
    await rename(join(folder, 'files', 'metadata.json'), join(merged, 'metadata.json'))
    expect(await readPart(folder, merged)).toBeUndefined()
  })
})

describe('a part is not whole', () => {
  it.each<[string, () => Promise<void>]>([
    ['when its record is missing', () => rm(join(folder, 'part.json'))],
    ['when its record is half there', () => writeFile(join(folder, 'part.json'), '{"number": 3,')],
    ['when it is not there at all', () => rm(folder, { recursive: true })],
    ['when a file is missing', () => rm(join(folder, 'files', 'images', 'a.png'))],
    ['when a file has another size', () => writeFile(join(folder, 'files', 'images', 'a.png'), 'pic')],
    ['when an empty file is missing', () => rm(join(folder, 'files', 'images', 'b.png'))],
    [
      'when a file is a link',
      async () => {
        await writeFile(join(parts, 'other'), 'picture')
        await rm(join(folder, 'files', 'images', 'a.png'))
        await symlink(join(parts, 'other'), join(folder, 'files', 'images', 'a.png'))
      },
    ],
    [
      'when a folder is a link',
      async () => {
        await rename(join(folder, 'files', 'images'), join(parts, 'elsewhere'))
        await symlink(join(parts, 'elsewhere'), join(folder, 'files', 'images'))
      },
    ],
    [
      'when its record is a link',
      async () => {
        await rename(join(folder, 'part.json'), join(parts, 'part.json'))
        await symlink(join(parts, 'part.json'), join(folder, 'part.json'))
      },
    ],
    [
      'when its record is a folder',
      async () => {
        await rm(join(folder, 'part.json'))
        await mkdir(join(folder, 'part.json'))
      },
    ],
  ])('%s', async (_, damage) => {
    expect(await readPart(folder)).toBeDefined()
    await damage()
    expect(await readPart(folder)).toBeUndefined()
  })

  const outside = [
    '../../secret',
    '/etc/passwd',
    'images/../../../secret',
    'images//a.png',
    './a',
    '',
    'C:x',
    'a\\b',
    'a\0b',
  ]

  it.each(outside)('when a file lies at %j', async (path) => {
    await writeFile(join(parts, 'secret'), 'picture')
    await change(({ files }) => ({ files: [...files, file(path)] }))
    expect(await readPart(folder)).toBeUndefined()
  })

  it.each<[string, (record: Loose) => object]>([
    ['metadata outside', () => ({ metadataFiles: ['../part.json'] })],
    ['metadata that is not listed', () => ({ metadataFiles: ['metadata.json', 'more.json'] })],
    ['no metadata', () => ({ metadataFiles: [] })],
    ['the same file twice', ({ files }) => ({ files: [...files, file('images/a.png')] })],
    ['a size that is none', ({ files }) => ({ files: [...files, file('images/c.png', '7')] })],
    ['a negative size', ({ files }) => ({ files: [...files, file('images/c.png', -1)] })],
    ['a number that is none', () => ({ number: 0 })],
    ['a count that is none', () => ({ mediaCount: 1.5 })],
    ['a hash that is none', () => ({ sha256: 'x'.repeat(64) })],
    ['no digest', () => ({ contentDigest: undefined })],
    ['no content', () => ({ content: undefined })],
    ['files that are no list', () => ({ files: {} })],
  ])('when its record has %s', async (_, by) => {
    await change(by)
    expect(await readPart(folder)).toBeUndefined()
  })
})
