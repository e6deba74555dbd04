import type { Dispatcher } from 'undici'
import { z } from 'zod'
import type { Clock, Deadline } from '../clock.ts'
import { Attempt, type Reply } from './attempt.ts'
import { RequestFailure, statusFailure, unexpectedReply } from './failure.ts'
import type { FormPart } from './multipart.ts'
import { type Body, errorWords, excerpt, plainText, rejectionIn } from './reply.ts'
import { headerOf, redirectTarget, retryAfterMs } from './headers.ts'
import { persistent } from './retry.ts'
import { type Credentials, Signer } from './token.ts'
import { exchangeLine, requestIds, traceLine } from './trace.ts'

const MOST_REDIRECTS = 3

export interface HttpOptions {
  /** Ends in `/api/v1/`. */
  apiRoot: URL
  credentials: Credentials
  userAgent: string
  /** Of one attempt, in ms. */
  requestTimeoutMs: number
  /** The most retries of a read after transient failures; without it, time alone decides. */
  retryLimit: number | undefined
  clock: Clock
  deadline: Deadline
  signal: AbortSignal
  connection: () => Promise<Dispatcher>
  /** Told before each repeated attempt; one line for the log. */
  onRetry: (line: string) => void
  /** Told when a request that changes something is about to be sent. */
  onChange?: (() => void) | undefined
  /** Told of each attempt and its response; one line for the debug log. */
  onExchange?: ((line: string) => void) | undefined
}

