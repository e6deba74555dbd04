import { writeFile } from 'node:fs/promises'
import { afterAll, expect, it, vi } from 'vitest'
import type { UnpackReport, UnpackSettings } from '../../../src/transfer/archive/unpack-thread.ts'
import { openArchive } from '../../../src/transfer/archive/zip.ts'
import { Watermark } from '../../../src/transfer/download/watermark.ts'
import { good, useUnpacking } from './unpacking.ts'
import { type WrittenEntry, writeZip } from './zip-writer.ts'

// The code of the thread, in this one: what it reports in each case, in what order.
const thread = vi.hoisted(() => ({
  channel: new (process.getBuiltinModule('node:worker_threads').MessageChannel)(),
  settings: {},
}))
vi.mock(import('node:worker_threads'), async (original) => ({
  ...(await original()),
  parentPort: thread.channel.port2,
  workerData: thread.settings,
}))

const unpacking = useUnpacking()
afterAll(() => thread.channel.port1.close())

/** Everything that a thread reports of all entries of an archive as one batch, its end last. */
async function reportsOf(entries: WrittenEntry[], more: Partial<UnpackSettings> = {}): Promise<UnpackReport[]> {
  const path = unpacking.now.archive
  await writeFile(path, writeZip(entries))
  const archive = await openArchive(path)
  await archive.file.close()
  const settings: UnpackSettings = { archive: path, target: undefined, watermark: undefined, ...more }
  Object.assign(thread.settings, settings)
  vi.resetModules()
  thread.channel.port2.removeAllListeners('message')
  await import('../../../src/transfer/archive/unpack-thread.ts')
  const reports: UnpackReport[] = []
  const { promise, resolve } = Promise.withResolvers<UnpackReport[]>()
  const hear = (report: UnpackReport) => {
    reports.push(report)
    if (report.kind === 'unpacked') return
    thread.channel.port1.off('message', hear)
    resolve(reports)
  }
  thread.channel.port1.on('message', hear)
  thread.channel.port1.postMessage(archive.entries, [])
  return promise
}

it('reports what it unpacked, and that it is done', async () => {
  const large = { name: 'large', data: Buffer.alloc(17 * 1024 * 1024), method: 'deflated' as const }
  const reports = await reportsOf([good, large])
  expect(reports.length).toBeGreaterThan(2)
  expect(reports.at(-1)).toEqual({ kind: 'done' })
  const bytes = reports.reduce((sum, report) => sum + (report.kind === 'unpacked' ? report.bytes : 0), 0)
  expect(bytes).toBe(17 * 1024 * 1024 + 4)
})

it('reads bytes that have arrived, and stops if no more will come', async () => {
  const arrived = new Watermark()
  arrived.advance(1_000_000)
  expect((await reportsOf([good], { watermark: arrived.shared })).at(-1)).toEqual({ kind: 'done' })
  const stopped = new Watermark()
  stopped.stop(new Error('the download failed'))
  expect(await reportsOf([good], { watermark: stopped.shared })).toEqual([{ kind: 'stopped' }])
})

it('reports what is wrong with the archive', async () => {
  const reports = await reportsOf([{ ...good, crc32: 1 }])
  expect(reports).toEqual([{ kind: 'failed', error: expect.objectContaining({ code: 'corrupt_download' }) }])
})

it('reports that the archive is gone, or that a file cannot be written', async () => {
  const gone = await reportsOf([good], { archive: `${unpacking.now.archive}.gone` })
  expect(gone).toEqual([{ kind: 'failed', error: expect.objectContaining({ code: 'operation_failed' }) }])
  const missing = await reportsOf([good], { target: `${unpacking.now.folder}/missing` })
  expect(missing).toEqual([
    { kind: 'failed', error: expect.objectContaining({ message: expect.stringContaining('ENOENT') }) },
  ])
})
