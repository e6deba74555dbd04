import type { Comparison } from '../../export/comparison/compare.ts'
import { FIELDS, type Field } from '../../export/comparison/fields.ts'
import type { Example, ModifiedExample, Values } from '../../export/comparison/item-index.ts'
import { changesOf } from '../../export/records/counts.ts'
import type { Named, Statistics } from '../../export/records/statistics.ts'
import type { Cell, Reporter } from '../../runner/reporter.ts'
import { size } from '../facts.ts'
import { count, signed } from '../../numbers.ts'

/** More names than this would bury the rest of the summary. */
const MOST_NAMES = 50
/** Of each kind of change. */
const MOST_EXAMPLES = 3
/** Names that changed most, in the one line that lists them. */
const MOST_NAMED = 3

type Teller = Pick<Reporter, 'fact' | 'chart' | 'table'>

/** What is drawn of an export: the counts, the heading and the unit of their chart, and what one of them is called in a sentence. */
interface Drawn {
  named: Named
  title: string
  one: string
  unit: string
}

const DRAWN: readonly Drawn[] = [
  { named: 'labels', title: 'Labels', one: 'label', unit: 'items' },
  { named: 'objects', title: 'Objects', one: 'object', unit: 'objects' },
  { named: 'issues', title: 'Issues', one: 'issue', unit: 'items' },
  { named: 'tags', title: 'Tags', one: 'tag', unit: 'items' },
]

/** Shows in the job summary what an export contains, and what changed since the baseline if there is one. */
export function tellContents(reporter: Teller, statistics: Statistics, comparison: Comparison | undefined): void {
  if (comparison) tellChanges(reporter, comparison)
  else for (const drawn of DRAWN) drawCounts(reporter, drawn, statistics)
  drawUniqueness(reporter, comparison?.before, statistics)
  tellStatistics(reporter, statistics)
}

function tellStatistics(reporter: Teller, statistics: Statistics): void {
  const { types, captioned, clusters, bytes } = statistics
  const kinds = Array.from(types, ([type, items]) => `${count(items)} ${type.replaceAll('_', ' ')}`)
  // One type is what everybody expects.
  if (kinds.length > 1) reporter.fact('By type', kinds.slice(0, 10).join(', '))
  if (clusters > 0) reporter.fact('Clusters', count(clusters))
  if (captioned > 0) reporter.fact('Captioned', count(captioned))
  if (bytes !== undefined) reporter.fact('Media size', size(bytes))
}

/** How the scores are distributed, and how they were if that differs. */
function drawUniqueness(reporter: Teller, before: Statistics | undefined, { uniqueness: now }: Statistics): void {
  const earlier = before?.uniqueness
  if (now.scored === 0) return
  const isCompared = earlier && earlier.scored > 0 && earlier.bins.some((items, bin) => items !== now.bins[bin])
  reporter.chart({
    title: 'Uniqueness',
    unit: 'items with a score in this range',
    categories: now.bins.map((_, bin) => `${(bin / 10).toFixed(1)} to ${((bin + 1) / 10).toFixed(1)}`),
    series: [...(isCompared ? [{ name: 'before', values: earlier.bins }] : []), { name: 'now', values: now.bins }],
  })
}

function tellChanges(reporter: Teller, comparison: Comparison): void {
  const { before, after } = comparison
  if (comparison.notCompared === undefined) tellItems(reporter, comparison)
  for (const drawn of DRAWN) drawChanges(reporter, drawn, before, after)
}

function tellItems(reporter: Teller, comparison: Comparison): void {
  const { added, removed, modified, unchanged, before, after, examples } = comparison
  const largest = largestChanges(before, after)
  reporter.table({
    title: 'Changes',
    headers: ['Change', 'Items'],
    rows: [
      ['Added', count(added)],
      ['Removed', count(removed)],
      ['Modified', count(modified) + fieldWords(comparison)],
      ['Unchanged', count(unchanged)],
      ...(largest.length === 0 ? [] : [['Largest changes', largest.join(', ')]]),
    ],
  })
  const rows = [
    ...exampleRows('added', added, examples.added),
    ...exampleRows('removed', removed, examples.removed),
    ...exampleRows('modified', modified, examples.modified),
  ]
  // Only a modified item has fields.
  const columns = examples.modified.length > 0 ? 3 : 2
  if (rows.length > 0) {
    const headers = ['Change', 'Item', 'What differs'].slice(0, columns)
    reporter.table({ title: 'Examples', headers, rows: rows.map((row) => row.slice(0, columns)) })
  }
}

