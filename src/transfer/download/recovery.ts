import prettyBytes from 'pretty-bytes'
import prettyMs from 'pretty-ms'
import { fullJitter } from '../../visual-layer/retry.ts'
import type { TransferOptions } from './segment.ts'
import { placeOf } from './source.ts'
import { refusalWords, type StorageReply } from './storage-request.ts'
import { toActionError, TransferFailure } from './transfer-failure.ts'

/** Fresh links that may be asked for in a row without a single new byte. */
const MOST_RENEWALS = 3

/** What was known when a request began, by which its failure is told from one that was dealt with meanwhile. */
export interface Attempt {
  readonly troubles: number
  readonly renewals: number
}

/** Deals with what goes wrong in a download, over all its connections: counts, tells, pauses, and ends what does not get better. */
export class Recovery {
  readonly #options: TransferOptions
  /** The most bytes ever received. Bytes fetched a second time are no progress, so that a loop over them ends. */
  #furthest = 0
  #furthestAtFailure = 0
  #furthestAtRenewal = 0
  #failures = 0
  #renewalsInARow = 0
  #renewals = 0
  #renewing: Promise<void> | undefined
  #troubles = 0
  #pause: Promise<void> | undefined

  constructor(options: TransferOptions) {
    this.#options = options
  }

  /** For a request that begins now. */
  attempt(): Attempt {
    return { troubles: this.#troubles, renewals: this.#renewals }
  }

  /** `received` bytes of the object are there. */
  reached(received: number): void {
    if (received > this.#furthest) this.#furthest = received
  }

  /**
   * After a failed attempt: returns when it is time for the next one. One outage that breaks several connections counts, and
   * is told, once. `signal` ends the pause. Throws an `ActionError` when the failure is final or too many came in a row without a new byte.
   */
  async recover(failure: TransferFailure, attempt: Attempt, received: number, signal: AbortSignal): Promise<void> {
    const { clock, maxRetries, source } = this.#options
    if (failure.transient && (this.#pause || attempt.troubles < this.#troubles)) {
      await Promise.all([this.#pause, clock.sleep(failure.pauseMs ?? fullJitter(0), signal)])
      return
    }
    if (this.#furthest > this.#furthestAtFailure) this.#failures = 0
    this.#furthestAtFailure = this.#furthest
    if (!failure.transient || this.#failures >= maxRetries)
      throw toActionError(failure, placeOf(source.link()), this.#failures + 1)
    const pause = failure.pauseMs ?? fullJitter(this.#failures)
    this.#failures += 1
    const from = received > 0 ? `going on after ${prettyBytes(received)}` : 'starting again'
    this.tellOnce(
      attempt,
      `The download broke: ${failure.message}. In ${prettyMs(pause)} ${from} (${this.#failures} of ${maxRetries}).`,
    )
    const pausing = clock.sleep(pause, signal)
    this.#pause = pausing
    try {
      await pausing
    } finally {
      if (this.#pause === pausing) this.#pause = undefined
    }
  }

  /** One line for the log, unless the trouble it tells of began with another one that was told. */
  tellOnce(attempt: Attempt, line: string): void {
    if (attempt.troubles < this.#troubles) return
    this.#troubles += 1
    this.#options.onNote(line)
  }

  /** Asks for a fresh link, once for all connections that met the refusal of the same one. */
  async renew(reply: StorageReply, attempt: Attempt): Promise<void> {
    const apiWords = await refusalWords(reply.body)
    this.#options.signal.throwIfAborted()
    if (!this.#renewing) {
      if (attempt.renewals < this.#renewals) return
      this.#renewing = this.#askAnew(reply.status, apiWords).finally(() => {
        this.#renewing = undefined
      })
    }
    await this.#renewing
    this.#options.signal.throwIfAborted()
  }

  async #askAnew(status: number, apiWords: string | undefined): Promise<void> {
    const { source, onNote } = this.#options
    if (this.#furthest > this.#furthestAtRenewal) this.#renewalsInARow = 0
    this.#furthestAtRenewal = this.#furthest
    if (this.#renewalsInARow >= MOST_RENEWALS) {
      throw new TransferFailure(
        'server_error',
        `the storage host refused the link (HTTP ${status}) and ${MOST_RENEWALS} fresh ones after it`,
        { transient: false, apiWords },
      )
    }
    this.#renewalsInARow += 1
    onNote(`The download link is no longer accepted (HTTP ${status}): asking for a fresh one.`)
    await source.renew()
    this.#renewals += 1
  }
}
