import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { good, useUnpacking } from './unpacking.ts'
import { type WrittenEntry, writeZip } from './zip-writer.ts'

const unpacking = useUnpacking()

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
  ])('rejects %s', async (_, entry) => {
    const at = unpacking.now
    const error = await at.rejected([{ ...good, name: 'first' }, entry])
    expect(error).toMatchObject({ code: 'corrupt_download' })
  })

  it('rejects an archive cut off at any place', async () => {
    const at = unpacking.now
    const whole = writeZip([good, { name: 'b', data: 'b'.repeat(50), method: 'deflated' }])
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const error = await at.rejected(whole.subarray(0, Math.floor(whole.length * share)))
      expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining('damaged') })
    }
  })

  it('rejects a directory that counts fewer entries than it holds', async () => {
    const at = unpacking.now
    const error = await at.rejected(writeZip([good, { name: 'hidden' }], { count: 1 }))
    expect(error).toMatchObject({
      code: 'corrupt_download',
      message: expect.stringContaining('more entries than it counts'),
    })
  })

  it('never lets a damaged byte pass for another file', async () => {
    const at = unpacking.now
    const entries = [good, { name: 'images/b.png', data: 'png '.repeat(20), method: 'deflated' as const }]
    const whole = writeZip(entries)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (place, flip) => {
        const bytes = Buffer.from(whole)
        bytes[place] = (bytes[place] ?? 0) ^ flip
        await rm(at.target, { recursive: true, force: true })
        const result = await at.unpack(bytes).catch((error: unknown) => error)
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(ActionError)
          expect(existsSync(at.target)).toBe(false)
          return
        }
        // Bytes that mean nothing to us, such as times: the files are the same.
        expect(await readFile(join(at.target, 'good.txt'), 'utf8')).toBe('good')
        expect(await readFile(join(at.target, 'images/b.png'), 'utf8')).toBe('png '.repeat(20))
      }),
      { numRuns: 150 },
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
    [Buffer.from([0, 1, 2, 0xff]), 'does not begin like a ZIP archive'],
  ])('says what a download looks like that is no archive: %j', async (bytes, words) => {
    const at = unpacking.now
    const error = await at.rejected(Buffer.from(bytes))
    expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining(words) })
  })
})
