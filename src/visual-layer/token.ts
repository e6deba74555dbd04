import { createHmac } from 'node:crypto'

/** How a client proves who it is: a key pair that signs, a ready-made bearer token, or nothing (self-hosted). */
export type Credentials =
  | { kind: 'key'; apiKey: string; apiSecret: string }
  | { kind: 'token'; token: string }
  | { kind: 'none' }

/** The lifetime of a signed token in seconds: the documented ten minutes. No upper bound is documented. */
const LIFETIME_S = 600
/** `iat` is this far back, because verifiers reject one in the future and runners' clocks differ. */
const BACKDATE_S = 30

/**
 * A bearer token (JWT, HS256) as docs.visual-layer.com/api-reference/authentication describes it: `kid` and `sub` are the API
 * key, `iss` is the literal `sdk`, `iat` and `exp` are whole Unix seconds.
 *
 * @param nowMs the wall clock in ms since the epoch
 */
export function signToken(apiKey: string, apiSecret: string, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1000) - BACKDATE_S
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const head = encode({ alg: 'HS256', typ: 'JWT', kid: apiKey })
  const claims = encode({ sub: apiKey, iss: 'sdk', iat: issuedAt, exp: issuedAt + LIFETIME_S })
  const signature = createHmac('sha256', apiSecret).update(`${head}.${claims}`).digest('base64url')
  return `${head}.${claims}.${signature}`
}

/** What a server rejected with 401. */
export type Rejection = 'key' | 'token' | 'expired_token' | 'none_sent'

/** When a token expires, in ms since the epoch; `undefined` if it is no JWT or does not say. */
function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const expiry = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined
    return typeof expiry === 'number' ? expiry * 1000 : undefined
  } catch {
    return undefined
  }
}

/**
 * Makes the `Authorization` header of each request. A token is signed again every time, so that none expires in a long wait.
 */
export class Signer {
  readonly #credentials: Credentials
  #skewMs = 0

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  authorization(nowMs: number): string | undefined {
    const credentials = this.#credentials
    switch (credentials.kind) {
      case 'key':
        return `Bearer ${signToken(credentials.apiKey, credentials.apiSecret, nowMs + this.#skewMs)}`
      case 'token':
        return `Bearer ${credentials.token}`
      case 'none':
        return undefined
    }
  }

  /**
   * Why a server answered 401.
   *
   * @param accepted whether it accepted these credentials before
   * @param nowMs the wall clock in ms since the epoch
   */
  rejection(accepted: boolean, nowMs: number): Rejection {
    const credentials = this.#credentials
    if (credentials.kind !== 'token') return credentials.kind === 'key' ? 'key' : 'none_sent'
    const expiry = expiryOf(credentials.token)
    return accepted || (expiry !== undefined && expiry <= nowMs) ? 'expired_token' : 'token'
  }

  /**
   * Takes the server's clock (its `Date` header) after a 401: a runner whose clock is off signs tokens that are not yet, or no
   * longer, valid. Returns whether signing again can help.
   */
  learnFrom401(dateHeader: string | undefined, nowMs: number): boolean {
    if (this.#credentials.kind !== 'key') return false
    const serverMs = dateHeader === undefined ? Number.NaN : Date.parse(dateHeader)
    if (!Number.isNaN(serverMs)) this.#skewMs = Math.abs(serverMs - nowMs) > 5_000 ? serverMs - nowMs : 0
    return true
  }
}
