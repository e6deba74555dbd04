import { afterEach, expect, it, vi } from 'vitest'
import { BatchThreads } from '../../../src/export/records/batch-threads.ts'
import { readBytes, type RecordBytes } from '../../../src/export/records/read-batch.ts'
import type { RecordsReport } from '../../../src/export/records/records-thread.ts'
import * as threads from '../../../src/threads.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A thread that reads so many batches, and dies at the next one. */
class DyingThread implements threads.Thread<RecordBytes, RecordsReport> {
  readonly #lost = Promise.withResolvers<never>()
  readonly #read: number
  #handler: (report: RecordsReport) => void = () => undefined
  received = 0

  constructor(read: number) {
    this.#read = read
    this.#lost.promise.catch(() => undefined)
  }

  get lost(): Promise<never> {
    return this.#lost.promise
  }

  receive(handler: (report: RecordsReport) => void): void {
    this.#handler = handler
  }

  send(batch: RecordBytes): void {
    this.received += 1
    if (this.received <= this.#read) this.#handler({ result: readBytes(batch, {}) })
    else this.#lost.reject(new threads.ThreadLost('a thread died: out of memory'))
  }

  async end(): Promise<void> {
    this.#lost.reject(new threads.ThreadLost('a thread ended too early (1)'))
  }
}

function batchOf(number: number): RecordBytes {
  const bytes = Buffer.from(JSON.stringify({ media_id: `m${number}` }))
  return { bytes, starts: [0], ends: [bytes.length] }
}

it.each([0, 1, 3])('reads in this thread what threads had that died after %d batches each', async (read) => {
  const [one, other] = [new DyingThread(read), new DyingThread(read)]
  vi.spyOn(threads, 'startThread').mockReturnValueOnce(one).mockReturnValueOnce(other)
  const reading = new BatchThreads(2, {})
  const batches = Array.from({ length: 20 }, (_, number) => batchOf(number))
  const results = await Promise.all(batches.map((records) => reading.read(records)))
  expect(results).toEqual(batches.map((records) => readBytes(records, {})))
  expect(reading.capacity).toBe(0)
  expect(await reading.read(batchOf(20))).toEqual(readBytes(batchOf(20), {}))
  for (const { received } of [one, other]) expect(received).toBeGreaterThan(read)
  await reading.end()
})

it('reads nothing more once it was ended', async () => {
  const idle = new DyingThread(0)
  vi.spyOn(idle, 'send').mockReturnValue()
  vi.spyOn(threads, 'startThread').mockReturnValueOnce(idle)
  const reading = new BatchThreads(1, {})
  const batches = [0, 1].map((number) => reading.read(batchOf(number)))
  await reading.end()
  const results = await Promise.allSettled(batches)
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
