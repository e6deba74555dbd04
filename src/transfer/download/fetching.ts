import { setMaxListeners } from 'node:events'
import { fullJitter } from '../../visual-layer/retry.ts'
import { Arrivals, Void } from './arrivals.ts'
import { type ArrivingFile, Blocks } from './arriving-file.ts'
import { ConnectionCount } from './connections.ts'
import { sweeper } from './dead-chunks.ts'
import { type Exchange, exchange, StartOver } from './exchange.ts'
import { Ranges, type Segment } from './ranges.ts'
import type { Attempt, Recovery } from './recovery.ts'
import type { Opened, TransferOptions } from './segment.ts'
import { headerOf, type Identity } from './storage-reply.ts'
import { discard } from './storage-request.ts'
import { fail, TransferFailure } from './transfer-failure.ts'

/** Below this, in bytes, further connections take longer to begin than they save. */
const WORTH_SPREADING = 16 * 1024 * 1024
/** The end of the object, which shows whether the host knows ranges: there a ZIP archive has its directory. */
const PROBE = 512 * 1024
/** Between two looks at whether a slow connection should share its segment, in ms. */
const LOOK_AGAIN_MS = 1_000

export interface FetchOptions extends TransferOptions {
  /** Called for every chunk, in bytes. */
  onProgress: (receivedBytes: number, totalBytes: number | undefined) => void
  /**
   * Called as soon as the size of the object is known, before its bytes are in; again after a start over, when the earlier
   * arrivals are void. The download goes on meanwhile, and does not end before it. Its rejection ends the download.
   */
  onSize?: (arrivals: Arrivals) => Promise<void> | void
}

/** A whole object, as it lies in the file. */
export interface Fetched {
  identity: Identity
  sizeBytes: number
  /** In hex. */
  sha256: string
}

/**
 * Fetches one version of an object into a file, over one connection at first and over several where that is allowed, pays and
 * the host sends parts. Every byte is fetched by one connection, whatever breaks.
 */
export class Fetching {
  readonly #options: FetchOptions
  readonly #file: ArrivingFile
  readonly #recovery: Recovery
  readonly #ranges: Ranges
  readonly #count: ConnectionCount
  readonly #maySpread: boolean
  #probe: Segment | undefined
  #identity: Identity | undefined
  #arrivals: Arrivals | undefined
  #told: Promise<void> | undefined
  #received = 0
  readonly #sweep = sweeper()
  #lookingAgain = false
  #failure: { reason: unknown } | undefined
  #over = false
  readonly #running = new Set<Promise<void>>()
  readonly #fetched = new Set<Segment>()
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #whole = Promise.withResolvers<void>()
  readonly #failed = Promise.withResolvers<never>()

