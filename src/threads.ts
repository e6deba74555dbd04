import { Worker } from 'node:worker_threads'
import { ActionError, describe, type ErrorCode, type ErrorDetails } from './errors.ts'
import { asActionError } from './system-errors.ts'

/** What a thread is started for: the bundle has one file for all of them, which loads one or the other. */
export type ThreadWork = 'archive' | 'records'

/** A thread that could not start, or that died: out of memory, for example. Its work can be done in the main thread. */
export class ThreadLost extends Error {
  override readonly name = 'ThreadLost'
}

/** An error as a thread reports it. Errors cannot cross between threads as they are. */
export interface ReportedError {
  code: ErrorCode
  message: string
  details: ErrorDetails
}

/** For a thread: an error as plain data. */
export function reported(error: unknown): ReportedError {
  const { code, message, apiWords, todo } = asActionError(error)
  return { code, message, details: { apiWords, todo } }
}

/** The error that a thread reported. */
export function toError({ code, message, details }: ReportedError): ActionError {
  return new ActionError(code, message, details)
}

/** A running thread that receives `In` and reports `Out`. */
export interface Thread<In, Out> {
  /** Rejects with {@link ThreadLost} when the thread has ended, for whatever reason. */
  readonly lost: Promise<never>
  send(message: In): void
  receive(handler: (message: Out) => void): void
  end(): Promise<void>
}

class WorkerThread<In, Out> implements Thread<In, Out> {
  readonly #worker: Worker
  readonly lost: Promise<never>

  constructor(worker: Worker) {
    this.#worker = worker
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    worker.once('error', (error) => reject(new ThreadLost(`a thread died: ${describe(error)}`, { cause: error })))
    worker.once('exit', (code) => reject(new ThreadLost(`a thread ended too early (${code})`)))
    this.lost = promise
  }

  send(message: In): void {
    this.#worker.postMessage(message, [])
  }

  receive(handler: (message: Out) => void): void {
    this.#worker.on('message', handler)
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

/**
 * Starts a thread. In the bundle all modules are next to its entry, which serves as the thread's too; in the sources the thread has its
 * own module. Throws {@link ThreadLost} if the system rejects it.
 *
 * @param from the `import.meta.url` of the caller
 * @param source the thread's module in the sources, relative to `from`
 * @param data what it is given in addition to its `work`
 */
export function startThread<In, Out>(
  from: string,
  source: string,
  work: ThreadWork,
  data: object = {},
): Thread<In, Out> {
  const entry = from.endsWith('.ts') ? source : './index.js'
  try {
    return new WorkerThread(
      new Worker(new URL(entry, from), {
        workerData: { work, ...data },
        // Nothing of what the process was given, secrets least of all, is needed there.
        argv: [],
        env: {},
        execArgv: [],
        // Keeps a thread small, and ends it, not the process, when its data is too large. Buffers do not count.
        resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 },
        name: work,
      }),
    )
  } catch (error) {
    throw new ThreadLost(`a thread could not be started: ${describe(error)}`, { cause: error })
  }
}
