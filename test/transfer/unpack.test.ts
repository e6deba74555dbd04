import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import { ActionError } from '../../src/errors.ts'
import { openArchive } from '../../src/transfer/archive.ts'
import { type ReadArchiveOptions, readArchive } from '../../src/transfer/unpack.ts'
import { unixMode, type WrittenEntry, writeZip } from './zip-writer.ts'

let folder: string
let archive: string
let target: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unpack-'))
  archive = join(folder, 'export.partial')
  target = join(folder, 'out')
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const signal = new AbortController().signal

async function unpack(bytes: Buffer, more: Partial<ReadArchiveOptions> = {}) {
  await writeFile(archive, bytes)
  return readArchive({ archive, target, signal, ...more })
}

/** The error that both unpacking and verifying end with; nothing may be left of the unpacking. */
async function refused(bytes: Buffer | WrittenEntry[], more: Partial<ReadArchiveOptions> = {}): Promise<ActionError> {
  const before = await readdir(folder)
  await writeFile(archive, Buffer.isBuffer(bytes) ? bytes : writeZip(bytes))
  const errors = []
  for (const place of [{ target }, {}]) {
    errors.push(
      await readArchive({ archive, signal, ...more, ...place }).then(
        () => new Error('was accepted'),
        (error: unknown) => error,
      ),
    )
  }
  const [error, verifying] = errors
  expect(error).toBeInstanceOf(ActionError)
  expect(verifying).toEqual(error)
  expect((await readdir(folder)).filter((name) => !before.includes(name))).toEqual(
    before.includes('export.partial') ? [] : ['export.partial'],
  )
  return error as ActionError
}

const good: WrittenEntry = { name: 'good.txt', data: 'good' }

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

describe('unpacking', () => {
  it('writes files of both methods, empty ones and folders', async () => {
    const large = Buffer.concat([Buffer.alloc(3_000_000, 'abc'), randomBytes(3_000_000)])
    const { entries, totalBytes } = await unpack(
      writeZip([
        { name: 'images/', attributes: unixMode(0o040755) | 0x10 },
        { name: 'images/a.png', data: 'stored', attributes: unixMode(0o100644) },
        { name: 'images/deep/b.png', data: 'deflated '.repeat(100), method: 'deflated' },
        { name: 'empty', data: '' },
        { name: 'empty-deflated', data: '', method: 'deflated' },
        { name: 'large-stored', data: large },
        { name: 'large-deflated', data: large, method: 'deflated' },
        { name: 'none/' },
      ]),
    )
    expect(await filesBelow(target)).toHaveLength(6)
    expect(await readFile(join(target, 'images/a.png'), 'utf8')).toBe('stored')
    expect(await readFile(join(target, 'images/deep/b.png'), 'utf8')).toBe('deflated '.repeat(100))
    expect((await readFile(join(target, 'large-stored'))).equals(large)).toBe(true)
    expect((await readFile(join(target, 'large-deflated'))).equals(large)).toBe(true)
    expect(statSync(join(target, 'none')).isDirectory()).toBe(true)
    expect(entries).toContainEqual({ name: 'images/a.png', path: 'images/a.png', size: 6, crc32: crc32('stored') })
    expect(totalBytes).toBe(6 + 900 + 2 * large.length)
  })

  it('reports progress up to the whole', async () => {
    const seen: [number, number][] = []
    await unpack(writeZip([{ name: 'a', data: randomBytes(9_000_000) }]), {
      onProgress: (done, total) => seen.push([done, total]),
    })
    expect(seen.length).toBeGreaterThan(3)
    expect(seen.at(-1)).toEqual([9_000_000, 9_000_000])
  })

  it('verifies without writing', async () => {
    await writeFile(archive, writeZip([good]))
    expect((await readArchive({ archive, signal })).entries).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['export.partial'])
  })

  it('unpacks an archive of no entries into an empty folder', async () => {
    expect((await unpack(writeZip([]))).entries).toEqual([])
    expect(await readdir(target)).toEqual([])
  })

  it('keeps the original of a name it had to change', async () => {
    const { entries } = await unpack(writeZip([{ name: 'video 12:30:05.png', data: 'x' }]))
    expect(entries).toMatchObject([{ name: 'video 12:30:05.png', path: 'video 12_30_05.png' }])
    expect(await filesBelow(target)).toEqual(['video 12_30_05.png'])
  })

  it('reads names in UTF-8 without the flag for it, and in code page 437', async () => {
    const { entries } = await unpack(
      writeZip([
        { name: Buffer.from('grün.png'), data: '1' },
        { name: Buffer.from([0x81, 0x2e, 0x70]), data: '2' },
      ]),
    )
    expect(entries.map(({ name }) => name)).toEqual(['grün.png', 'ü.p'])
  })

  it('lends the bytes of one entry', async () => {
    await writeFile(archive, writeZip([good, { name: 'm.json', data: '{"a":1}', method: 'deflated' }]))
    const opened = await openArchive(archive)
    try {
      const entry = opened.entries.find(({ name }) => name === 'm.json')
      const chunks: Buffer[] = []
      if (entry) for await (const chunk of opened.openEntry(entry)) chunks.push(chunk)
      expect(Buffer.concat(chunks).toString()).toBe('{"a":1}')
    } finally {
      await opened.close()
    }
  })

  it('lets a reader of one entry stop early', async () => {
    await writeFile(archive, writeZip([{ name: 'a', data: Buffer.alloc(20_000_000, 'xyz'), method: 'deflated' }]))
    const opened = await openArchive(archive)
    try {
      for await (const chunk of opened.openEntry(opened.entries[0] as NonNullable<(typeof opened.entries)[0]>)) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
    } finally {
      await opened.close()
    }
  })
})

