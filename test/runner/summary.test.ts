import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import type { Chart } from '../../src/runner/reporter.ts'
import { buildReport, buildSummary, type SummaryModel, writeReport, writeSummary } from '../../src/runner/summary.ts'
import { FakeStep } from './runner-rules.ts'

const model: SummaryModel = {
  operation: 'restore',
  headline: 'Dataset "Cars" was put back to snapshot "nightly".',
  dataset: { name: 'Cars', id: 'd-1', link: 'https://app.visual-layer.com/dataset/d-1' },
  facts: [
    { label: 'From', value: 'current' },
    { label: 'To', value: 's-1', code: true, link: 'https://x.y/?a=1&b="2"' },
  ],
  notes: ['Took a safety snapshot.'],
  warnings: [],
  durationMs: 80_000,
  runUrl: 'https://github.com/o/r/actions/runs/12/attempts/3',
}

function bars(title: string, categories: readonly string[]): Chart {
  return { title, unit: 'images', categories, series: [{ name: 'all', values: categories.map((_, row) => row) }] }
}

describe('buildSummary', () => {
  it('reports the verdict first, then what happened, the facts, and the details, which are folded', () => {
    expect(buildSummary(model)).toBe(`## ✅ Visual Layer: restore

Dataset &#34;Cars&#34; was put back to snapshot &#34;nightly&#34;.

### What happened

- Took a safety snapshot.

### Details

| Dataset | <a href="https://app.visual-layer.com/dataset/d-1">Cars</a> |
| :--- | :--- |
| From | current |
| Duration | 1m 20s |

<details><summary>IDs, paths, and digests</summary>

| Dataset ID | <code>d-1</code> |
| :--- | :--- |
| To | <a href="https://x.y/?a=1&#38;b=%222%22"><code>s-1</code></a> |
| Workflow run | <a href="https://github.com/o/r/actions/runs/12/attempts/3">12, attempt 3</a> |

</details>
`)
  })

  it('reports on failure what failed, what the service said, what to do and what is known', () => {
    const text = buildSummary({
      ...model,
      headline: 'The restore did not end well.',
      error: {
        code: 'conflict',
        message: 'It was rejected.',
        apiWords: '<b>blocked</b>',
        todo: 'Wait longer:\n  timeout: 4h',
      },
      warnings: ['First.\nThen.'],
    })
    expect(text).toContain('## ❌ Visual Layer: restore failed')
    expect(text).toContain('**What failed** (<code>conflict</code>): It was rejected.')
    expect(text).toContain('**Server message:** &#60;b&#62;blocked&#60;/b&#62;')
    expect(text).toContain('**What to do:** Wait longer:<br>&nbsp;&nbsp;timeout: 4h')
    expect(text).toContain('<code>d-1</code>')
    expect(text).toContain('### Warnings\n\n- First.<br>Then.\n')
  })

  it('shows tables with code and links', () => {
    const text = buildSummary({
      ...model,
      sections: [
        {
          title: 'Snapshots',
          headers: ['Name', 'Id'],
          rows: [
            ['a|b', { code: 's`1' }],
            [{ text: 'x', link: 'javascript:alert(1)' }, ''],
          ],
        },
      ],
    })
    expect(text).toContain(
      '### Snapshots\n\n| Name | Id |\n| --- | --- |\n| a&#124;b | <code>s&#96;1</code> |\n| x |  |\n',
    )
  })

  it('shows tables before charts, and a chart that cannot be drawn as a table', () => {
    const many = Array.from({ length: 20 }, (_, row) => `class ${row}`)
    const text = buildSummary({
      ...model,
      sections: [
        bars('Labels', ['person', 'car']),
        { title: 'Largest changes', headers: ['Class'], rows: [['person']] },
        bars('Classes', many),
        bars('Nothing', []),
        { title: 'All parts', place: 'folded', headers: ['Part'], rows: [['1']] },
        { title: 'Conditions', place: 'first', headers: ['Condition'], rows: [['x > 1']] },
      ],
    })
    expect(text.match(/^### .*|<summary>.*(?=<.summary>)/gm)).toEqual([
      '### What happened',
      '### Conditions',
      '### Largest changes',
      '### Labels',
      '### Classes',
      '### Details',
      '<summary>IDs, paths, and digests',
      '<summary>All parts',
    ])
    expect(text.match(/^```mermaid$/gm)).toHaveLength(1)
    expect(text).toContain('| class 19 | 19 |\n')
  })

  it('leaves out a chart that has no room as a whole, and counts it', () => {
    const [first, second, third] = [bars('First', ['a']), bars('Second', ['b']), bars('Third', ['c'])]
    // Without facts, which follow the charts.
    const plain: SummaryModel = {
      operation: 'x',
      headline: '',
      facts: [],
      notes: [],
      warnings: [],
      durationMs: 0,
    }
    const one = buildSummary({ ...plain, sections: [first] })
    const keptFree = 8_000
    // The charts of a page share a frame, which adds some.
    const budget = Buffer.byteLength(one) + 200 + keptFree
    const summaryOf = (...sections: Chart[]) => buildSummary({ ...plain, sections }, budget)
    expect(summaryOf(first)).toBe(one)
    for (const [text, left] of [
      [summaryOf(first, second), '\n… and 1 more chart\n'],
      [summaryOf(first, second, third), '\n… and 2 more charts\n'],
    ] as const) {
      expect(text.match(/^### .*/gm)).toEqual(['### First'])
      expect(text.endsWith(left)).toBe(true)
    }
  })

  it('names the dataset by its id where no name is known, and links nothing but http', () => {
    expect(buildSummary({ ...model, dataset: { id: 'd-1', link: 'file:///etc/passwd' } })).toContain(
      '| Dataset ID | <code>d-1</code> |',
    )
    expect(buildSummary({ ...model, dataset: {} })).not.toContain('| Dataset')
    expect(buildSummary({ ...model, dataset: {}, facts: [], durationMs: 999 })).not.toContain('### Details')
  })

  it('keeps within a budget of bytes with whole rows, and counts the rest', () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => [`snapshot-${index}`, { code: `日本語 & ${index}` }])
    const text = buildSummary({ ...model, sections: [{ title: 'Snapshots', headers: ['Name', 'Id'], rows }] })
    const shown = text.match(/^\| snapshot-\d+ \| <code>日本語 &#38; \d+<\/code> \|$/gm)?.length ?? 0
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000)
    expect(Buffer.byteLength(text)).toBeGreaterThan(900_000)
    expect(text).toContain(`… and ${(40_000 - shown).toLocaleString('en-US')} more rows of Snapshots\n`)
  })

  it('never goes over the budget, and never ends within an entity or a row', () => {
    const word = fc.string({ unit: 'binary', maxLength: 60 })
    const anything = fc.record({
      notes: fc.array(word),
      warnings: fc.array(word),
      rows: fc.array(fc.tuple(word, word)),
      names: fc.array(fc.array(word, { minLength: 1, maxLength: 20 }), { maxLength: 4 }),
      budget: fc.integer({ min: 0, max: 12_000 }),
    })
    fc.assert(
      fc.property(anything, ({ notes, warnings, rows, names, budget }) => {
        const text = buildSummary(
          {
            ...model,
            notes,
            warnings,
            sections: [
              ...names.map((name) => bars('t', name)),
              { title: 't', headers: ['a', 'b'], rows },
              { title: 'f', place: 'folded', headers: ['a', 'b'], rows },
            ],
          },
          budget,
        )
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(Math.max(0, budget))
        if (text !== '') expect(text.endsWith('\n')).toBe(true)
        for (const row of text.split('\n').filter((line) => line.startsWith('|'))) expect(row).toMatch(/\|$/)
        expect((text.match(/^```/gm)?.length ?? 0) % 2).toBe(0)
        expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length)
      }),
    )
  })
})

