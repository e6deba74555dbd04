import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { Agent } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import * as disk from '../../src/transfer/disk.ts'
import { type FetchArchiveOptions, fetchArchive } from '../../src/transfer/fetch-archive.ts'
import { failureOf } from '../failure-of.ts'
import { GatedHost } from './download/gated-host.ts'
import { type WrittenEntry, writeZip } from './archive/zip-writer.ts'

const MIB = 1024 * 1024
/** Enough for the download to use several connections, so that the directory is there before the data, and for threads to pay. */
const LARGE = 36

let folder: string
let host: GatedHost
let agent: Agent

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-'))
  host = await GatedHost.start(Buffer.alloc(0))
  agent = new Agent()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await host.stop()
  await agent.destroy()
  await rm(folder, { recursive: true, force: true })
})

function options(more: Partial<FetchArchiveOptions> = {}): FetchArchiveOptions {
  return {
    source: { link: () => host.link(), renew: async () => Promise.reject(new Error('renewed without need')) },
    path: join(folder, 'export.partial'),
    target: join(folder, 'out'),
    dispatcher: agent,
    clock: systemClock,
    signal: new AbortController().signal,
    stallTimeoutMs: 60_000,
    leftMs: () => 7_200_000,
    userAgent: 'test-agent',
    onProgress: () => undefined,
    onNote: () => undefined,
    ...more,
  }
}

const image = (index: number, data: Buffer = randomBytes(MIB)): WrittenEntry => ({ name: `images/${index}.jpg`, data })

/** Entries of 1 MiB, which no connection but the first one fetches early. */
function images(count: number): WrittenEntry[] {
  return Array.from({ length: count }, (_, index) => image(index))
}

async function expectUnpacked(entries: readonly WrittenEntry[]): Promise<void> {
  for (const { name, data } of entries) {
    const bytes = await readFile(join(folder, 'out', name.toString()))
    expect(bytes.equals(Buffer.from(data ?? ''))).toBe(true)
  }
}

describe('an archive that arrives slowly', () => {
  it('is unpacked as it arrives', async () => {
    const entries = images(LARGE)
    host.object = writeZip(entries)
    host.gate = 12 * MIB
    const downloaded = vi.fn<() => void>()
    const fetched = fetchArchive(options({ onDownloaded: downloaded }))
    const first = join(folder, 'out/images/0.jpg')
    await vi.waitFor(() => expect(statSync(first).size).toBe(MIB), { timeout: 20_000 })
    expect(downloaded).not.toHaveBeenCalled()
    host.open()
    const { downloaded: whole, contents } = await fetched
    expect(whole).toMatchObject({
      sizeBytes: host.object.length,
      sha256: createHash('sha256').update(host.object).digest('hex'),
    })
    expect(contents.entries).toHaveLength(LARGE)
    expect(contents.totalBytes).toBe(LARGE * MIB)
    expect(downloaded).toHaveBeenCalledWith(whole)
    await expectUnpacked(entries)
  })

  it('is rejected for its directory before a byte of it is written, and not downloaded further', async () => {
    host.object = writeZip([...images(LARGE), { name: '../evil', data: 'evil' }])
    host.gate = 2 * MIB
    const unpacked = vi.fn<() => void>()
    const error = await failureOf(fetchArchive(options({ onUnpacked: unpacked })))
    expect(error).toMatchObject({ code: 'unsafe_archive', message: expect.stringContaining('../evil') })
    expect(unpacked).not.toHaveBeenCalled()
    expect(await readdir(folder)).toEqual([])
  })

  it.each<[string, Partial<WrittenEntry>]>([
    ['two headers that disagree', { local: { name: 'images/other' } }],
    ['a wrong CRC', { crc32: 1 }],
    ['a wrong CRC, deflated', { crc32: 1, method: 'deflated' }],
    ['data that does not unpack', { packed: randomBytes(1000), methodNumber: 8, size: 5000 }],
    [
      'an extra field that reaches into the next entry',
      { packed: randomBytes(10), size: 10, local: { extra: 60_000 } },
    ],
  ])('is rejected for %s before it is all there', async (_, wrong) => {
    host.object = writeZip([
      image(0),
      { ...image(1), ...wrong },
      ...images(LARGE).map(({ data }, index) => image(index + 2, Buffer.from(data ?? ''))),
    ])
    host.gate = 16 * MIB
    const error = await failureOf(fetchArchive(options()))
    expect(error.message).toContain('images/1.jpg')
    expect(['corrupt_download', 'unsafe_archive']).toContain(error.code)
    expect(await readdir(folder)).toEqual([])
  })

  it('is rejected when the disk has no room for it, before it is all there', async () => {
    host.object = writeZip(images(LARGE))
    host.gate = 2 * MIB
    const full = vi.spyOn(disk, 'requireSpace').mockImplementation(async (_path, needs) => {
      if (needs.some(({ purpose }) => purpose === 'unpack it')) throw new ActionError('operation_failed', 'full')
    })
    expect((await failureOf(fetchArchive(options()))).code).toBe('operation_failed')
    const needs = full.mock.calls.map(([, need]) => need)
    expect(needs[0]).toEqual([{ bytes: host.object.length, purpose: 'download it' }])
    expect(needs[1]?.[1]).toEqual({ bytes: LARGE * MIB, purpose: 'unpack it' })
    expect(needs[1]?.[0]?.bytes).toBeGreaterThan(host.object.length / 2)
    expect(await readdir(folder)).toEqual([])
  })

  it('is unpacked again when the object changes in the meantime', async () => {
    const entries = images(LARGE)
    host.object = writeZip(images(LARGE))
    host.gate = 12 * MIB
    const fetched = fetchArchive(options())
    await vi.waitFor(() => expect(existsSync(join(folder, 'out/images/0.jpg'))).toBe(true), { timeout: 20_000 })
    host.replace(writeZip(entries))
    expect((await fetched).contents.entries).toHaveLength(LARGE)
    await expectUnpacked(entries)
  })

  it('leaves nothing when aborted while threads wait for bytes', async () => {
    host.object = writeZip(images(LARGE))
    host.gate = 12 * MIB
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const fetched = fetchArchive(options({ signal: controller.signal }))
    await vi.waitFor(() => expect(existsSync(join(folder, 'out/images/0.jpg'))).toBe(true), { timeout: 20_000 })
    controller.abort(reason)
    await expect(fetched).rejects.toBe(reason)
    expect(await readdir(folder)).toEqual([])
  })

  it('is verified without being unpacked', async () => {
    host.object = writeZip(images(LARGE))
    const { target: _, ...verify } = options()
    expect((await fetchArchive(verify)).contents.entries).toHaveLength(LARGE)
    expect(await readdir(folder)).toEqual(['export.partial'])
  })
})

