import { Readable } from 'node:stream'
import type { FormData } from 'undici'
import { delayed, within } from '../clock.ts'
import { describe } from '../errors.ts'
import { networkFailure, outOfTime, RequestFailure, unexpectedReply } from './failure.ts'
import type { ApiRequest, HttpOptions } from './http.ts'
import type { MultipartForm } from './multipart.ts'
import { type Body, decodedText, LARGEST_REPLY, readBody } from './reply.ts'
import { headerOf, type Headers } from './headers.ts'
import type { Received } from './trace.ts'

/** Time that a request still gets when the deadline is near, in ms: the last poll of a wait needs some. */
const LAST_POLL_MS = 2_000
/** No request, of whichever stage of a step, lasts longer than this after the deadline, in ms. */
const OVERTIME_MS = 2_500
/** A change that is in flight when the step is canceled gets this long, in ms, to be answered, so that its ID becomes known. */
export const IN_FLIGHT_MS = 1_000

/** A response with its whole body. */
export type Reply = Required<Received>

interface Sent {
  request: ApiRequest
  url: URL
  isChange: boolean
  options: HttpOptions
  /** The header, made when the request is sent. */
  authorization: () => string | undefined
}

/** One HTTP request and its whole response, in the time that both have. */
export class Attempt {
  /** What has come so far. */
  reply: Received | undefined
  readonly #sent: Sent
  /** When a byte last went out or came in. */
  #movedAt: number
  #form: MultipartForm | undefined

  constructor(sent: Sent) {
    this.#sent = sent
    this.#movedAt = sent.options.clock.now()
  }

  /** Throws a {@link RequestFailure} if no whole response comes, or the reason of what ended it. */
  async run(): Promise<Reply> {
    const { request, url, isChange, options } = this.#sent
    const { clock, deadline, signal, requestTimeoutMs } = options
    const { upload, what, text } = request
    signal.throwIfAborted()
    if (isChange) options.onChange?.()
    // One attempt that hangs must leave time to check what became of it.
    const fair = upload ? Infinity : Math.max(deadline.remainingMs() / 2, LAST_POLL_MS)
    const limit = Math.min(requestTimeoutMs, fair, deadline.remainingMs(OVERTIME_MS))
    const moves = upload !== undefined || text === true
    const startedAt = this.#movedAt
    const left = () =>
      Math.min((moves ? this.#movedAt : startedAt) + limit - clock.now(), deadline.remainingMs(OVERTIME_MS))
    const late = () => new Silence(`no ${upload ? 'progress' : 'response'} within ${Math.round(limit / 100) / 10} s`)
    const done = new AbortController()
    const ends = [
      isChange ? delayed(signal, IN_FLIGHT_MS, clock, done.signal) : signal,
      ...(upload ? [upload.signal] : []),
    ]
    try {
      return await within(clock, left, AbortSignal.any(ends), late, (stop) => this.#exchange(stop))
    } catch (error) {
      signal.throwIfAborted()
      const whole = this.#form?.whole ?? true
      // An upload that its deadline ended after the last byte may have taken effect.
      if (!whole) upload?.signal.throwIfAborted()
      if (this.#form?.broken) throw this.#form.broken
      if (error instanceof RequestFailure) throw error
      const { host } = url
      const isLate = error instanceof Silence && (limit < requestTimeoutMs || deadline.remainingMs() <= 0)
      if (upload?.signal.aborted || isLate) throw outOfTime(what, host, 'no complete response', deadline, whole)
      throw networkFailure(what, host, error, whole)
    } finally {
      done.abort()
    }
  }

  async #exchange(stop: AbortSignal): Promise<Reply> {
    const { request, url, options, authorization } = this.#sent
    const { clock, signal, userAgent, connection } = options
    const { upload, json, form: fields, text, method } = request
    const { request: send, FormData: Form } = await import('undici')
    const headers: Record<string, string> = {
      accept: text ? 'text/csv, text/plain, */*;q=0.5' : 'application/json',
      'user-agent': userAgent,
    }
    const bearer = authorization()
    if (bearer !== undefined) headers['authorization'] = bearer
    let body: string | FormData | Readable | undefined
    if (json !== undefined) {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(json)
    } else if (fields) {
      body = new Form()
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
    } else if (upload) {
      const { MultipartForm } = await import('./multipart.ts')
      const form = new MultipartForm(upload.parts, (sent) => {
        // What was not sent whole cannot have arrived, so a canceled step need not wait for a response to it.
        signal.throwIfAborted()
        this.#movedAt = clock.now()
        upload.onBytes(sent)
      })
      this.#form = form
      headers['content-type'] = form.contentType
      headers['content-length'] = String(form.contentLength)
      // Read no further ahead than the connection takes.
      body = Readable.from(form, { objectMode: false, highWaterMark: 1 })
    }
    const dispatcher = await connection()
    // Nothing has been sent so far.
    signal.throwIfAborted()
    const response = await send(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      dispatcher,
      signal: stop,
      // Never silently sent a second time by the connection pool: some GETs of this API create.
      idempotent: false,
    })
    const head = { status: response.statusCode, headers: response.headers }
    this.reply = head
    const reply = { ...head, body: this.#read(await this.#whole(response.body), head.headers) }
    this.reply = reply
    return reply
  }

  async #whole(body: AsyncIterable<Buffer>): Promise<Buffer> {
    const parts: Buffer[] = []
    let size = 0
    for await (const part of body) {
      size += part.length
      if (size > LARGEST_REPLY) {
        throw new RequestFailure(
          'unexpected_reply',
          `The response to the request to ${this.#sent.request.what} is larger than any documented one (over ${LARGEST_REPLY / 1024 / 1024} MiB).`,
          { todo: 'Check base_url. If it is right, request less at once.' },
          { transient: false, effect: 'unknown', wrongShape: true },
        )
      }
      parts.push(part)
      this.#movedAt = this.#sent.options.clock.now()
    }
    return Buffer.concat(parts)
  }

  #read(bytes: Buffer, headers: Headers): Body {
    try {
      return readBody(decodedText(bytes, headerOf(headers, 'content-encoding')))
    } catch (error) {
      throw unexpectedReply(this.#sent.request.what, describe(error), '', false)
    }
  }
}

/** No (further) byte came in the time there was. */
class Silence extends Error {}
