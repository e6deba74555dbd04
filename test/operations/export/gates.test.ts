import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { Counting } from '../../../src/export/records/counts.ts'
import { StatisticsBuilder } from '../../../src/export/records/statistics.ts'
import { conditions } from '../../../src/inputs/conditions.ts'
import { check, type Figures, passGates } from '../../../src/operations/export/gates.ts'
import { fakeStep } from '../fake-step.ts'

const NOTHING = new StatisticsBuilder().end()

/** 200 items before and 190 now: 20 are gone, 10 are new. */
const FIGURES: Figures = {
  statistics: {
    ...NOTHING,
    items: 190,
    clusters: 7,
    labels: new Map([
      ['cat', 50],
      ['Cat', 3],
      ['traffic > light', 4],
      ['__proto__', 5],
    ]),
    issues: new Map([['mislabels', 19]]),
    types: new Map([['image', 190]]),
  },
  comparison: {
    changed: true,
    added: 10,
    removed: 20,
    modified: 0,
    unchanged: 180,
    fields: { labels: 0, boxes: 0, tags: 0, captions: 0, cluster: 0, issues: 0, uniqueness: 0, other: 0 },
    notCompared: undefined,
    before: { ...NOTHING, items: 200, format: 'json', contentDigest: '' },
    after: { ...NOTHING, items: 190, format: 'json', contentDigest: '' },
    examples: { added: [], removed: [], modified: [] },
  },
  sizeBytes: 4096,
}

function checked(text: string, figures = FIGURES) {
  const [one] = check(conditions().parse(text), figures)
  return one && { figure: one.figure, actual: one.actual, met: one.met }
}

describe('check', () => {
  it.each([
    ['media_count < 190', 190, 190, false],
    ['media_count <= 190', 190, 190, true],
    ['media_count < 96%', 190, 95, true],
    ['clusters == 7', 7, 7, true],
    ['size_bytes > 4095', 4096, 4096, true],
    ['added > 4%', 10, 5, true],
    ['removed >= 10%', 20, 10, true],
    ['modified != 0', 0, 0, false],
    ['issues.mislabels > 9.9%', 19, 10, true],
    ['labels.cat == 50', 50, 50, true],
    ['labels.CAT == 53', 53, 53, true],
    ['labels.traffic > light == 4', 4, 4, true],
    ['labels.__proto__ > 4', 5, 5, true],
    ['labels.constructor > 0', 0, 0, false],
    ['tags.reviewed < 1', 0, 0, true],
    ['types.image == 100%', 190, 100, true],
  ])('%s: finds %d, compares %d', (text, figure, actual, met) => {
    expect(checked(text)).toEqual({ figure, actual, met })
  })

  it('does not meet what needs an earlier export, where there is none', () => {
    const alone = { ...FIGURES, comparison: undefined }
    expect(checked('removed >= 0', alone)).toMatchObject({ figure: undefined, met: false })
    expect(checked('media_count < 100%', alone)).toMatchObject({ actual: undefined, met: false })
    expect(checked('issues.mislabels > 1%', alone)).toMatchObject({ met: true })
  })

  it('does not meet a condition on changes if the items were not compared, and says why', () => {
    const comparison = FIGURES.comparison && { ...FIGURES.comparison, notCompared: 'the baseline is parquet' }
    for (const text of ['removed >= 0', 'added > 5%', 'modified == 0'])
      expect(checked(text, { ...FIGURES, comparison })).toMatchObject({ figure: undefined, met: false })
    const [one] = check(conditions().parse('removed >= 0'), { ...FIGURES, comparison })
    expect(one?.notCompared).toBe('the baseline is parquet')
  })

  it('shows a small percentage with three digits', () => {
    const statistics = { ...FIGURES.statistics, items: 1_000_000, issues: new Map([['blur', 3]]) }
    const failIf = check(conditions().parse('issues.blur > 0.0001%'), { ...FIGURES, statistics })
    const where = { done: 'Exported.', where: 'It is complete.' }
    const failing = () => passGates(fakeStep(), { failIf, warnIf: [], unlisted: undefined }, where)
    expect(failing).toThrow('3 (0.0003%)')
  })

  it('takes something of nothing for more than any share', () => {
    const empty = { ...NOTHING, format: 'json' as const, contentDigest: '' }
    const comparison = FIGURES.comparison && { ...FIGURES.comparison, before: empty }
    expect(checked('added > 1000000%', { ...FIGURES, comparison })).toMatchObject({ figure: 10, met: true })
    expect(checked('modified > 0%', { ...FIGURES, comparison })).toMatchObject({ actual: 0, met: false })
  })
})

