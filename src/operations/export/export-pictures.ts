import type { Comparison } from '../../export/comparison/compare.ts'
import { FIELDS, type Field } from '../../export/comparison/fields.ts'
import type { Example } from '../../export/comparison/item-index.ts'
import { changesOf } from '../../export/records/counts.ts'
import type { Named, Statistics } from '../../export/records/statistics.ts'
import type { Reporter } from '../../runner/reporter.ts'
import { count, signed } from '../../runner/text.ts'
import { size } from '../facts.ts'

/** More names than this would bury the rest of the summary. */
const MOST_NAMES = 50
/** Of each kind of change. */
const MOST_EXAMPLES = 5
/** Names that changed most, in the one line that tells of them. */
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

/** Tells in the job summary what an export holds, and what changed since an earlier one where there is one. */
export function tellContents(reporter: Teller, statistics: Statistics, comparison: Comparison | undefined): void {
  if (comparison) tellChanges(reporter, comparison)
  else for (const drawn of DRAWN) drawCounts(reporter, drawn, statistics)
  tellStatistics(reporter, statistics)
}

function tellStatistics(reporter: Teller, statistics: Statistics): void {
  const { types, captioned, clusters, bytes, uniqueness } = statistics
  const kinds = Array.from(types, ([type, items]) => `${count(items)} ${type.replaceAll('_', ' ')}`)
  // One type is what everybody expects.
  if (kinds.length > 1) reporter.fact('By type', kinds.slice(0, 10).join(', '))
  if (clusters > 0) reporter.fact('Clusters', count(clusters))
  if (captioned > 0) reporter.fact('With a caption', count(captioned))
  if (bytes !== undefined) reporter.fact('Size of the media', size(bytes))
  if (uniqueness.scored > 0) {
    reporter.chart({
      title: 'Uniqueness',
      unit: 'items with a score in this range',
      categories: uniqueness.bins.map((_, bin) => `${(bin / 10).toFixed(1)} to ${((bin + 1) / 10).toFixed(1)}`),
      series: [{ name: 'items', values: uniqueness.bins }],
    })
  }
}

function tellChanges(reporter: Teller, comparison: Comparison): void {
  const { before, after } = comparison
  reporter.fact('Changes', changeWords(comparison))
  const largest = largestChanges(before, after)
  if (largest.length > 0) reporter.fact('Largest changes', largest.join(', '))
  for (const drawn of DRAWN) drawChanges(reporter, drawn, before, after)
  const fields = modifiedFields(comparison)
  if (fields.length > 0) {
    const rows = fields.map(([field, items]) => [field, count(items)])
    reporter.table({ title: 'What was modified', headers: ['field', 'items'], rows })
  }
  const { added, removed, modified } = comparison.examples
  const rows = [
    ...added.slice(0, MOST_EXAMPLES).map((example) => exampleRow('added', example, [])),
    ...removed.slice(0, MOST_EXAMPLES).map((example) => exampleRow('removed', example, [])),
    ...modified.slice(0, MOST_EXAMPLES).map((example) => exampleRow('modified', example, example.fields)),
  ]
  if (rows.length > 0) {
    reporter.table({ title: 'Examples', headers: ['change', 'item', 'media id', 'fields'], rows })
  }
}

/** `3 added, 1 removed, 5 modified (labels 4, tags 1); 91 unchanged`. */
export function changeWords(comparison: Comparison): string {
  const { added, removed, modified, unchanged } = comparison
  if (!comparison.changed) return `none; ${count(unchanged)} items are as they were`
  const fields = modifiedFields(comparison).map(([field, items]) => `${field} ${count(items)}`)
  const how = fields.length === 0 ? '' : ` (${fields.join(', ')})`
  return `${count(added)} added, ${count(removed)} removed, ${count(modified)} modified${how}; ${count(unchanged)} unchanged`
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
    title: shown.length < names.length ? `${title}: the ${MOST_NAMES} most frequent of ${count(names.length)}` : title,
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
      shown.length < changes.length
        ? `${title}: the ${MOST_NAMES} that changed most of ${count(changes.length)}`
        : title,
    unit,
    categories: shown.map(({ name }) => name),
    series: [
      { name: 'before', values: shown.map((change) => change.before) },
      { name: 'now', values: shown.map((change) => change.after) },
    ],
  })
}

function exampleRow(change: string, { name, mediaId }: Example, fields: readonly string[]) {
  return [change, { code: name }, { code: mediaId ?? '' }, fields.join(', ')]
}
