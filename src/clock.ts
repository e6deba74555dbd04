import { setTimeout as sleep } from 'node:timers/promises'

/** Time as the action sees it. Injected, so that a wait of hours is tested in milliseconds; nothing else in `src` sleeps. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number
  /** The wall clock, in milliseconds since the Unix epoch. */
  date(): number
  /** Resolves after `ms` milliseconds; rejects with `signal.reason` as soon as `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    try {
      await sleep(ms, undefined, signal ? { signal } : {})
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** The end of a step: one deadline that every wait, request, download and upload shares. */
export class Deadline {
  readonly totalMs: number
  readonly #clock: Clock
  readonly #startedAt: number

  /** @param totalMs from now, in ms */
  constructor(clock: Clock, totalMs: number) {
    this.#clock = clock
    this.#startedAt = clock.now()
    this.totalMs = totalMs
  }

  /** Milliseconds since the step began. */
  elapsedMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  /** Milliseconds left, never below 0. */
  remainingMs(): number {
    return Math.max(0, this.totalMs - this.elapsedMs())
  }
}