describe('buildReport', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => [`snapshot-${index}`])

  it('is the summary where that is short', () => {
    expect(buildReport(model)).toBe(buildSummary(model))
  })

  it.each(['folded', undefined] as const)('of much stays within 60,000 bytes, ends whole, and says so: %s', (place) => {
    const report = buildReport({ ...model, sections: [{ title: 't', place, headers: ['a'], rows }] })
    expect(Buffer.byteLength(report)).toBeLessThanOrEqual(60_000)
    expect(Buffer.byteLength(report)).toBeGreaterThan(40_000)
    expect(report).toMatch(/\n\nThis report was cut [^\n]+\.\n$/)
    expect(report.match(/<details>/g)?.length).toBe(report.match(/<\/details>/g)?.length)
    // The facts follow a table.
    for (const text of ['| Duration | 1m 20s |', '<code>s-1</code>', ' more rows of t\n'])
      expect(report).toContain(text)
    for (const row of report.split('\n').filter((line) => line.startsWith('|'))) expect(row).toMatch(/ \|$/)
  })
})

describe('writeReport', () => {
  let step: FakeStep
  beforeEach(() => (step = new FakeStep()))
  afterEach(() => step.end())

  it('writes a file of its own each time, without secrets', () => {
    const reporter = new RunnerReporter({ clock: systemClock })
    reporter.mask('pass_word|1')
    const temp = join(step.folder, 'temp')
    const paths = [1, 2].map(() => writeReport({ ...model, notes: ['uses pass_word|1'] }, { temp, reporter }))
    expect(new Set(paths).size).toBe(2)
    for (const path of paths) {
      expect(dirname(path)).toBe(temp)
      expect(readFileSync(path, 'utf8')).toContain('- uses &#42;&#42;&#42;\n')
    }
  })

  it('warns where it cannot be written, and never fails', () => {
    const reporter = new RunnerReporter({ clock: systemClock })
    const temp = join(step.folder, 'file')
    writeFileSync(temp, '')
    expect(writeReport(model, { temp, reporter })).toBe('')
    expect(step.commands('warning')).toHaveLength(1)
  })
})

