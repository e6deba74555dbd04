import { ActionError } from '../../errors.ts'
import type { Comparison } from '../../export/comparison/compare.ts'
import type { Counting } from '../../export/records/counts.ts'
import type { Statistics } from '../../export/records/statistics.ts'
import { type Condition, compares, isMet, type WholeFigure } from '../../inputs/conditions.ts'
import type { Step } from '../step.ts'
import { count, counted } from '../../numbers.ts'

/** Of those that are not in `class_list`. */
const MOST_CLASSES_SHOWN = 20

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
  /** What the condition was compared with: the figure, or its share in percent. */
  actual: number | undefined
  met: boolean
  /** Why nothing can be compared, if a value needs that. */
  notCompared: string
}

/** Looks up the figure of each condition. One that needs an earlier export, where there is none, is not met. */
export function check(conditions: readonly Condition[], figures: Figures): Checked[] {
  return conditions.map((condition) => {
    const figure = figureOf(condition, figures)
    const actual = condition.percent ? share(figure, wholeOf(condition, figures)) : figure
    const notCompared = figures.comparison?.notCompared ?? 'no baseline'
    return { condition, figure, actual, met: actual !== undefined && isMet(condition, actual), notCompared }
  })
}

/** What each input makes of a condition that is met. */
const INPUTS = {
  fail_if: { title: 'Conditions that fail the step', met: '❌ fails the step' },
  warn_if: { title: 'Conditions that warn', met: '⚠️ warning' },
} as const

/** What was checked of an export. */
interface Gates {
  failIf: readonly Checked[]
  warnIf: readonly Checked[]
  /** Classes that are not in `class_list`, with the annotations that were left out because of them. */
  unlisted: Counting | undefined
}

/** What a step that fails would not report otherwise, a sentence each: what it did, and where the export is. */
interface Account {
  done: string
  where: string
}

/**
 * Tells what became of the conditions. Each one of `warn_if` that is met is a warning. Fails with `gate_failed` if one of `fail_if` is met,
 * naming each that is with its figure, or if the data contains classes that are not in `class_list`. To be called when the export is safe:
 * nothing is undone.
 */
export function passGates(step: Step, { failIf, warnIf, unlisted }: Gates, { done, where }: Account): void {
  const { reporter } = step
  tell(step, 'fail_if', failIf)
  tell(step, 'warn_if', warnIf)
  for (const one of warnIf.filter(({ met }) => met)) {
    reporter.warning(`A warn_if condition was met: ${one.condition.text}: found ${words(one)}.`)
  }
  const problems = [metConditions(failIf), unlistedClasses(unlisted)].filter((problem) => problem !== undefined)
  if (problems.length === 0) return
  reporter.note(done)
  throw new ActionError('gate_failed', problems.flatMap(({ lines }) => lines).join('\n'), {
    todo: [where, ...problems.map(({ todo }) => todo)].join(' '),
  })
}

interface Problem {
  lines: string[]
  todo: string
}

function metConditions(checked: readonly Checked[]): Problem | undefined {
  const met = checked.filter((one) => one.met)
  if (met.length === 0) return undefined
  const heading =
    met.length === 1
      ? 'A fail_if condition was met:'
      : `${met.length} of ${checked.length} fail_if conditions were met:`
  return {
    lines: [heading, ...met.map((one) => `- ${one.condition.text}: found ${words(one)}`)],
    todo: 'If the data is correct, change the conditions under fail_if.',
  }
}

/** Those with the most annotations first. */
function unlistedClasses(unlisted: Counting | undefined): Problem | undefined {
  if (!unlisted || unlisted.counts.size === 0) return undefined
  const classes = [...unlisted.counts].sort(([, one], [, other]) => other - one)
  const more = classes.length - MOST_CLASSES_SHOWN
  return {
    lines: [
      `The data contains classes that are not in class_list (${count(classes.length)}); their annotations are not in annotations.json:`,
      ...classes
        .slice(0, MOST_CLASSES_SHOWN)
        .map(([name, annotations]) => `- ${JSON.stringify(name)}: ${count(annotations)} left out`),
      ...(more > 0 ? [`- ${counted(more, 'more class', 'more classes')}`] : []),
    ],
    todo: `Add the classes to the end of the class_list file, which keeps the other IDs, then re-run the job.${
      classes.some(([name]) => name.startsWith('#')) ? ' Write a name that begins with # with a backslash: \\#.' : ''
    }`,
  }
}

function tell({ reporter }: Step, input: keyof typeof INPUTS, checked: readonly Checked[]): void {
  if (checked.length === 0) return
  const { title, met } = INPUTS[input]
  const verdict = (one: Checked) => (one.actual === undefined ? 'not checked' : one.met ? met : '✅ passed')
  reporter.table({
    title,
    place: 'first',
    headers: ['Condition', 'Value', 'Result'],
    rows: checked.map((one) => [{ code: one.condition.text }, words(one), verdict(one)]),
  })
  for (const one of checked) reporter.info(`${input}: ${one.condition.text}: ${words(one)} (${verdict(one)})`)
}

function words({ condition, figure, actual, notCompared }: Checked): string {
  if (figure === undefined || actual === undefined) return notCompared
  if (!condition.percent) return count(figure)
  return Number.isFinite(actual) ? `${count(figure)} (${percentage(actual)}%)` : `${count(figure)} (none before)`
}

/** Three digits, however small: a share that is not 0 never shows as 0. */
function percentage(percent: number): string {
  const rounded = Number(percent.toPrecision(3))
  return rounded < 1 ? String(rounded) : count(rounded)
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
      return comparison?.notCompared === undefined ? comparison?.[name] : undefined
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
