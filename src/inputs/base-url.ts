import type { Outcome } from './fields.ts'

/** The address of Visual Layer. */
export interface Service {
  /** The root that the paths of the API resolve against; it ends in `/api/v1/`. */
  apiRoot: URL
  /** Scheme, host and port, without a slash at the end. */
  origin: string
  /** Visual Layer's own Cloud or staging, which rejects every request without credentials. A self-hosted one may. */
  isCloud: boolean
}

const RULE = 'it must be the origin of a Visual Layer server'
const UUID_IN_PATH = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i

/**
 * The host and what follows it of an address that has no scheme. Which scheme is meant is clear only for a name with a dot: a
 * server at an IP address, on this machine, or with a name of one word often has no certificate.
 */
const WITHOUT_SCHEME = /^(?!(?:[^/:?#]*\.)?(?:localhost|\d+)\.?(?:[:/?#]|$))[^\s/:?#@[\]]+\.[^\s/:?#@[\]]+(?:[:/?#]|$)/i

/** The service behind a `base_url`: an origin, with or without `https://`, and a slash or `/api/v1` at its end. */
export function serviceAt(given: string): Outcome<Service> {
  if (/[\s\\\p{Cc}]/u.test(given)) return { broken: `${RULE}, on one line and without spaces or backslashes` }
  const text = WITHOUT_SCHEME.test(given) ? `https://${given}` : given
  if (!/^https?:\/\/[^/]/i.test(text)) return { broken: `${RULE}, and it must begin with https:// or http://` }
  const url = URL.parse(text)
  if (url === null) return { broken: RULE }
  if (/^[^/]*\/\/[^/]*@/.test(text)) return { broken: `${RULE}, without a user or password` }
  if (/[?#]/.test(text)) return { broken: `${RULE}, without a query or a fragment` }
  if (!/^\/(?:api\/v1\/?)?$/.test(url.pathname)) {
    const id = UUID_IN_PATH.exec(url.pathname)
    const hint = id ? `; this looks like the page of a dataset, whose ID ${id[0]} belongs in dataset_id` : ''
    return { broken: `${RULE}, with nothing after it but /api/v1${hint}`, instead: url.origin }
  }
  const { origin } = url
  return { value: { apiRoot: new URL('/api/v1/', origin), origin, isCloud: isCloudHost(url.hostname) } }
}

function isCloudHost(hostname: string): boolean {
  return /(?:^|\.)(?:visual-layer\.com|(?:staging-)?visual-layer\.link)\.?$/.test(hostname)
}

/** Whether what is sent there stays on this machine, so that credentials may go over plain http. */
export function isLoopback(service: Service): boolean {
  const { hostname } = new URL(service.origin)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}
