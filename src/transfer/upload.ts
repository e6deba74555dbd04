import { attempts, type Clock, type Deadline } from '../clock.ts'
import { isTransient, RequestFailure } from '../visual-layer/failure.ts'
import type { Sending } from '../visual-layer/ingestion.ts'
import type { FilePart } from '../visual-layer/multipart.ts'
import { fullJitter } from '../visual-layer/retry.ts'
import { count, counted } from '../numbers.ts'

/** "About 50 files" a request; docs.visual-layer.com, "Create a dataset from local files". */
const MOST_FILES = 50
/** Proxies commonly reject bodies over 100 MB; a request that breaks also costs less when it is small. */
const MOST_BYTES = 64 * 1024 * 1024
/** Concurrent requests, as many as a browser sends to one host. Each keeps its connection for the next batch. */
const AT_ONCE = 6

/** The files in their order, cut where the next one would exceed a cap. A file larger than the cap goes alone. */
export function batchesOf(
  files: readonly FilePart[],
  mostFiles = MOST_FILES,
  mostBytes = MOST_BYTES,
): (readonly FilePart[])[] {
  const batches: FilePart[][] = []
  let bytes = 0
  for (const file of files) {
    const last = batches.at(-1)
    if (last && last.length < mostFiles && bytes + file.sizeBytes <= mostBytes) {
      last.push(file)
      bytes += file.sizeBytes
    } else {
      batches.push([file])
      bytes = file.sizeBytes
    }
  }
  return batches
}

export function totalBytes(files: readonly FilePart[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0)
}

export interface UploadOptions {
  files: readonly FilePart[]
  /** One attempt at one batch. */
  send: (batch: readonly FilePart[], sending: Sending) => Promise<void>
  clock: Clock
  deadline: Deadline
  signal: AbortSignal
  /** More attempts of one batch after a transient failure. */
  maxRetries: number
  onProgress: (files: number, bytes: number) => void
  /** One line for the log. */
  say: (line: string) => void
  /** What a person should know of: files that may have arrived twice. */
  warn: (line: string) => void
}

/**
 * Sends every file, in batches, several at a time. A batch that is rejected as too large is halved, and those that follow are
 * kept below what was rejected. One that cannot have arrived whole is sent again; one whose response was lost, once, with a warning,
 * since uploaded files cannot be listed. Throws the first failure, after all other batches were stopped.
 */
export async function uploadFiles(options: UploadOptions): Promise<void> {
  const queue = batchesOf(options.files)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const underWay = new Map<readonly FilePart[], number>()
  let doneFiles = 0
  let doneBytes = 0
  let tooLarge = Infinity
  const tell = () => {
    let bytes = doneBytes
    for (const sent of underWay.values()) bytes += sent
    options.onProgress(doneFiles, bytes)
  }
  const work = async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const current = batch
      const size = totalBytes(current)
      if (size >= tooLarge && current.length > 1) {
        queue.unshift(...halves(current))
        continue
      }
      const onBytes = (sent: number) => {
        // What goes out is more than the files: the form around them is not counted.
        underWay.set(current, Math.min(sent, size))
        tell()
      }
      try {
        await sendBatch(options, current, { signal, onBytes })
      } catch (error) {
        if (!(error instanceof RequestFailure) || error.outcome.status !== 413) throw error
        if (current.length === 1) throw tooLargeAlone(error, current)
        tooLarge = Math.min(tooLarge, size)
        queue.unshift(...halves(current))
        options.say(
          `A batch of ${counted(current.length, 'file')} was rejected as too large (HTTP 413); sending it in halves.`,
        )
        continue
      } finally {
        underWay.delete(current)
      }
      doneFiles += current.length
      doneBytes += size
      tell()
    }
  }
  const workers = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => {
      // The first failure is the reason; what the others throw after it is that reason again.
      stop.abort(error)
    }),
  )
  await Promise.all(workers)
  options.signal.throwIfAborted()
  stop.signal.throwIfAborted()
}

async function sendBatch(options: UploadOptions, batch: readonly FilePart[], sending: Sending): Promise<void> {
  const { clock, deadline, maxRetries, say, warn } = options
  let lost = false
  const attempt = () => options.send(batch, sending)
  return attempts({ clock, signal: sending.signal }, attempt, (error, failures) => {
    if (!isTransient(error) || failures >= maxRetries) throw error
    const { effect, retryAfterMs } = error.outcome
    if (effect === 'unknown' && lost) throw error
    const pause = Math.max(fullJitter(failures), retryAfterMs ?? 0)
    if (pause >= deadline.remainingMs()) throw error
    if (effect === 'unknown') {
      lost = true
      warn(
        `The response to the upload of ${named(batch)} was lost (${error.message}). Uploading them again. Uploaded files cannot be listed, so if the first request arrived, they may be in the dataset twice.`,
      )
    } else {
      say(`${error.message} Retrying the upload of ${named(batch)} (${failures + 1} of ${maxRetries}).`)
    }
    return pause
  })
}

function halves(batch: readonly FilePart[]): (readonly FilePart[])[] {
  const middle = Math.ceil(batch.length / 2)
  return [batch.slice(0, middle), batch.slice(middle)]
}

/** For people: `50 files (a.jpg to b.jpg)`. */
function named(batch: readonly FilePart[]): string {
  const [first, last] = [batch.at(0)?.fileName, batch.at(-1)?.fileName]
  return `${counted(batch.length, 'file')} (${batch.length === 1 ? first : `${first} to ${last}`})`
}

function tooLargeAlone(error: RequestFailure, batch: readonly FilePart[]): RequestFailure {
  const [file] = batch
  return new RequestFailure(
    error.code,
    `Visual Layer rejected ${file?.path} as too large (HTTP 413): the file has ${count(totalBytes(batch))} bytes.`,
    {
      apiWords: error.apiWords,
      todo: 'Exclude the file from "files" (a line with ! before its name), make it smaller, or put the media into a bucket and use create-from-s3.',
      cause: error,
    },
    error.outcome,
  )
}
