import type { Dispatcher } from 'undici'
import prettyBytes from 'pretty-bytes'
import prettyMs from 'pretty-ms'
import type { Clock } from '../clock.ts'
import { ActionError } from '../errors.ts'
import { fullJitter, retryAfterMs } from '../visual-layer/retry.ts'
import { placeOf, type Source } from './source.ts'
import { headerOf, type Identity, type Meaning, readReply } from './storage-reply.ts'
import { askStorage, discard, networkFailure, refusalWords, type StorageReply } from './storage-request.ts'
import { fail, toActionError, TransferFailure } from './transfer-failure.ts'

/** Fresh links that may be asked for in a row without a single new byte. */
const MOST_RENEWALS = 3

/** What every transfer from a storage host needs. */
export interface TransferOptions {
  source: Source
  dispatcher: Dispatcher
  clock: Clock
  signal: AbortSignal
  /** Without a byte for this long (ms) a connection counts as broken. */
  stallTimeoutMs: number
  /** Failures in a row, without a new byte between them, that are made good. */
  maxRetries: number
  userAgent: string
  /** One line for the log whenever something went wrong and is being made good. */
  onNote: (line: string) => void
}

/** Where the bytes of a segment go, in order. */
export interface Sink {
  /** `totalBytes` is the size of the whole object, where the storage host tells it. */
  write(chunk: Buffer, totalBytes: number | undefined): Promise<void>
  /** Everything written so far is void: the object changed, or its host sends nothing but the whole. */
  startOver(): Promise<void>
}

export interface SegmentOptions extends TransferOptions {
  /** The first byte wanted. */
  start: number
  /** The byte after the last one wanted; without it, up to the end of the object. */
  end?: number
  sink: Sink
}

/**
 * Fetches bytes of one object into `sink`, and resumes where a connection broke, stalled or expired. Returns what the storage
 * host told of the object. Throws an `ActionError` once `maxRetries` failures in a row brought no new byte, whatever the sink
 * throws, or the signal's reason.
 */
export async function fetchSegment(options: SegmentOptions): Promise<Identity> {
  return new Segment(options).fetch()
}

class Segment {
  readonly #options: SegmentOptions
  #identity: Identity | undefined
  #position: number
  /** The furthest byte ever reached. Bytes fetched a second time are no progress, so that a loop over them ends. */
  #furthest: number
  #furthestAtFailure: number
  #furthestAtRenewal: number
  #failures = 0
  #renewals = 0

  constructor(options: SegmentOptions) {
    this.#options = options
    this.#position = options.start
    this.#furthest = options.start
    this.#furthestAtFailure = options.start
    this.#furthestAtRenewal = options.start
  }

  async fetch(): Promise<Identity> {
    for (;;) {
      try {
        if (await this.#attempt()) return this.#identity ?? {}
      } catch (error) {
        this.#options.signal.throwIfAborted()
        if (!(error instanceof TransferFailure)) throw error
        await this.#recover(error)
      }
    }
  }

  /** One request. True when the last byte is in. */
  async #attempt(): Promise<boolean> {
    const { source, end } = this.#options
    const ranged = this.#position > 0 || end !== undefined
    const asked = { offset: this.#position, end, ranged, identity: this.#identity }
    const reply = await askStorage({
      ...this.#options,
      link: source.link(),
      range: ranged ? `bytes=${this.#position}-${end === undefined ? '' : end - 1}` : undefined,
      ifRange: this.#identity?.etag ?? this.#identity?.lastModified,
    })
    let meaning: Meaning
    try {
      meaning = readReply(reply.status, reply.headers, asked)
    } catch (error) {
      throw await this.#withWords(error, reply)
    }
    if (meaning.kind === 'bytes') return this.#take(reply, meaning)
    if (meaning.kind === 'expired') {
      await this.#renew(reply)
      return false
    }
    discard(reply.body)
    if (meaning.kind === 'complete') return true
    await this.#startOver()
    throw new TransferFailure('corrupt_download', meaning.why)
  }

  async #take(reply: StorageReply, meaning: Extract<Meaning, { kind: 'bytes' }>): Promise<boolean> {
    const { sink, onNote, signal, stallTimeoutMs } = this.#options
    if (meaning.offset !== this.#position) {
      onNote(
        `The storage host sends the whole object again in place of the rest after ${prettyBytes(this.#position)}: starting over.`,
      )
      await this.#startOver()
      if (meaning.offset !== this.#position) {
        discard(reply.body)
        throw fail('unexpected_reply', 'the storage host does not send parts of the object')
      }
    }
    this.#identity = meaning.identity
    const limit = meaning.end
    try {
      for await (const chunk of reply.body as AsyncIterable<Buffer>) {
        signal.throwIfAborted()
        if (limit !== undefined && this.#position + chunk.length > limit) throw await this.#tooLong(limit)
        await sink.write(chunk, meaning.identity.totalBytes)
        this.#position += chunk.length
        this.#furthest = Math.max(this.#furthest, this.#position)
      }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ActionError || error instanceof TransferFailure) throw error
      throw networkFailure(error, stallTimeoutMs)
    }
    return this.#settle(limit)
  }