export interface ApiRequest {
  /** What is asked for, to complete "the request to …": `list the snapshots`. */
  what: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api/v1/`; every variable part already encoded. */
  path: string
  query?: Record<string, string | undefined>
  json?: unknown
  form?: Record<string, string>
  upload?: Upload
  /** A success returns plain text, which may take as long as it needs, while bytes move. */
  text?: true
}

/** A multipart body with files. It may take as long as it needs, while bytes move. */
export interface Upload {
  parts: readonly FormPart[]
  /** Ends the upload, as the signal of the step does. */
  signal: AbortSignal
  /** Told how many bytes of the present attempt have gone out. */
  onBytes: (sent: number) => void
}

/** HTTP to the API: signs each request, times it, and turns whatever comes into a body or a {@link RequestFailure}. */
export class Http {
  readonly #options: HttpOptions
  readonly #signer: Signer
  #accepted = false

  constructor(options: HttpOptions) {
    this.#options = options
    this.#signer = new Signer(options.credentials)
  }

  /** The origin that relative links of the API are resolved against. */
  get origin(): string {
    return this.#options.apiRoot.origin
  }

  /**
   * Sends one attempt of a request that changes something. Throws a {@link RequestFailure}, or the signal's reason once the step is
   * canceled: at once if the request was not sent, else after a moment in which it may still be answered.
   */
  async send(request: ApiRequest): Promise<Body> {
    return this.#send(request, true, (body) => body)
  }

  /** {@link send} for a response of a documented shape. */
  async change<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
    return this.#send(request, true, (body) => parsed(request, body, schema))
  }

  /**
   * Sends a request that changes nothing, and retries it after transient failures, as {@link persistent} says. Throws a
   * {@link RequestFailure}.
   *
   * @param retries the most retries; in a wait 0, because the next poll is the retry
   */
  async read<T>(request: ApiRequest, schema: z.ZodType<T>, retries = this.#options.retryLimit): Promise<T> {
    const once = async () => this.#send(request, false, (body) => parsed(request, body, schema))
    return persistent(once, retries, this.#options)
  }

  /** {@link read} of a response that is plain text, trimmed; '' for an empty one. What `take` throws counts as the response's fault. */
  async readText<T>(request: ApiRequest, take: (text: string) => T): Promise<T> {
    const text = (body: Body) => plainText(body) ?? parsed(request, body, z.string())
    const once = async () => this.#send({ ...request, text: true }, false, (body) => take(text(body)))
    return persistent(once, this.#options.retryLimit, this.#options)
  }

  async #send<T>(request: ApiRequest, isChange: boolean, take: (body: Body) => T): Promise<T> {
    const url = new URL(request.path, this.#options.apiRoot)
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    const { clock, onExchange } = this.#options
    const authorization = () => this.#signer.authorization(clock.date())
    const tries: Tries = { redirects: 0, resigned: false }
    for (;;) {
      const [atMs, startedAt] = [clock.date(), clock.now()]
      const { pathname } = url
      const attempt = new Attempt({ request, url, isChange, options: this.#options, authorization })
      let failure: unknown
      try {
        const body = this.#taken(request, url, await attempt.run(), tries)
        if (body) return take(body)
      } catch (error) {
        failure = error
        if (error instanceof RequestFailure) {
          error.trace ??= traceLine(request.method, pathname, atMs, requestIds(attempt.reply))
        }
        throw error
      } finally {
        onExchange?.(exchangeLine(request.method, pathname, clock.now() - startedAt, attempt.reply, failure))
      }
    }
  }

  /** The body of a success; `undefined` if the request is to be sent again, elsewhere or signed again. Throws for any other response. */
  #taken(request: ApiRequest, url: URL, reply: Reply, tries: Tries): Body | undefined {
    const { status, headers, body } = reply
    if (status >= 300 && status < 400 && status !== 304) {
      // Only these keep the method of a change.
      const repeatable = request.method === 'GET' || status === 307 || status === 308
      follow(request, url, reply, repeatable && (tries.redirects += 1) <= MOST_REDIRECTS)
      return undefined
    }
    if (
      status === 401 &&
      !tries.resigned &&
      this.#signer.learnFrom401(headerOf(headers, 'date'), this.#options.clock.date())
    ) {
      tries.resigned = true
      return undefined
    }
    if (status < 200 || status >= 300) throw this.#failed(request, reply)
    this.#accepted = true
    return accepted(request, body)
  }

  #failed(request: ApiRequest, { status, headers, body }: Reply): RequestFailure {
    const words = errorWords(body)
    const pause = retryAfterMs(headers, this.#options.clock.date())
    const rejection = this.#signer.rejection(this.#accepted, this.#options.clock.date())
    return statusFailure(request.what, status, words, body.kind === 'json', pause, rejection)
  }
}

/** What was done about responses that lead to another attempt. */
interface Tries {
  redirects: number
  /** Signed with the clock of the server. */
  resigned: boolean
}

function accepted(request: ApiRequest, body: Body): Body {
  const wanted = request.text === true && body.kind === 'other' && !body.text.startsWith('<')
  if (body.kind === 'other' && !wanted) {
    throw unexpectedReply(request.what, request.text ? 'it is a web page' : 'it is not JSON', excerpt(body), false)
  }
  const rejection = body.kind === 'json' ? rejectionIn(body.json) : undefined
  if (rejection !== undefined) {
    const message = `Visual Layer rejected the request to ${request.what} (HTTP 200 with an error).`
    const todo = 'Fix what the server message describes, then re-run the job.'
    throw new RequestFailure(
      'rejected',
      message,
      { apiWords: rejection, todo },
      { transient: false, effect: 'none', status: 200 },
    )
  }
  return body
}

/** Holds a body against the shape that is documented for it. */
function parsed<T>({ what }: ApiRequest, body: Body, schema: z.ZodType<T>): T {
  const result = schema.safeParse(body.kind === 'json' ? body.json : undefined)
  if (result.success) return result.data
  const first = result.error.issues[0]
  const place =
    first && first.path.length > 0
      ? `"${first.path.join('.')}" is missing or has the wrong type`
      : 'its format is not the documented one'
  throw unexpectedReply(what, body.kind === 'empty' ? 'it is empty' : place, excerpt(body), true)
}

/** Follows a redirect inside the same origin only: the bearer goes to no other server. */
function follow({ what }: ApiRequest, url: URL, { status, headers }: Reply, allowed: boolean): void {
  const target = redirectTarget(headers, url)
  if (target && target.origin === url.origin && allowed) {
    url.href = target.href
    return
  }
  const where = target ? `to ${target.origin}${target.pathname}` : 'without an address'
  throw new RequestFailure(
    'unexpected_reply',
    `The request to ${what} was redirected ${where}.`,
    {
      todo: `Set base_url to the address of Visual Layer itself; ${url.origin} redirects elsewhere. The action sends no credentials to another server.`,
    },
    { transient: false, effect: 'none', status },
  )
}
