import type { Clock } from '../../src/clock.ts'

/** A clock on which waiting costs nothing: a sleep ends at once and moves the time on. */
export class FakeClock implements Clock {
  /** Every sleep asked for, in ms, in order. */
  readonly sleeps: number[] = []
  #elapsed = 0
  readonly #start: number

  /** @param start the wall clock at the beginning, in ms since the epoch */
  constructor(start: number = Date.UTC(2026, 0, 1, 3)) {
    this.#start = start
  }

  now(): number {
    return this.#elapsed
  }

  date(): number {
    return this.#start + this.#elapsed
  }

  /** Lets time pass without a sleep. */
  advance(ms: number): void {
    this.#elapsed += ms
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.sleeps.push(ms)
    this.#elapsed += ms
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
  }
}
