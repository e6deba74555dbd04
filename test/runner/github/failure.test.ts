import { describe, expect, it } from 'vitest'
import { failureOf, isGone } from '../../../src/runner/github/failure.ts'

const NOW = Date.UTC(2026, 0, 1, 3)

/** An error as Octokit throws it. */
function rejected(status: number, headers: Record<string, string> = {}, data: unknown = { message: 'Its own words' }) {
  return Object.assign(new Error('HttpError'), { status, response: { status, headers, data } })
}

const failure = (error: unknown) => failureOf('the artifacts of run 3', error, NOW)

describe('a failed request to GitHub', () => {
  it.each([403, 404])('says which permissions are missing on HTTP %d', (status) => {
    const found = failure(rejected(status))
    expect(found).toMatchObject({ code: 'forbidden', status, transient: false, apiWords: 'Its own words' })
    expect(found.message).toContain('the artifacts of run 3')
    expect(found.todo).toContain('permissions:\n  actions: read\n  contents: read')
  })

  it('says that the token is not accepted', () => {
    expect(failure(rejected(401))).toMatchObject({ code: 'unauthorized', transient: false })
  })

  it.each([
    ['429', rejected(429), 60_000],
    ['429 with a pause', rejected(429, { 'retry-after': '7' }), 7_000],
    ['403 with a pause', rejected(403, { 'retry-after': '7' }), 7_000],
    [
      '403 with nothing left',
      rejected(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 30) }),
      30_000,
    ],
    ['403 that says so', rejected(403, {}, { message: 'You have exceeded a secondary rate limit.' }), 60_000],
  ])('takes %s for the limit on requests', (_case, error, pauseMs) => {
    expect(failure(error)).toMatchObject({ code: 'server_error', transient: true, pauseMs })
  })

  it('does not take a limit that is not used up for one that is', () => {
    const headers = { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': String(NOW / 1000 + 30) }
    expect(failure(rejected(403, headers)).code).toBe('forbidden')
  })

  it.each([500, 502, 503, 408])('counts HTTP %d as passing', (status) => {
    expect(failure(rejected(status, {}, '<title>Unicorn!</title>'))).toMatchObject({
      code: 'server_error',
      transient: true,
      apiWords: expect.stringContaining('Unicorn!'),
    })
  })

  it('counts any other status as final', () => {
    expect(failure(rejected(422))).toMatchObject({ code: 'unexpected_reply', transient: false })
  })

  it.each([
    ['with the status that Octokit makes up', Object.assign(new Error('read ECONNRESET'), { status: 500 })],
    ['of the connection', new TypeError('fetch failed', { cause: new Error('read ECONNRESET') })],
  ])('without a reply is of the network: %s', (_case, error) => {
    const found = failure(error)
    expect(found).toMatchObject({ code: 'network', status: undefined, transient: true })
    expect(found.message).toContain('ECONNRESET')
  })

  it('distinguishes what is gone from what is rejected', () => {
    expect([404, 410, 403, 500].map((status) => isGone(failure(rejected(status))))).toEqual([true, true, false, false])
    expect(isGone(new Error('404'))).toBe(false)
  })
})

describe('a reply that is not as GitHub writes it', () => {
  it('is no reply without a status', () => {
    const error = Object.assign(new Error('odd'), { response: { status: 'none' } })
    expect(failure(error)).toMatchObject({ code: 'network', transient: true })
  })

  it('has no headers where they are none, or no texts', () => {
    const odd = (headers: unknown) => Object.assign(new Error('odd'), { response: { status: 429, headers, data: {} } })
    expect(failure(odd(undefined))).toMatchObject({ pauseMs: 60_000, apiWords: undefined })
    expect(failure(odd({ 'retry-after': 7 }))).toMatchObject({ pauseMs: 60_000 })
  })

  it('reports no pause where nothing says when the limit is over', () => {
    expect(failure(rejected(403, { 'x-ratelimit-remaining': '0' }, {}))).toMatchObject({ code: 'forbidden' })
  })
})