describe('archives of other writers', () => {
  async function yazl(fill: (zip: ZipFile) => void): Promise<void> {
    const zip = new ZipFile()
    fill(zip)
    zip.end()
    await pipeline(zip.outputStream, createWriteStream(archive))
  }

  it('unpacks Zip64, with sizes after the data', async () => {
    await yazl((zip) => {
      zip.addBuffer(Buffer.from('sixty-four'), 'a.txt', { forceZip64Format: true })
      zip.addReadStream(readable('streamed'), 'b.txt', { forceZip64Format: true })
      zip.addReadStream(readable('streamed'), 'c.txt')
    })
    await readArchive({ archive, target, signal })
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('sixty-four')
    expect(await readFile(join(target, 'b.txt'), 'utf8')).toBe('streamed')
    expect(await readFile(join(target, 'c.txt'), 'utf8')).toBe('streamed')
  })

  it('verifies 70,000 entries', async () => {
    const entries70k = Array.from({ length: 70_000 }, (_, index) => ({ name: `images/${index}.txt`, data: `${index}` }))
    await writeFile(archive, writeZip(entries70k))
    const { entries } = await readArchive({ archive, signal })
    expect(entries).toHaveLength(70_000)
    expect(entries[69_999]).toMatchObject({ path: 'images/69999.txt', size: 5 })
  })
})

async function* chunksOf(text: string) {
  yield Buffer.from(text)
}

function readable(text: string) {
  return Readable.from(chunksOf(text))
}

