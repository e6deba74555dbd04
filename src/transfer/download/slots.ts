/** Limits how many connections work at once, over all downloads of a step. The one that waits longest is next. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Resolves with the function that gives the slot back. Throws the reason of `signal`. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free -= 1
    } else {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const abort = () => {
        const at = this.#waiting.indexOf(resolve)
        // It has its slot already.
        if (at === -1) return
        this.#waiting.splice(at, 1)
        reject(signal.reason)
      }
      this.#waiting.push(resolve)
      signal.addEventListener('abort', abort, { once: true })
      await promise.finally(() => signal.removeEventListener('abort', abort))
    }
    return () => {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
