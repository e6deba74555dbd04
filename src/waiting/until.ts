import type { Clock, Deadline } from '../clock.ts'
import type { ActionError } from '../errors.ts'
import { isTransient, type RequestFailure } from '../visual-layer/failure.ts'
import { pause } from './pace.ts'

/** What one look at the service found. */
export type Look<T> =
  | { state: 'done'; value: T }
  /** `line` is its status, for a person. A change of `phase` (without it, of the line) makes checks frequent again. */
  | { state: 'pending'; line: string; phase?: string }
  | { state: 'failed'; error: ActionError }

/** How a wait ended. Running out of time is an expected end, not an exception. */
export type Ended<T> =
  | { end: 'done'; value: T }
  | { end: 'failed'; error: ActionError }
  | { end: 'out_of_time'; lastLine: string | undefined; lastFault: RequestFailure | undefined; waitedMs: number }

/** A stretch of a step that takes time, for the errors of steps that end in it. */
export interface Phase {
  /** What is waited for, to complete "waiting for …". */
  readonly awaited: string
  /** What continues in Visual Layer, and what the reader can do, besides increasing `timeout`. */
  readonly carryOn: string
}

export interface Waiting {
  clock: Clock
  deadline: Deadline
  signal: AbortSignal
  /** A fixed pause between looks in ms, or one that adapts. */
  interval: number | 'auto'
  /** Responses of a wrong shape in a row that are tolerated; other faults are tolerated to the deadline. */
  maxRetries: number
  /** Receives the status after each check. */
  onLook: (line: string) => void
  /** The phases that have begun and not ended, the innermost last. */
  phases?: Set<Phase>
}

/** Runs `body` as a phase. One that a cancellation ends stays open, so that the step can say what it left. */
export async function asPhase<T>(waiting: Waiting, phase: Phase, body: () => Promise<T>): Promise<T> {
  waiting.phases?.add(phase)
  try {
    return await body()
  } finally {
    if (!waiting.signal.aborted) waiting.phases?.delete(phase)
  }
}

/**
 * The only poll loop. Looks until `probe` says done or failed, or the deadline has passed; then looks again, because what ended
 * in the last pause has ended in time. A transient fault is a pending look, for however long the outage lasts. `Retry-After`
 * stretches a pause. Throws what `probe` throws otherwise, and the signal's reason at once when the step is cancelled.
 *
 * @param limitMs ends the wait earlier than the deadline, in ms from now
 */
export async function until<T>(probe: () => Promise<Look<T>>, waiting: Waiting, limitMs = Infinity): Promise<Ended<T>> {
  const { clock, deadline, signal, interval } = waiting
  const startedAt = clock.now()
  const left = () => Math.min(deadline.remainingMs(), limitMs - (clock.now() - startedAt))
  let changedAt = startedAt
  let lastPhase: string | undefined
  let lastLine: string | undefined
  let lastFault: RequestFailure | undefined
  let wrongShapes = 0
  for (;;) {
    signal.throwIfAborted()
    const isLast = left() <= 0
    let asked = 0
    try {
      const look = await probe()
      if (look.state === 'done') return { end: 'done', value: look.value }
      if (look.state === 'failed') return { end: 'failed', error: look.error }
      wrongShapes = 0
      lastFault = undefined
      const phase = look.phase ?? look.line
      if (phase !== lastPhase) changedAt = clock.now()
      lastPhase = phase
      lastLine = look.line
      waiting.onLook(look.line)
    } catch (error) {
      if (!isTransient(error)) throw error
      wrongShapes = error.outcome.wrongShape ? wrongShapes + 1 : 0
      if (wrongShapes > waiting.maxRetries) return { end: 'failed', error }
      lastFault = error
      asked = error.outcome.retryAfterMs ?? 0
      waiting.onLook(`${error.message} Still waiting.`)
    }
    if (isLast) return { end: 'out_of_time', lastLine, lastFault, waitedMs: clock.now() - startedAt }
    const next = Math.max(pause(interval, clock.now() - changedAt), asked)
    await clock.sleep(Math.max(0, Math.min(next, left())), signal)
  }
}

/**
 * Returns what `probe` finds in the time that `waiting` has. Throws the error of a failed look; if the time ends first, the fault of
 * the last look, or an error that says that `what` did not appear.
 */
export async function seen<T>(waiting: Waiting, what: string, probe: () => Promise<Look<T>>): Promise<T> {
  const ended = await until(probe, waiting)
  if (ended.end === 'done') return ended.value
  if (ended.end === 'failed') throw ended.error
  throw ended.lastFault ?? new Error(`${what} did not appear in the lists of Visual Layer`)
}