describe('archives made to do harm', () => {
  it.each([
    '../evil',
    'a/../../evil',
    'a/../b',
    '..',
    '..\\evil',
    'a\\..\\..\\evil',
    'a/..\\../evil',
    '.. /evil',
    '../ /evil',
    '.../evil',
    '. ./evil',
    'a/ ../evil',
    '.\u200b./evil',
    '/etc/passwd',
    '\\windows',
    'C:\\evil',
    'C:evil',
    'c:/evil',
    '//server/share/evil',
    '\\\\server\\share\\evil',
    '\\\\?\\C:\\evil',
    'nul\0byte',
    '',
    './',
    './.',
    'a'.repeat(200).concat('/').repeat(11).concat('b'),
  ])('refuses the name %j', async (name) => {
    const entries = [good, { name: name === './' ? '.' : name, data: 'evil' }]
    const error = await refused(entries)
    expect(error.code).toBe('unsafe_archive')
    expect(existsSync(join(folder, 'evil'))).toBe(false)
  })

  it.each([
    ['a symbolic link', 0o120777],
    ['a pipe', 0o010644],
    ['a character device', 0o020644],
    ['a block device', 0o060644],
    ['a socket', 0o140644],
    ['a folder without its slash', 0o040755],
  ])('refuses %s', async (_, mode) => {
    const error = await refused([good, { name: 'entry', data: '/etc', attributes: unixMode(mode) }])
    expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('"entry"') })
  })

  it('refuses a link of Windows', async () => {
    expect((await refused([{ name: 'entry', attributes: 0x400 }])).code).toBe('unsafe_archive')
  })

  it.each([
    [['a.txt', 'a.txt']],
    [['d/a.txt', 'd//a.txt']],
    [['d/a.txt', 'd\\a.txt']],
    [['a', 'a/b']],
    [['a/b', 'a']],
    [['a', 'a/']],
  ])('refuses names that need the same place: %j', async (names) => {
    expect((await refused(names.map((name) => ({ name })))).code).toBe('unsafe_archive')
  })

  it('refuses an entry whose data another one shares', async () => {
    const data = Buffer.alloc(100_000)
    const kernel = { name: 'a', data, method: 'deflated' as const }
    const error = await refused(
      [kernel, { ...kernel, sameDataAs: 0 }].map((entry, index) => ({
        ...entry,
        name: `${index}`,
        local: { name: '0' },
      })),
    )
    expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining('the name') })
    const twins = await refused([kernel, { ...kernel, name: 'a', sameDataAs: 0 }])
    expect(twins.code).toBe('unsafe_archive')
  })

  it('refuses data that begins inside the data of another entry', async () => {
    // The second entry, header and all, is the stored data of the first.
    const inner = writeZip([{ name: 'inner', data: 'x'.repeat(50) }])
    const innerLocal = inner.subarray(0, 30 + 5 + 50)
    const outer = writeZip([
      { name: 'outer', data: innerLocal },
      { name: 'inner', data: 'x'.repeat(50) },
    ])
    // The directory's second header is pointed into the first entry's data.
    const directory = outer.indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
    const second = outer.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), directory + 4)
    outer.writeUInt32LE(30 + 5, second + 42)
    expect(await refused(outer)).toMatchObject({
      code: 'unsafe_archive',
      message: expect.stringContaining('shares bytes'),
    })
  })

  it('refuses an entry that unpacks to more than it declares', async () => {
    for (const length of [1000, 9_000_000]) {
      const data = Buffer.alloc(length, 'ab')
      const error = await refused([good, { name: 'bomb', data, method: 'deflated', size: length - 1 }])
      expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('bomb') })
    }
  })

  it('refuses sizes that DEFLATE cannot give', async () => {
    const error = await refused([
      { name: 'bomb', packed: deflateRawSync(Buffer.alloc(1000)), methodNumber: 8, size: 4_000_000_000 },
    ])
    expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('claims to unpack') })
  })

  it('refuses a whole that unpacks to far more than its size', async () => {
    const data = Buffer.alloc(50_000_000)
    const packed = deflateRawSync(data)
    const checksum = crc32(data)
    const bombs = Array.from({ length: 30 }, (_, index) => ({
      name: `${index}`,
      packed,
      methodNumber: 8,
      size: data.length,
      crc32: checksum,
    }))
    expect(await refused(bombs)).toMatchObject({
      code: 'unsafe_archive',
      message: expect.stringContaining('400 times'),
    })
  })

  it('refuses more entries than the limit', async () => {
    expect((await refused([good, { name: 'b' }], { limits: { maxEntries: 1 } })).code).toBe('unsafe_archive')
  })

  it('refuses to take the place of a file that the caller writes', async () => {
    const { entries } = await unpack(writeZip([{ name: 'Manifest.JSON', data: 'x' }]), { reserved: ['manifest.json'] })
    expect(entries[0]?.path).toMatch(/^Manifest~[0-9a-f]{8}\.JSON$/)
    await rm(target, { recursive: true })
    expect((await refused([{ name: 'manifest.json/x' }], { reserved: ['manifest.json'] })).code).toBe('unsafe_archive')
  })
})

