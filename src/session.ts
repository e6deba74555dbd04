import type { Dispatcher } from 'undici'
import { type Clock, Deadline } from './clock.ts'
import type { SharedRequest } from './inputs/shared.ts'
import { USER_AGENT } from './version.ts'
import { connect, type VisualLayer } from './visual-layer/client.ts'
import { openConnection } from './visual-layer/connection.ts'

/** The connections of one process, and the clients that use them. */
export class Session {
  readonly #request: SharedRequest
  readonly #clock: Clock
  readonly #onRetry: (line: string) => void
  #dispatcher: Promise<Dispatcher> | undefined

  constructor(request: SharedRequest, clock: Clock, onRetry: (line: string) => void) {
    this.#request = request
    this.#clock = clock
    this.#onRetry = onRetry
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
      onRetry: this.#onRetry,
    })
  }

  /** Runs what has to be done in a few last seconds, apart from the signal that ended everything else. */
  async lastly<T>(limitMs: number, body: (api: VisualLayer) => Promise<T>): Promise<T> {
    const end = new AbortController()
    const watch = this.#clock.sleep(limitMs, end.signal).then(
      () => end.abort(new Error(`Visual Layer did not answer within ${limitMs / 1000} s`)),
      () => undefined,
    )
    try {
      return await body(this.client(new Deadline(this.#clock, limitMs), end.signal))
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
