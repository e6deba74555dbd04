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

/** Where a redirect leads; `undefined` if it does not say. Whether to follow is for the caller. @param from what was requested */
export function redirectTarget(headers: Headers, from: URL): URL | undefined {
  const location = headerOf(headers, 'location')
  return location === undefined ? undefined : (URL.parse(location, from.href) ?? undefined)
}
