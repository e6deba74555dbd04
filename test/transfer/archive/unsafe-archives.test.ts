import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { good, useUnpacking } from './unpacking.ts'
import { unixMode, writeZip } from './zip-writer.ts'

const unpacking = useUnpacking()

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
  ])('rejects the name %j', async (name) => {
    const at = unpacking.now
    const entries = [good, { name: name === './' ? '.' : name, data: 'evil' }]
    const error = await at.rejected(entries)
    expect(error.code).toBe('unsafe_archive')
    expect(existsSync(join(at.folder, 'evil'))).toBe(false)
  })

  it.each([
    ['a symbolic link', 0o120777],
    ['a pipe', 0o010644],
    ['a character device', 0o020644],
    ['a block device', 0o060644],
    ['a socket', 0o140644],
    ['a folder without its slash', 0o040755],
  ])('rejects %s', async (_, mode) => {
    const at = unpacking.now
    const error = await at.rejected([good, { name: 'entry', data: '/etc', attributes: unixMode(mode) }])
    expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('"entry"') })
  })

  it('rejects a link of Windows', async () => {
    const at = unpacking.now
    expect((await at.rejected([{ name: 'entry', attributes: 0x400 }])).code).toBe('unsafe_archive')
  })

  it.each([
    [['a.txt', 'a.txt']],
    [['d/a.txt', 'd//a.txt']],
    [['d/a.txt', 'd\\a.txt']],
    [['a', 'a/b']],
    [['a/b', 'a']],
    [['a', 'a/']],
  ])('rejects names that need the same place: %j', async (names) => {
    const at = unpacking.now
    expect((await at.rejected(names.map((name) => ({ name })))).code).toBe('unsafe_archive')
  })

  it('rejects an entry whose data another one shares', async () => {
    const at = unpacking.now
    const data = Buffer.alloc(100_000)
    const kernel = { name: 'a', data, method: 'deflated' as const }
    const error = await at.rejected(
      [kernel, { ...kernel, sameDataAs: 0 }].map((entry, index) => ({
        ...entry,
        name: `${index}`,
        local: { name: '0' },
      })),
    )
    expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('shares bytes') })
    const twins = await at.rejected([kernel, { ...kernel, name: 'a', sameDataAs: 0 }])
    expect(twins.code).toBe('unsafe_archive')
  })

  it('rejects data that begins inside the data of another entry', async () => {
    const at = unpacking.now
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
    expect(await at.rejected(outer)).toMatchObject({
      code: 'unsafe_archive',
      message: expect.stringContaining('shares bytes'),
    })
  })

  it('rejects an entry that unpacks to more than it declares', async () => {
    const at = unpacking.now
    for (const length of [1000, 9_000_000]) {
      const data = Buffer.alloc(length, 'ab')
      const error = await at.rejected([good, { name: 'bomb', data, method: 'deflated', size: length - 1 }])
      expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('bomb') })
    }
  })

  it('rejects sizes that DEFLATE cannot give', async () => {
    const at = unpacking.now
    const error = await at.rejected([
      { name: 'bomb', packed: deflateRawSync(Buffer.alloc(1000)), methodNumber: 8, size: 4_000_000_000 },
    ])
    expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('claims to unpack') })
  })

  it('rejects a whole that unpacks to far more than its size', async () => {
    const at = unpacking.now
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
    expect(await at.rejected(bombs)).toMatchObject({
      code: 'unsafe_archive',
      message: expect.stringContaining('400 times'),
    })
  })

  it('rejects more entries than the limit', async () => {
    const at = unpacking.now
    expect((await at.rejected([good, { name: 'b' }], { limits: { maxEntries: 1 } })).code).toBe('unsafe_archive')
  })

  it('rejects to take the place of a file that the caller writes', async () => {
    const at = unpacking.now
    const { entries } = await at.unpack(writeZip([{ name: 'Manifest.JSON', data: 'x' }]), {
      reserved: ['manifest.json'],
    })
    expect(entries[0]?.path).toMatch(/^Manifest~[0-9a-f]{8}\.JSON$/)
    await rm(at.target, { recursive: true })
    expect((await at.rejected([{ name: 'manifest.json/x' }], { reserved: ['manifest.json'] })).code).toBe(
      'unsafe_archive',
    )
  })
})
