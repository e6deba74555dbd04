import * as fc from 'fast-check'
import { marked } from 'marked'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { chartMarkdown, chartTable, frameOf } from '../../src/runner/chart.ts'
import type { Chart } from '../../src/runner/reporter.ts'
import { hostile } from './hostile-names.ts'

const chart: Chart = {
  title: 'Labels',
  unit: 'images',
  categories: ['person', 'car', 'bicycle', 'scooter'],
  series: [
    { name: 'before', values: [1204, 800, 300, 0] },
    { name: 'after', values: [1310, 700, 300, 96] },
  ],
}

const value = fc.oneof(
  { weight: 9, arbitrary: fc.nat({ max: 5_000_000 }) },
  fc.constantFrom(0, 1, 0.1 + 0.2, 99_999_999),
)
const charts: fc.Arbitrary<Chart> = fc
  .record({
    rows: fc.array(fc.tuple(hostile, value, value), { minLength: 1, maxLength: 15 }),
    words: fc.tuple(hostile, hostile),
  })
  .chain(({ rows, words: [title, name] }) => {
    const series = [1, 2].map((column) => ({ name, values: rows.map((row) => Number(row[column])) }))
    const categories = rows.map(([category]) => category)
    return fc.constantFrom(1, 2).map((many) => ({ title, unit: name, categories, series: series.slice(0, many) }))
  })

interface Drawn {
  title: string
  xAxis: { categories: string[] }
  yAxis: { min: number; max: number }
  plots: { type: string; data: [string, number][] }[]
}

let mermaid: typeof import('mermaid').default

beforeAll(async () => {
  // As much of a browser as DOMPurify, which Mermaid parses with, needs for text without tags. A tag is an error here.
  const createHTMLDocument = () => {
    throw new Error('a name held a tag')
  }
  const document = { nodeType: 9, implementation: { createHTMLDocument }, createElement: () => ({}) }
  vi.stubGlobal('window', { document, Element: Object })
  mermaid = (await import('mermaid')).default
  // Makes the kinds of diagrams known.
  await mermaid.parse('info')
})
afterAll(() => void vi.unstubAllGlobals())

function fenceOf(section: string): string {
  const tokens = marked.lexer(section).filter(({ type }) => type !== 'space')
  expect(tokens.map(({ type }) => type)).toEqual(['heading', 'paragraph', 'code'])
  const code = tokens.at(-1)
  if (code?.type !== 'code' || code['lang'] !== 'mermaid') throw new Error('no Mermaid fence')
  return String(code['text'])
}

async function drawn(section: string | undefined): Promise<Drawn> {
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(fenceOf(section ?? ''))
  if (!isBarChart(db)) throw new Error('another kind of diagram')
  return db.getXYChartData()
}

function isBarChart(db: object): db is { getXYChartData(): Drawn } {
  return 'getXYChartData' in db
}

