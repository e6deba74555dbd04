/** The shared memory: what may be waited for, the version that changes with it, the size in bytes, a flag for each grain. */
const STATE = 0
const VERSION = 1
const SIZE_AT = 8
const FLAGS_AT = 16

const UNDER_WAY = 0
const STOPPED = 1

/** Bytes become known as arrived in grains of this size, or larger ones where an object would have too many. */
const SMALLEST_GRAIN = 256 * 1024
const MOST_GRAINS = 64 * 1024

/** The object changed while it was downloaded: nothing that is on disk belongs to it any more. The download starts over. */
export class Void extends Error {
  override readonly name = 'Void'

  constructor() {
    super('the object changed while it was downloaded')
  }
}

interface Wish {
  start: number
  end: number
  granted: () => void
  refused: (error: unknown) => void
}

/**
 * Which bytes of a file being downloaded are on disk already; the state lies in shared memory, so that worker threads can
 * wait for it with {@link waitForBytes}.
 */
export class Arrivals {
  /** Of the whole object. */
  readonly sizeBytes: number
  readonly shared: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #flags: Uint8Array
  readonly #grain: number
  /** Bytes still missing of each grain. */
  readonly #missing: Float64Array
  readonly #wishes = new Set<Wish>()
  readonly #onWish: () => void
  #end: { reason: unknown } | undefined

  /** @param onWish called when bytes are wanted that are not there yet */
  constructor(sizeBytes: number, onWish: () => void = () => undefined) {
    this.sizeBytes = sizeBytes
    this.#onWish = onWish
    this.#grain = grainOf(sizeBytes)
    const grains = Math.ceil(sizeBytes / this.#grain)
    this.shared = new SharedArrayBuffer(FLAGS_AT + grains)
    this.#words = new Int32Array(this.shared, 0, 2)
    new Float64Array(this.shared, SIZE_AT, 1)[0] = sizeBytes
    this.#flags = new Uint8Array(this.shared, FLAGS_AT)
    this.#missing = new Float64Array(grains).fill(this.#grain)
    if (grains > 0) this.#missing[grains - 1] = sizeBytes - (grains - 1) * this.#grain
  }

  /**
   * Resolves once the bytes from `start` up to `end` (exclusive) are on disk, and asks the download to fetch them next where it
   * can. Rejects with the download's failure or the reason of its abort, or with {@link Void}.
   */
  async want(start: number, end: number): Promise<void> {
    if (this.#end) throw this.#end.reason
    if (haveArrived(this.#flags, this.#grain, start, end)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#wishes.add({ start, end, granted: resolve, refused: reject })
    this.#onWish()
    await promise
  }

  /** What is wanted and not there yet, the oldest wish first. */
  wished(): Iterable<{ start: number; end: number }> {
    return this.#wishes
  }

  /** For the download: the bytes from `start` up to `end` are on disk. No byte may be told twice. */
  add(start: number, end: number): void {
    let whole = false
    for (let at = start; at < end; ) {
      const index = Math.floor(at / this.#grain)
      const until = Math.min(end, (index + 1) * this.#grain)
      const missing = (this.#missing[index] ?? 0) - (until - at)
      this.#missing[index] = missing
      if (missing === 0) {
        Atomics.store(this.#flags, index, 1)
        whole = true
      }
      at = until
    }
    if (!whole) return
    this.#wake()
    for (const wish of this.#wishes) {
      if (!haveArrived(this.#flags, this.#grain, wish.start, wish.end)) continue
      this.#wishes.delete(wish)
      wish.granted()
    }
  }

  /** For the download: no more bytes come. Whoever waits, and whoever asks later, is told `reason`. */
  stop(reason: unknown): void {
    if (this.#end) return
    this.#end = { reason }
    Atomics.store(this.#words, STATE, STOPPED)
    this.#wake()
    for (const wish of this.#wishes) wish.refused(reason)
    this.#wishes.clear()
  }

  #wake(): void {
    Atomics.add(this.#words, VERSION, 1)
    Atomics.notify(this.#words, VERSION)
  }
}

/**
 * For a worker thread: blocks until the bytes from `start` up to `end` (exclusive) are on disk. `stopped` when the download
 * failed, was aborted or became void, even if these very bytes had arrived.
 */
export function waitForBytes(shared: SharedArrayBuffer, start: number, end: number): 'arrived' | 'stopped' {
  const words = new Int32Array(shared, 0, 2)
  const flags = new Uint8Array(shared, FLAGS_AT)
  const grain = grainOf(new Float64Array(shared, SIZE_AT, 1)[0] ?? 0)
  for (;;) {
    // Read before the look: what changes after the look has changed the version, and the wait returns at once.
    const version = Atomics.load(words, VERSION)
    if (Atomics.load(words, STATE) !== UNDER_WAY) return 'stopped'
    if (haveArrived(flags, grain, start, end)) return 'arrived'
    Atomics.wait(words, VERSION, version)
  }
}

function grainOf(sizeBytes: number): number {
  let grain = SMALLEST_GRAIN
  while (sizeBytes / grain > MOST_GRAINS) grain *= 2
  return grain
}

function haveArrived(flags: Uint8Array, grain: number, start: number, end: number): boolean {
  const last = Math.min(flags.length, Math.ceil(end / grain))
  for (let index = Math.floor(start / grain); index < last; index += 1) {
    if (Atomics.load(flags, index) === 0) return false
  }
  return true
}
