import { ActionError } from '../../errors.ts'
import type { Comparison } from '../../export/comparison/compare.ts'
import type { Statistics } from '../../export/records/statistics.ts'
import { type Condition, compares, isMet, type WholeFigure } from '../../inputs/conditions.ts'
import { count } from '../../runner/text.ts'
import type { Step } from '../step.ts'

/** What conditions are checked against. */
export interface Figures {
  statistics: Statistics
  /** Absent where there was nothing to compare with. */
  comparison: Comparison | undefined
  /** Of what was downloaded, in bytes. */
  sizeBytes: number
}

/** A condition and what became of it. */
export interface Checked {
  condition: Condition
  /** The figure itself, whether or not the condition is about a share; absent where it cannot be known. */
  figure: number | undefined
  /** What the condition was held against: the figure, or its share in percent. */
  actual: number | undefined
  met: boolean
}

/** Looks up the figure of each condition. One that needs an earlier export, where there is none, is not met. */
export function check(conditions: readonly Condition[], figures: Figures): Checked[] {
  return conditions.map((condition) => {
    const figure = figureOf(condition, figures)
    const actual = condition.percent ? share(figure, wholeOf(condition, figures)) : figure
    return { condition, figure, actual, met: actual !== undefined && isMet(condition, actual) }
  })
}

/** What each input makes of a condition that is met. */
const INPUTS = {
  fail_if: { title: 'Conditions that fail the step', met: '❌ fails the step' },
  warn_if: { title: 'Conditions that warn', met: '⚠️ warning' },
} as const

/**
 * Tells what became of the conditions. Each one of `warn_if` that is met is a warning; those of `fail_if` fail with `gate_failed`,
 * naming each that is met with its figure. To be called when the export is safe: nothing is taken back.
 *
 * @param done a sentence on what the step did, which a step that fails would not tell otherwise
 */
export function passGates(step: Step, failIf: readonly Checked[], warnIf: readonly Checked[], done: string): void {
  const { reporter } = step
  tell(step, 'fail_if', failIf)
  tell(step, 'warn_if', warnIf)
  for (const one of warnIf.filter(({ met }) => met)) {
    reporter.warning(`A condition of warn_if is met: ${one.condition.text}: found ${words(one)}.`)
  }
  const met = failIf.filter((one) => one.met)
  if (met.length === 0) return
  reporter.note(done)
  const heading =
    met.length === 1
      ? 'A condition of fail_if is met:'
      : `${met.length} of the ${failIf.length} conditions of fail_if are met:`
  throw new ActionError(
    'gate_failed',
    [heading, ...met.map((one) => `- ${one.condition.text}: found ${words(one)}`)].join('\n'),
    {
      todo: 'What was exported is safe, and stays where it is: see the outputs export_dir and artifact_url. If it is as it should be, change the conditions under fail_if.',
    },
  )
}

function tell({ reporter }: Step, input: keyof typeof INPUTS, checked: readonly Checked[]): void {
  if (checked.length === 0) return
  const { title, met } = INPUTS[input]
  const verdict = (one: Checked) => (one.actual === undefined ? 'not checked' : one.met ? met : '✅ passed')
  reporter.table({
    title,
    headers: ['condition', 'found', ''],
    rows: checked.map((one) => [{ code: one.condition.text }, words(one), verdict(one)]),
  })
  for (const one of checked) reporter.info(`${input}: ${one.condition.text}: ${words(one)} (${verdict(one)})`)
}

function words({ condition, figure, actual }: Checked): string {
  if (figure === undefined || actual === undefined) return 'no earlier export to compare with'
  if (!condition.percent) return count(figure)
  return Number.isFinite(actual)
    ? `${count(figure)} (${actual.toLocaleString('en-US', { maximumSignificantDigits: 3 })}%)`
    : `${count(figure)} (of none before)`
}

function figureOf({ figure }: Condition, figures: Figures): number | undefined {
  if (figure.of === 'whole') return wholeFigure(figure.name, figures)
  return countOf(figures.statistics[figure.of], figure.name)
}

function wholeFigure(name: WholeFigure, { statistics, comparison, sizeBytes }: Figures): number | undefined {
  switch (name) {
    case 'media_count':
      return statistics.items
    case 'clusters':
      return statistics.clusters
    case 'size_bytes':
      return sizeBytes
    case 'added':
    case 'removed':
    case 'modified':
      return comparison?.[name]
  }
}

/** The count of a name; where none is spelled exactly so, of those that differ in upper and lower case only. */
function countOf(counts: ReadonlyMap<string, number>, name: string): number {
  const exact = counts.get(name)
  if (exact !== undefined) return exact
  const wanted = name.toLowerCase()
  let sum = 0
  for (const [other, items] of counts) if (other.toLowerCase() === wanted) sum += items
  return sum
}

/** What a share is a share of: the items before where a condition compares, else the items of this export. */
function wholeOf(condition: Condition, { statistics, comparison }: Figures): number | undefined {
  return compares(condition) ? comparison?.before.items : statistics.items
}

/** In percent. Something out of nothing is without bound. */
function share(part: number | undefined, whole: number | undefined): number | undefined {
  if (part === undefined || whole === undefined) return undefined
  if (whole > 0) return (part / whole) * 100
  return part === 0 ? 0 : Infinity
}
