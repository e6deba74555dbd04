import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { type Clock, type Deadline, delayed, within } from '../clock.ts'
import { ActionError, describe } from '../errors.ts'
import { isTransient, networkFailure, outOfTime, RequestFailure, statusFailure, unexpectedReply } from './failure.ts'
import type { FormPart, MultipartForm } from './multipart.ts'
import { type Body, decodedText, errorWords, excerpt, LARGEST_REPLY, plainText, readBody, refusalIn } from './reply.ts'
import { fullJitter, headerOf, type Headers, retryAfterMs } from './retry.ts'
import { type Credentials, Signer } from './token.ts'

/** Time that a request still gets when the deadline is near, in ms: the last poll of a wait needs some. */
const LAST_POLL_MS = 2_000
/** No request, of whichever stage of a step, lasts longer than this after the deadline, in ms. */
const OVERTIME_MS = 2_500
/** A change that is in flight when the step is canceled gets this long, in ms, to be answered, so that its ID becomes known. */
export const IN_FLIGHT_MS = 1_000
const MOST_REDIRECTS = 3

export interface HttpOptions {
  /** Ends in `/api/v1/`. */
  apiRoot: URL
  credentials: Credentials
  userAgent: string
  /** Of one attempt, in ms. */
  requestTimeoutMs: number
  /** More attempts of a read after a transient failure. */
  maxRetries: number
  clock: Clock
  deadline: Deadline
  signal: AbortSignal
  connection: () => Promise<Dispatcher>
  /** Told before each repeated attempt; one line for the log. */
  onRetry: (line: string) => void
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
  /** A success answers with plain text, which may take as long as it needs, while bytes move. */
  text?: true
}

/** A multipart body with files. It may take as long as it needs, while bytes move. */
export interface Upload {
  parts: readonly FormPart[]
  /** Ends the upload, beside the signal of the step. */
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
   * canceled: at once if the request was not sent, else after {@link IN_FLIGHT_MS}.
   */
  async send(request: ApiRequest): Promise<Body> {
    return this.#send(request, true)
  }

  async #send(request: ApiRequest, isChange: boolean): Promise<Body> {
    const url = new URL(request.path, this.#options.apiRoot)
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    let resigned = false
    for (let redirects = 0; ; ) {
      const reply = await this.#attempt(request, url, isChange)
      const { status, headers } = reply
      if (status >= 300 && status < 400 && status !== 304) {
        // Only these keep the method of a change.
        const repeatable = request.method === 'GET' || status === 307 || status === 308
        this.#follow(request, url, headerOf(headers, 'location'), repeatable && (redirects += 1) <= MOST_REDIRECTS)
        continue
      }
      if (
        status === 401 &&
        !resigned &&
        this.#signer.learnFrom401(headerOf(headers, 'date'), this.#options.clock.date())
      ) {
        resigned = true
        continue
      }
      if (status >= 200 && status < 300) {
        this.#accepted = true
        return this.#accept(request, reply.body)
      }
      throw this.#failed(request, status, headers, reply.body)
    }
  }

  /** Sends a request that changes nothing, and repeats it after transient failures, with growing and jittered pauses or the one that `Retry-After` asks for. */
  async read<T>(request: ApiRequest, schema: z.ZodType<T>, retries = this.#options.maxRetries): Promise<T> {
    return this.#repeat(async () => this.parse(request, await this.#send(request, false), schema), retries)
  }

