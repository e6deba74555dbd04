import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { invalidInput, quoted } from '../../src/inputs/faults.ts'

describe('quoted', () => {
  it('stays on one line whatever came', () => {
    expect(quoted('a\n::error::b "c"')).toBe(String.raw`"a\n::error::b \"c\""`)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(quoted(text)).not.toMatch(/[\r\n]/)
      }),
    )
  })

  it('shows 100 characters and tells how many there were', () => {
    expect(quoted('x'.repeat(100))).toBe(`"${'x'.repeat(100)}"`)
    expect(quoted('x'.repeat(101))).toBe(`"${'x'.repeat(100)}"... (101 characters)`)
  })

  it.each([
    ['https://me:pa55@host.com/x', '"https://***"'],
    ['https://me:pa/55?x#y@host.com', '"https://***"'],
    ['me:pa55@host.com', '"me:***"'],
    ['https://b.s3.amazonaws.com/k?X-Amz-Signature=pa55', '"https://b.s3.amazonaws.com/k?***"'],
    ['b.s3.amazonaws.com/k?sig=pa55#@', '"b.s3.amazonaws.com/k?***"'],
    ['https://host.com/?u=a@b&sig=pa55', '"https://***"'],
    ['me@host.com://pa55', '"me@host.com://pa55"'],
    [`https://me:pa55${'x'.repeat(200)}@host.com`, '"https://***"'],
  ])('hides what is secret in %s', (text, expected) => {
    expect(quoted(text)).toBe(expected)
  })
})

it('quoted takes no longer for a text that is made to keep it busy', () => {
  expect(quoted(`@${':'.repeat(300_000)}`)).toBe(`"@${':'.repeat(99)}"... (300001 characters)`)
})

describe('invalidInput', () => {
  it('says the same thing once and counts inputs', () => {
    const error = invalidInput([
      { input: 'vql', got: '1', rule: 'it must be left out' },
      { input: 'vql', got: '1', rule: 'it must be left out' },
      { input: 'vql', got: '1', rule: 'it must be JSON' },
      { input: 'wait', got: 'no', rule: 'it must be true or false' },
    ])
    expect(error.message.split('\n')).toEqual([
      '2 inputs are wrong.',
      '- vql: got "1"; it must be left out',
      '- vql: got "1"; it must be JSON',
      '- wait: got "no"; it must be true or false',
    ])
  })

  it.each(['api_key', 'api_secret', 'token', 'github_token'] as const)('tells only the length of %s', (input) => {
    const { message } = invalidInput([{ input, got: 'pa55 word', rule: 'it must be otherwise' }])
    expect(message).toBe(`1 input is wrong.\n- ${input}: got 9 characters that are not shown; it must be otherwise`)
  })
})
