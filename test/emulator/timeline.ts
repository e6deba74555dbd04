/** The emulator's timers, and what its entities looked like a while ago. */
export class Timeline {
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly histories = new WeakMap<object, { at: number; state: object }[]>()
  private stopped = false

  /** Runs `body` after `ms` milliseconds, never once stopped. Does not keep the process alive. */
  after(ms: number, body: () => void): void {
    if (this.stopped) return
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      body()
    }, ms)
    timer.unref()
    this.timers.add(timer)
  }

  /** Resolves after `ms` milliseconds; never once stopped. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  stop(): void {
    this.stopped = true
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }

  /** Takes note that `entity` exists from now on. */
  begin(entity: object): void {
    this.histories.set(entity, [{ at: performance.now(), state: { ...entity } }])
  }

  /** Takes note that `entity` has always been as it is: no lag shows it otherwise. */
  settle(entity: object): void {
    this.histories.set(entity, [{ at: Number.NEGATIVE_INFINITY, state: { ...entity } }])
  }

  /** Changes `entity` and remembers when. */
  change<T extends object>(entity: T, patch: Partial<T>): void {
    Object.assign(entity, patch)
    this.histories.get(entity)?.push({ at: performance.now(), state: { ...entity } })
  }

  /** `entity` as it was `lagMs` milliseconds ago: undefined where it did not exist yet. Without a lag, the entity itself. */
  seen<T extends object>(entity: T, lagMs: number): T | undefined {
    if (lagMs <= 0) return entity
    const history = this.histories.get(entity) ?? []
    const then = performance.now() - lagMs
    const past = history.findLast((entry) => entry.at <= then)
    return past && { ...entity, ...past.state }
  }
}