/** `3 added, 1 removed, 5 modified (labels 4, tags 1); 91 unchanged`. */
export function changeWords(comparison: Comparison): string {
  const { added, removed, modified, unchanged } = comparison
  if (!comparison.changed) return `none; ${count(unchanged)} items unchanged`
  return `${count(added)} added, ${count(removed)} removed, ${count(modified)} modified${fieldWords(comparison)}; ${count(unchanged)} unchanged`
}

/** What changed, to end a sentence: `; since run 4242, 3 added, 1 removed, and 5 modified`. */
export function changeClause({ changed, added, removed, modified, notCompared }: Comparison, since: string): string {
  if (notCompared !== undefined) return `; it counts as changed, because ${notCompared}`
  if (!changed) return `; nothing changed since ${since}`
  return `; since ${since}, ${count(added)} added, ${count(removed)} removed, and ${count(modified)} modified`
}

function fieldWords(comparison: Comparison): string {
  const fields = modifiedFields(comparison).map(([field, items]) => `${field} ${count(items)}`)
  return fields.length === 0 ? '' : ` (${fields.join(', ')})`
}

function modifiedFields({ fields }: Comparison): [Field, number][] {
  return FIELDS.map((field): [Field, number] => [field, fields[field]])
    .filter(([, items]) => items > 0)
    .sort(([, one], [, other]) => other - one)
}

function largestChanges(before: Statistics, after: Statistics): string[] {
  const all = DRAWN.flatMap(({ named, one }) =>
    changesOf(before[named], after[named]).map((change) => ({ ...change, one, by: change.after - change.before })),
  )
  return all
    .filter(({ by }) => by !== 0)
    .sort((one, other) => Math.abs(other.by) - Math.abs(one.by))
    .slice(0, MOST_NAMED)
    .map(({ one, name, by }) => `${one} ${name} ${signed(by)}`)
}

function drawCounts(reporter: Teller, { named, title, unit }: Drawn, statistics: Statistics): void {
  const names = [...statistics[named]].sort(([, one], [, other]) => other - one)
  if (names.length === 0) return
  const shown = names.slice(0, MOST_NAMES)
  reporter.chart({
    title: shown.length < names.length ? `${title}: ${MOST_NAMES} most frequent of ${count(names.length)}` : title,
    unit,
    categories: shown.map(([name]) => name),
    series: [{ name: unit, values: shown.map(([, items]) => items) }],
  })
}

function drawChanges(reporter: Teller, drawn: Drawn, before: Statistics, after: Statistics): void {
  const { named, title, unit } = drawn
  const changes = changesOf(before[named], after[named])
  if (changes.length === 0) return
  if (changes.every((change) => change.before === change.after)) return drawCounts(reporter, drawn, after)
  const shown = changes.slice(0, MOST_NAMES)
  reporter.chart({
    title:
      shown.length < changes.length ? `${title}: ${MOST_NAMES} largest changes of ${count(changes.length)}` : title,
    unit,
    categories: shown.map(({ name }) => name),
    series: [
      { name: 'before', values: shown.map((change) => change.before) },
      { name: 'now', values: shown.map((change) => change.after) },
    ],
  })
}

/** The first of each kind, by their names, else their IDs, and how many more there are. */
function exampleRows(
  change: string,
  items: number,
  examples: readonly (Example & Partial<ModifiedExample>)[],
): Cell[][] {
  const shown = examples.slice(0, MOST_EXAMPLES)
  const rows: Cell[][] = shown.map(({ name, mediaId = '', fields = [], values = {} }) => [
    change,
    { code: name === '' ? mediaId : name },
    fields.map((field) => differenceOf(field, values[field])).join('; '),
  ])
  const more = items - shown.length
  return more > 0 && shown.length > 0 ? [...rows, [change, `and ${count(more)} more`, '']] : rows
}

/** `labels: cat → dog`, or the field alone. */
function differenceOf(field: Field, values: Values | undefined): string {
  return values ? `${field}: ${values.before || 'none'} → ${values.after || 'none'}` : field
}
