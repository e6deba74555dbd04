import { isDeepStrictEqual } from 'node:util'
import { quoted, type WrongItems } from './faults.ts'
import { linesOf, parsed } from './fields.ts'

/** Figures of an export as a whole; those that compare require a baseline. */
const WHOLE = {
  media_count: { compares: false },
  clusters: { compares: false },
  size_bytes: { compares: false },
  added: { compares: true },
  removed: { compares: true },
  modified: { compares: true },
} as const
/** Figures by a name that the data gives: `issues.mislabels`, `labels.traffic light`. */
const NAMED = ['issues', 'labels', 'objects', 'tags', 'types'] as const
/** The outputs that a figure is also known as. */
const OUTPUT_NAMES = new Map([
  ['added_count', 'added'],
  ['removed_count', 'removed'],
  ['modified_count', 'modified'],
  ['export_size_bytes', 'size_bytes'],
])
const MOST_CONDITIONS = 100
/** The longest name of a label is far shorter, and the time to take a line apart grows with the square of its length. */
const LONGEST_CONDITION = 1000

export type WholeFigure = keyof typeof WHOLE
type NamedFigure = (typeof NAMED)[number]

const OPERATORS = {
  '>': (actual: number, limit: number) => actual > limit,
  '>=': (actual: number, limit: number) => actual >= limit,
  '<': (actual: number, limit: number) => actual < limit,
  '<=': (actual: number, limit: number) => actual <= limit,
  '==': (actual: number, limit: number) => actual === limit,
  '!=': (actual: number, limit: number) => actual !== limit,
} as const

/** One line of `fail_if` or `warn_if`: what must not be. */
export interface Condition {
  /** As it was written. */
  text: string
  figure: { of: 'whole'; name: WholeFigure } | { of: NamedFigure; name: string }
  operator: keyof typeof OPERATORS
  /** What the figure is compared with; a share in percent with `percent`. */
  limit: number
  percent: boolean
}

/** Whether a condition is met, by a figure or, where it is one, a share in percent. */
export function isMet({ operator, limit }: Condition, actual: number): boolean {
  return OPERATORS[operator](actual, limit)
}

/** Whether a condition requires a baseline. */
export function compares({ figure, percent }: Condition): boolean {
  if (figure.of !== 'whole') return false
  return WHOLE[figure.name].compares || percent
}

/** Conditions, one per line; empty lines and lines that begin with `#` do not count. All lines that cannot be read are named. */
export function conditions() {
  const metrics = [...Object.keys(WHOLE), ...NAMED.map((group) => `${group}.<name>`)].join(', ')
  const rule = `each line must be a metric, one of ${Object.keys(OPERATORS).join(' ')}, and a number; the metrics are ${metrics}`
  return parsed(rule, (text) => {
    const lines = conditionLines(text)
    if (lines.length > MOST_CONDITIONS) return { broken: `it must be at most ${MOST_CONDITIONS} conditions` }
    const problems = lines.flatMap(({ line, text: given, parsed: condition }) =>
      typeof condition === 'string' ? [`line ${line}: ${quoted(given)}: ${condition}`] : [],
    )
    if (problems.length > 0) return { broken: rule, wrongItems: { kind: 'lines', total: lines.length, problems } }
    return { value: lines.flatMap(({ parsed: condition }) => (typeof condition === 'string' ? [] : [condition])) }
  }).default([])
}

/** The lines of conditions that something is wrong with. @param whatOf completes `"removed > 5%" …`; invalid lines are left out */
export function wrongConditions(text: string, whatOf: (condition: Condition) => string | undefined): WrongItems {
  const lines = conditionLines(text)
  const problems = lines.flatMap(({ line, text: given, parsed: condition }) => {
    const what = typeof condition === 'string' ? undefined : whatOf(condition)
    return what === undefined ? [] : [`line ${line}: ${quoted(given)} ${what}`]
  })
  return { kind: 'lines', total: lines.length, problems }
}

/** Whether a line of the text is the same condition, however it is spelled. */
export function includesCondition(text: string, one: Condition): boolean {
  return conditionLines(text).some(
    ({ parsed: other }) => typeof other !== 'string' && isDeepStrictEqual({ ...one, text: '' }, { ...other, text: '' }),
  )
}

function conditionLines(text: string) {
  const given = linesOf(text).filter((line) => !line.text.startsWith('#'))
  return given.map((line) => ({ ...line, parsed: parseCondition(line.text) }))
}

/** The condition, or what is wrong with the line. */
function parseCondition(text: string): Condition | string {
  if (text.length > LONGEST_CONDITION) return `it has more than ${LONGEST_CONDITION} characters`
  const [, left = '', operator = '', number = '', percent] =
    /^(.*?)\s*([<>=!]+)\s*([^<>=!\s]*?)\s*(%?)$/s.exec(text) ?? []
  if (left === '' || !isOperator(operator)) {
    return 'it must be a metric, a comparison, and a number'
  }
  if (!/^\d+(\.\d+)?$/.test(number)) return `${quoted(number)} is not a number such as 50, 0.5, or 5%`
  const figure = figureOf(left)
  if (typeof figure === 'string') return figure
  if (percent === '%' && figure.of === 'whole' && (figure.name === 'clusters' || figure.name === 'size_bytes')) {
    return `${figure.name} cannot be a percentage; remove the %`
  }
  return { text, figure, operator, limit: Number(number), percent: percent === '%' }
}

function figureOf(text: string): Condition['figure'] | string {
  const name = OUTPUT_NAMES.get(text) ?? text
  if (isWhole(name)) return { of: 'whole', name }
  const dot = text.indexOf('.')
  const of = NAMED.find((group) => group === text.slice(0, dot))
  const rest = text.slice(dot + 1).trim()
  if (of !== undefined && rest !== '') return { of, name: rest }
  return `${quoted(text)} is not a metric`
}

function isWhole(name: string): name is WholeFigure {
  return Object.hasOwn(WHOLE, name)
}

function isOperator(text: string): text is keyof typeof OPERATORS {
  return Object.hasOwn(OPERATORS, text)
}
