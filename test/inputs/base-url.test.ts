import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLoopback, type Service, serviceAt } from '../../src/inputs/base-url.ts'
import { DATASET_ID } from './step-inputs.ts'

function service(text: string): Service {
  const outcome = serviceAt(text)
  if ('broken' in outcome) throw new Error(outcome.broken)
  return outcome.value
}

function broken(text: string): string {
  const outcome = serviceAt(text)
  return 'broken' in outcome ? outcome.broken : `taken as ${outcome.value.origin}`
}

describe('serviceAt', () => {
  it.each(['', '/', '/api/v1', '/api/v1/'])('finds the API behind an origin followed by "%s"', (end) => {
    const found = service(`https://vl.example.com:2080${end}`)
    expect(found.origin).toBe('https://vl.example.com:2080')
    expect(found.apiRoot.href).toBe('https://vl.example.com:2080/api/v1/')
  })

  it.each([
    ['https://app.visual-layer.com', true],
    ['https://APP.Visual-Layer.com.', true],
    ['https://visual-layer.com', true],
    ['https://app.staging-visual-layer.link/api/v1', true],
    ['https://app.visual-layer.link', true],
    ['https://visual-layer.com.example.org', false],
    ['https://notvisual-layer.com', false],
    ['http://127.0.0.1:2080', false],
  ])('reports whether %s is the Cloud: %s', (text, isCloud) => {
    expect(service(text).isCloud).toBe(isCloud)
  })

  it.each([
    ['localhost:2080', 'begin with https://'],
    ['vl.localhost', 'begin with https://'],
    ['127.0.0.1:2080', 'begin with https://'],
    ['10.0.0.1', 'begin with https://'],
    ['[::1]:2080', 'begin with https://'],
    ['vl:2080', 'begin with https://'],
    ['//app.visual-layer.com', 'begin with https://'],
    ['app.visual-layer.com/x', 'nothing after it but /api/v1'],
    ['app.visual-layer.com?a=b', 'without a query'],
    ['me.x:pa55@app.visual-layer.com', 'without a user or password'],
    ['ftp://example.com', 'begin with https://'],
    ['https:///api/v1', 'begin with https://'],
    ['https://exa mple.com', 'without spaces'],
    ['https://example.com\\api', 'backslashes'],
    ['https://example.com:99999', 'it must be the origin'],
    ['https://me:pass@example.com', 'without a user or password'],
    ['https://@example.com', 'without a user or password'],
    ['https://example.com/?a=b', 'without a query'],
    ['https://example.com?', 'without a query'],
    ['https://example.com/#top', 'without a query or a fragment'],
    ['https://example.com/api/v2', 'nothing after it but /api/v1'],
    ['https://example.com/x/api/v1', 'nothing after it but /api/v1'],
  ])('rejects %s', (text, reason) => {
    expect(broken(text)).toContain(reason)
  })

  it('says where the id in the address of a dataset page belongs', () => {
    const rule = broken(`https://app.visual-layer.com/dataset/${DATASET_ID}/data?page=1`.replace(/\?.*/, ''))
    expect(rule).toContain(`the page of a dataset, whose ID ${DATASET_ID} belongs in dataset_id`)
  })

  it('leads to the API of whatever origin was given', () => {
    const scheme = fc.constantFrom('http', 'https', 'HTTPS')
    const end = fc.constantFrom('', '/', '/api/v1', '/api/v1/')
    fc.assert(
      fc.property(scheme, fc.webAuthority({ withPort: true }), end, (before, authority, after) => {
        const { origin } = new URL(`${before}://${authority}`)
        const found = service(`${before}://${authority}${after}`)
        expect(found.origin).toBe(origin)
        expect(found.apiRoot.href).toBe(`${origin}/api/v1/`)
      }),
    )
  })

  it.each([
    ['app.visual-layer.com', 'https://app.visual-layer.com'],
    ['App.Visual-Layer.com/api/v1/', 'https://app.visual-layer.com'],
    ['vl.example.com:2080/', 'https://vl.example.com:2080'],
    ['10.example.com', 'https://10.example.com'],
    ['localhost.example.com', 'https://localhost.example.com'],
  ])('takes the name %s without a scheme for https', (text, origin) => {
    expect(service(text).origin).toBe(origin)
  })

  it('rejects every other path', () => {
    const path = fc.stringMatching(/^[a-z0-9]{1,9}(?:\/[a-z0-9]{0,9}){0,3}$/)
    fc.assert(
      fc.property(path, (text) => {
        expect(broken(`https://example.com/${text}/x`)).toContain('nothing after it but /api/v1')
      }),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Object.keys(serviceAt(`https://${text}`))).toHaveLength(1)
      }),
    )
  })
})

describe('isLoopback', () => {
  it.each([
    ['http://127.0.0.1:8080', true],
    ['http://127.1', true],
    ['http://127.255.0.9', true],
    ['http://[::1]:8080', true],
    ['http://LOCALHOST', true],
    ['http://127.0.0.1.example.com', false],
    ['http://localhost.example.com', false],
    ['http://10.0.0.1', false],
    ['http://[::2]', false],
  ])('%s: %s', (text, expected) => {
    expect(isLoopback(service(text))).toBe(expected)
  })
})
