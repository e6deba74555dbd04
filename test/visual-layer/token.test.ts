import { createHmac, timingSafeEqual } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Signer, signToken } from '../../src/visual-layer/token.ts'
import { claimsOf } from './loopback.ts'

const NOW = Date.UTC(2026, 0, 1, 3, 0, 0, 999)

function parts(token: string): { header: unknown; claims: { iat: number; exp: number }; signed: string; tag: Buffer } {
  const [head = '', body = '', tag = '', ...rest] = token.split('.')
  expect(rest).toEqual([])
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown
  return {
    header: read(head),
    claims: claimsOf(token),
    signed: `${head}.${body}`,
    tag: Buffer.from(tag, 'base64url'),
  }
}

describe('a signed token', () => {
  it('has the documented header and claims, and nothing else', () => {
    const { header, claims } = parts(signToken('key-1', 'secret', NOW))
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'key-1' })
    expect(claims).toEqual({ sub: 'key-1', iss: 'sdk', iat: expect.any(Number), exp: expect.any(Number) })
  })

  it('lives ten minutes, in whole seconds, from a moment that is already past for a clock that is a little behind', () => {
    const { claims } = parts(signToken('key-1', 'secret', NOW))
    expect(Number.isInteger(claims.iat) && Number.isInteger(claims.exp)).toBe(true)
    expect(claims.exp - claims.iat).toBe(600)
    expect(claims.iat).toBeLessThanOrEqual(Math.floor(NOW / 1000) - 10)
    expect(claims.exp).toBeGreaterThan(NOW / 1000 + 300)
  })

  it('carries a signature that whoever has the secret can verify, and that another secret does not make', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (apiKey, apiSecret) => {
        const { signed, tag, header } = parts(signToken(apiKey, apiSecret, NOW))
        const expected = createHmac('sha256', Buffer.from(apiSecret, 'utf8')).update(signed, 'ascii').digest()
        expect(timingSafeEqual(expected, tag)).toBe(true)
        const other = createHmac('sha256', `${apiSecret}x`).update(signed).digest()
        expect(other.equals(tag)).toBe(false)
        expect(header).toMatchObject({ kid: apiKey })
      }),
    )
  })
})

describe('the authorization of a request', () => {
  const key = { kind: 'key', apiKey: 'key-1', apiSecret: 'secret' } as const
  const claimsIn = (authorization: string | undefined) => {
    expect(authorization).toMatch(/^Bearer /)
    return parts((authorization ?? '').slice(7)).claims
  }

  it('is signed again for each request', () => {
    const signer = new Signer(key)
    const first = claimsIn(signer.authorization(NOW))
    const later = claimsIn(signer.authorization(NOW + 3_600_000))
    expect(later.iat - first.iat).toBe(3600)
  })

  it('is a ready-made token as it was given, whatever the time', () => {
    const signer = new Signer({ kind: 'token', token: 'ready.made.token' })
    expect(signer.authorization(NOW)).toBe('Bearer ready.made.token')
    expect(signer.authorization(NOW + 1e9)).toBe('Bearer ready.made.token')
    expect(signer.learnFrom401(new Date(NOW).toUTCString(), NOW)).toBe(false)
  })

  it('is absent without credentials, and a 401 cannot be mended', () => {
    const signer = new Signer({ kind: 'none' })
    expect(signer.authorization(NOW)).toBeUndefined()
    expect(signer.learnFrom401(new Date(NOW).toUTCString(), NOW)).toBe(false)
  })

  it.each([
    ['two hours ahead', 7_200],
    ['a day behind', -86_400],
  ])('follows the clock of a server that is %s', (_, offset) => {
    const signer = new Signer(key)
    const plain = claimsIn(signer.authorization(NOW))
    expect(signer.learnFrom401(new Date(NOW + offset * 1000).toUTCString(), NOW)).toBe(true)
    const learned = claimsIn(signer.authorization(NOW))
    expect(Math.abs(learned.iat - plain.iat - offset)).toBeLessThanOrEqual(1)
  })

  it('keeps its own clock where the server differs by a few seconds, sends no date, or sends nonsense', () => {
    for (const date of [new Date(NOW + 3_000).toUTCString(), undefined, 'soon']) {
      const signer = new Signer(key)
      expect(signer.learnFrom401(date, NOW)).toBe(true)
      expect(claimsIn(signer.authorization(NOW))).toEqual(claimsIn(new Signer(key).authorization(NOW)))
    }
  })

  it('gives a learned clock up again when the runner’s has been put right', () => {
    const signer = new Signer(key)
    signer.learnFrom401(new Date(NOW + 7_200_000).toUTCString(), NOW)
    signer.learnFrom401(new Date(NOW + 7_200_000).toUTCString(), NOW + 7_200_000)
    expect(claimsIn(signer.authorization(NOW))).toEqual(claimsIn(new Signer(key).authorization(NOW)))
  })
})
