import { describe, expect, it } from 'vitest'
import { DATASET_ID, environment, errorAbout, faults, request } from './step-inputs.ts'

const SELF_HOSTED = 'http://vl.internal:2080'
const NONE = { api_key: '', api_secret: '' }

describe('credentials', () => {
  it('are a key and its secret, trimmed', () => {
    const made = request('snapshot', { api_key: ' k1\n', api_secret: ' s 1\n' })
    expect(made.credentials).toEqual({ kind: 'key', apiKey: 'k1', apiSecret: 's 1' })
  })

  it('or a token', () => {
    const made = request('snapshot', { ...NONE, token: 'ey.a.b\n' })
    expect(made.credentials).toEqual({ kind: 'token', token: 'ey.a.b' })
  })

  it('or nothing where the server is self-hosted', () => {
    const made = request('snapshot', { ...NONE, base_url: SELF_HOSTED })
    expect(made.credentials).toEqual({ kind: 'none' })
    expect(made.service).toMatchObject({ origin: SELF_HOSTED, isCloud: false })
  })

  it('are needed on the Cloud, with the reason why secrets come empty', () => {
    const [fault, ...more] = faults('snapshot', NONE)
    expect(more).toEqual([])
    expect(fault).toMatch(/^- api_key: missing; https:\/\/app\.visual-layer\.com requires credentials/)
    expect(fault).toContain('api_key: ${{ secrets.VL_API_KEY }}')
    expect(fault).toContain('pull requests from forks or Dependabot')
  })

  it.each([
    ['api_secret', 'api_key'],
    ['api_key', 'api_secret'],
  ] as const)('reject %s missing beside %s, on any server', (missing, other) => {
    for (const base_url of ['', 'https://vl.example.com']) {
      const found = faults('snapshot', { [missing]: '', base_url })
      expect(found).toEqual([
        expect.stringMatching(
          new RegExp(
            `^- ${missing}: missing; it must be set together with ${other}\\. .*: ${missing}: \\$\\{\\{ secrets`,
          ),
        ),
      ])
    }
  })

  it.each([{}, { api_secret: '' }, { api_key: '' }])('reject a token beside a key or a secret', (inputs) => {
    const found = faults('snapshot', { token: 'abc', ...inputs })
    expect(found).toEqual([
      expect.stringContaining('- token: got 3 characters (hidden); it cannot be combined with api_key and api_secret'),
    ])
  })

  it('reject what no header can carry, without showing it', () => {
    expect(faults('snapshot', { api_key: 'top secret' })).toEqual([
      expect.stringContaining('- api_key: got 10 characters (hidden); it must be the key alone'),
    ])
    for (const token of ['Bearer abc', 'a\nb', 'caf\u00e9']) {
      const { message } = errorAbout(environment({ operation: 'snapshot', dataset_id: DATASET_ID, token }))
      expect(message).toContain('it must be the token alone, without "Bearer"')
      expect(message).not.toContain(token)
    }
  })

  it('never go over http to another machine', () => {
    expect(faults('snapshot', { base_url: SELF_HOSTED })).toEqual([
      expect.stringMatching(
        /^- base_url: got .*; it must begin with https:\/\/.*: base_url: https:\/\/vl\.internal:2080$/,
      ),
    ])
    expect(faults('snapshot', { ...NONE, token: 'abc', base_url: 'http://app.visual-layer.com' })[0]).toContain(
      '- base_url:',
    )
    expect(request('snapshot', { base_url: 'http://127.0.0.1:2080' }).credentials.kind).toBe('key')
  })
})

describe('what every operation is told', () => {
  it('has the defaults of the contract', () => {
    const made = request('snapshot')
    expect(made).toMatchObject({
      timeoutMs: 7_200_000,
      requestTimeoutMs: 60_000,
      maxRetries: 5,
      pollIntervalMs: 'auto',
      wait: true,
    })
    expect(made.service).toMatchObject({ origin: 'https://app.visual-layer.com', isCloud: true })
    expect(made.service.apiRoot.href).toBe('https://app.visual-layer.com/api/v1/')
  })

  it('may give one request more time than the step', () => {
    expect(request('snapshot', { timeout: '10s', request_timeout: '5m' })).toMatchObject({
      timeoutMs: 10_000,
      requestTimeoutMs: 300_000,
    })
  })

  it('hides a password in base_url', () => {
    const [fault] = faults('snapshot', { base_url: 'https://me:hunter2@vl.example.com' })
    expect(fault).toContain('without a user or password')
    expect(fault).not.toContain('hunter2')
  })
})
