import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import type { Clock, Deadline } from '../clock.ts'
import { ActionError, describe } from '../errors.ts'
import { isTransient, networkFailure, RequestFailure, statusFailure, unexpectedReply } from './failure.ts'
import type { FormPart, MultipartForm } from './multipart.ts'
import { type Body, errorWords, excerpt, plainText, readBody, refusalIn } from './reply.ts'
import { fullJitter, retryAfterMs } from './retry.ts'
import { type Credentials, Signer } from './token.ts'

/** Time that a request still gets when the deadline is near or past, in ms: the last look of a wait needs some. */
const LAST_LOOK_MS = 5_000
/** No documented reply comes near this size, in bytes. */
const LARGEST_REPLY = 256 * 1024 * 1024
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

  /** Sends one attempt. Throws a {@link RequestFailure}, or the signal's reason once the step is cancelled. */
  async send(request: ApiRequest): Promise<Body> {
    const url = new URL(request.path, this.#options.apiRoot)
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    let resigned = false
    for (let redirects = 0; ; ) {
      const reply = await this.#attempt(request, url)
      const { status, headers } = reply
      if (status >= 300 && status < 400 && status !== 304) {
        // Only these keep the method of a change.
        const repeatable = request.method === 'GET' || status === 307 || status === 308
        this.#follow(request, url, header(headers, 'location'), repeatable && (redirects += 1) <= MOST_REDIRECTS)
        continue
      }
      if (
        status === 401 &&
        !resigned &&
        this.#signer.learnFrom401(header(headers, 'date'), this.#options.clock.date())
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

  /** {@link send}, repeated after transient failures, with growing and jittered pauses or the one that `Retry-After` asks for. */
  async read<T>(request: ApiRequest, schema: z.ZodType<T>, retries = this.#options.maxRetries): Promise<T> {
    return this.#repeat(async () => this.parse(request, await this.send(request), schema), retries)
  }

  /** {@link read} of a reply that is plain text, trimmed; '' for an empty one. What `take` throws counts as the reply's fault. */
  async readText<T>(request: ApiRequest, take: (text: string) => T): Promise<T> {
    return this.#repeat(async () => {
      const body = await this.send({ ...request, text: true })
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
    const pause = retryAfterMs(header(headers, 'retry-after'), this.#options.clock.date())
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

  async #attempt(request: ApiRequest, url: URL): Promise<{ status: number; headers: Headers; body: Body }> {
    const { clock, deadline, signal, requestTimeoutMs, userAgent } = this.#options
    signal.throwIfAborted()
    // One attempt that hangs must leave time to look what became of it.
    const { upload } = request
    const limit = upload
      ? requestTimeoutMs
      : Math.min(requestTimeoutMs, Math.max(deadline.remainingMs() / 2, LAST_LOOK_MS))
    const attempt = new AbortController()
    let movedAt = clock.now()
    const ends = AbortSignal.any([signal, attempt.signal, ...(upload ? [upload.signal] : [])])
    const expire = async () => {
      for (let left = limit; left > 0; left = movedAt + limit - clock.now()) await clock.sleep(left, ends)
      attempt.abort(new Error(`no ${upload ? 'progress' : 'reply'} within ${Math.round(limit / 100) / 10} s`))
    }
    const watch = expire().catch(() => undefined)
    let sending: MultipartForm | undefined
    try {
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
        const { MultipartForm: Form } = await import('./multipart.ts')
        sending = new Form(upload.parts, (sent) => {
          movedAt = clock.now()
          upload.onBytes(sent)
        })
        headers['content-type'] = sending.contentType
        headers['content-length'] = String(sending.contentLength)
        // Read no further ahead than the connection takes.
        body = Readable.from(sending, { objectMode: false, highWaterMark: 1 })
      }
      const reply = await send(url, {
        method: request.method,
        headers,
        ...(body === undefined ? {} : { body }),
        dispatcher: await this.#options.connection(),
        signal: ends,
        // Never silently sent a second time by the connection pool: some GETs of this API create.
        idempotent: false,
      })
      const text = await readWhole(request, reply.body, () => {
        if (request.text) movedAt = clock.now()
      })
      return { status: reply.statusCode, headers: reply.headers, body: readBody(text) }
    } catch (error) {
      signal.throwIfAborted()
      upload?.signal.throwIfAborted()
      if (sending?.broken) throw sending.broken
      if (error instanceof RequestFailure) throw error
      const reason: unknown = attempt.signal.aborted ? attempt.signal.reason : error
      throw networkFailure(request.what, url.host, reason, describe(reason), sending?.whole ?? true)
    } finally {
      attempt.abort()
      await watch
    }
  }
}

type Headers = Record<string, string | string[] | undefined>

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

async function readWhole(request: ApiRequest, body: AsyncIterable<Buffer>, onBytes: () => void): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > LARGEST_REPLY) {
      throw new RequestFailure(
        'unexpected_reply',
        `Visual Layer's reply to the request to ${request.what} is larger than any documented one (over ${LARGEST_REPLY / 1024 / 1024} MiB).`,
        { todo: 'Check base_url. If it is right, ask for less at once.' },
        { transient: false, effect: 'unknown', wrongShape: true },
      )
    }
    parts.push(part)
    onBytes()
  }
  return Buffer.concat(parts).toString('utf8')
}
