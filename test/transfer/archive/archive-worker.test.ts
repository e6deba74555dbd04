import { writeFile } from 'node:fs/promises'
import { afterAll, expect, it, vi } from 'vitest'
import type { WorkerJob, WorkerReport } from '../../../src/transfer/archive/archive-workers.ts'
import { openArchive } from '../../../src/transfer/archive/archive.ts'
import { Arrivals } from '../../../src/transfer/download/arrivals.ts'
import { shareEntries } from '../../../src/transfer/archive/entry-table.ts'
import { good, useUnpacking } from './unpacking.ts'
import { type WrittenEntry, writeZip } from './zip-writer.ts'

// The code of the thread, in this one: what it tells in each case, in what order.
const channel = vi.hoisted(() => new (process.getBuiltinModule('node:worker_threads').MessageChannel)())
vi.mock(import('node:worker_threads'), async (original) => ({ ...(await original()), parentPort: channel.port2 }))

const unpacking = useUnpacking()
afterAll(() => channel.port1.close())

/** Everything that a thread tells of a job, its end last. */
async function told(job: WorkerJob): Promise<WorkerReport[]> {
  vi.resetModules()
  await import('../../../src/transfer/archive/archive-worker.ts')
  const reports: WorkerReport[] = []
  const { promise, resolve } = Promise.withResolvers<WorkerReport[]>()
  const hear = (report: WorkerReport) => {
    reports.push(report)
    if (report.kind === 'unpacked') return
    channel.port1.off('message', hear)
    resolve(reports)
  }
  channel.port1.on('message', hear)
  channel.port1.postMessage(job, [])
  return promise
}

async function jobOf(entries: WrittenEntry[], arrivals?: Arrivals): Promise<WorkerJob> {
  const place = unpacking.now.archive
  await writeFile(place, writeZip(entries))
  const archive = await openArchive(place)
  await archive.file.close()
  const claims = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  return {
    archive: place,
    target: undefined,
    entries: shareEntries(archive.entries),
    claims,
    arrivals: arrivals?.shared,
  }
}

it('tells in round numbers what it unpacked, and that it is done', async () => {
  const large = { name: 'large', data: Buffer.alloc(17 * 1024 * 1024), method: 'deflated' as const }
  const reports = await told(await jobOf([good, large]))
  expect(reports.length).toBeGreaterThan(2)
  expect(reports.at(-1)).toEqual({ kind: 'done' })
  const bytes = reports.reduce((sum, report) => sum + (report.kind === 'unpacked' ? report.bytes : 0), 0)
  expect(bytes).toBe(17 * 1024 * 1024 + 4)
})

it('goes on with bytes that have arrived, and stops where no more come', async () => {
  const arrivals = new Arrivals(1_000_000)
  arrivals.add(0, 1_000_000)
  expect((await told(await jobOf([good], arrivals))).at(-1)).toEqual({ kind: 'done' })
  arrivals.stop(new Error('the download failed'))
  expect(await told(await jobOf([good], arrivals))).toEqual([{ kind: 'stopped' }])
})

it('tells what is wrong with the archive, or with itself', async () => {
  const job = await jobOf([{ ...good, crc32: 1 }])
  expect(await told(job)).toEqual([expect.objectContaining({ kind: 'failed', code: 'corrupt_download' })])
  const claims = new SharedArrayBuffer(0)
  const broken = await told({ ...job, claims })
  expect(broken).toEqual([expect.objectContaining({ kind: 'failed', code: 'operation_failed' })])
})

it('tells what failed where the archive is gone', async () => {
  const reports = await told({ ...(await jobOf([good])), archive: `${unpacking.now.archive}.gone` })
  expect(reports).toEqual([
    expect.objectContaining({ kind: 'failed', message: expect.stringContaining('read the archive') }),
  ])
})
