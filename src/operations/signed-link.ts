import type { Reporter } from '../runner/reporter.ts'

/** Parameters of a link that sign it: whoever has them has the bytes. */
const SIGNING = /sig|token|credential|key|secret|auth|hmac|policy/i

/** Masks what makes a link a secret: the whole of it, its query, and the values in it that sign it. Never an id or a name. */
export function maskLink(reporter: Reporter, url: URL): void {
  if (url.search === '') return
  reporter.mask(url.href)
  reporter.mask(url.search.slice(1))
  for (const [name, value] of url.searchParams) {
    if (SIGNING.test(name) && value.length >= 8) reporter.mask(value)
  }
}
