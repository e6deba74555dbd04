import { describe, expect, it } from 'vitest'
import { exchangeLine, requestIds, traceLine } from '../../src/visual-layer/trace.ts'

describe('the ids of a response', () => {
  it('come from the headers of Visual Layer, S3, and Cloudflare, and from an error body', () => {
    const headers = {
      'x-amz-request-id': 'A1',
      'x-amz-id-2': 'b+/=',
      'cf-ray': '9a0b-FRA',
      'x-request-id': 'r-1',
      other: 'x',
    }
    expect(requestIds({ headers, body: { kind: 'json', json: { detail: 'no', requestId: 'in-body' } } })).toBe(
      'x-request-id: r-1, x-amz-request-id: A1, x-amz-id-2: b+/=, cf-ray: 9a0b-FRA, requestId: in-body',
    )
    expect(requestIds({ headers: {}, body: { kind: 'json', json: { request_id: 42 } } })).toBe('request_id: 42')
    expect(
      requestIds({ headers: {}, body: { kind: 'json', json: { error: { message: 'no', request_id: 'deep' } } } }),
    ).toBe('request_id: deep')
  })

  it.each(['a b', '::error::x', 'x\ny', '', 'x'.repeat(200), '<b>'])(
    'are no ids if they do not look like any: %j',
    (id) => {
      expect(
        requestIds({
          headers: { 'x-request-id': id },
          body: { kind: 'json', json: { request_id: id, requestId: {} } },
        }),
      ).toBe('')
    },
  )

  it('are none in a body that is no object', () => {
    for (const json of [null, 'text', 7, []]) expect(requestIds({ headers: {}, body: { kind: 'json', json } })).toBe('')
  })
})

it('a trace names the request and the time in UTC', () => {
  expect(traceLine('GET', '/api/v1/tasks', Date.UTC(2026, 0, 2, 3, 4, 5, 999), 'cf-ray: 1')).toMatch(
    /GET \/api\/v1\/tasks, 2026-01-02 03:04:05 UTC, cf-ray: 1$/,
  )
})

describe('the debug line of a request', () => {
  const line = (status: number, body: string, failure?: unknown) =>
    exchangeLine(
      'GET',
      '/x',
      12.4,
      { status, headers: { 'x-request-id': 'r' }, body: { kind: 'other', text: body } },
      failure,
    )

  it('has method, path, status, time, and id, and a body only if the request failed', () => {
    expect(line(200, 'the body')).toBe('GET /x: 200 in 12 ms, x-request-id: r')
    expect(line(503, 'the\nbody')).toBe('GET /x: 503 in 12 ms, x-request-id: r; body: the body')
    expect(line(200, 'rejected', new Error('x'))).toContain('rejected')
    expect(exchangeLine('GET', '/x', 1, undefined, new Error('reset'))).toBe('GET /x: no response (reset) in 1 ms')
    expect(line(500, 'x'.repeat(5000)).length).toBeLessThan(800)
  })

  it.each([
    'https://s3.example/a.zip?X-Amz-Signature=SECRET1&X-Amz-Credential=SECRET2',
    '{"token": "SECRET", "api_secret":"SECRET"}',
    'authorization: Bearer SECRET',
    'X-Amz-Security-Token=SECRET&x=1',
    '<StringToSign>SECRET</StringToSign><SignatureProvided>SECRET</SignatureProvided>',
    'eyJhbGciOiJIUzI1NiJ9.eyJTRUNSRVQiOjF9.SECRET',
  ])('shows no secret: %s', (body) => {
    expect(line(403, body)).not.toContain('SECRET')
    expect(line(403, body)).not.toContain('eyJTRUNSRVQ')
  })
})
