import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import {
  isRejection,
  isTransient,
  networkFailure,
  statusFailure,
  unexpectedReply,
} from '../../src/visual-layer/failure.ts'

describe('a status that is no success', () => {
  it.each([
    [400, 'rejected', false, 'none'],
    [401, 'unauthorized', false, 'none'],
    [402, 'rejected', false, 'none'],
    [403, 'forbidden', false, 'none'],
    [404, 'not_found', false, 'none'],
    [405, 'rejected', false, 'none'],
    [408, 'server_error', true, 'unknown'],
    [409, 'conflict', false, 'none'],
    [410, 'rejected', false, 'none'],
    [413, 'rejected', false, 'none'],
    [414, 'rejected', false, 'none'],
    [422, 'rejected', false, 'none'],
    [425, 'server_error', true, 'none'],
    [429, 'server_error', true, 'none'],
    [500, 'server_error', true, 'unknown'],
    [502, 'server_error', true, 'unknown'],
    [503, 'server_error', true, 'unknown'],
    [504, 'server_error', true, 'unknown'],
    [520, 'server_error', true, 'unknown'],
    [599, 'server_error', true, 'unknown'],
  ])('%d is %s (worth another try: %s, effect: %s)', (status, code, transient, effect) => {
    const error = statusFailure('list the tasks', status, 'the words', true, undefined)
    expect(error).toMatchObject({ code, apiWords: 'the words' })
    expect(error.outcome).toMatchObject({ transient, effect, status, answered: true })
    expect(error.message).toContain(`HTTP ${status}`)
    expect(error.message).toContain('list the tasks')
    expect(error.todo).toMatch(/\.$/)
    expect(isTransient(error)).toBe(transient)
  })

  it('reports no words where the API gave none, and keeps the pause that it asked for', () => {
    const error = statusFailure('list the tasks', 429, '', false, 7_000)
    expect(error.apiWords).toBeUndefined()
    expect(error.outcome).toMatchObject({ retryAfterMs: 7_000, answered: false })
  })

  it('of 404 names both causes, since the API does not tell them apart', () => {
    const { message } = statusFailure('read it', 404, '', true, undefined)
    expect(message).toMatch(/not found/)
    expect(message).toMatch(/no access/)
  })

  it('of 403 names the role and the feature', () => {
    expect(statusFailure('read it', 403, '', true, undefined).todo).toMatch(/Editor or Owner.*feature/)
    expect(statusFailure('read it', 403, '', true, undefined).todo).not.toContain('snapshots')
    expect(statusFailure('take a snapshot', 403, '', true, undefined).todo).toContain('snapshots')
  })

  it('distinguishes a proxy that asks for credentials from the API', () => {
    const error = statusFailure('read it', 407, '', false, undefined)
    expect(error).toMatchObject({ code: 'network', outcome: { transient: false, effect: 'none' } })
    expect(error.message).toContain('proxy')
    expect(error.todo).toContain('HTTPS_PROXY')
  })
})

describe('a failure without a reply', () => {
  const failed = (code: string | undefined, message = 'broken') =>
    networkFailure('clone it', 'vl.example.org', Object.assign(new Error(message), code ? { code } : {}))

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    'with %s never reached the API',
    (code) => {
      expect(failed(code)).toMatchObject({ code: 'network', outcome: { transient: true, effect: 'none' } })
    },
  )

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED', undefined])(
    'with %s may have reached it',
    (code) => {
      expect(failed(code)).toMatchObject({ code: 'network', outcome: { transient: true, effect: 'unknown' } })
    },
  )

  it('looks into causes, and into each address that was tried', () => {
    const inner = (code: string) => Object.assign(new Error(code), { code })
    const wrapped = new Error('fetch failed', { cause: inner('ECONNREFUSED') })
    expect(networkFailure('x', 'h', wrapped).outcome.effect).toBe('none')
    const all = new AggregateError([inner('ECONNREFUSED'), inner('ENETUNREACH')], 'all failed')
    expect(networkFailure('x', 'h', all).outcome.effect).toBe('none')
    const some = new AggregateError([inner('ECONNREFUSED'), inner('ECONNRESET')], 'all failed')
    expect(networkFailure('x', 'h', some).outcome.effect).toBe('unknown')
  })

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /env:\n +NODE_EXTRA_CA_CERTS: .*NODE_USE_SYSTEM_CA: 1/s],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS/],
    ['CERT_HAS_EXPIRED', /Renew/],
    ['CERT_REVOKED', /Renew/],
    ['INVALID_PURPOSE', /Renew/],
    ['CERT_UNTRUSTED', /NODE_EXTRA_CA_CERTS/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /base_url/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /scheme/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /scheme/],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /scheme/],
  ])('because of TLS (%s) meets it again at each attempt, and says what helps', (code, todo) => {
    const error = failed(code)
    expect(error).toMatchObject({ code: 'network', outcome: { effect: 'none', transient: false } })
    expect(error.message).toContain('vl.example.org')
    expect(error.todo).toMatch(todo)
    if (!todo.source.includes('NODE_EXTRA')) expect(error.todo).not.toContain('NODE_EXTRA_CA_CERTS')
  })

  it.each(['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'EPROTO', 'ERR_TLS_HANDSHAKE_TIMEOUT'])(
    'because of a broken TLS connection (%s) may have reached the API, and shows no words of OpenSSL',
    (code) => {
      const error = failed(code, '401D:error:0A000119:SSL routines:ssl3_get_record:bad record mac:ssl3.c:77:\n')
      expect(error).toMatchObject({ outcome: { effect: 'unknown', transient: true } })
      expect(error.message).toMatch(new RegExp(`TLS failed \\(${code}\\)\\.$`))
    },
  )

  it('names the names that a certificate is for', () => {
    const cert = { subjectaltname: 'DNS:localhost, DNS:*.example.com, IP Address:10.0.0.1' }
    const error = Object.assign(new Error('no match'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', cert })
    expect(networkFailure('x', 'h', error).message).toContain('localhost, *.example.com, 10.0.0.1')
  })

  it('names the host and what to check', () => {
    const error = failed('ENOTFOUND', 'getaddrinfo ENOTFOUND vl.example.org')
    expect(error.message).toContain('clone it')
    expect(error.message).toContain('vl.example.org')
    expect(error.todo).toMatch(/base_url.*HTTPS_PROXY.*NO_PROXY/)
  })
})

describe('a reply that cannot be one', () => {
  it('is transient, may hide an effect, and shows what came', () => {
    const error = unexpectedReply('list the tasks', 'it is not JSON', 'a web page titled "Visual Layer"', false)
    expect(error).toMatchObject({ code: 'unexpected_reply', apiWords: 'a web page titled "Visual Layer"' })
    expect(error.outcome).toEqual({ transient: true, effect: 'unknown', wrongShape: false })
    expect(error.todo).toContain('base_url')
  })
})

it('only a failed request is transient, and no other error', () => {
  for (const error of [new ActionError('network', 'x'), new Error('x'), 'x', undefined])
    expect(isTransient(error)).toBe(false)
})

it('a rejection is of the API itself, which knows the account', () => {
  const network = networkFailure('read it', 'host', Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' }))
  const rejected = (status: number) => isRejection(statusFailure('read it', status, '', true, undefined))
  expect([403, 404, 409, 400].map(rejected)).toEqual([true, true, true, true])
  expect([401, 407, 429, 503].map(rejected)).toEqual([false, false, false, false])
  expect(isRejection(network)).toBe(false)
})
