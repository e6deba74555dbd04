import type { Dispatcher } from 'undici'
import { type Clock, Deadline } from './clock.ts'
import type { OperationRequest } from './inputs/operations-table.ts'
import type { Step } from './operations/step.ts'
import { USER_AGENT } from './version.ts'
import type { Waiting } from './waiting/until.ts'
import { connect, type VisualLayer } from './visual-layer/client.ts'
import { openConnection } from './visual-layer/connection.ts'

/** Between looks when seconds count, in ms. */
const LAST_INTERVAL_MS = 400

/** The connections of one process, and the clients that use them. */
export class Session {
  readonly #request: OperationRequest
  readonly #clock: Clock
  readonly #say: (line: string) => void
  #dispatcher: Promise<Dispatcher> | undefined

  constructor(request: OperationRequest, clock: Clock, say: (line: string) => void) {
    this.#request = request
    this.#clock = clock
    this.#say = say
  }

  /** Opened when first needed: a wrong input never loads the network. */
  readonly connection = (): Promise<Dispatcher> => (this.#dispatcher ??= openConnection())

  /** A client that works until `deadline` or `signal`. */
  client(deadline: Deadline, signal: AbortSignal): VisualLayer {
    const { service, credentials, requestTimeoutMs, maxRetries } = this.#request
    return connect({
      apiRoot: service.apiRoot,
      credentials,
      userAgent: USER_AGENT,
      requestTimeoutMs,
      maxRetries,
      clock: this.#clock,
      deadline,
      signal,
      connection: this.connection,
      onRetry: this.#say,
    })
  }

  /** What an operation gets, from now until the request's `timeout`. */
  step(parts: Pick<Step, 'reporter' | 'context' | 'signal' | 'onCancel'>): Step {
    const { service, timeoutMs, requestTimeoutMs, maxRetries, pollIntervalMs } = this.#request
    const { reporter, signal } = parts
    const deadline = new Deadline(this.#clock, timeoutMs)
    return {
      ...parts,
      api: this.client(deadline, signal),
      clock: this.#clock,
      deadline,
      waiting: this.waiting(deadline, signal, pollIntervalMs, (line) => reporter.progress(line)),
      maxRetries,
      requestTimeoutMs,
      userAgent: USER_AGENT,
      connection: this.connection,
      lastly: (limitMs, body) => this.lastly(limitMs, body),
      datasetPage: (datasetId) => `${service.origin}/dataset/${datasetId}/data`,
    }
  }

  /** How waits go within `deadline`. */
  waiting(deadline: Deadline, signal: AbortSignal, interval: number | 'auto', onLook: (line: string) => void): Waiting {
    return { clock: this.#clock, deadline, signal, interval, maxRetries: this.#request.maxRetries, onLook }
  }

  /** Runs what has to be done in the last seconds of a process, apart from the signal that ended everything else. */
  async lastly<T>(limitMs: number, body: (api: VisualLayer, waiting: Waiting) => Promise<T>): Promise<T> {
    const end = new AbortController()
    const expire = () => end.abort(new Error(`Visual Layer did not answer within ${limitMs / 1000} s`))
    const watch = this.#clock.sleep(limitMs, end.signal).then(expire, () => undefined)
    const deadline = new Deadline(this.#clock, limitMs)
    try {
      const waiting = this.waiting(deadline, end.signal, LAST_INTERVAL_MS, this.#say)
      return await body(this.client(deadline, end.signal), waiting)
    } finally {
      end.abort()
      await watch
    }
  }

  /** Kept-alive connections would keep the process alive. */
  async close(): Promise<void> {
    if (this.#dispatcher) await (await this.#dispatcher).destroy()
  }
}
