import { availableParallelism } from 'node:os'
import { setImmediate as breathe } from 'node:timers/promises'
import { orAborted } from '../../clock.ts'
import { NEW_EXPORT } from '../../transfer/advice.ts'
import { ActionError } from '../../errors.ts'
import { BatchThreads } from './batch-threads.ts'
import { HASH_BYTES, RecordDigest } from './digest.ts'
import { type BatchResult, readValues, type Wanted } from './read-batch.ts'
import { RecordReader } from './record-reader.ts'
import { NotParquet, readRows } from './parquet.ts'
import { type Statistics, StatisticsBuilder } from './statistics.ts'

/** With less to read than this (bytes), starting a thread takes longer than it saves. */
const WORTH_A_THREAD = 4 * 1024 * 1024
const MOST_THREADS = 2
/** Rows of a table that are read at once. */
const ROWS_AT_ONCE = 1000

/** Records of a file, and everything that is known of them. */
export interface ReadBatch {
  result: BatchResult
  /** As they are in a JSON file; lent until the next batch. */
  json: { bytes: Buffer; starts: readonly number[]; ends: readonly number[] } | undefined
}

export interface ReadOptions {
  wanted: Wanted
  signal: AbortSignal
  /** Told of each JSON file once its records were read, with what else is in it: that takes memory for all of it. */
  onFile?: ((file: RecordReader) => void) | undefined
  /** Takes the batches in the order of the file; a promise is waited for. */
  take: (batch: ReadBatch) => Promise<void> | void
}

/**
 * Reads the records of a JSON file once: this thread splits them as bytes, and other threads parse and hash them. Throws
 * `corrupt_download` for what is wrong in the file first, what `take` throws, or the signal's reason.
 *
 * @param reader whose `info` and `others` are known afterwards
 */
export async function readJson(reader: RecordReader, sizeBytes: number, options: ReadOptions): Promise<void> {
  const { wanted, signal, take } = options
  const threads = new BatchThreads(threadsFor(sizeBytes), wanted)
  const pending: { first: number; batch: Promise<ReadBatch> }[] = []
  const takeNext = async () => {
    const next = pending.shift()
    if (!next) return
    const batch = await orAborted(next.batch, signal)
    const { broken } = batch.result
    await take(batch)
    if (broken) throw reader.malformed(`its record ${next.first + broken.index} is not JSON (${broken.why})`)
  }
  try {
    let failure: { error: unknown } | undefined
    try {
      for await (const { first, bytes, starts, ends } of reader.batches()) {
        signal.throwIfAborted()
        // A copy, because the reader only lends it.
        const records = { bytes: Buffer.from(bytes), starts, ends }
        const batch = threads.read(records).then((result) => ({ result, json: records }))
        batch.catch(() => undefined)
        pending.push({ first, batch })
        // One more than the threads have: this one reads on while they finish the first.
        while (pending.length > threads.capacity + 1) await takeNext()
        await breathe()
      }
    } catch (error) {
      failure = { error }
    }
    // A record before the place of a failure may be broken as well.
    while (pending.length > 0) await takeNext()
    if (failure) throw failure.error
  } finally {
    await threads.end()
  }
}

function threadsFor(sizeBytes: number): number {
  // This thread reads, too.
  return sizeBytes < WORTH_A_THREAD ? 0 : Math.min(MOST_THREADS, availableParallelism() - 1)
}

/**
 * Reads the rows of a parquet file once, as {@link readJson} reads records.
 *
 * @param fileName as errors should name it
 */
export async function readTable(path: string, fileName: string, options: ReadOptions): Promise<void> {
  const { wanted, signal, take } = options
  let rows: unknown[] = []
  const flush = async () => {
    const values = rows
    rows = []
    if (values.length > 0) await take({ result: readValues(values, wanted), json: undefined })
  }
  try {
    for await (const row of readRows(path, { signal })) {
      rows.push(row)
      if (rows.length === ROWS_AT_ONCE) await flush()
    }
  } catch (error) {
    if (!(error instanceof NotParquet)) throw error
    throw new ActionError('corrupt_download', `The export's ${fileName} cannot be read as parquet: ${error.message}.`, {
      todo: NEW_EXPORT,
      cause: error,
    })
  }
  await flush()
}

/** Gathers what all need of the records of an export. */
export class RecordSummary {
  readonly #digest = new RecordDigest()
  readonly #statistics = new StatisticsBuilder()

  /** Records in JSON, rows in parquet. */
  get mediaCount(): number {
    return this.#digest.count
  }

  add({ hashes, tally }: BatchResult): void {
    for (let at = 0; at < hashes.length; at += HASH_BYTES) this.#digest.add(hashes, at)
    this.#statistics.add(tally)
  }

  contentDigest(): string {
    return this.#digest.hex()
  }

  statistics(): Statistics {
    return this.#statistics.end()
  }
}