describe('damaged archives', () => {
  it.each<[string, WrittenEntry]>([
    ['a wrong CRC, stored', { name: 'e', data: 'abc', crc32: 1 }],
    ['a wrong CRC, deflated', { name: 'e', data: 'abc', method: 'deflated', crc32: 1 }],
    ['a wrong CRC in a large file', { name: 'e', data: Buffer.alloc(5_000_000), method: 'deflated', crc32: 1 }],
    ['fewer bytes than declared', { name: 'e', data: 'abc', method: 'deflated', size: 4 }],
    ['data that does not unpack', { name: 'e', packed: Buffer.from('rubbish!'), methodNumber: 8, size: 100 }],
    [
      'data that breaks off',
      { name: 'e', packed: deflateRawSync('abc'.repeat(99)).subarray(0, 4), methodNumber: 8, size: 297 },
    ],
    [
      'large data that breaks off',
      {
        name: 'e',
        packed: deflateRawSync(randomBytes(5_000_000)).subarray(0, 4_900_000),
        methodNumber: 8,
        size: 5_000_000,
      },
    ],
    ['encryption', { name: 'e', data: 'abc', flags: 1, compressedSize: 3, size: 3 }],
    ['strong encryption', { name: 'e', data: 'abc', flags: 0x41 }],
    ['an unknown method', { name: 'e', data: 'abc', methodNumber: 12 }],
    ['two names', { name: 'e', data: 'abc', local: { name: 'f' } }],
    ['two sizes', { name: 'e', data: 'abc', local: { size: 5 } }],
    ['two sizes, though they may follow', { name: 'e', data: 'abc', flags: 8, local: { size: 5 } }],
    ['two CRCs', { name: 'e', data: 'abc', local: { crc32: 7 } }],
    ['two methods', { name: 'e', data: 'abc', local: { methodNumber: 8 } }],
    ['encryption in one header', { name: 'e', data: 'abc', local: { flags: 1 } }],
    ['stored sizes that differ', { name: 'e', data: 'abc', size: 5 }],
    ['data behind the directory', { name: 'e', packed: Buffer.from('abc'), size: 5000, compressedSize: 5000 }],
    ['a folder with data', { name: 'e/', data: 'abc' }],
  ])('refuses %s', async (_, entry) => {
    const error = await refused([{ ...good, name: 'first' }, entry])
    expect(error).toMatchObject({ code: 'corrupt_download' })
  })

  it('refuses an archive cut off at any place', async () => {
    const whole = writeZip([good, { name: 'b', data: 'b'.repeat(50), method: 'deflated' }])
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const error = await refused(whole.subarray(0, Math.floor(whole.length * share)))
      expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining('damaged') })
    }
  })

  it('refuses a directory that counts fewer entries than it holds', async () => {
    const error = await refused(writeZip([good, { name: 'hidden' }], { count: 1 }))
    expect(error).toMatchObject({
      code: 'corrupt_download',
      message: expect.stringContaining('more entries than it counts'),
    })
  })

  it('never lets a damaged byte pass for another file', async () => {
    const entries = [good, { name: 'images/b.png', data: 'png '.repeat(20), method: 'deflated' as const }]
    const whole = writeZip(entries)
    await writeFile(archive, whole)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(whole)
        bytes[at] = (bytes[at] ?? 0) ^ flip
        await rm(target, { recursive: true, force: true })
        const result = await unpack(bytes).catch((error: unknown) => error)
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(ActionError)
          expect(existsSync(target)).toBe(false)
          return
        }
        // Bytes that mean nothing to us, such as times: the files are the same.
        expect(await readFile(join(target, 'good.txt'), 'utf8')).toBe('good')
        expect(await readFile(join(target, 'images/b.png'), 'utf8')).toBe('png '.repeat(20))
      }),
      { numRuns: 400 },
    )
  })

  it.each([
    ['', 'is empty'],
    ['<!DOCTYPE html><html><body>Sign in</body></html>', 'looks like a web page'],
    ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'looks like XML'],
    ['\uFEFF {"media_items": []}', 'looks like JSON'],
    ['Service unavailable', 'looks like plain text'],
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'gzip'],
    [Buffer.from('PAR1....PAR1'), 'is a parquet file'],
    [Buffer.from([0, 1, 2, 0xff]), 'no ZIP archive begins with'],
  ])('says what a download looks like that is no archive: %j', async (bytes, words) => {
    const error = await refused(Buffer.from(bytes))
    expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining(words) })
  })
})

describe('the disk', () => {
  it('does not unpack into a folder that is there', async () => {
    await mkdir(target)
    await writeFile(join(target, 'kept'), 'kept')
    await expect(unpack(writeZip([good]))).rejects.toMatchObject({ code: 'operation_failed' })
    expect(await readdir(target)).toEqual(['kept'])
  })

  it('does not unpack through a link', async () => {
    await mkdir(join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), target)
    await expect(unpack(writeZip([good]))).rejects.toMatchObject({ code: 'operation_failed' })
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([])
  })

  it('says that an archive is not there', async () => {
    await expect(readArchive({ archive, signal })).rejects.toMatchObject({ code: 'operation_failed' })
  })

  it('stops when aborted, and leaves nothing', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const entries = Array.from({ length: 400 }, (_, index) => ({ name: `${index}`, data: randomBytes(100_000) }))
    let calls = 0
    const onProgress = () => {
      calls += 1
      controller.abort(reason)
    }
    await expect(unpack(writeZip(entries), { signal: controller.signal, onProgress })).rejects.toBe(reason)
    expect(calls).toBe(1)
    expect(existsSync(target)).toBe(false)
  })

  it('stops in the middle of a large file', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const bytes = writeZip([{ name: 'a', data: randomBytes(20_000_000) }])
    await expect(unpack(bytes, { signal: controller.signal, onProgress: () => controller.abort(reason) })).rejects.toBe(
      reason,
    )
    expect(existsSync(target)).toBe(false)
  })
})
