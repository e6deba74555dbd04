import { duration } from '../../numbers.ts'
import prettyBytes from 'pretty-bytes'
import { fullJitter } from '../../visual-layer/retry.ts'
import { placeOf } from './source.ts'
import type { StorageOptions } from './storage.ts'
import { toActionError, type TransferFailure } from './transfer-failure.ts'

/** How long to be patient without a new byte, in ms, and at most this share of the time left. */
const PATIENCE_MS = 5 * 60_000
const SHARE_OF_TIME_LEFT = 1 / 4

export interface RecoveryOptions extends StorageOptions {
  /** How many failures in a row, without a new byte between them, to tolerate; without it, time alone decides. */
  maxRetries?: number
  /** Milliseconds until the step times out. */
  leftMs: () => number
  /** One line for the log. */
  onNote: (line: string) => void
}

/** What was known when a request began, which shows whether its failure was already handled. */
export interface Attempt {
  readonly recoveries: number
  readonly renewals: number
}

/**
 * Deals with the failures of a download, of all its connections together: one outage that breaks several connections counts once, is
 * logged once, and has one pause, and one new link serves all.
 */
export class Recovery {
  readonly #options: RecoveryOptions
  /** The most bytes ever received. Bytes received again are no progress, so that a loop over them ends. */
  #furthest = 0
  #furthestAtFailure = 0
  /** In a row, without progress. */
  #failures = 0
  #failingSince = 0
  #patienceMs = 0
  #recoveries = 0
  #renewals = 0
  #recovering: Promise<void> | undefined
  /** No connection tries again before this, by the clock. */
  #pausedUntil = 0

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** For a request that begins now. */
  attempt(): Attempt {
    return { recoveries: this.#recoveries, renewals: this.#renewals }
  }

  /** `received` bytes of the object are on disk. */
  reached(received: number): void {
    this.#furthest = Math.max(this.#furthest, received)
  }

  /**
   * Returns when it is time for the next attempt. Throws an `ActionError` when the failure is final or lasts too long, what a new link
   * failed with, or the signal's reason.
   *
   * @param received bytes that need not be requested again
   */
  async recover(failure: TransferFailure, attempt: Attempt, received: number, signal: AbortSignal): Promise<void> {
    if (failure.kind === 'final') throw toActionError(failure, this.#place(), '')
    const { pauseMs } = failure
    if (this.#recovering) {
      // The pause in progress may be shorter than the one that the host asks this connection for.
      if (pauseMs !== undefined && pauseMs < this.#options.leftMs()) this.#pause(pauseMs)
    } else {
      const isKnown =
        failure.kind === 'expired' ? attempt.renewals < this.#renewals : attempt.recoveries < this.#recoveries
      if (isKnown && pauseMs === undefined) return
      this.#recoveries += 1
      this.#recovering = this.#recover(failure, received, signal).finally(() => {
        this.#recovering = undefined
      })
    }
    await this.#recovering
    // A pause that was asked for while the link was renewed.
    await this.#paused(signal)
    signal.throwIfAborted()
  }

  async #recover(failure: TransferFailure, received: number, signal: AbortSignal): Promise<void> {
    const { clock, leftMs, maxRetries = Infinity, onNote } = this.#options
    if (this.#furthest > this.#furthestAtFailure) this.#failures = 0
    this.#furthestAtFailure = this.#furthest
    if (this.#failures === 0) {
      this.#failingSince = clock.now()
      this.#patienceMs = Math.min(PATIENCE_MS, leftMs() * SHARE_OF_TIME_LEFT)
    }
    const waitedMs = clock.now() - this.#failingSince
    this.#failures += 1
    // The first new link is what any long download needs.
    if (failure.kind === 'expired' && this.#failures === 1) return await this.#renew(failure)
    const retries = this.#failures - (failure.kind === 'expired' ? 1 : 0)
    const restMs = this.#patienceMs - waitedMs
    const pauseMs = Math.max(Math.min(fullJitter(retries - 1), Math.max(0, restMs)), failure.pauseMs ?? 0)
    if (retries > maxRetries || restMs <= 0 || pauseMs >= leftMs()) {
      const times = this.#failures > 1 ? `, ${this.#failures} times in a row without progress` : ''
      const wait = failure.pauseMs === undefined ? '' : `; it asked to wait ${duration(failure.pauseMs)}`
      throw toActionError(failure, this.#place(), `${times}${wait}`)
    }
    const from = received > 0 ? `Resuming at ${prettyBytes(received, { binary: true })}` : 'Restarting'
    const count = maxRetries === Infinity ? `retry ${retries}` : `retry ${retries} of ${maxRetries}`
    onNote(`Download interrupted: ${failure.message}. ${from} in ${duration(pauseMs)} (${count}).`)
    this.#pause(pauseMs)
    await this.#paused(signal)
    if (failure.kind === 'expired') await this.#renew(failure)
  }

  #pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.clock.now() + ms)
  }

  async #paused(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    for (let ms = this.#pausedUntil - clock.now(); ms > 0; ms = this.#pausedUntil - clock.now())
      await clock.sleep(ms, signal)
  }

  async #renew(failure: TransferFailure): Promise<void> {
    this.#options.onNote(`The download link was rejected: ${failure.message}. Requesting a new one.`)
    await this.#options.source.renew()
    this.#renewals += 1
  }

  #place(): string {
    return placeOf(this.#options.source.link())
  }
}
