import { ActionError } from '../errors.ts'
import { RequestFailure } from '../visual-layer/failure.ts'
import { fullJitter } from '../visual-layer/retry.ts'
import { patienceMs } from './pace.ts'
import { asPhase, until, type Waiting } from './until.ts'

/** What a look for a lost change found: the change; nothing; or the service still working on something that may be it. */
export type Trace<T> = { found: T } | 'absent' | 'busy'

/** A request that changes something, and how to see whether it did. */
export interface Change<T> {
  /** To complete "the request to …": `create the snapshot`. */
  what: string
  /** What to do if it stays unclear whether the change was made: how to look for it before anything is repeated. */
  ifUnclear: string
  /** One attempt. */
  send(): Promise<T>
  /** Looks for what an earlier attempt, whose response was lost, has made. Distinguished from all that was there before the first attempt. */
  look(): Promise<Trace<T>>
}

/** Answers of the application itself with HTTP 500 before it counts as its last word. */
const MOST_ANSWERED_FAILURES = 2

/**
 * The only way to send a request that changes something. A request that never arrived is sent again; one whose response was lost
 * is looked for, patiently, before it is sent again, so that it takes effect once.
 *
 * One instance represents one intended change: `run()` may be called again (after a conflict was waited out) and still knows
 * that an earlier attempt may have taken effect.
 */
export class OnceOnly<T> {
  readonly #change: Change<T>
  readonly #waiting: Waiting
  readonly #say: (line: string) => void
  /** The failure after which the change may have been made. */
  #lost: RequestFailure | undefined

  /** @param say one line for the log, when a response is lost and what was found */
  constructor(change: Change<T>, waiting: Waiting, say: (line: string) => void) {
    this.#change = change
    this.#waiting = waiting
    this.#say = say
  }

  /** An earlier attempt may have taken effect: what is known of the state before it still counts. */
  get mayHaveTakenEffect(): boolean {
    return this.#lost !== undefined
  }

  /**
   * Makes the change, or finds it made. Throws the {@link RequestFailure} of the last attempt where it was rejected or could not
   * be made, `timed_out` if the time ended before that was clear, and the signal's reason when the step is cancelled.
   */
  async run(): Promise<T> {
    const { what, ifUnclear } = this.#change
    const phase = { awaited: `the response to the request to ${what}`, carryOn: ifUnclear }
    return asPhase(this.#waiting, phase, () => this.#run())
  }

  async #run(): Promise<T> {
    const { clock, deadline, signal, maxRetries } = this.#waiting
    let answeredFailures = 0
    let notBefore = 0
    for (let failures = 0; ; failures += 1) {
      const found = await this.#settled()
      if (found) return found.value
      const early = notBefore - clock.now()
      if (early > 0) {
        if (this.#lost && early >= deadline.remainingMs()) throw this.#lost
        await clock.sleep(early, signal)
      }
      try {
        const made = await this.#change.send()
        this.#lost = undefined
        return made
      } catch (error) {
        if (!(error instanceof RequestFailure)) throw error
        const { transient, effect, answered, status, retryAfterMs } = error.outcome
        if (effect === 'unknown') this.#lost = error
        if (answered && status === 500) answeredFailures += 1
        if (!transient || failures >= maxRetries || answeredFailures >= MOST_ANSWERED_FAILURES) {
          // A rejection after a lost response can be the response to our own first attempt: a dataset busy with it, for one.
          const late = await this.#settled()
          if (late) return late.value
          if (this.#lost) error.outcome.ifUnclear = this.#change.ifUnclear
          throw error
        }
        if (effect === 'unknown') {
          // The checks continue during that time; they are the pause if the service asked for none.
          this.#say(error.message)
          notBefore = clock.now() + (retryAfterMs ?? 0)
          continue
        }
        const wait = Math.max(fullJitter(failures), retryAfterMs ?? 0)
        if (wait >= deadline.remainingMs()) throw error
        this.#say(`${error.message} Retrying (${failures + 1} of ${maxRetries}).`)
        notBefore = clock.now() + wait
      }
    }
  }

  /** What a lost response was about, where it is found; nothing where none was lost. */
  async #settled(): Promise<{ value: T } | undefined> {
    const lost = this.#lost
    if (!lost) return undefined
    const found = await this.#settle(lost)
    // Without time to look, an empty list proves nothing.
    if (!found && this.#waiting.deadline.remainingMs() <= 0) throw this.#unclear(lost)
    return found
  }

  #unclear(lost: RequestFailure): ActionError {
    const message = `Timed out before it was clear whether the request to ${this.#change.what} took effect. The last attempt failed: ${lost.message}`
    return new ActionError('timed_out', message, {
      apiWords: lost.apiWords,
      todo: `${this.#change.ifUnclear} Increase timeout if Visual Layer was slow.`,
      cause: lost,
    })
  }

  /** Looks for the change until it is found, or has had time to show and did not. */
  async #settle(lost: RequestFailure): Promise<{ value: T } | undefined> {
    const { clock, deadline } = this.#waiting
    const { what } = this.#change
    const patience = patienceMs(deadline.remainingMs())
    const startedAt = clock.now()
    this.#say(`No clear response to the request to ${what}. Checking whether it took effect before retrying.`)
    const ended = await until<{ value: T } | undefined>(async () => {
      const trace = await this.#change.look()
      if (trace === 'busy')
        return { state: 'pending', line: `Visual Layer is still busy, possibly with the request to ${what}` }
      if (trace !== 'absent') return { state: 'done', value: { value: trace.found } }
      return clock.now() - startedAt >= patience
        ? { state: 'done', value: undefined }
        : { state: 'pending', line: `no sign yet of the request to ${what}` }
    }, this.#waiting)
    switch (ended.end) {
      case 'done':
        this.#say(
          ended.value
            ? `The request to ${what} took effect; not retrying.`
            : `Found no sign of it after ${Math.round((clock.now() - startedAt) / 1000)} s: the request to ${what} did not take effect.`,
        )
        if (ended.value) this.#lost = undefined
        return ended.value
      case 'failed':
        throw ended.error
      case 'out_of_time':
        throw this.#unclear(lost)
    }
  }
}
