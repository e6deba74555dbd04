const FIRST = 2
const MOST = 16
/** How much faster twice as many connections must be to be kept. */
const CLEARLY = 1.25
/** The rate is measured over this long, in ms. */
const SLICE_MS = 120
/** New connections get this many slices to show that they help: each begins slowly. */
const SLICES = 8
/** After more connections did not help, or were refused, they are tried again this much later, in ms. */
const REST_MS = 10_000
/** A thread that is busy for a larger share of the time than this is what limits the rate, not the network. */
const BUSY = 0.9
/** It may be busy with something that passes, such as the directory of an archive: looked at again so much later, in ms. */
const BUSY_MS = 100
/** Requests for a part that may fail before the first connection is left alone. */
const MOST_PROBES = 3

/**
 * How many connections to use: one until the object is found to be large, a second one to find out whether the host sends parts,
 * then 4, 8 and 16 as long as each step makes the whole clearly faster. A step that does not help is taken back, and tried again
 * after a while.
 */
export class ConnectionCount {
  readonly #now: () => number
  readonly #busy: () => number
  #mode: 'alone' | 'probing' | 'spread' = 'alone'
  #probes = 0
  #calmUntil = 0
  #limit = FIRST
  /** While more connections are on trial: how many there were before, and how fast (bytes per ms). */
  #trial: { from: number; rate: number; slices: number } | undefined
  #restUntil = 0
  #slice: { since: number; received: number } | undefined

  /**
   * @param now monotonic ms
   * @param busy the share (0 to 1) of the time since the last call for which this thread was busy
   */
  constructor(now: () => number, busy: () => number = busyShare()) {
    this.#now = now
    this.#busy = busy
  }

  /** `alone`: one connection, to the end. `probing`: another one finds out whether the host sends parts. */
  get mode(): 'alone' | 'probing' | 'spread' {
    return this.#mode
  }

  get limit(): number {
    if (this.#mode === 'alone') return 1
    return this.#mode === 'probing' ? FIRST : this.#limit
  }

  /** For how long (ms) no further connection is to be begun, because the host refused one. */
  get pauseMs(): number {
    return Math.max(0, this.#calmUntil - this.#now())
  }

  /** The object is worth several connections. */
  probe(): void {
    this.#mode = 'probing'
  }

  /** The host sent a part. */
  spread(): void {
    if (this.#mode === 'probing') this.#mode = 'spread'
  }

  /** The host sent no part; `final` when it never will. */
  notSpread(final: boolean): void {
    this.#probes += 1
    if (final || this.#probes >= MOST_PROBES) this.#mode = 'alone'
  }

  /** Takes note of the bytes received so far, over `active` connections. True when more connections are to be tried now. */
  measure(received: number, active: number): boolean {
    if (this.#mode !== 'spread') return false
    const now = this.#now()
    // What fewer connections do says nothing of what all of them can.
    if (active < this.#limit || now < this.#restUntil) {
      this.#slice = undefined
      return false
    }
    if (!this.#slice) {
      this.#slice = { since: now, received }
      this.#busy()
      return false
    }
    const elapsed = now - this.#slice.since
    if (elapsed < SLICE_MS) return false
    const rate = (received - this.#slice.received) / elapsed
    this.#slice = undefined
    return this.#judge(rate)
  }

  /** The storage host refused a connection while `alive` others went on, and asks for a pause, in ms. */
  refused(alive: number, pauseMs: number): void {
    this.#limit = Math.max(1, Math.min(alive, this.#limit))
    this.#calmUntil = Math.max(this.#calmUntil, this.#now() + pauseMs)
    this.#rest(Math.max(REST_MS, pauseMs))
  }

  #judge(rate: number): boolean {
    if (this.#trial && rate < this.#trial.rate * CLEARLY) {
      this.#trial.slices += 1
      if (this.#trial.slices < SLICES) return false
      this.#limit = this.#trial.from
      this.#rest(REST_MS)
      return false
    }
    if (this.#limit >= MOST) {
      this.#rest(REST_MS)
      return false
    }
    if (this.#busy() > BUSY) {
      this.#rest(BUSY_MS)
      return false
    }
    this.#trial = { from: this.#limit, rate, slices: 0 }
    this.#limit = Math.min(MOST, this.#limit * 2)
    return true
  }

  #rest(ms: number): void {
    this.#trial = undefined
    this.#slice = undefined
    this.#restUntil = this.#now() + ms
  }
}

function busyShare(): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}