  async #tooLong(limit: number): Promise<TransferFailure> {
    await this.#startOver()
    return new TransferFailure('corrupt_download', `more bytes arrived than the ${prettyBytes(limit)} announced`)
  }

  /** After a body that ended by itself: are we done? */
  #settle(limit: number | undefined): boolean {
    const wanted = this.#options.end ?? this.#identity?.totalBytes
    if (wanted === undefined || this.#position === wanted) return true
    // A host may answer a range in parts.
    if (limit !== undefined && this.#position === limit && limit < wanted) return false
    throw new TransferFailure('corrupt_download', `${prettyBytes(this.#position)} arrived of ${prettyBytes(wanted)}`)
  }

  async #startOver(): Promise<void> {
    await this.#options.sink.startOver()
    this.#position = this.#options.start
    this.#identity = undefined
  }

  async #renew(reply: StorageReply): Promise<void> {
    const { source, onNote, signal } = this.#options
    const apiWords = await refusalWords(reply.body)
    signal.throwIfAborted()
    if (this.#furthest > this.#furthestAtRenewal) this.#renewals = 0
    this.#furthestAtRenewal = this.#furthest
    if (this.#renewals >= MOST_RENEWALS) {
      throw new TransferFailure(
        'server_error',
        `the storage host refused the link (HTTP ${reply.status}) and ${MOST_RENEWALS} fresh ones after it`,
        { transient: false, apiWords },
      )
    }
    this.#renewals += 1
    onNote(`The download link is no longer accepted (HTTP ${reply.status}): asking for a fresh one.`)
    await source.renew()
    signal.throwIfAborted()
  }

  async #withWords(error: unknown, reply: StorageReply): Promise<unknown> {
    if (!(error instanceof TransferFailure)) return error
    const pauseMs = retryAfterMs(headerOf(reply.headers, 'retry-after'), this.#options.clock.date())
    const apiWords = await refusalWords(reply.body)
    return new TransferFailure(error.code, error.message, { transient: error.transient, pauseMs, apiWords })
  }

  async #recover(failure: TransferFailure): Promise<void> {
    const { clock, maxRetries, onNote, signal, source } = this.#options
    if (this.#furthest > this.#furthestAtFailure) this.#failures = 0
    this.#furthestAtFailure = this.#furthest
    if (!failure.transient || this.#failures >= maxRetries)
      throw toActionError(failure, placeOf(source.link()), this.#failures + 1)
    const pause = failure.pauseMs ?? fullJitter(this.#failures)
    this.#failures += 1
    const from = this.#position > 0 ? `going on after ${prettyBytes(this.#position)}` : 'starting again'
    onNote(
      `The download broke: ${failure.message}. In ${prettyMs(pause)} ${from} (${this.#failures} of ${maxRetries}).`,
    )
    await clock.sleep(pause, signal)
  }
}
