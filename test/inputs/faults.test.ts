import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { invalidInput, quoted, removal, yamlLine } from '../../src/inputs/faults.ts'
import { exampleOf, INPUT_NAMES } from '../../src/inputs/input-table.ts'

describe('quoted', () => {
  it('stays on one line whatever came', () => {
    expect(quoted('a\n::error::b "c"')).toBe(String.raw`"a\n::error::b \"c\""`)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(quoted(text)).not.toMatch(/[\r\n]/)
      }),
    )
  })

  it('shows 100 characters and reports how many there were', () => {
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
    const [heading, ...bullets] = error.message.split('\n')
    expect(heading).toBe('2 inputs are invalid (3 problems).')
    expect(bullets.map((bullet) => bullet.split('. ')[0])).toEqual([
      '- vql: got "1"; it must be left out',
      '- vql: got "1"; it must be JSON',
      '- wait: got "no"; it must be true or false',
    ])
  })

  it('names the operation where it is known', () => {
    const fault = { input: 'wait', got: 'no', rule: 'it must be true or false' } as const
    expect(invalidInput([fault], 'export').message).toMatch(/^1 input is invalid for operation "export"\.\n- wait: /)
  })

  it.each([
    [1, ['1 of 20 lines is invalid', 'p0']],
    [10, ['10 of 20 lines are invalid', 'p0', 'p9']],
    [11, ['11 of 20 lines are invalid', 'p0', 'p9', 'and 1 more']],
  ])('lists at most ten of %d wrong lines, and counts the rest', (amount, shown) => {
    const problems = Array.from({ length: amount }, (_, index) => `p${index}`)
    const wrongItems = { kind: 'lines', total: 20, problems }
    const { message } = invalidInput([{ input: 'fail_if', got: 'x', rule: 'it must be right', wrongItems }])
    for (const text of shown) expect(message).toContain(text)
    expect(message.split('\n')).toHaveLength(2 + Math.min(amount, 10) + (amount > 10 ? 1 : 0))
  })

  it('shows for every input a line that is YAML and means the example', () => {
    for (const input of INPUT_NAMES) {
      const line = yamlLine(input, exampleOf(input))
      expect(String(parse(line)[input]), line).toBe(exampleOf(input))
      expect(invalidInput([{ input, got: undefined, rule: 'x' }]).message).toContain(`Add: ${line}`)
    }
    for (const value of ["it's: 1", '*', '!x', '# x', 'a #b', '"x"', ' x', "'", 'a:', '1.10', '007', '1e3', '40'])
      expect(String(parse(yamlLine('vql', value)).vql), value).toBe(value)
  })

  it('shows no credential that is to be removed', () => {
    expect(removal('token', 'pa55')).not.toContain('pa55')
    expect(removal('vql', 'cats')).toContain('vql: "cats"')
  })

  it.each(['api_key', 'api_secret', 'token', 'github_token'] as const)('tells only the length of %s', (input) => {
    const { message } = invalidInput([{ input, got: 'pa55 word', rule: 'it must be otherwise' }])
    expect(message).toContain(`\n- ${input}: got 9 characters (hidden); it must be otherwise.`)
    expect(message).not.toContain('pa55')
  })
})