  constructor(options: FetchOptions, file: ArrivingFile, recovery: Recovery, maySpread: boolean) {
    this.#options = options
    this.#file = file
    this.#recovery = recovery
    this.#maySpread = maySpread
    const now = () => options.clock.now()
    this.#ranges = new Ranges(now)
    this.#count = new ConnectionCount(now)
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal])
    setMaxListeners(0, this.#signal)
  }

  /**
   * Resolves when every byte is in the file; when it ends, whichever way, no connection is open any more. Throws a
   * {@link StartOver}, an `ActionError` or the signal's reason.
   *
   * @param opened a reply that holds the whole object
   */
  async run(opened?: Opened): Promise<Fetched> {
    const { signal } = this.#options
    const abort = () => this.#fail(signal.reason)
    signal.addEventListener('abort', abort)
    try {
      const first = this.#ranges.takeAll()
      if (first) this.#begin(first, opened)
      return await Promise.race([this.#failed.promise, this.#complete()])
    } catch (error) {
      await this.#end()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async #complete(): Promise<Fetched> {
    await this.#whole.promise
    await this.#end()
    if (this.#failure) throw this.#failure.reason
    const sha256 = await this.#file.digest(this.#received)
    await this.#told
    return { identity: this.#identity ?? {}, sizeBytes: this.#received, sha256 }
  }

  async #end(): Promise<void> {
    this.#over = true
    this.#stop.abort()
    for (const segment of this.#fetched) segment.stop.abort()
    await Promise.all(this.#running)
  }

  #fail(error: unknown): void {
    if (this.#failure) {
      if (error instanceof StartOver && error.opened) discard(error.opened.reply.body)
      return
    }
    this.#failure = { reason: error }
    this.#arrivals?.stop(error instanceof StartOver ? new Void() : error)
    this.#failed.reject(error)
  }

  /** Begins as many connections as there are work and leave for. */
  #fill(): void {
    while (!this.#over && this.#running.size < this.#count.limit) {
      if (this.#running.size > 0 && this.#count.pauseMs > 0) return
      const segment = this.#next()
      if (!segment) {
        void this.#lookAgain()
        return
      }
      this.#begin(segment)
    }
  }

  #next(): Segment | undefined {
    if (this.#count.mode === 'alone') return this.#ranges.takeAll()
    const wishes = this.#arrivals?.wished() ?? []
    if (this.#count.mode === 'probing' && !this.#probe) {
      this.#probe = this.#ranges.takeWished(wishes) ?? this.#ranges.takeLast(PROBE)
      return this.#probe
    }
    return this.#ranges.take(this.#count.limit, wishes)
  }

  async #lookAgain(): Promise<void> {
    if (this.#lookingAgain || !this.#ranges.mayShare || this.#count.mode !== 'spread') return
    this.#lookingAgain = true
    try {
      await this.#options.clock.sleep(LOOK_AGAIN_MS, this.#signal)
    } catch {
      // Only the end of the download ends the pause early.
      return
    }
    this.#lookingAgain = false
    this.#fill()
  }

  #begin(segment: Segment, opened?: Opened): void {
    const running = this.#connection(segment, opened)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#running.delete(running)
        this.#fill()
      })
    this.#running.add(running)
  }

  /** One connection, from its first segment to its last. */
  async #connection(first: Segment, opened: Opened | undefined): Promise<void> {
    const { clock } = this.#options
    const blocks = new Blocks(this.#file)
    const { pauseMs } = this.#count
    if (pauseMs > 0) await clock.sleep(pauseMs, this.#signal)
    for (let segment: Segment | undefined = first; segment && !this.#over; ) {
      const stays = await this.#fetch(segment, blocks, segment === first ? opened : undefined)
      if (this.#ranges.done) this.#whole.resolve()
      if (!stays || this.#running.size > this.#count.limit) return
      segment = this.#next()
      this.#fill()
    }
  }

  /** One request. False when the connection is one too many. */
  async #fetch(segment: Segment, blocks: Blocks, opened: Opened | undefined): Promise<boolean> {
    const attempt = this.#recovery.attempt()
    const before = this.#received
    const from = segment.position
    this.#fetched.add(segment)
    let trouble: unknown
    try {
      await exchange(this.#exchange(segment, blocks, attempt), opened)
    } catch (error) {
      trouble = error
    }
    await blocks.flush()
    const missing = segment.position < segment.end
    this.#fetched.delete(segment)
    this.#ranges.giveBack(segment)
    if (trouble instanceof StartOver) throw trouble
    this.#options.signal.throwIfAborted()
    // Another connection took the rest of the segment, or the download is over.
    if (trouble === undefined || (!missing && segment.stop.signal.aborted) || this.#over) return true
    if (!(trouble instanceof TransferFailure)) throw trouble
    if (this.#isProbe(segment)) return await this.#probeAgain(trouble, attempt)
    const own = segment.position - from
    if (own === 0 && this.#received > before && trouble.transient) {
      this.#count.refused(this.#running.size - 1, trouble.pauseMs ?? fullJitter(0))
      this.#recovery.tellOnce(attempt, `One more connection was refused: ${trouble.message}. Going on over fewer.`)
      return false
    }
    await this.#recovery.recover(trouble, attempt, this.#received, this.#signal)
    return true
  }

  #isProbe(segment: Segment): boolean {
    return segment === this.#probe && this.#count.mode === 'probing'
  }

  /** The first connection goes on, whatever becomes of the request for a part. */
  async #probeAgain(failure: TransferFailure, attempt: Attempt): Promise<boolean> {
    this.#probe = undefined
    this.#count.notSpread(!failure.transient)
    if (this.#count.mode === 'alone') return true
    this.#recovery.tellOnce(attempt, `A second connection failed: ${failure.message}. Going on over the first one.`)
    await this.#options.clock.sleep(failure.pauseMs ?? fullJitter(1), this.#signal)
    return true
  }

  #exchange(segment: Segment, blocks: Blocks, attempt: Attempt): Exchange {
    const before = this.#received
    const from = segment.position
    const probe = this.#isProbe(segment)
    return {
      options: this.#options,
      segment,
      blocks,
      identity: this.#identity,
      signal: AbortSignal.any([this.#options.signal, segment.stop.signal]),
      part: this.#count.mode !== 'alone',
      probe,
      othersGoOn: () => this.#received - before > segment.position - from,
      onBytes: (opened, identity) => this.#look(segment, opened, identity),
      onExpired: async (reply) => {
        if (!probe) return await this.#recovery.renew(reply, attempt)
        discard(reply.body)
        throw fail('server_error', `the storage host answered HTTP ${reply.status}`)
      },
      onChunk: (bytes) => this.#receive(bytes),
      extend: () => this.#ranges.extend(segment, this.#count.limit),
    }
  }

  /** What the headers of a good reply tell: the size, and whether more connections are worth it. */
  #look(segment: Segment, { reply }: Opened, identity: Identity): void {
    const first = this.#identity === undefined
    this.#identity = identity
    const { totalBytes } = identity
    if (totalBytes === undefined) return
    if (!this.#arrivals) this.#learnSize(totalBytes)
    const refused = headerOf(reply.headers, 'accept-ranges')?.trim().toLowerCase() === 'none'
    if (first && reply.status === 200 && this.#maySpread && !refused && totalBytes >= WORTH_SPREADING) {
      this.#count.probe()
      this.#ranges.shorten(segment, this.#count.limit)
    } else if (reply.status === 206) {
      this.#count.spread()
    }
    this.#fill()
  }

  #learnSize(totalBytes: number): void {
    const { onSize } = this.#options
    const arrivals = new Arrivals(totalBytes, () => this.#fill())
    this.#arrivals = arrivals
    this.#ranges.setSize(totalBytes)
    this.#file.tell(arrivals)
    this.#told = (async () => onSize?.(arrivals))()
    this.#told.catch((error: unknown) => this.#fail(error))
  }

  #receive(bytes: number): void {
    this.#received += bytes
    this.#sweep(bytes)
    this.#recovery.reached(this.#received)
    this.#options.onProgress(this.#received, this.#identity?.totalBytes)
    if (this.#count.measure(this.#received, this.#running.size)) this.#fill()
  }
}
