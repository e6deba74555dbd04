import { setImmediate as turn } from 'node:timers/promises'
import { Dispatcher, errors } from 'undici'

/** How one request is answered. */
export type Reaction =
  /** As it should be. */
  | { kind: 'good' }
  /** The connection breaks after so many bytes of the body; before the headers without. */
  | { kind: 'reset'; after?: number }
  /** No more bytes come after so many of the body, until the client gives up. */
  | { kind: 'stall'; after: number }
  /** The body ends, in good order, after so many bytes. */
  | { kind: 'short'; after: number }
  /** Only so many bytes of the range, as HTTP allows. */
  | { kind: 'part'; of: number }
  | { kind: 'status'; status: number; retryAfter?: number }
  /** The whole object, whatever range was requested. */
  | { kind: 'whole' }
  /** The headers tell of another range than the requested one. */
  | { kind: 'elsewhere' }

interface Version {
  bytes: Buffer
  etag: string | undefined
  lastModified: string | undefined
}

/** A storage host without a network: what it sends, and when, depends on nothing but its plan. */
export class SimulatedHost extends Dispatcher {
  readonly #versions: Version[]
  /** The object is replaced by the next version before each of these requests. */
  readonly #changes: Set<number>
  readonly #reactions: Reaction[]
  /** Takes part in the order of events. */
  readonly #pauses: number[]
  /** A link serves so many requests, and so many bytes; then the host rejects it with HTTP 403. */
  linkRequests = Infinity
  linkBytes = Infinity
  requests = 0
  sentBytes = 0
  #link = { name: '', requests: 0, bytes: 0 }

  constructor(versions: Version[], changes: number[], reactions: Reaction[], pauses: number[]) {
    super()
    this.#versions = [...versions]
    this.#changes = new Set(changes)
    this.#reactions = [...reactions]
    this.#pauses = pauses.length > 0 ? pauses : [0]
  }

  get current(): Version {
    const [version] = this.#versions
    if (!version) throw new Error('there is no object')
    return version
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.requests += 1
    if (this.#changes.has(this.requests) && this.#versions.length > 1) this.#versions.shift()
    void this.#answer(options, handler, this.#reactions.shift() ?? { kind: 'good' })
    return true
  }

  async #answer(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    reaction: Reaction,
  ): Promise<void> {
    const flow = new Flow(handler)
    const pause = async () => {
      const turns = this.#pauses[(this.requests + this.sentBytes) % this.#pauses.length] ?? 0
      for (let left = turns; left > 0; left -= 1) await turn()
    }
    handler.onRequestStart?.(flow, {})
    await pause()
    if (flow.aborted) return
    if (reaction.kind === 'reset' && reaction.after === undefined) return flow.fail(reset())
    if (reaction.kind === 'status') {
      const headers = reaction.retryAfter === undefined ? {} : { 'retry-after': `${reaction.retryAfter}` }
      handler.onResponseStart?.(flow, reaction.status, headers, '')
      return flow.end()
    }
    const name = options.path
    if (this.#link.name !== name) this.#link = { name, requests: 0, bytes: 0 }
    const link = this.#link
    link.requests += 1
    if (link.requests > this.linkRequests || link.bytes >= this.linkBytes) {
      handler.onResponseStart?.(flow, 403, {}, '')
      return flow.end()
    }
    const { bytes, etag, lastModified } = this.current
    const asked = requestedRange(options.headers)
    const isValid = asked?.condition === undefined || asked.condition === etag || asked.condition === lastModified
    const range = asked && isValid && reaction.kind !== 'whole' ? asked : undefined
    if (range && range.start >= bytes.length) {
      handler.onResponseStart?.(flow, 416, { 'content-range': `bytes */${bytes.length}` }, '')
      return flow.end()
    }
    const start = range?.start ?? 0
    const end = Math.min(
      bytes.length,
      range?.end ?? bytes.length,
      start + (range && reaction.kind === 'part' ? reaction.of : Infinity),
    )
    const said =
      reaction.kind === 'elsewhere'
        ? `bytes ${start + 1}-${end}/${bytes.length + 1}`
        : `bytes ${start}-${end - 1}/${bytes.length}`
    handler.onResponseStart?.(
      flow,
      range ? 206 : 200,
      {
        ...(etag === undefined ? {} : { etag }),
        ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
        ...(range ? { 'content-range': said } : {}),
        ...(range && reaction.kind === 'short' ? {} : { 'content-length': `${end - start}` }),
      },
      '',
    )
    const cut = 'after' in reaction ? Math.min(reaction.after ?? 0, end - start) : end - start
    const step = Math.max(1, Math.ceil((end - start) / 3))
    for (let at = start; at < start + cut && !flow.aborted; at += step) {
      await flow.ready()
      const chunk = bytes.subarray(at, Math.min(start + cut, at + step))
      this.sentBytes += chunk.length
      link.bytes += chunk.length
      // A copy, as a socket gives one: what is sent once does not change any more.
      if (!flow.aborted) handler.onResponseData?.(flow, Buffer.from(chunk))
      await pause()
    }
    if (flow.aborted) return
    // A whole object that ends early without an announced length is one that nobody can tell from a shorter object.
    if (reaction.kind === 'reset' || (reaction.kind === 'short' && !range)) return flow.fail(reset())
    if (reaction.kind === 'stall') return flow.fail(new errors.BodyTimeoutError())
    flow.end()
  }
}

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}

function requestedRange(headers: Dispatcher.DispatchOptions['headers']) {
  if (headers === null || headers === undefined || Array.isArray(headers) || Symbol.iterator in headers)
    return undefined
  const range = /^bytes=(\d+)-(\d*)$/.exec(String(headers['range'] ?? ''))
  if (!range) return undefined
  const condition = headers['if-range']
  return {
    start: Number(range[1]),
    end: range[2] ? Number(range[2]) + 1 : Infinity,
    condition: condition === undefined ? undefined : String(condition),
  }
}

/** What undici's handlers steer a response with. */
class Flow implements Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler
  aborted = false
  paused = false
  reason: Error | null = null
  rawHeaders = null
  rawTrailers = null
  #resumed: (() => void) | undefined

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler
  }

  abort(reason: Error): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    this.#resumed?.()
    this.#handler.onResponseError?.(this, reason)
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.#resumed?.()
  }

  async ready(): Promise<void> {
    if (!this.paused || this.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#resumed = resolve
    await promise
  }

  fail(error: Error): void {
    if (this.aborted) return
    this.aborted = true
    this.#handler.onResponseError?.(this, error)
  }

  end(): void {
    if (!this.aborted) this.#handler.onResponseEnd?.(this, {})
  }
}
