import type { Reporter } from '../../runner/reporter.ts'

/** Parameters of a link that sign it: anyone who has them can read the bytes. */
const SIGNING = /sig|token|credential|key|secret|auth|hmac|policy/i

/** An id, which must stay readable whatever parameter it is under. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Masks what makes a link a secret: the whole of it, its query, and the values in it that sign it. Never an ID or a name. */
export function maskLink(reporter: Reporter, url: URL): void {
  if (url.search === '') return
  reporter.mask(url.href)
  reporter.mask(url.search.slice(1))
  for (const [name, value] of url.searchParams) {
    if (SIGNING.test(name) && value.length >= 8 && !UUID.test(value)) reporter.mask(value)
  }
}
