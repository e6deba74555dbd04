import { attempts } from '../clock.ts'
import { duration } from '../numbers.ts'
import { isTransient } from './failure.ts'
import type { HttpOptions } from './http.ts'

/** The longest pause between two attempts of one request, in ms, when the service names none. */
const LONGEST_PAUSE_MS = 30_000
const FIRST_PAUSE_MS = 500
/** How long an outage may last for a read outside a wait, in ms, and at most this share of the time left. */
const LONGEST_OUTAGE_MS = 5 * 60_000
const SHARE_OF_TIME_LEFT = 1 / 4
/** Retries after responses in a row that are not understood. */
const MOST_UNEXPECTED = 5

/**
 * A pause before attempt number `attempt` + 2 (`attempt` counts failures so far, from 0), in ms: anywhere between 0 and a
 * ceiling that doubles, so that many runners that failed together do not return together ("full jitter").
 */
export function fullJitter(attempt: number, random: () => number = Math.random): number {
  return random() * ceilingMs(attempt)
}

/**
 * A pause before a retry that is never shorter than the one before, in ms: between half of a ceiling that doubles and all of it, so
 * that an outage meets fewer and fewer requests, and not all runners at once.
 *
 * @param attempt failures so far, from 0
 */
function growingPause(attempt: number, random: () => number = Math.random): number {
  return (ceilingMs(attempt) * (1 + random())) / 2
}

function ceilingMs(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16))
}

/**
 * Retries what changes nothing after transient failures: for five minutes or a quarter of the time left, whichever is less, with pauses
 * that grow, or longer ones if `Retry-After` asks for them. Throws the last failure.
 *
 * @param retries the most retries; without it, time alone decides
 */
export async function persistent<T>(
  attempt: () => Promise<T>,
  retries = Infinity,
  { clock, deadline, signal, onRetry }: Pick<HttpOptions, 'clock' | 'deadline' | 'signal' | 'onRetry'>,
): Promise<T> {
  let failingSince: number | undefined
  let patienceMs = 0
  let unexpected = 0
  return attempts({ clock, signal }, attempt, (error, failures) => {
    if (!isTransient(error)) throw error
    failingSince ??= clock.now()
    patienceMs ||= Math.min(LONGEST_OUTAGE_MS, deadline.remainingMs() * SHARE_OF_TIME_LEFT)
    const failingMs = clock.now() - failingSince
    // A response that is not understood is no outage, and seldom passes: most often base_url names another server.
    const isOutage = error.code !== 'unexpected_reply'
    unexpected = isOutage ? 0 : unexpected + 1
    const left = Math.min(retries - failures, isOutage ? Infinity : MOST_UNEXPECTED + 1 - unexpected)
    const restMs = isOutage ? patienceMs - failingMs : Infinity
    const { retryAfterMs: asked = 0 } = error.outcome
    const pause = Math.max(Math.min(growingPause(failures), Math.max(restMs, 0)), asked)
    if (left <= 0 || restMs <= 0 || asked > restMs || pause >= deadline.remainingMs()) {
      const times = `${failures} ${failures === 1 ? 'retry' : 'retries'} in ${duration(failingMs)}`
      const tried = failures === 0 ? '' : ` ${times} did not help.`
      const asks = left > 0 && asked > patienceMs
      const longer = asks ? ` Retry-After asks for longer than the ${duration(patienceMs)} of retries.` : ''
      throw tried + longer === '' ? error : error.with({ message: `${error.message}${tried}${longer}` })
    }
    const count = left === Infinity ? '' : ` of ${failures + left}`
    onRetry(`${error.message} Retrying in ${duration(pause)} (retry ${failures + 1}${count}).`)
    return pause
  })
}
