/** Shared memory: a version that changes with everything else, and whether more bytes will come. */
const VERSION = 0
const STOPPED = 1
/** The positions behind them: the file is complete before the watermark, and from the tail on. */
const POSITIONS_AT = 8
const FRONT = 0
const TAIL = 1

/** The object changed while it was downloaded, so nothing that was read of it counts. The download restarts. */
export class ObjectChanged extends Error {
  override readonly name = 'ObjectChanged'

  constructor() {
    super('the object changed while it was downloaded')
  }
}

/**
 * How far a file that is being downloaded is complete: up to the watermark, and from the tail on. The state is in shared memory, so that
 * threads can wait for it with {@link waitForBytes}.
 */
export class Watermark {
  readonly shared = new SharedArrayBuffer(POSITIONS_AT + 2 * BigInt64Array.BYTES_PER_ELEMENT)
  /** Of the whole file in bytes, once that is known. */
  sizeBytes: number | undefined
  readonly #words = new Int32Array(this.shared, 0, 2)
  readonly #positions = new BigInt64Array(this.shared, POSITIONS_AT)
  readonly #waiting = new Set<{ isOver: () => boolean; resolve: () => void; reject: (reason: unknown) => void }>()
  #stopped: { reason: unknown } | undefined

  constructor() {
    this.#positions[TAIL] = BigInt(Number.MAX_SAFE_INTEGER)
  }

  get front(): number {
    return Number(this.#positions[FRONT])
  }

  /** For the download: all bytes before `front` are in the file. */
  advance(front: number): void {
    Atomics.store(this.#positions, FRONT, BigInt(front))
    this.#wake()
  }

  /** For the download: all bytes from `tail` on are in the file. */
  tail(tail: number): void {
    Atomics.store(this.#positions, TAIL, BigInt(tail))
    this.#wake()
  }

  /** For the download: no more bytes will come. Everyone who waits, now or later, gets `reason`. */
  stop(reason: unknown): void {
    if (this.#stopped) return
    this.#stopped = { reason }
    Atomics.store(this.#words, STOPPED, 1)
    this.#wake()
    for (const { reject } of this.#waiting) reject(reason)
    this.#waiting.clear()
  }

  /** Resolves once the bytes from `start` up to `end` (exclusive) are in the file. Rejects when they will not come. */
  async reached(start: number, end: number): Promise<void> {
    await this.#until(() => isComplete(this.#positions, start, end))
  }

  /** Resolves with the watermark once it is beyond `position`, or the file is complete. Rejects when no more bytes will come. */
  async beyond(position: number, atLeast: number): Promise<number> {
    await this.#until(() => this.front >= position + atLeast || this.front === this.sizeBytes)
    return this.front
  }

  async #until(isOver: () => boolean): Promise<void> {
    if (this.#stopped) throw this.#stopped.reason
    if (isOver()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.add({ isOver, resolve, reject })
    await promise
  }

  #wake(): void {
    Atomics.add(this.#words, VERSION, 1)
    Atomics.notify(this.#words, VERSION)
    for (const waiting of this.#waiting) {
      if (!waiting.isOver()) continue
      this.#waiting.delete(waiting)
      waiting.resolve()
    }
  }
}

/**
 * For a thread: blocks until the bytes from `start` up to `end` (exclusive) are in the file. False when the download failed, was aborted,
 * or restarts.
 */
export function waitForBytes(shared: SharedArrayBuffer, start: number, end: number): boolean {
  const words = new Int32Array(shared, 0, 2)
  const positions = new BigInt64Array(shared, POSITIONS_AT)
  for (;;) {
    // Read before the check: what changes after the check has changed the version, and the wait returns at once.
    const version = Atomics.load(words, VERSION)
    if (Atomics.load(words, STOPPED) !== 0) return false
    if (isComplete(positions, start, end)) return true
    Atomics.wait(words, VERSION, version)
  }
}

function isComplete(positions: BigInt64Array, start: number, end: number): boolean {
  const front = Number(Atomics.load(positions, FRONT))
  const tail = Number(Atomics.load(positions, TAIL))
  return end <= front || start >= tail || (front >= tail && start <= front)
}
