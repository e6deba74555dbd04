import { startThread, type Thread, ThreadLost, toError } from '../../threads.ts'
import { type BatchResult, readBytes, type RecordBytes, type Wanted } from './read-batch.ts'
import type { RecordsReport } from './records-thread.ts'

/** Enough for a thread to be busy until it gets more. */
const QUEUED = 2

/** Reads batches in threads, and in this thread while the others are busy or when none is left. */
export class BatchThreads {
  readonly #wanted: Wanted
  #threads: BatchThread[] = []
  #ended = false

  constructor(count: number, wanted: Wanted) {
    this.#wanted = wanted
    try {
      for (let number = 0; number < count; number += 1) this.#threads.push(new BatchThread(wanted))
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error
    }
  }

  /** How many batches the threads have at most. */
  get capacity(): number {
    return this.#threads.length * QUEUED
  }

  /** @param batch must stay as it is until then: the work of a thread that dies is done here */
  async read(batch: RecordBytes): Promise<BatchResult> {
    const thread = this.#threads.find(({ queued }) => queued < QUEUED)
    if (!thread) return readBytes(batch, this.#wanted)
    try {
      return await thread.read(batch)
    } catch (error) {
      if (!(error instanceof ThreadLost) || this.#ended) throw error
      this.#threads = this.#threads.filter((one) => one !== thread)
      return readBytes(batch, this.#wanted)
    }
  }

  /** Ends the threads. What they still read is rejected. */
  async end(): Promise<void> {
    this.#ended = true
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()))
  }
}

class BatchThread {
  readonly #thread: Thread<RecordBytes, RecordsReport>
  readonly #waiting: PromiseWithResolvers<RecordsReport>[] = []
  #lost: { error: unknown } | undefined

  constructor(wanted: Wanted) {
    this.#thread = startThread(import.meta.url, './records-thread.ts', 'records', { wanted })
    this.#thread.receive((report) => this.#waiting.shift()?.resolve(report))
    // Racing each batch against `lost` would keep all results in memory until the thread ends.
    this.#thread.lost.catch((error: unknown) => {
      this.#lost = { error }
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /** How many batches it has. */
  get queued(): number {
    return this.#waiting.length
  }

  async read(batch: RecordBytes): Promise<BatchResult> {
    if (this.#lost) throw this.#lost.error
    const waiting = Promise.withResolvers<RecordsReport>()
    this.#waiting.push(waiting)
    this.#thread.send(batch)
    const report = await waiting.promise
    if ('error' in report) throw toError(report.error)
    return report.result
  }

  async end(): Promise<void> {
    await this.#thread.end()
  }
}
