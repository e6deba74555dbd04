import type { Dispatcher } from 'undici'
import { type Clock, Deadline, orAborted, within } from './clock.ts'
import { duration } from './numbers.ts'
import type { SharedRequest } from './inputs/service-inputs.ts'
import type { Step } from './operations/step.ts'
import { Slots } from './transfer/download/slots.ts'
import { USER_AGENT } from './version.ts'
import type { Phase, Waiting } from './waiting/until.ts'
import { connect, type VisualLayer } from './visual-layer/client.ts'
import { openConnection, type Proxies } from './visual-layer/connection.ts'

/** Connections of a step that download at once, all parts of an export together. */
const MOST_DOWNLOADS = 8
/** Between polls when seconds count, in ms. */
const LAST_INTERVAL_MS = 400

/** What a request that is in progress when the time of {@link Session.lastly} ends still gets, in ms. */
export const LAST_REQUEST_MS = 500

/** The connections of one process, and the clients that use them. */
export class Session {
  readonly #request: SharedRequest
  readonly #clock: Clock
  readonly #proxies: Proxies
  readonly #say: (line: string) => void
  readonly #debug: ((line: string) => void) | undefined
  readonly #phases = new Set<Phase>()
  #hasSentChange = false
  #dispatcher: Promise<Dispatcher> | undefined
  /** The `timeout` of the request, from now. */
  readonly deadline: Deadline

  /** @param debug one line for the debug log, if there is one */
  constructor(
    request: SharedRequest,
    clock: Clock,
    proxies: Proxies,
    say: (line: string) => void,
    debug?: (line: string) => void,
  ) {
    this.#request = request
    this.#clock = clock
    this.deadline = new Deadline(clock, request.timeoutMs)
    this.#proxies = proxies
    this.#say = say
    this.#debug = debug
  }

  /** What the step was in the midst of when it ended. */
  get phase(): Phase | undefined {
    return [...this.#phases].at(-1)
  }

  /** A request that changes something was sent, or was about to be. */
  get hasSentChange(): boolean {
    return this.#hasSentChange
  }

  /** Opened when first needed: an invalid input never loads the network. */
  readonly connection = (): Promise<Dispatcher> => (this.#dispatcher ??= openConnection(this.#proxies))

  /** A client that works until `deadline` or `signal`. */
  client(deadline: Deadline, signal: AbortSignal): VisualLayer {
    const { service, credentials, requestTimeoutMs, retryLimit } = this.#request
    return connect({
      apiRoot: service.apiRoot,
      credentials,
      userAgent: USER_AGENT,
      requestTimeoutMs,
      retryLimit,
      clock: this.#clock,
      deadline,
      signal,
      connection: this.connection,
      onRetry: this.#say,
      onChange: () => (this.#hasSentChange = true),
      onExchange: this.#debug,
    })
  }

  /** What an operation gets. */
  step(parts: Pick<Step, 'reporter' | 'context' | 'signal' | 'undo'>): Step {
    const { service, requestTimeoutMs, maxRetries, retryLimit, pollIntervalMs } = this.#request
    const { reporter, signal } = parts
    const { deadline } = this
    return {
      ...parts,
      api: this.client(deadline, signal),
      clock: this.#clock,
      deadline,
      waiting: {
        ...this.#waiting(deadline, signal, pollIntervalMs, (line) => reporter.progress(line)),
        phases: this.#phases,
      },
      maxRetries,
      retryLimit,
      requestTimeoutMs,
      userAgent: USER_AGENT,
      connection: this.connection,
      onExchange: this.#debug,
      slots: new Slots(MOST_DOWNLOADS),
      datasetPage: (datasetId) => `${service.origin}/dataset/${datasetId}/data`,
    }
  }

  #waiting(
    deadline: Deadline,
    signal: AbortSignal,
    interval: number | 'auto',
    onLook: (line: string) => void,
  ): Waiting {
    return { clock: this.#clock, deadline, signal, interval, maxRetries: this.#request.maxRetries, onLook }
  }

  /**
   * Runs what must be done in the last seconds of a step, whatever ended the rest of it. Ends {@link LAST_REQUEST_MS} after `limitMs`,
   * or when `signal` aborts.
   */
  async lastly<T>(
    limitMs: number,
    signal: AbortSignal,
    onLook: (line: string) => void,
    body: (api: VisualLayer, waiting: Waiting) => Promise<T>,
  ): Promise<T> {
    const late = () => new Error(`it took longer than ${duration(limitMs)}`)
    const deadline = new Deadline(this.#clock, limitMs, 'limit of the cleanup')
    return await within(this.#clock, limitMs + LAST_REQUEST_MS, signal, late, (ends) =>
      // A change in flight would get more time to be answered, and there is none.
      orAborted(body(this.client(deadline, ends), this.#waiting(deadline, ends, LAST_INTERVAL_MS, onLook)), ends),
    )
  }

  /** Kept-alive connections would keep the process alive. */
  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => undefined)
    await dispatcher?.destroy()
  }
}
