import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Condition, compares, conditions, isMet } from '../../src/inputs/conditions.ts'
import { detailsOf } from '../../src/inputs/fields.ts'
import { faults } from './step-inputs.ts'

function parse(text: string): Condition[] {
  return conditions().parse(text)
}

function fault(text: string): string | undefined {
  const issue = conditions().safeParse(text).error?.issues[0]
  return issue && (detailsOf(issue).wrongItems?.problems.join('\n') ?? issue.message)
}

describe('conditions', () => {
  it('are one a line; blank lines and comments do not count', () => {
    const text = '\n# a comment\n  issues.mislabels > 50  \r\nremoved>5%\n\nmedia_count < 1000\n'
    expect(parse(text)).toEqual([
      {
        text: 'issues.mislabels > 50',
        figure: { of: 'issues', name: 'mislabels' },
        operator: '>',
        limit: 50,
        percent: false,
      },
      { text: 'removed>5%', figure: { of: 'whole', name: 'removed' }, operator: '>', limit: 5, percent: true },
      {
        text: 'media_count < 1000',
        figure: { of: 'whole', name: 'media_count' },
        operator: '<',
        limit: 1000,
        percent: false,
      },
    ])
    expect(parse('# nothing\n\n')).toEqual([])
    expect(conditions().parse(undefined)).toEqual([])
  })

  it('take the names of the outputs too', () => {
    const names = parse('added_count > 0\nremoved_count > 0\nmodified_count > 0\nexport_size_bytes > 0')
    expect(names.map(({ figure }) => figure.name)).toEqual(['added', 'removed', 'modified', 'size_bytes'])
  })

  it('take a limit with any number of decimals', () => {
    const limits = parse('added > 7\nadded > 0.5\nadded > 12.25%').map(({ limit }) => limit)
    expect(limits).toEqual([7, 0.5, 12.25])
  })

  it('take a share of anything that the data names, whatever its name', () => {
    expect(parse('labels.clusters > 5%\ntags. size_bytes > 5%')).toMatchObject([
      { figure: { of: 'labels', name: 'clusters' }, percent: true },
      { figure: { of: 'tags', name: 'size_bytes' }, percent: true },
    ])
  })

  it('hold a figure against a limit', () => {
    const met = (text: string, actual: number) => parse(text).every((condition) => isMet(condition, actual))
    for (const [operator, results] of Object.entries({
      '>': [false, false, true],
      '>=': [false, true, true],
      '<': [true, false, false],
      '<=': [true, true, false],
      '==': [false, true, false],
      '!=': [true, false, true],
    })) {
      expect([1, 2, 3].map((actual) => met(`media_count ${operator} 2`, actual))).toEqual(results)
    }
  })

  it.each([
    ['media_count', 'it must be a metric, a comparison, and a number'],
    ['media_count 5', 'it must be a metric, a comparison, and a number'],
    ['> 5', 'it must be a metric, a comparison, and a number'],
    ['media_count => 5', 'it must be a metric, a comparison, and a number'],
    ['media_count = 5', 'it must be a metric, a comparison, and a number'],
    ['media_count >', '"" is not a number'],
    ['media_count > many', '"many" is not a number'],
    ['media_count > -1', '"-1" is not a number'],
    ['media_count > 1,000', '"1,000" is not a number'],
    ['media_count > 1e3', '"1e3" is not a number'],
    ['media_count > 1.', '"1." is not a number'],
    ['media_count > 1.x', '"1.x" is not a number'],
    ['images > 5', '"images" is not a metric'],
    ['issues. > 5', '"issues." is not a metric'],
    ['issues > 5', '"issues" is not a metric'],
    ['constructor > 5', '"constructor" is not a metric'],
    ['clusters > 5%', 'clusters cannot be a percentage'],
    ['export_size_bytes > 5%', 'size_bytes cannot be a percentage'],
  ])('are rejected as in %j, naming the line', (line, why) => {
    const said = fault(`media_count < 1\n${line}`)
    expect(said).toMatch(/^line 2: [^\n]*$/)
    expect(said).toContain(why)
    expect(said).toContain(JSON.stringify(line))
  })

  it('are rejected for all invalid lines at once, by the numbers that the lines have in the input', () => {
    const found = faults('export', {
      fail_if: 'images > 5\n# a comment\n\nmedia_count < 1\nadded\nremoved > x%\nadded > 1',
    })
    const [invalid = '', comparing = ''] = found
    expect(found).toHaveLength(2)
    expect(invalid).toMatch(
      /^- fail_if: 3 of 5 lines are invalid; .*media_count.*issues\.<name>.*: fail_if: removed > 5%\n/,
    )
    expect([...invalid.matchAll(/^ +line (\d+): /gm)].map(({ 1: line }) => Number(line))).toEqual([1, 5, 6])
    expect(comparing).toMatch(
      /^- fail_if: 1 of 5 lines is invalid; .*: compare_with: previous-run\n +line 7: "added > 1"/,
    )
  })

  it('are rejected with the first ten of many invalid lines, and how many more there are', () => {
    const [said = ''] = faults('export', { fail_if: 'nothing > 1\n'.repeat(37) })
    expect(said.split('\n')).toHaveLength(12)
    expect(said).toContain('37 of 37 lines')
    expect(said).toMatch(/\n +and 27 more$/)
  })

  it('are all named that cannot be read', () => {
    const said = fault('media_count\nclusters > 1\n# a comment\nimages > 5\nclusters > 5%')
    for (const line of ['media_count', 'images > 5', 'clusters > 5%']) expect(said).toContain(`: "${line}": `)
    expect(said).not.toContain('"clusters > 1"')
  })

  it('are a hundred at most', () => {
    expect(parse('media_count < 1\n'.repeat(100))).toHaveLength(100)
    expect(fault('media_count < 1\n'.repeat(101))).toBe('it must be at most 100 conditions')
  })

  it('are of a thousand characters at most, so that none can keep the step busy', () => {
    const longest = `labels.${'x'.repeat(1000 - 'labels. > 5'.length)} > 5`
    expect(parse(longest)).toHaveLength(1)
    expect(fault(`${longest}0`)).toContain('more than 1000 characters')
    expect(fault(`labels.${'<'.repeat(200_000)} x`)).toContain('more than 1000 characters')
  })

  it('know which need an earlier export', () => {
    const needing = parse('added > 1\nremoved > 1%\nmodified > 1\nmedia_count < 90%')
    expect(needing.every(compares)).toBe(true)
    expect(parse('media_count < 1\nissues.blur > 1%\nclusters > 1\nsize_bytes > 1').some(compares)).toBe(false)
  })

  it('take a name with a separator that is no end of a line in YAML', () => {
    expect(parse('labels.a\u2028b > 5')).toMatchObject([{ figure: { name: 'a\u2028b' }, limit: 5 }])
  })

  it('give back any name and number', () => {
    const name = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((text) => !/[\r\n]/.test(text) && text.trim() === text)
    fc.assert(
      fc.property(
        fc.constantFrom('issues', 'labels', 'objects', 'tags', 'types'),
        name,
        fc.constantFrom('>', '>=', '<', '<=', '==', '!='),
        fc.nat(),
        fc.boolean(),
        (of, label, operator, limit, percent) => {
          // An operator at the end of a name belongs to the one behind it.
          fc.pre(!/[<>=!]$/.test(label))
          const line = `${of}.${label} ${operator} ${limit}${percent ? '%' : ''}`
          expect(parse(line)).toEqual([{ text: line, figure: { of, name: label }, operator, limit, percent }])
        },
      ),
      { numRuns: 500 },
    )
  })
})