describe('any archive', () => {
  const content = fc
    .tuple(fc.nat(300_000), fc.constantFrom('stored' as const, 'deflated' as const), fc.boolean())
    .map(([size, method, plain]) => ({ method, data: plain ? Buffer.alloc(size, 'plain text ') : randomBytes(size) }))
  const segment = fc.stringMatching(/^[a-zé0-9]{1,12}$/)
  const names = fc.uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 3 }).map((path) => `${path.map((part) => `d${part}`).join('/')}.f`),
    { maxLength: 40 },
  )
  const archives = names.chain((chosen) =>
    fc.tuple(...chosen.map((name) => content.map((rest): WrittenEntry => ({ name, ...rest })))),
  )

  it.each([false, true])('comes out as it went in, threaded: %s', async (threaded) => {
    await fc.assert(
      fc.asyncProperty(archives, async (entries) => {
        host.object = writeZip(entries)
        const { contents } = await fetchArchive(options({ threaded }))
        expect(contents.entries.map(({ name, size }) => [name, size])).toEqual(
          entries.map(({ name, data }) => [name, data?.length]),
        )
        await expectUnpacked(entries)
        const files = await readdir(join(folder, 'out'), { recursive: true, withFileTypes: true })
        expect(files.filter((file) => file.isFile())).toHaveLength(entries.length)
        await rm(join(folder, 'out'), { recursive: true })
      }),
      { numRuns: threaded ? 10 : 40 },
    )
  })

  it.each([false, true])('leaves nothing when aborted at any moment, threaded: %s', async (threaded) => {
    const entries = images(9).concat({ name: 'large', data: randomBytes(9 * MIB), method: 'deflated' })
    host.object = writeZip(entries)
    const reason = new Error('cancelled')
    await fc.assert(
      fc.asyncProperty(fc.nat(30 * MIB), async (moment) => {
        const controller = new AbortController()
        let received = 0
        let unpacked = 0
        const look = () => {
          if (received + unpacked >= moment) controller.abort(reason)
        }
        const outcome = await fetchArchive(
          options({
            threaded,
            signal: controller.signal,
            onProgress(bytes) {
              received = bytes
              look()
            },
            onUnpacked(bytes) {
              unpacked = bytes
              look()
            },
          }),
        ).catch((error: unknown) => error)
        // An abort with the very last byte may come too late.
        if (outcome === reason) expect(await readdir(folder)).toEqual([])
        else await expectUnpacked(entries)
        await rm(join(folder, 'out'), { recursive: true, force: true })
      }),
      { numRuns: 12 },
    )
  })
})

it('reports one object alone when it changes after all of its entries were unpacked', async () => {
  const [one, other] = [gapped(0x61), gapped(0x62)]
  const tail = one.length - 600_000
  const unpacked = join(folder, 'out', 'metadata.json')
  let changed = false
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [, first = '0', last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    // The bytes that belong to no entry come last: the object changes before they do.
    if (Number(first) >= MIB && Number(first) < tail && !changed) {
      const isWhole = () => statSync(unpacked, { throwIfNoEntry: false })?.size === ENTRY_BYTES
      await vi.waitUntil(isWhole, { timeout: 20_000 })
      changed = true
    }
    const body = changed ? other : one
    const end = Math.min(Number(last || body.length - 1), body.length - 1)
    const range = { 'content-range': `bytes ${first}-${end}/${body.length}`, 'content-length': end - Number(first) + 1 }
    response.writeHead(206, { etag: changed ? '"b"' : '"a"', ...range })
    response.end(body.subarray(Number(first), end + 1))
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const link = () => new URL(`http://127.0.0.1:${address.port}/x.zip`)
  const source = { link, renew: async () => undefined }
  try {
    const { downloaded } = await fetchArchive(options({ source, segmentBytes: MIB, threaded: true }))
    expect(downloaded.sha256).toBe(createHash('sha256').update(other).digest('hex'))
    expect((await readFile(unpacked))[0]).toBe(0x62)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

const ENTRY_BYTES = 64 * 1024

/** An archive with three MiB between its one entry and its directory. */
function gapped(fill: number): Buffer {
  const zip = writeZip([{ name: 'metadata.json', data: Buffer.alloc(ENTRY_BYTES, fill) }])
  const directory = zip.readUInt32LE(zip.length - 22 + 16)
  const whole = Buffer.concat([zip.subarray(0, directory), Buffer.alloc(3 * MIB), zip.subarray(directory)])
  whole.writeUInt32LE(directory + 3 * MIB, whole.length - 22 + 16)
  return whole
}
