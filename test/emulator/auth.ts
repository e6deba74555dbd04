import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Call } from './http/reply.ts'
import { isRecord, Rejection } from './http/reply.ts'

export interface Credentials {
  apiKey: string
  apiSecret: string
}

/** A token as docs.visual-layer.com/api-reference/authentication describes it, valid from now for `lifetimeSeconds`. */
export function signToken({ apiKey, apiSecret }: Credentials, lifetimeSeconds: number): string {
  const now = Math.floor(Date.now() / 1000)
  const head = encode({ alg: 'HS256', typ: 'JWT', kid: apiKey })
  const claims = encode({ sub: apiKey, iss: 'sdk', iat: now, exp: now + lifetimeSeconds })
  return `${head}.${claims}.${signature(`${head}.${claims}`, apiSecret)}`
}

/**
 * Checks the bearer token of a call, its times to the second without tolerance: a client whose clock runs ahead of the
 * server's is rejected, as PyJWT rejects it.
 * @throws Rejection 401
 */
export function checkToken(call: Call, credentials: Credentials): void {
  const token = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new Rejection(401, 'Not authenticated')
  const [head, claims, signed, ...rest] = token.split('.')
  if (head === undefined || claims === undefined || signed === undefined || rest.length > 0) {
    throw new Rejection(401, 'Invalid token: not enough segments')
  }
  const header = decode(head)
  const payload = decode(claims)
  if (header['alg'] !== 'HS256') throw new Rejection(401, 'Invalid token: the specified alg value is not allowed')
  if (header['kid'] !== credentials.apiKey || payload['sub'] !== credentials.apiKey) {
    throw new Rejection(401, 'Invalid token: unknown API key')
  }
  const expected = Buffer.from(signature(`${head}.${claims}`, credentials.apiSecret))
  const actual = Buffer.from(signed)
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw new Rejection(401, 'Invalid token: signature verification failed')
  }
  if (payload['iss'] !== 'sdk') throw new Rejection(401, 'Invalid token: invalid issuer')
  const now = Date.now() / 1000
  const { iat, exp } = payload
  if (!Number.isInteger(iat) || !Number.isInteger(exp))
    throw new Rejection(401, 'Invalid token: iat and exp must be integers')
  if (Number(iat) > now) throw new Rejection(401, 'Invalid token: the token is not yet valid (iat)')
  if (Number(exp) <= now) throw new Rejection(401, 'Invalid token: signature has expired')
}

function encode(value: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(segment: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
    if (isRecord(value)) return value
  } catch {
    // No JSON: no token, as where it is some other value.
  }
  throw new Rejection(401, 'Invalid token: not a JSON Web Token')
}

function signature(signed: string, secret: string): string {
  return createHmac('sha256', secret).update(signed).digest('base64url')
}
