import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Server as RawServer } from 'node:net'
import { Agent } from 'undici'
import { z } from 'zod'
import { Deadline } from '../../src/clock.ts'
import { type VisualLayer, connect } from '../../src/visual-layer/client.ts'
import { Http, type HttpOptions } from '../../src/visual-layer/http.ts'
import { FakeClock } from '../waiting/fake-clock.ts'

export interface Received {
  method: string
  /** Path and query. */
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** One answer of the server: a reply, or what a broken network does. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  json?: unknown
  body?: string
  /**
   * `reset`: the socket is destroyed. `hang`: nothing is ever said. `half`: headers and half of the body, then nothing. `cut`: the
   * same, and then the socket is destroyed.
   */
  instead?: 'reset' | 'hang' | 'half' | 'cut'
}

/**
 * A clock whose pauses cost nothing, and on which the time that an attempt is given never ends. A pause of a step is told from
 * it by its signal, which is the step's own.
 */
export class RequestClock extends FakeClock {
  readonly #step: AbortSignal

  constructor(step: AbortSignal) {
    super()
    this.#step = step
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal === undefined || signal === this.#step) return super.sleep(ms, signal)
    signal.throwIfAborted()
    await once(signal, 'abort')
    signal.throwIfAborted()
  }
}

/** A small HTTP server that answers what it is told, and the client of ours that talks to it. */
export class Loopback {
  readonly received: Received[] = []
  readonly retries: string[] = []
  readonly cancel = new AbortController()
  readonly clock: FakeClock = new RequestClock(this.cancel.signal)
  readonly #server: Server
  readonly #agent = new Agent()
  #answers: Answer[] = []
  #decide: ((request: Received) => Answer) | undefined

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<Loopback> {
    const loopback = new Loopback()
    loopback.#server.listen(0, '127.0.0.1')
    await once(loopback.#server, 'listening')
    return loopback
  }

  get origin(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`
  }

  /** Answers, one a request; the last one stays. */
  answers(...answers: Answer[]): void {
    this.#decide = undefined
    this.#answers = answers
  }

  decides(decide: (request: Received) => Answer): void {
    this.#decide = decide
  }

  options(more: Partial<HttpOptions> = {}): HttpOptions {
    return {
      apiRoot: new URL('/api/v1/', this.origin),
      credentials: { kind: 'key', apiKey: 'the-key', apiSecret: 'the-secret' },
      userAgent: 'test-agent/1',
      requestTimeoutMs: 60_000,
      retryLimit: 3,
      clock: this.clock,
      deadline: new Deadline(this.clock, 7_200_000),
      signal: this.cancel.signal,
      connection: () => Promise.resolve(this.#agent),
      onRetry: (line) => this.retries.push(line),
      ...more,
    }
  }

  http(more: Partial<HttpOptions> = {}): Http {
    return new Http(this.options(more))
  }

  client(more: Partial<HttpOptions> = {}): VisualLayer {
    return connect(this.options(more))
  }

  async stop(): Promise<void> {
    await this.#agent.destroy()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    const whole = await once(request, 'end').then(
      () => true,
      () => false,
    )
    // Broken off by the client: nobody waits for an answer.
    if (!whole) return
    const received: Received = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(parts).toString('utf8'),
    }
    this.received.push(received)
    const answer =
      this.#decide?.(received) ?? (this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]) ?? {}
    if (answer.instead === 'hang') return
    if (answer.instead === 'reset') {
      request.socket.destroy()
      return
    }
    const body = answer.json === undefined ? (answer.body ?? '') : JSON.stringify(answer.json)
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    const cut = () => setImmediate(() => answer.instead === 'cut' && request.socket.destroy())
    if (answer.instead === 'half' || answer.instead === 'cut') response.write(body.slice(0, body.length / 2), cut)
    else response.end(body)
  }
}

export function portOf(server: RawServer): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address.port
}

/** The claims of a bearer, in an `Authorization` header or by itself. */
export function claimsOf(bearer: string | undefined): { iat: number; exp: number } {
  const part = bearer?.split('.')[1] ?? ''
  const claims: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  return z.looseObject({ iat: z.number(), exp: z.number() }).parse(claims)
}

/** What a promise is rejected with; a promise that is fulfilled is an error of its own. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}
