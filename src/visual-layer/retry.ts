/** The longest pause between two attempts of one request, in ms, when the service names none. */
const LONGEST_PAUSE_MS = 30_000
const FIRST_PAUSE_MS = 500

/** Headers as undici gives them: names in lower case. */
export type Headers = Record<string, string | string[] | undefined>

/** The first value of a header. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/**
 * The pause that a `Retry-After` header asks for, in ms from now; `undefined` if it is absent or unreadable.
 * Both forms of RFC 9110 are read: whole seconds, and an HTTP date (a date in the past asks for no pause: 0). A date is compared with
 * the `Date` of the same response, because the clocks of the server and the runner may differ.
 *
 * @param nowMs the wall clock, for a response without `Date`
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headerOf(headers, 'retry-after')?.trim()
  if (!value) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const until = httpDate(value)
  return until === undefined ? undefined : Math.max(0, until - (httpDate(headerOf(headers, 'date')) ?? nowMs))
}

function httpDate(value: string | undefined): number | undefined {
  if (value === undefined || !/[a-z]{3}/i.test(value)) return undefined
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : date
}

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
export function growingPause(attempt: number, random: () => number = Math.random): number {
  return (ceilingMs(attempt) * (1 + random())) / 2
}

function ceilingMs(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16))
}
