import { openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { systemFailure } from '../../system-errors.ts'
import { type ReportedError, reported } from '../../threads.ts'
import { ObjectChanged } from '../download/watermark.ts'
import { unpackBatch } from './batches.ts'
import { ArchiveBytes } from './entry-bytes.ts'
import type { ArchiveEntry } from './zip.ts'

/** What the thread is started with. */
export interface UnpackSettings {
  archive: string
  /** The folder to unpack into, with all folders below it made; without it the entries are verified only. */
  target: string | undefined
  /** How far the archive is on disk, if it is still being downloaded. */
  watermark: SharedArrayBuffer | undefined
}

/** What the thread reports: progress, the end of a batch, that no more bytes of the archive will come, or a failure. */
export type UnpackReport =
  | { kind: 'unpacked'; bytes: number }
  | { kind: 'done' }
  | { kind: 'stopped' }
  | { kind: 'failed'; error: ReportedError }

const settings: UnpackSettings = workerData
let bytes: ArchiveBytes | undefined
let previous: Promise<void> = Promise.resolve()

function report(message: UnpackReport): void {
  parentPort?.postMessage(message, [])
}

async function unpack(batch: ArchiveEntry[]): Promise<void> {
  try {
    bytes ??= new ArchiveBytes(openArchiveFile(settings.archive), settings.watermark)
    await unpackBatch(bytes, batch, settings.target, (count) => report({ kind: 'unpacked', bytes: count }))
    report({ kind: 'done' })
  } catch (error) {
    report(error instanceof ObjectChanged ? { kind: 'stopped' } : { kind: 'failed', error: reported(error) })
  }
}

function openArchiveFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw systemFailure(error, 'read the archive', path)
  }
}

parentPort?.on('message', (batch: ArchiveEntry[]) => {
  previous = previous.then(async () => unpack(batch))
})