describe('writeSummary', () => {
  let step: FakeStep
  let reporter: RunnerReporter
  beforeEach(() => {
    step = new FakeStep()
    reporter = new RunnerReporter({ clock: systemClock })
  })
  afterEach(() => step.end())

  it('appends to the file of the step, without secrets', async () => {
    reporter.mask('pass_word|1')
    writeSummary({ ...model, notes: ['uses pass_word|1'] }, { env: process.env, reporter })
    writeSummary(model, { env: process.env, reporter })
    expect(step.summary).toContain('- uses &#42;&#42;&#42;\n')
    expect(step.summary).not.toContain('pass')
    expect(step.summary.match(/^## /gm)).toHaveLength(2)
  })

  it('writes no secret into a chart, not even half of one', async () => {
    reporter.mask('pass_word|1')
    const chart = bars('about pass_word|1', [`${'x'.repeat(30)}pass_word|1`, 'pass_word|1'])
    writeSummary({ ...model, sections: [chart] }, { env: process.env, reporter })
    expect(step.summary).toContain('"*** · 1"')
    expect(step.summary).not.toMatch(/pass|word/)
  })

  it('counts what the file holds already', async () => {
    appendFileSync(join(step.folder, 'GITHUB_STEP_SUMMARY'), 'x'.repeat(900_000))
    const rows = Array.from({ length: 20_000 }, (_, index) => [`snapshot-${index}`])
    writeSummary({ ...model, sections: [{ title: 't', headers: ['a'], rows }] }, { env: process.env, reporter })
    expect(step.summary.length).toBeGreaterThan(980_000)
    expect(step.summary.length).toBeLessThanOrEqual(1_000_000)
  })

  it('is silent without a file, and warns when the file cannot be written', async () => {
    writeSummary(model, { env: {}, reporter })
    expect(step.commands('warning')).toEqual([])
    expect(step.commands('debug')).toHaveLength(1)
    rmSync(join(step.folder, 'GITHUB_STEP_SUMMARY'))
    vi.stubEnv('GITHUB_STEP_SUMMARY', join(step.folder, 'no', 'such'))
    writeSummary(model, { env: process.env, reporter })
    expect(step.commands('warning')).toHaveLength(1)
  })
})

describe('a summary of a step of which little is known', () => {
  it('tells the failure without the words of anybody else', () => {
    const text = buildSummary({ ...model, error: { code: 'network', message: 'No reply.' } })
    expect(text).toContain('**What failed** (<code>network</code>): No reply.\n')
    expect(text).not.toContain('What to do')
  })

  it('does not call a cancellation a failure, nor what is left something to do', () => {
    const error = { code: 'cancelled' as const, message: 'It was canceled.', todo: 'The export is still running.' }
    const text = buildSummary({ ...model, error })
    expect(text).toContain('**What happened** (<code>cancelled</code>): It was canceled.')
    expect(text).toContain('**What is left:** The export is still running.')
  })

  it.each([
    ['https://github.com/o/r/actions/runs/12', '12'],
    ['https://github.com/o/r', 'this run'],
  ])('links %s as %s', (runUrl, shown) => {
    expect(buildSummary({ ...model, runUrl })).toContain(`">${shown}</a> |`)
  })
})
