import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secrets } from '../../src/runner/secrets.ts'

describe('Secrets', () => {
  it('names every form a secret may take, once', () => {
    const secrets = new Secrets()
    expect(secrets.add('p ss/"w')).toEqual(['p ss/"w', 'p%20ss%2F%22w', 'p+ss%2F%22w', 'p ss/\\"w'])
    expect(secrets.add('p ss/"w')).toEqual([])
  })

  it('takes each line of a value of several lines', () => {
    expect(new Secrets().add('first-line\r\nsecond\nabc\n')).toEqual(expect.arrayContaining(['first-line', 'second']))
  })

  it('leaves out what is shorter than 4 characters', () => {
    const secrets = new Secrets()
    expect(secrets.add('abc')).toEqual([])
    expect(secrets.add('')).toEqual([])
    expect(secrets.redact('abc')).toBe('abc')
  })

  it('hides the longer of two secrets whole', () => {
    const secrets = new Secrets()
    secrets.add('token')
    secrets.add('token-and-more')
    expect(secrets.redact('a token-and-more, a token')).toBe('a ***, a ***')
  })

  it('leaves no secret in any text, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(secret.trim().length >= 4 && !/[\r\n*]/.test(secret))
        const secrets = new Secrets()
        secrets.add(secret)
        expect(secrets.redact(`${before}${secret}${after}`)).not.toContain(secret.trim())
      }),
    )
  })
})