describe('passGates', () => {
  interface Passing {
    warnIf?: string
    figures?: Figures
    unlisted?: Counting
  }

  function pass(text: string, { warnIf = '', figures = FIGURES, unlisted }: Passing = {}) {
    const step = fakeStep({})
    let failure: unknown
    try {
      const of = (lines: string) => check(conditions().parse(lines), figures)
      passGates(
        step,
        { failIf: of(text), warnIf: of(warnIf), unlisted },
        { done: 'It was exported.', where: 'See export_dir.' },
      )
    } catch (error) {
      failure = error
    }
    return { reporter: step.reporter, failure }
  }

  it('says nothing where there are no conditions', () => {
    const { reporter, failure } = pass('# none')
    expect(failure).toBeUndefined()
    expect(reporter.tables).toEqual({})
    expect(reporter.lines).toEqual([])
  })

  it('names the condition that is met, with its figure, after what was done', () => {
    const { failure, reporter } = pass('removed > 5%')
    expect(reporter.notes).toEqual(['It was exported.'])
    expect(failure).toBeInstanceOf(ActionError)
    expect(failure).toMatchObject({
      code: 'gate_failed',
      message: 'A fail_if condition was met:\n- removed > 5%: found 20 (10%)',
      todo: expect.stringContaining('See export_dir.'),
    })
  })

  it('reports what was found of each', () => {
    const { reporter, failure } = pass('removed > 50\nissues.mislabels > 50\nadded > 3%', {
      figures: { ...FIGURES, comparison: undefined },
    })
    expect(failure).toBeUndefined()
    expect(reporter.tables['Conditions that fail the step']?.rows).toEqual([
      [{ code: 'removed > 50' }, 'no baseline', 'not checked'],
      [{ code: 'issues.mislabels > 50' }, '19', '✅ passed'],
      [{ code: 'added > 3%' }, 'no baseline', 'not checked'],
    ])
    expect(reporter.lines).toContain('fail_if: issues.mislabels > 50: 19 (✅ passed)')
  })

  it('warns of each condition of warn_if that is met, and stays green', () => {
    const { reporter, failure } = pass('', { warnIf: 'removed > 5%\nmedia_count > 100\nclusters > 7' })
    expect(failure).toBeUndefined()
    expect(reporter.warnings).toEqual([
      'A warn_if condition was met: removed > 5%: found 20 (10%).',
      'A warn_if condition was met: media_count > 100: found 190.',
    ])
    expect(reporter.tables['Conditions that warn']?.rows.map((row) => row.at(-1))).toEqual([
      '⚠️ warning',
      '⚠️ warning',
      '✅ passed',
    ])
    expect(reporter.notes).toEqual([])
  })

  it('warns although a condition of fail_if is met too', () => {
    const { reporter, failure } = pass('clusters == 7', { warnIf: 'added > 0' })
    expect(failure).toMatchObject({ code: 'gate_failed', message: expect.not.stringContaining('added') })
    expect(reporter.warnings).toHaveLength(1)
    expect(Object.keys(reporter.tables)).toEqual(['Conditions that fail the step', 'Conditions that warn'])
  })

  it('names classes that are not in class_list, those with the most annotations first, beside conditions that are met', () => {
    const unlisted = new Counting()
    for (let number = 0; number < 25; number += 1) unlisted.add(`class ${number}`, number + 1)
    const { failure, reporter } = pass('media_count == 190', { unlisted })
    expect(reporter.notes).toEqual(['It was exported.'])
    expect(failure).toMatchObject({ code: 'gate_failed', todo: expect.stringContaining('class_list') })
    const lines = failure instanceof ActionError ? failure.message.split('\n') : []
    expect(lines.slice(0, 4)).toEqual([
      'A fail_if condition was met:',
      '- media_count == 190: found 190',
      expect.stringContaining('class_list (25)'),
      '- "class 24": 25 left out',
    ])
    expect(lines.at(-1)).toBe('- 5 more classes')
    expect(failure).toMatchObject({ todo: expect.not.stringContaining('backslash') })
    unlisted.add('#1')
    expect(pass('# none', { unlisted }).failure).toMatchObject({ todo: expect.stringMatching(/backslash: \\#\.$/) })
    expect(pass('# none', { unlisted }).failure).toMatchObject({ code: 'gate_failed' })
    expect(pass('# none', { unlisted: new Counting() }).failure).toBeUndefined()
  })
})