describe('chartMarkdown', () => {
  it('draws two series as what both have, and what is more or fewer, with the numbers beside the names', async () => {
    const { xAxis, yAxis, plots } = await drawn(chartMarkdown(chart))
    expect(xAxis.categories).toEqual([
      'person · 1,204 → 1,310 (+106)',
      'car · 800 → 700 (−100)',
      'bicycle · 300',
      'scooter · 0 → 96 (+96)',
    ])
    expect(yAxis).toMatchObject({ min: 0, max: 1310 })
    // Drawn over each other: the last stands in front.
    expect(plots.map(({ type, data }) => [type, ...data.map(([, length]) => length)])).toEqual([
      ['bar', 1310, 0, 0, 96],
      ['bar', 0, 800, 0, 0],
      ['bar', 1204, 700, 300, 0],
    ])
    expect(chartMarkdown(chart)).toContain(
      '\n### Labels\n\n🟦 images, before → after · 🟩 more · 🟥 fewer\n\n```mermaid\n',
    )
  })

  it('draws one series in one colour, and bars of nothing', async () => {
    const one = { ...chart, categories: ['0.0–0.1', '0.1–0.2'], series: [{ name: 'all', values: [0, 0] }] }
    const { xAxis, yAxis, plots } = await drawn(chartMarkdown(one))
    expect(xAxis.categories).toEqual(['0.0–0.1 · 0', '0.1–0.2 · 0'])
    expect(yAxis).toMatchObject({ min: 0, max: 1 })
    expect(plots.flatMap(({ data }) => data.map(([, length]) => length))).toEqual([0, 0, 0, 0, 0, 0])
    expect(chartMarkdown(one)).toContain('\n🟦 images\n')
  })

  it('shares the scale with charts of its unit, and the edge with all of the page', async () => {
    const small = { ...chart, title: 'Tags', categories: ['x'], series: [{ name: 'now', values: [3] }] }
    const other = { ...small, title: 'Objects', unit: 'objects' }
    const alone = { ...small, categories: Array.from({ length: 20 }, (_, row) => `c${row}`) }
    const frame = frameOf([chart, small, other, alone])
    const one = await drawn(chartMarkdown(chart, frame))
    const two = await drawn(chartMarkdown(small, frame))
    const three = await drawn(chartMarkdown(other, frame))
    expect([one, two, three].map((each) => each.yAxis.max)).toEqual([1310, 1310, 3])
    const spacers = [one, two, three].map((each) => each.xAxis.categories.at(-1) ?? '')
    expect(new Set(spacers).size).toBe(1)
    expect(spacers[0]).toMatch(/^\u200B\u2003+\u200B$/)
    expect(spacers[0]?.length).toBeGreaterThan(10)
    expect(two.plots.map(({ data }) => data.map(([, length]) => length))).toEqual([
      [0, 0],
      [0, 0],
      [3, 0],
    ])
    expect(frameOf([small, alone])).toEqual({})
  })

  it('is nothing that Mermaid rejects or that a name could change, whatever the names are', async () => {
    const ours = await mermaid.parse(fenceOf(chartMarkdown({ ...chart }) ?? ''))
    await fc.assert(
      fc.asyncProperty(charts, async (any) => {
        const section = chartMarkdown(any)
        if (section === undefined) throw new Error('not drawn')
        const parsed = await mermaid.parse(fenceOf(section))
        const height = any.categories.length * 34
        expect(parsed.config).toEqual({ ...ours.config, xyChart: { ...ours.config.xyChart, height } })
        const { title, xAxis, plots } = await drawn(section)
        expect(title).toBe('')
        expect(plots.map(({ type }) => type)).toEqual(['bar', 'bar', 'bar'])
        expect(new Set(xAxis.categories).size).toBe(any.categories.length)
        const written = /^ {2}x-axis \[(.*)\]$/m.exec(section)?.[1]
        expect(xAxis.categories.map((category) => `"${category}"`).join(', ')).toBe(written)
        const longest = any.categories.map((_, row) => Math.max(...any.series.map(({ values }) => values[row] ?? 0)))
        const reached = any.categories.map((_, row) => Math.max(...plots.map(({ data }) => data[row]?.[1] ?? 0)))
        expect(reached).toEqual(longest)
      }),
    )
  })

  it('keeps the order of the numbers after a name that runs from right to left', async () => {
    const { xAxis } = await drawn(chartMarkdown({ ...chart, categories: ['שלום', 'a', 'b', 'c'] }))
    expect(xAxis.categories[0]).toBe('שלום\u200E · 1,204 → 1,310 (+106)')
  })

  it.each<[string, Partial<Chart>]>([
    ['too many categories', { categories: Array.from({ length: 16 }, (_, row) => `c${row}`) }],
    ['no category', { categories: [] }],
    ['no series', { series: [] }],
    ['three series', { series: [...chart.series, { name: 'later', values: [1, 2, 3, 4] }] }],
    ['a missing value', { series: [{ name: 'before', values: [1, 2, 3] }] }],
    ['a value below zero', { series: [{ name: 'before', values: [1, 2, 3, -4] }] }],
    ['no number', { series: [{ name: 'before', values: [1, 2, 3, Number.NaN] }] }],
    ['a number with an exponent', { series: [{ name: 'before', values: [1, 2, 3, 1e21] }] }],
    [
      'numbers that leave no room for names',
      { series: [1, 2].map((factor) => ({ name: 'x', values: [1, 2, 3, factor * 1e12] })) },
    ],
  ])('draws nothing for %s', (_, given) => {
    const values = Array.from({ length: 16 }, () => 1)
    const series = given.categories ? [{ name: 'x', values }] : chart.series
    expect(chartMarkdown({ ...chart, series, ...given })).toBeUndefined()
  })
})

describe('chartTable', () => {
  it('shows the same in rows', () => {
    expect(chartTable(chart)).toEqual({
      title: 'Labels',
      headers: ['Name', 'images before', 'images after', 'Change'],
      rows: [
        ['person', '1,204', '1,310', '+106'],
        ['car', '800', '700', '−100'],
        ['bicycle', '300', '300', '±0'],
        ['scooter', '0', '96', '+96'],
      ],
    })
    const one = { ...chart, categories: ['all'], series: chart.series.slice(0, 1) }
    expect(chartTable(one)).toMatchObject({ headers: ['Name', 'images'], rows: [['all', '1,204']] })
  })

  it('shows what is no number as such', () => {
    const series = [
      { name: 'before', values: [1, Number.NaN] },
      { name: 'after', values: [2] },
    ]
    expect(chartTable({ ...chart, categories: ['a', 'b'], series }).rows).toEqual([
      ['a', '1', '2', '+1'],
      ['b', '?', '?', '?'],
    ])
  })
})
