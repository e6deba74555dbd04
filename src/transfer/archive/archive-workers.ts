import type { Worker } from 'node:worker_threads'
import { ActionError, type ErrorCode, type ErrorDetails } from '../../errors.ts'
import { asActionError } from '../../system-errors.ts'
import type { SharedEntries } from './entry-table.ts'
import { startThread } from '../thread.ts'

/** What a worker thread is given to do: its share of an archive, taken batch by batch. */
export interface WorkerJob {
  archive: string
  /** The folder to unpack into, with all folders below it made; without it the entries are verified only. */
  target: string | undefined
  entries: SharedEntries
  /** One 32-bit number: the next batch that nobody has taken. */
  claims: SharedArrayBuffer
  /** Which bytes of the archive are on disk, where it is still being downloaded. */
  arrivals: SharedArrayBuffer | undefined
}

/** What a worker thread tells. Errors cannot cross between threads as they are. */
export type WorkerReport =
  | { kind: 'unpacked'; bytes: number }
  | { kind: 'done' }
  | { kind: 'stopped' }
  | { kind: 'failed'; code: ErrorCode; message: string; details: ErrorDetails }

export interface WorkersOptions {
  signal: AbortSignal
  /** Called with the bytes that were unpacked since the last call. */
  onBytes: (bytes: number) => void
}

/**
 * Threads that unpack. Starting one takes as long as reading the directory of a large archive, so they are started before it is
 * known what there is to do.
 */
export class ArchiveWorkers {
  readonly #workers: Worker[]
  /** Of threads that could not be started: told once there is something to do. */
  readonly #broken: Promise<never>[]

  constructor(count: number) {
    this.#workers = Array.from({ length: count }, () => startThread(import.meta.url, './archive-worker.ts', 'archive'))
    this.#broken = this.#workers.map((worker) => {
      const { promise, reject } = Promise.withResolvers<never>()
      promise.catch(() => undefined)
      worker.once('error', (error) => reject(asActionError(error)))
      return promise
    })
  }

  get count(): number {
    return this.#workers.length
  }

  /**
   * Shares a job out to the threads. `stopped` when the archive will not arrive as a whole. Throws the first failure of any, or the
   * signal's reason; all threads have ended then.
   */
  async run(job: WorkerJob, { signal, onBytes }: WorkersOptions): Promise<'done' | 'stopped'> {
    const stop = new AbortController()
    const all = AbortSignal.any([signal, stop.signal])
    const ends = this.#workers.map(async (worker, index) => {
      try {
        return await Promise.race([runWorker(worker, job, all, onBytes), ...this.#broken.slice(index, index + 1)])
      } catch (error) {
        stop.abort(error)
        throw error
      }
    })
    const ended = await Promise.allSettled(ends)
    if (all.aborted) await this.close()
    all.throwIfAborted()
    return ended.some((end) => end.status === 'fulfilled' && end.value === 'stopped') ? 'stopped' : 'done'
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

async function runWorker(
  worker: Worker,
  job: WorkerJob,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<'done' | 'stopped'> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<'done' | 'stopped'>()
  worker.on('message', (report: WorkerReport) => {
    if (report.kind === 'unpacked') onBytes(report.bytes)
    else if (report.kind === 'failed') reject(new ActionError(report.code, report.message, report.details))
    else resolve(report.kind)
  })
  worker.on('exit', (code) => reject(asActionError(new Error(`a worker thread ended too early (${code})`))))
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  worker.postMessage(job, [])
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
