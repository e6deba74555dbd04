import { Readable } from 'node:stream'
import prettyMs from 'pretty-ms'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { type Clock, type Deadline, delayed, within } from '../clock.ts'
import { ActionError, describe } from '../errors.ts'
import {
  givenUp,
  isTransient,
  networkFailure,
  outOfTime,
  RequestFailure,
  statusFailure,
  unexpectedReply,
} from './failure.ts'
import type { FormPart, MultipartForm } from './multipart.ts'
import { type Body, decodedText, errorWords, excerpt, LARGEST_REPLY, plainText, readBody, refusalIn } from './reply.ts'
import { growingPause, headerOf, type Headers, retryAfterMs } from './retry.ts'
import { type Credentials, Signer } from './token.ts'
import { exchangeLine, requestIds, traceLine } from './trace.ts'

/** Time that a request still gets when the deadline is near, in ms: the last poll of a wait needs some. */
const LAST_POLL_MS = 2_000
/** No request, of whichever stage of a step, lasts longer than this after the deadline, in ms. */
const OVERTIME_MS = 2_500
/** A change that is in flight when the step is canceled gets this long, in ms, to be answered, so that its ID becomes known. */
export const IN_FLIGHT_MS = 1_000
const MOST_REDIRECTS = 3
/** How long an outage may last for a read outside a wait, in ms, and at most this share of the time left. */
const LONGEST_OUTAGE_MS = 5 * 60_000
const SHARE_OF_TIME_LEFT = 1 / 4
/** Retries after responses that are not understood. */
const MOST_UNEXPECTED = 5

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
  /** By what to find the request that a body came from. */
  readonly #traces = new WeakMap<Body, string>()
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
    const tries: Tries = { redirects: 0, resigned: false }
    for (;;) {
      const { clock, onExchange } = this.#options
      const [atMs, startedAt] = [clock.date(), clock.now()]
      let reply: Reply | undefined
      let failure: unknown
      try {
        reply = await this.#attempt(request, url, isChange)
        const body = this.#taken(request, url, reply, tries)
        if (!body) continue
        this.#traces.set(body, traceLine(request.method, url.pathname, atMs, requestIds(reply.headers, reply.body)))
        return body
      } catch (error) {
        failure = error
        if (error instanceof RequestFailure) {
          const ids = reply ? requestIds(reply.headers, reply.body) : ''
          error.trace ??= traceLine(request.method, url.pathname, atMs, ids)
        }
        throw error
      } finally {
        onExchange?.(exchangeLine(request.method, url.pathname, clock.now() - startedAt, reply, failure))
      }
    }
  }

  /** The body of a success; `undefined` if the request is to be sent again, elsewhere or signed anew. Throws for any other response. */
  #taken(request: ApiRequest, url: URL, { status, headers, body }: Reply, tries: Tries): Body | undefined {
    if (status >= 300 && status < 400 && status !== 304) {
      // Only these keep the method of a change.
      const repeatable = request.method === 'GET' || status === 307 || status === 308
      this.#follow(request, url, headerOf(headers, 'location'), repeatable && (tries.redirects += 1) <= MOST_REDIRECTS)
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
    if (status < 200 || status >= 300) throw this.#failed(request, status, headers, body)
    this.#accepted = true
    return this.#accept(request, body)
  }

  /**
   * Sends a request that changes nothing, and retries it after transient failures: for five minutes or a quarter of the time left,
   * whichever is less, with pauses that grow or the one that `Retry-After` asks for. Throws a {@link RequestFailure}.
   *
   * @param retries the most retries; in a wait 0, because the next poll is the retry
   */
  async read<T>(request: ApiRequest, schema: z.ZodType<T>, retries = this.#options.retryLimit): Promise<T> {
    return this.#repeat(async () => this.parse(request, await this.#send(request, false), schema), retries)
  }

  /** {@link read} of a reply that is plain text, trimmed; '' for an empty one. What `take` throws counts as the reply's fault. */
  async readText<T>(request: ApiRequest, take: (text: string) => T): Promise<T> {
    return this.#repeat(async () => {
      const body = await this.#send({ ...request, text: true }, false)
      return take(plainText(body) ?? this.parse(request, body, z.string()))
    }, this.#options.retryLimit)
  }

  async #repeat<T>(attempt: () => Promise<T>, retries = Infinity): Promise<T> {
    const { clock, deadline, signal, onRetry } = this.#options
    let failingSince: number | undefined
    let patienceMs = 0
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt()
      } catch (error) {
        if (!isTransient(error)) throw error
        failingSince ??= clock.now()
        patienceMs ||= Math.min(LONGEST_OUTAGE_MS, deadline.remainingMs() * SHARE_OF_TIME_LEFT)
        // A reply that is not understood is no outage, and seldom heals: most often base_url names another server.
        const isOutage = error.code !== 'unexpected_reply'
        const most = isOutage ? retries : Math.min(retries, MOST_UNEXPECTED)
        const restMs = isOutage ? patienceMs - (clock.now() - failingSince) : Infinity
        const { retryAfterMs: asked } = error.outcome
        const pause = asked ?? Math.min(growingPause(failures), Math.max(restMs, 0))
        if (failures >= most || restMs <= 0 || pause >= deadline.remainingMs()) {
          throw failures === 0 ? error : givenUp(error, failures, clock.now() - failingSince)
        }
        const count = most === Infinity ? '' : ` of ${most}`
        onRetry(`${error.message} Retrying in ${prettyMs(Math.round(pause))} (retry ${failures + 1}${count}).`)
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
        ? `"${first.path.join('.')}" is missing or has the wrong type`
        : 'its format is not the documented one'
    const failure = unexpectedReply(request.what, body.kind === 'empty' ? 'it is empty' : place, excerpt(body), true)
    failure.trace = this.#traces.get(body)
    throw failure
  }

  #accept(request: ApiRequest, body: Body): Body {
    const wanted = request.text === true && body.kind === 'other' && !body.text.startsWith('<')
    if (body.kind === 'other' && !wanted) {
      throw unexpectedReply(request.what, request.text ? 'it is a web page' : 'it is not JSON', excerpt(body), false)
    }
    const refusal = body.kind === 'json' ? refusalIn(body.json) : undefined
    if (refusal !== undefined) {
      const message = `Visual Layer rejected the request to ${request.what} (HTTP 200 with an error).`
      const todo = 'Fix what the server message describes, then re-run the job.'
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
    const pause = retryAfterMs(headers, this.#options.clock.date())
    const rejection = this.#signer.rejection(this.#accepted, this.#options.clock.date())
    return statusFailure(request.what, status, words, body.kind === 'json', pause, rejection)
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
      todo: `Set base_url to the address of Visual Layer itself; ${url.origin} redirects elsewhere. The action sends no credentials to another server.`,
    })
  }

  async #attempt(request: ApiRequest, url: URL, isChange: boolean): Promise<Reply> {
    const { clock, deadline, signal, requestTimeoutMs } = this.#options
    const { upload } = request
    signal.throwIfAborted()
    if (isChange) this.#options.onChange?.()
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

/** What was done about responses that lead to another attempt. */
interface Tries {
  redirects: number
  /** Signed with the clock of the server. */
  resigned: boolean
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
