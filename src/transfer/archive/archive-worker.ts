import { closeSync, openSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { asActionError, systemFailure } from '../../system-errors.ts'
import { ArchiveBytes } from './archive-bytes.ts'
import type { WorkerJob, WorkerReport } from './archive-workers.ts'
import { Void, waitForBytes } from '../download/arrivals.ts'
import { claimed } from './entry-table.ts'
import { EntryUnpacker } from './entry-unpacker.ts'

const WORTH_TELLING = 16 * 1024 * 1024

/** The code of a worker thread: takes batches of entries until none is left. */
async function work(job: WorkerJob): Promise<WorkerReport> {
  let file: number | undefined
  try {
    file = openArchiveFile(job.archive)
    const unpacker = new EntryUnpacker(new ArchiveBytes(file, arrivalsOf(job)), job.target)
    const toTell = new Unpacked()
    for (const batch of claimed(job)) await unpacker.unpack(batch, (bytes) => toTell.add(bytes))
    toTell.tell()
    return { kind: 'done' }
  } catch (error) {
    if (error instanceof Void) return { kind: 'stopped' }
    const { code, message, apiWords, todo } = asActionError(error)
    return { kind: 'failed', code, message, details: { apiWords, todo } }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** How much was unpacked, told in round numbers: a message for each batch costs more than the batch. */
class Unpacked {
  #bytes = 0

  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes >= WORTH_TELLING) this.tell()
  }

  tell(): void {
    tell({ kind: 'unpacked', bytes: this.#bytes })
    this.#bytes = 0
  }
}

function openArchiveFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw systemFailure(error, 'read the archive', path)
  }
}

function arrivalsOf({ arrivals }: WorkerJob): { arrive?: (start: number, end: number) => void } {
  if (!arrivals) return {}
  return {
    arrive(start, end) {
      if (waitForBytes(arrivals, start, end) === 'stopped') throw new Void()
    },
  }
}

function tell(report: WorkerReport): void {
  parentPort?.postMessage(report, [])
}

parentPort?.once('message', (job: WorkerJob) => void work(job).then(tell))
