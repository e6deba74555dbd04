import { chartNames, widthOf } from './chart-names.ts'
import type { Chart, Table } from './reporter.ts'
import { markdown } from './text.ts'
import { count, signed } from '../numbers.ts'

/** With more bars a chart is no longer readable. */
const MAX_CATEGORIES = 15
/** In CSS pixels; GitHub makes a chart narrower where there is less room. */
const WIDTH = 900
const ROW_HEIGHT = 34
/** The part of the width, in percent, that the names may not take from the bars: Mermaid would leave all of them out. */
const BARS_PERCENT = 38
/** How wide a name and its numbers may be together, in small letters of 9 pixels; the rest of 62 % is the axis and its padding. */
const LABEL_ROOM = 58
const NAME_ROOM = 32
const MIN_NAME_ROOM = 16
/** In CSS pixels: of a small letter, rounded up, and of the widest space. */
const LETTER_WIDTH = 8
const SPACE_WIDTH = 14
/** Of the squares in the legend, and seen on white and on black: more, fewer, and what both have or the only series. */
const COLOURS = ['#2da44e', '#e5534b', '#539bf5']

/**
 * A chart as a section of the job summary: lying bars, each with its name and numbers, in a Mermaid fence. Of two series, a bar is as
 * long as the smaller value, and continues in the color of more or of fewer up to the larger. `undefined` where Mermaid cannot show
 * it well: too many categories or none, and values that are missing, below zero or have too many digits.
 *
 * Mermaid draws the bars of a category over each other, the last in front, and knows no legend (seen in 11.4, 11.12, 11.17 and
 * 12.3). Its own colours are too pale on white, and a labelled axis of values makes a bar of nothing look like something.
 */
export function chartMarkdown(chart: Chart, frame: Frame = {}): string | undefined {
  const drawing = drawingOf(chart)
  if (!drawing) return undefined
  const unit = markdown(chart.unit, 100)
  const [first, second] = chart.series
  const legend =
    first && second
      ? `🟦 ${unit}, ${markdown(first.name, 100)} → ${markdown(second.name, 100)} · 🟩 more · 🟥 fewer`
      : `🟦 ${unit}`
  return `\n### ${markdown(chart.title, 200)}\n\n${legend}\n\n${fence(drawing, frame)}`
}

/** What charts on one page share, so that their bars can be compared by eye. */
export interface Frame {
  /** By the unit of the charts: the number that the longest bar represents. */
  scales?: ReadonlyMap<string, number>
  /** A label that nobody sees, wider than all others: the bars of charts that have it begin at the same edge. */
  spacer?: string
}

/** The frame for the charts of a page. A chart that is alone needs none. */
export function frameOf(charts: readonly Chart[]): Frame {
  const drawings = charts.map(drawingOf).filter((drawing) => drawing !== undefined)
  if (drawings.length < 2) return {}
  const scales = new Map<string, number>()
  for (const { unit, longest } of drawings) scales.set(unit, Math.max(longest, scales.get(unit) ?? 0))
  const widest = Math.max(...drawings.flatMap(({ labels }) => labels.map(widthOf)))
  // Mermaid trims white space at the ends of a label, so characters without a width stand there.
  const spacer = `\u200B${'\u2003'.repeat(Math.ceil((widest * LETTER_WIDTH) / SPACE_WIDTH))}\u200B`
  return { scales, spacer }
}

interface Drawing {
  unit: string
  labels: readonly string[]
  before: readonly number[]
  after: readonly number[]
  longest: number
}

function drawingOf(chart: Chart): Drawing | undefined {
  const { categories, series } = chart
  const [first, second] = series
  if (!first || series.length > 2 || categories.length === 0 || categories.length > MAX_CATEGORIES) return undefined
  const before = categories.map((_, row) => first.values[row] ?? Number.NaN)
  const after = second ? categories.map((_, row) => second.values[row] ?? Number.NaN) : before
  // The numbers of Mermaid have no exponent.
  if (![...before, ...after].every((value) => /^\d+(\.\d+)?$/.test(String(value)))) return undefined
  const figures = before.map((value, row) => change(value, after[row] ?? value))
  const room = Math.min(NAME_ROOM, LABEL_ROOM - Math.max(...figures.map((figure) => widthOf(` · ${figure}`))))
  if (room < MIN_NAME_ROOM) return undefined
  const names = chartNames(categories, room)
  const labels = names.map((name, row) => `${leftToRight(name)} · ${figures[row]}`)
  return { unit: chart.unit, labels, before, after, longest: Math.max(...before, ...after) }
}

function fence({ unit, longest, ...drawing }: Drawing, { scales, spacer }: Frame): string {
  const labels = spacer === undefined ? drawing.labels : [...drawing.labels, spacer]
  // A row of nothing for the spacer.
  const withSpacer = (values: readonly number[]) => labels.map((_, row) => values[row] ?? 0)
  const [before, after] = [withSpacer(drawing.before), withSpacer(drawing.after)]
  const both = before.map((value, row) => Math.min(value, after[row] ?? value))
  const beyond = (values: readonly number[]) => values.map((value, row) => (value > (both[row] ?? value) ? value : 0))
  return `\`\`\`mermaid
---
config:
  themeVariables:
    xyChart:
      backgroundColor: transparent
      plotColorPalette: "${COLOURS.join(',')}"
  xyChart:
    width: ${WIDTH}
    height: ${labels.length * ROW_HEIGHT}
    plotReservedSpacePercent: ${BARS_PERCENT}
    xAxis:
      showTick: false
    yAxis:
      showLabel: false
      showTick: false
      showAxisLine: false
---
xychart-beta horizontal
  x-axis [${labels.map((label) => `"${label}"`).join(', ')}]
  y-axis 0 --> ${scales?.get(unit) || longest || 1}
  bar [${beyond(after).join(', ')}]
  bar [${beyond(before).join(', ')}]
  bar [${both.join(', ')}]
\`\`\`
`
}

/** The same as a table, for what cannot be drawn. */
export function chartTable(chart: Chart): Table {
  const { title, unit, categories, series } = chart
  const [first, second] = series
  const headers = second ? series.map(({ name }) => `${unit} ${name}`) : [unit]
  const compared = first && second && series.length === 2
  return {
    title,
    headers: ['Name', ...headers, ...(compared ? ['Change'] : [])],
    rows: categories.map((category, row) => {
      const cells = series.map(({ values }) => figureOr(values[row], count))
      if (!compared) return [category, ...cells]
      return [
        category,
        ...cells,
        figureOr((second.values[row] ?? Number.NaN) - (first.values[row] ?? Number.NaN), signed),
      ]
    }),
  }
}

function change(before: number, after: number): string {
  const [from, to] = [count(before), count(after)]
  return from === to ? to : `${from} → ${to} (${signed(after - before)})`
}

function figureOr(value: number | null | undefined, shown: (value: number) => string): string {
  return Number.isFinite(value) ? shown(Number(value)) : '?'
}

/** After a name in Hebrew or Arabic the numbers would run from right to left, and the arrow would point to the older one. */
function leftToRight(name: string): string {
  return /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/.test(name) ? `${name}\u200E` : name
}
