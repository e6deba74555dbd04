import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, statSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import { openEntry } from '../../../src/transfer/archive/entry-bytes.ts'
import { requireSpace } from '../../../src/transfer/disk.ts'
import { readArchive } from '../../../src/transfer/archive/unpack.ts'
import { openArchive } from '../../../src/transfer/archive/zip.ts'
import { good, signal, useUnpacking } from './unpacking.ts'
import { unixMode, writeZip } from './zip-writer.ts'

const unpacking = useUnpacking()

describe('unpacking', () => {
  it('writes files of both methods, empty ones and folders', async () => {
    const at = unpacking.now
    const large = Buffer.concat([Buffer.alloc(3_000_000, 'abc'), randomBytes(3_000_000)])
    const { entries, totalBytes } = await at.unpack(
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
    expect(await at.files()).toHaveLength(6)
    expect(await readFile(join(at.target, 'images/a.png'), 'utf8')).toBe('stored')
    expect(await readFile(join(at.target, 'images/deep/b.png'), 'utf8')).toBe('deflated '.repeat(100))
    expect((await readFile(join(at.target, 'large-stored'))).equals(large)).toBe(true)
    expect((await readFile(join(at.target, 'large-deflated'))).equals(large)).toBe(true)
    expect(statSync(join(at.target, 'none')).isDirectory()).toBe(true)
    expect(entries).toContainEqual({ name: 'images/a.png', path: 'images/a.png', size: 6, crc32: crc32('stored') })
    expect(totalBytes).toBe(6 + 900 + 2 * large.length)
  })

  it('reports progress up to the whole', async () => {
    const at = unpacking.now
    const seen: [number, number][] = []
    await at.unpack(writeZip([{ name: 'a', data: randomBytes(9_000_000) }]), {
      onProgress: (done, total) => seen.push([done, total]),
    })
    expect(seen.length).toBeGreaterThan(3)
    expect(seen.at(-1)).toEqual([9_000_000, 9_000_000])
  })

  it('verifies without writing', async () => {
    const at = unpacking.now
    await writeFile(at.archive, writeZip([good]))
    expect((await readArchive({ archive: at.archive, signal })).entries).toHaveLength(1)
    expect(await readdir(at.folder)).toEqual(['export.partial'])
  })

  it('unpacks an archive of no entries into an empty folder', async () => {
    const at = unpacking.now
    expect((await at.unpack(writeZip([]))).entries).toEqual([])
    expect(await readdir(at.target)).toEqual([])
  })

  it('keeps the original of a name it had to change', async () => {
    const at = unpacking.now
    const { entries } = await at.unpack(writeZip([{ name: 'video 12:30:05.png', data: 'x' }]))
    expect(entries).toMatchObject([{ name: 'video 12:30:05.png', path: 'video 12_30_05.png' }])
    expect(await at.files()).toEqual(['video 12_30_05.png'])
  })

  it.each([false, true])(
    'reads names in UTF-8 without the flag for it, and in code page 437, threaded: %s',
    async (threaded) => {
      const at = unpacking.now
      const { entries } = await at.unpack(
        writeZip([
          { name: Buffer.from('grün.png'), data: '1' },
          { name: Buffer.from([0x81, 0x2e, 0x70]), data: '2' },
        ]),
        { threaded },
      )
      expect(entries.map(({ name }) => name)).toEqual(['grün.png', 'ü.p'])
      expect((await at.files()).sort()).toEqual(['grün.png', 'ü.p'])
    },
  )

  it('lends the bytes of one entry', async () => {
    const at = unpacking.now
    await writeFile(at.archive, writeZip([good, { name: 'm.json', data: '{"a":1}', method: 'deflated' }]))
    const opened = await openArchive(at.archive)
    try {
      const entry = opened.entries.find(({ name }) => name === 'm.json')
      const chunks: Buffer[] = []
      if (entry) for await (const chunk of openEntry(opened, entry)) chunks.push(chunk)
      expect(Buffer.concat(chunks).toString()).toBe('{"a":1}')
    } finally {
      await opened.file.close()
    }
  })

  it('lets a reader of one entry stop early', async () => {
    const at = unpacking.now
    await writeFile(at.archive, writeZip([{ name: 'a', data: Buffer.alloc(20_000_000, 'xyz'), method: 'deflated' }]))
    const opened = await openArchive(at.archive)
    try {
      const entry = opened.entries.find(({ name }) => name === 'a')
      let chunks = 0
      for await (const _ of entry ? openEntry(opened, entry) : []) {
        chunks += 1
        break
      }
      expect(chunks).toBe(1)
    } finally {
      await opened.file.close()
    }
  })
})

describe('archives of other writers', () => {
  async function yazl(archive: string, fill: (zip: ZipFile) => void): Promise<void> {
    const zip = new ZipFile()
    fill(zip)
    zip.end()
    await pipeline(zip.outputStream, createWriteStream(archive))
  }

  it('unpacks Zip64, with sizes after the data', async () => {
    const at = unpacking.now
    await yazl(at.archive, (zip) => {
      zip.addBuffer(Buffer.from('sixty-four'), 'a.txt', { forceZip64Format: true })
      zip.addReadStream(readable('streamed'), 'b.txt', { forceZip64Format: true })
      zip.addReadStream(readable('streamed'), 'c.txt')
    })
    for (const threaded of [false, true]) {
      const target = join(at.folder, `out${threaded}`)
      await readArchive({ archive: at.archive, target, signal, threaded })
      expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('sixty-four')
      expect(await readFile(join(target, 'b.txt'), 'utf8')).toBe('streamed')
      expect(await readFile(join(target, 'c.txt'), 'utf8')).toBe('streamed')
    }
  })

  it('compares sizes in both headers where they are in an extra field', async () => {
    const at = unpacking.now
    const entry = { name: 'a', data: 'sixty-four', zip64: true, method: 'deflated' as const }
    expect((await at.unpack(writeZip([entry, good]))).totalBytes).toBe(14)
    await rm(at.target, { recursive: true })
    const error = await at.rejected([{ ...entry, local: { size: 11 } }, good])
    expect(error).toMatchObject({ code: 'corrupt_download', message: expect.stringContaining('the size') })
  })

  it.each([false, true])('verifies 100,000 entries, threaded: %s', async (threaded) => {
    const at = unpacking.now
    const many = Array.from({ length: 100_000 }, (_, index) => ({ name: `images/${index}.txt`, data: `${index}` }))
    await writeFile(at.archive, writeZip(many))
    const seen: number[] = []
    const onProgress = (done: number) => seen.push(done)
    const { entries, totalBytes } = await readArchive({ archive: at.archive, signal, threaded, onProgress })
    expect(entries).toHaveLength(100_000)
    expect(entries[99_999]).toMatchObject({ path: 'images/99999.txt', size: 5 })
    expect(seen.at(-1)).toBe(totalBytes)
  })

  it('verifies an entry of more than 4 GiB', async () => {
    const at = unpacking.now
    // Zeros, packed a piece at a time so that none refers to the one before: the pieces can be strung together.
    const piece = Buffer.alloc(64 * 1024 * 1024)
    const packedPiece = deflateRawSync(piece, { level: 1, finishFlush: constants.Z_FULL_FLUSH })
    const pieces = 65
    let checksum = 0
    for (let index = 0; index < pieces; index += 1) checksum = crc32(piece, checksum)
    const packed = Buffer.concat([...Array.from({ length: pieces }, () => packedPiece), deflateRawSync('')])
    const size = pieces * piece.length
    await writeFile(at.archive, writeZip([{ name: 'large', packed, methodNumber: 8, size, crc32: checksum }, good]))
    const limits = { maxRatio: 2000 }
    const { totalBytes } = await readArchive({ archive: at.archive, signal, threaded: true, limits })
    expect(totalBytes).toBe(size + 4)
    expect(size).toBeGreaterThan(2 ** 32)
  }, 60_000)
})

async function* chunksOf(text: string) {
  yield Buffer.from(text)
}

function readable(text: string) {
  return Readable.from(chunksOf(text))
}

describe('the disk', () => {
  it('is asked for room for the whole of what is unpacked, before it is', async () => {
    const at = unpacking.now
    const needs = [
      { bytes: 2 ** 60, purpose: 'unpack it' },
      { bytes: 0, purpose: 'download the rest of it' },
    ]
    await expect(requireSpace(at.target, needs)).rejects.toMatchObject({
      code: 'operation_failed',
      message: expect.stringMatching(/needs [\d,]+ TiB to unpack it, but only [\d.,]+ TiB is free/),
    })
    const both = [...needs, { bytes: 2 ** 60, purpose: 'download it' }]
    await expect(requireSpace(at.target, both)).rejects.toMatchObject({
      message: expect.stringMatching(/needs [\d,]+ TiB \([\d,]+ TiB to unpack it, [\d,]+ TiB to download it\)/),
    })
    await requireSpace(at.target, [{ bytes: 1, purpose: 'unpack it' }])
  })

  it('does not unpack into a folder that is there', async () => {
    const at = unpacking.now
    await mkdir(at.target)
    await writeFile(join(at.target, 'kept'), 'kept')
    await expect(at.unpack(writeZip([good]))).rejects.toMatchObject({ code: 'operation_failed' })
    expect(await readdir(at.target)).toEqual(['kept'])
  })

  it('does not unpack through a link', async () => {
    const at = unpacking.now
    await mkdir(join(at.folder, 'elsewhere'))
    await symlink(join(at.folder, 'elsewhere'), at.target)
    await expect(at.unpack(writeZip([good]))).rejects.toMatchObject({ code: 'operation_failed' })
    expect(await readdir(join(at.folder, 'elsewhere'))).toEqual([])
  })

  it('says that an archive is not there', async () => {
    const at = unpacking.now
    await expect(readArchive({ archive: at.archive, signal })).rejects.toMatchObject({ code: 'operation_failed' })
  })

  it('stops when aborted, and leaves nothing', async () => {
    const at = unpacking.now
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const entries = Array.from({ length: 400 }, (_, index) => ({ name: `${index}`, data: randomBytes(100_000) }))
    let calls = 0
    const onProgress = () => {
      calls += 1
      controller.abort(reason)
    }
    await expect(at.unpack(writeZip(entries), { signal: controller.signal, onProgress })).rejects.toBe(reason)
    expect(calls).toBe(1)
    expect(existsSync(at.target)).toBe(false)
  })

  it('stops in the middle of a large file', async () => {
    const at = unpacking.now
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const bytes = writeZip([{ name: 'a', data: randomBytes(20_000_000) }])
    await expect(
      at.unpack(bytes, { signal: controller.signal, onProgress: () => controller.abort(reason) }),
    ).rejects.toBe(reason)
    expect(existsSync(at.target)).toBe(false)
  })
})
