import { describe } from './errors.ts'
import { codeOf } from './system-errors.ts'

/** Why no whole response came, whichever server was asked. */
export interface NetworkFault {
  /** Completes "Could not reach the server: …". */
  cause: string
  todo: string
  /** No connection stood, so the request cannot have arrived. */
  neverSent: boolean
  /** Another attempt meets the same. */
  isFinal: boolean
}

const REACH =
  'Check that the address is right (base_url) and that the runner can reach it (DNS, firewall, HTTPS_PROXY, and NO_PROXY), then re-run the job.'
const REACH_STORAGE =
  'Check that the runner can reach the storage host (DNS, firewall, HTTPS_PROXY, and NO_PROXY), then re-run the job.'
const AUTHORITY = `Put the certificate of that authority (a PEM file) on the runner, and set its path for this step:
  env:
    NODE_EXTRA_CA_CERTS: /path/to/authority.pem
If the system of the runner trusts the authority, NODE_USE_SYSTEM_CA: 1 is enough.`

/** Codes of OpenSSL and Node about TLS and certificates. */
const TLS = /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH)/
const UNKNOWN_AUTHORITY = /^(?:UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/
/** How a handshake ends at each attempt. The other faults of TLS can be those of a connection that was damaged on the way. */
const NO_HANDSHAKE = /WRONG_VERSION|PACKET_LENGTH|PROTOCOL|HANDSHAKE_FAILURE|CERT/

/** Codes of failures before a connection stood. */
const CONNECTING: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name could not be resolved',
  EAI_AGAIN: 'the host name could not be resolved for now',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to its network',
  ENETDOWN: 'the network of the runner is down',
  EADDRNOTAVAIL: 'the runner has no free port or address',
  UND_ERR_CONNECT_TIMEOUT: 'the connection attempt timed out',
}

const BROKEN: Record<string, string> = {
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was aborted',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_HEADERS_TIMEOUT: 'no response came in time',
  UND_ERR_BODY_TIMEOUT: 'no more bytes came in time',
}

/**
 * The classification of everything that can keep a response from coming. `error` is what an HTTP client threw.
 *
 * @param isStorage the host was named by a download link, and not by `base_url`
 */
export function networkFault(error: unknown, isStorage = false): NetworkFault {
  const chain = errorsIn(error)
  const codes = chain.map(codeOf).filter((code) => code !== undefined)
  const tls = chain.find((one) => TLS.test(codeOf(one) ?? ''))
  if (tls) return tlsFault(tls, isStorage)
  // A proxy that opens no tunnel responds before anything reaches the server.
  const proxy = chain.find(({ message }) => /HTTP Tunneling|Proxy response/i.test(message))
  if (proxy) {
    const todo =
      'Check the proxy and its credentials (HTTPS_PROXY: http://user:password@host:port), or add the host to NO_PROXY.'
    const isFinal = /\b407\b/.test(proxy.message)
    return { cause: `the proxy did not open a connection: ${proxy.message}`, todo, neverSent: true, isFinal }
  }
  const connecting = codes.find((code) => CONNECTING[code])
  const broken = codes.find((code) => BROKEN[code])
  const known = broken ?? connecting
  const cause = known === undefined ? describe(error) : `${BROKEN[known] ?? CONNECTING[known]} (${known})`
  const neverSent = codes.length > 0 && codes.every((code) => CONNECTING[code] !== undefined)
  return { cause, todo: isStorage ? REACH_STORAGE : REACH, neverSent, isFinal: false }
}

function tlsFault(error: Error, isStorage: boolean): NetworkFault {
  const code = codeOf(error) ?? ''
  const fault = (cause: string, todo: string, isFinal = true) => {
    return { cause: `${cause} (${code})`, todo, neverSent: isFinal, isFinal }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = namesOf(error)
    const cause = names === '' ? 'its certificate is for another host' : `its certificate is for ${names}`
    return fault(
      cause,
      isStorage
        ? 'Something between the runner and the storage host responds instead of it: check DNS, the proxy, and the firewall.'
        : 'Check the host name in the address (base_url, or the proxy).',
    )
  }
  if (UNKNOWN_AUTHORITY.test(code))
    return fault('its certificate is signed by an authority that the runner does not know', AUTHORITY)
  if (!code.startsWith('ERR_SSL_') && /CERT|^INVALID|^PATH/.test(code)) {
    const causes: Record<string, string> = { CERT_HAS_EXPIRED: 'has expired', CERT_NOT_YET_VALID: 'is not valid yet' }
    return fault(
      `its certificate ${causes[code] ?? 'is not valid'}`,
      'Renew the certificate of the server, and check the clock of the runner.',
    )
  }
  return fault(
    'TLS failed',
    isStorage
      ? REACH_STORAGE
      : 'Check that the address begins with the right scheme (https:// or http://) and has the right port.',
    NO_HANDSHAKE.test(code),
  )
}

/** The names that a certificate is for, such as `localhost, *.example.com`. */
function namesOf(error: Error): string {
  const certificate: unknown = 'cert' in error ? error.cert : undefined
  const names =
    typeof certificate === 'object' && certificate !== null && 'subjectaltname' in certificate
      ? certificate.subjectaltname
      : undefined
  return typeof names === 'string' ? names.replaceAll(/\b(?:DNS|IP Address):/g, '') : ''
}

/** An error and all that it hides: causes, and what each of several addresses of one name met. */
function errorsIn(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 5) return []
  const inner: unknown[] = error instanceof AggregateError ? error.errors : []
  return [error, ...inner.flatMap((one) => errorsIn(one, depth + 1)), ...errorsIn(error.cause, depth + 1)]
}
