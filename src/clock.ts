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
  /** What a user knows the limit as. */
  readonly name: string
  readonly #clock: Clock
  readonly #startedAt: number

  /** @param totalMs from now, in ms */
  constructor(clock: Clock, totalMs: number, name = 'timeout') {
    this.#clock = clock
    this.#startedAt = clock.now()
    this.totalMs = totalMs
    this.name = name
  }

  /** Milliseconds since the step began. */
  elapsedMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  /**
   * Milliseconds left, never below 0.
   *
   * @param overtimeMs for what may end this much later, in ms
   */
  remainingMs(overtimeMs = 0): number {
    return Math.max(0, this.totalMs + overtimeMs - this.elapsedMs())
  }
}

/**
 * Runs `body` with a signal that aborts when `signal` does, or with `late()` when the time is up. Returns or throws what `body` does,
 * once its timer has ended.
 *
 * @param left milliseconds, or how many are left whenever the time seems to be up: a transfer that moves gets more
 */
export async function within<T>(
  clock: Clock,
  left: number | (() => number),
  signal: AbortSignal,
  late: () => unknown,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const done = new AbortController()
  const expire = async () => {
    if (typeof left === 'number') await clock.sleep(left, done.signal)
    else for (let ms = left(); ms > 0; ms = left()) await clock.sleep(ms, done.signal)
    end.abort(late())
  }
  const timer = expire().catch(() => undefined)
  try {
    return await body(AbortSignal.any([signal, end.signal]))
  } finally {
    done.abort()
    await timer
  }
}

/**
 * Repeats `attempt` until it succeeds, with pauses. Throws what `pauseAfter` throws, or the signal's reason.
 *
 * @param pauseAfter returns how long to wait after a failure, in ms, or throws what ends the attempts; `failures` there were before, from 0
 */
export async function attempts<T>(
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  attempt: () => Promise<T>,
  pauseAfter: (error: unknown, failures: number) => number,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt()
    } catch (error) {
      await clock.sleep(pauseAfter(error, failures), signal)
    }
  }
}

/**
 * A signal that aborts `ms` milliseconds after `signal`, with the same reason: for what may finish although everything else ends.
 *
 * @param done ends the watch
 */
export function delayed(signal: AbortSignal, ms: number, clock: Clock, done: AbortSignal): AbortSignal {
  const late = new AbortController()
  const begin = () => {
    clock.sleep(ms, done).then(
      () => late.abort(signal.reason),
      () => undefined,
    )
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true, signal: done })
  return late.signal
}

/** `work`, or the reason of `signal` as soon as it aborts; then nobody waits for `work` any longer. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined)
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