  /** {@link read} of a reply that is plain text, trimmed; '' for an empty one. What `take` throws counts as the reply's fault. */
  async readText<T>(request: ApiRequest, take: (text: string) => T): Promise<T> {
    return this.#repeat(async () => {
      const body = await this.#send({ ...request, text: true }, false)
      return take(plainText(body) ?? this.parse(request, body, z.string()))
    }, this.#options.maxRetries)
  }

  async #repeat<T>(attempt: () => Promise<T>, retries: number): Promise<T> {
    const { clock, deadline, signal, onRetry } = this.#options
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt()
      } catch (error) {
        if (!isTransient(error) || failures >= retries) throw error
        const pause = error.outcome.retryAfterMs ?? fullJitter(failures)
        if (pause >= deadline.remainingMs()) throw error
        onRetry(`${error.message} Trying again (${failures + 1} of ${retries}).`)
        await clock.sleep(pause, signal)
      }
    }
  }

  /** Holds a body against the shape that is documented for it. */
  parse<T>(request: ApiRequest, body: Body, schema: z.ZodType<T>): T {
    const result = schema.safeParse(body.kind === 'json' ? body.json : undefined)
    if (result.success) return result.data
    const first = result.error.issues[0]
    const place =
      first && first.path.length > 0
        ? `"${first.path.join('.')}" is missing or of another kind`
        : 'its form is not the documented one'
    throw unexpectedReply(request.what, body.kind === 'empty' ? 'it is empty' : place, excerpt(body), true)
  }

  #accept(request: ApiRequest, body: Body): Body {
    const wanted = request.text === true && body.kind === 'other' && !body.text.startsWith('<')
    if (body.kind === 'other' && !wanted) {
      throw unexpectedReply(request.what, request.text ? 'it is a web page' : 'it is not JSON', excerpt(body), false)
    }
    const refusal = body.kind === 'json' ? refusalIn(body.json) : undefined
    if (refusal !== undefined) {
      const message = `Visual Layer refused the request to ${request.what} (an error inside HTTP 200).`
      const todo = 'Correct what its own words name, then run the step again.'
      throw new RequestFailure(
        'rejected',
        message,
        { apiWords: refusal, todo },
        { transient: false, effect: 'none', status: 200 },
      )
    }
    return body
  }

  #failed(request: ApiRequest, status: number, headers: Headers, body: Body): RequestFailure {
    const words = errorWords(body)
    if (status === 401 && this.#signer.kind === 'token' && this.#accepted) {
      const message = `The token was accepted before, but no longer at the request to ${request.what}: it has expired.`
      const todo =
        'A ready-made token is never renewed. Give api_key and api_secret instead: they sign a fresh token for each request, however long the step takes.'
      return new RequestFailure(
        'unauthorized',
        message,
        { apiWords: words, todo },
        { transient: false, effect: 'none', status },
      )
    }
    const pause = retryAfterMs(headers, this.#options.clock.date())
    return statusFailure(request.what, status, words, body.kind === 'json', pause)
  }

  /** Follows a redirect inside the same origin only: the bearer goes nowhere else. */
  #follow(request: ApiRequest, url: URL, location: string | undefined, allowed: boolean): void {
    const target = location === undefined ? undefined : URL.parse(location, url.href)
    if (target && target.origin === url.origin && allowed) {
      url.href = target.href
      return
    }
    const where = target ? `to ${target.origin}${target.pathname}` : 'without an address'
    throw new ActionError('unexpected_reply', `The request to ${request.what} was redirected ${where}.`, {
      todo: `Set base_url to the address at which Visual Layer itself answers; ${url.origin} sends its callers on. Credentials are not sent to another server.`,
    })
  }

  async #attempt(request: ApiRequest, url: URL, isChange: boolean): Promise<Reply> {
    const { clock, deadline, signal, requestTimeoutMs } = this.#options
    const { upload } = request
    signal.throwIfAborted()
    // One attempt that hangs must leave time to check what became of it.
    const fair = upload ? Infinity : Math.max(deadline.remainingMs() / 2, LAST_POLL_MS)
    const limit = Math.min(requestTimeoutMs, fair, deadline.remainingMs(OVERTIME_MS))
    const traffic: Traffic = { movedAt: clock.now(), form: undefined }
    const moves = upload !== undefined || request.text === true
    const startedAt = traffic.movedAt
    const left = () =>
      Math.min((moves ? traffic.movedAt : startedAt) + limit - clock.now(), deadline.remainingMs(OVERTIME_MS))
    const late = () => new Silence(`no ${upload ? 'progress' : 'response'} within ${Math.round(limit / 100) / 10} s`)
    const done = new AbortController()
    const ends = [
      isChange ? delayed(signal, IN_FLIGHT_MS, clock, done.signal) : signal,
      ...(upload ? [upload.signal] : []),
    ]
    try {
      return await within(clock, left, AbortSignal.any(ends), late, (stop) =>
        this.#exchange(request, url, traffic, stop),
      )
    } catch (error) {
      signal.throwIfAborted()
      const whole = traffic.form?.whole ?? true
      // An upload that its deadline ended after the last byte may have taken effect.
      if (!whole) upload?.signal.throwIfAborted()
      if (traffic.form?.broken) throw traffic.form.broken
      if (error instanceof RequestFailure) throw error
      if (upload?.signal.aborted || (error instanceof Silence && limit < requestTimeoutMs)) {
        const words = error instanceof Silence ? error.message : 'no response'
        throw outOfTime(request.what, url.host, words, deadline.totalMs, whole)
      }
      throw networkFailure(request.what, url.host, error, whole)
    } finally {
      done.abort()
    }
  }

  /** One HTTP request and its whole response. */
  async #exchange(request: ApiRequest, url: URL, traffic: Traffic, stop: AbortSignal): Promise<Reply> {
    const { clock, signal, userAgent, connection } = this.#options
    const { upload } = request
    const { request: send, FormData } = await import('undici')
    const headers: Record<string, string> = {
      accept: request.text ? 'text/csv, text/plain, */*;q=0.5' : 'application/json',
      'user-agent': userAgent,
    }
    const authorization = this.#signer.authorization(clock.date())
    if (authorization !== undefined) headers['authorization'] = authorization
    let body: string | InstanceType<typeof FormData> | Readable | undefined
    if (request.json !== undefined) {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(request.json)
    } else if (request.form) {
      body = new FormData()
      for (const [name, value] of Object.entries(request.form)) body.append(name, value)
    } else if (upload) {
      const { MultipartForm } = await import('./multipart.ts')
      const form = new MultipartForm(upload.parts, (sent) => {
        // What was not sent whole cannot have arrived, so a canceled step need not wait for an answer to it.
        signal.throwIfAborted()
        traffic.movedAt = clock.now()
        upload.onBytes(sent)
      })
      traffic.form = form
      headers['content-type'] = form.contentType
      headers['content-length'] = String(form.contentLength)
      // Read no further ahead than the connection takes.
      body = Readable.from(form, { objectMode: false, highWaterMark: 1 })
    }
    const dispatcher = await connection()
    // Nothing has been sent so far.
    signal.throwIfAborted()
    const reply = await send(url, {
      method: request.method,
      headers,
      ...(body === undefined ? {} : { body }),
      dispatcher,
      signal: stop,
      // Never silently sent a second time by the connection pool: some GETs of this API create.
      idempotent: false,
    })
    const bytes = await readWhole(request, reply.body, () => (traffic.movedAt = clock.now()))
    return { status: reply.statusCode, headers: reply.headers, body: this.#read(request, bytes, reply.headers) }
  }

  #read(request: ApiRequest, bytes: Buffer, headers: Headers): Body {
    try {
      return readBody(decodedText(bytes, headerOf(headers, 'content-encoding')))
    } catch (error) {
      throw unexpectedReply(request.what, describe(error), '', false)
    }
  }
}

/** A response with its whole body. */
interface Reply {
  status: number
  headers: Headers
  body: Body
}

/** What an attempt has sent so far. */
interface Traffic {
  /** When a byte last went out or came in. */
  movedAt: number
  form: MultipartForm | undefined
}

/** No (further) byte came in the time there was. */
class Silence extends Error {}

async function readWhole(request: ApiRequest, body: AsyncIterable<Buffer>, onBytes: () => void): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > LARGEST_REPLY) {
      throw new RequestFailure(
        'unexpected_reply',
        `The response to the request to ${request.what} is larger than any documented one (over ${LARGEST_REPLY / 1024 / 1024} MiB).`,
        { todo: 'Check base_url. If it is right, request less at once.' },
        { transient: false, effect: 'unknown', wrongShape: true },
      )
    }
    parts.push(part)
    onBytes()
  }
  return Buffer.concat(parts)
}
