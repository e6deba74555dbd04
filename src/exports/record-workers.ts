import { asActionError } from '../system-errors.ts'
import { startThread, type Thread } from '../threads.ts'
import { HASH_BYTES, type RecordDigest } from './digest.ts'
import { RecordBatch } from './record-batch.ts'
import type { RecordReader } from './records.ts'

/** What a worker thread is given: the memory that batches come in. */
export interface HashingJob {
  batches: SharedArrayBuffer[]
}

/** What a worker thread is told: to hash what is in one of its batches. */
export interface FilledBatch {
  batch: number
  count: number
}

/** What a worker thread tells. */
export interface HashedBatch {
  batch: number
  /** The records that have no hash: they are no JSON. */
  failed: number[]
}

/** One to work on, one that is being filled meanwhile. */
const BATCHES = 2

interface WorkersOptions {
  digest: RecordDigest
  count: number
  signal: AbortSignal
  /** Told of every record, in order. */
  onRecord?: ((record: unknown) => void) | undefined
}

/**
 * Adds all records of a file to a digest; `count` worker threads parse and hash them. Throws what is wrong in the file first, the
 * signal's reason, or what ended a thread; all threads have ended then.
 */
export async function digestInWorkers(
  reader: RecordReader,
  { digest, count, signal, onRecord }: WorkersOptions,
): Promise<void> {
  const workers = new RecordWorkers(digest, count, (record, number) => reader.parse(record, number))
  const stop = () => workers.fail(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    try {
      await reader.each((record, number) => {
        onRecord?.(reader.parse(record, number))
        return workers.take(record, number)
      })
    } catch (error) {
      // A record before that place may be broken as well.
      await workers.end()
      throw error
    }
    await workers.end()
  } finally {
    signal.removeEventListener('abort', stop)
    await workers.close()
  }
}

type RecordThread = Thread<FilledBatch, HashedBatch>

/** A batch, and the thread that it goes to. */
interface Slot {
  batch: RecordBatch
  /** The number of its first record. */
  first: number
  send: () => void
}

class RecordWorkers {
  readonly #digest: RecordDigest
  readonly #parse: (record: Buffer, number: number) => unknown
  readonly #threads: RecordThread[]
  readonly #idle: Slot[] = []
  #filling: Slot | undefined
  #busy = 0
  #wake: (() => void) | undefined
  /** What ended the whole work. */
  #failure: { error: unknown } | undefined
  /** The first record that is broken, so far. */
  #broken: { number: number; error: unknown } | undefined

  constructor(digest: RecordDigest, count: number, parse: (record: Buffer, number: number) => unknown) {
    this.#digest = digest
    this.#parse = parse
    this.#threads = Array.from({ length: count }, () => this.#start())
  }

  #start(): RecordThread {
    const batches = Array.from({ length: BATCHES }, () => new RecordBatch())
    const job: HashingJob = { batches: batches.map(({ shared }) => shared) }
    const thread: RecordThread = startThread(import.meta.url, './record-worker.ts', 'records', job)
    const slots = batches.map((batch, index): Slot => {
      const filled = (): FilledBatch => ({ batch: index, count: batch.count })
      return { batch, first: 0, send: () => thread.send(filled()) }
    })
    this.#idle.unshift(...slots)
    thread.receive(({ batch, failed }) => this.#collect(slots[batch], failed))
    thread.lost.catch((error: unknown) => this.fail(asActionError(error)))
    return thread
  }

  /** Takes a copy of a record. Answers a promise when there is to be waited for a thread first. */
  take(record: Buffer, number: number): Promise<void> | undefined {
    return this.#filling?.batch.add(record) ? undefined : this.#takeLater(record, number)
  }

  async #takeLater(record: Buffer, number: number): Promise<void> {
    this.#send()
    while (this.#idle.length === 0) await this.#change()
    // Nothing that comes now can be the first fault any more.
    if (this.#broken) await this.end()
    const slot = this.#idle.pop()
    if (!slot) return
    slot.batch.count = 0
    slot.first = number
    if (slot.batch.add(record)) {
      this.#filling = slot
      return
    }
    // One that is too large for any batch is rare enough to be done here.
    this.#idle.push(slot)
    this.#addParsed(record, number)
  }

  /** Waits until all that was taken is in the digest. Throws what is wrong with the first record that is broken. */
  async end(): Promise<void> {
    this.#send()
    while (this.#busy > 0) await this.#change()
    if (this.#broken) throw this.#broken.error
  }

  /** Ends the work: who waits is told so. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake?.()
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }

  #send(): void {
    const slot = this.#filling
    this.#filling = undefined
    if (!slot) return
    this.#busy += 1
    slot.send()
  }

  #collect(slot: Slot | undefined, failed: readonly number[]): void {
    if (!slot) return
    const { batch, first } = slot
    const broken = new Set(failed)
    for (let index = 0; index < batch.count; index += 1) {
      if (broken.has(index)) this.#addParsed(batch.record(index), first + index)
      else this.#digest.addHash(batch.hashes, index * HASH_BYTES)
    }
    this.#idle.push(slot)
    this.#busy -= 1
    this.#wake?.()
  }

  /** Does a record here, where its fault can be told. */
  #addParsed(record: Buffer, number: number): void {
    try {
      this.#digest.add(this.#parse(record, number))
    } catch (error) {
      if (!this.#broken || number < this.#broken.number) this.#broken = { number, error }
    }
  }

  async #change(): Promise<void> {
    if (!this.#failure) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    if (this.#failure) throw this.#failure.error
  }
}
