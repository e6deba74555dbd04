import { isDeepStrictEqual } from 'node:util'
import { quoted } from './faults.ts'
import { parsed } from './fields.ts'

/** Figures of an export as a whole; those that compare are known only beside an earlier export. */
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
  /** What the figure is held against; a share in percent with `percent`. */
  limit: number
  percent: boolean
}

/** Whether a condition is met, by a figure or, where it is one, a share in percent. */
export function isMet({ operator, limit }: Condition, actual: number): boolean {
  return OPERATORS[operator](actual, limit)
}

/** Whether a condition can only be checked beside an earlier export. */
export function compares({ figure, percent }: Condition): boolean {
  if (figure.of !== 'whole') return false
  return WHOLE[figure.name].compares || percent
}

const RULE = `it must be conditions, one a line, such as "issues.mislabels > 50", "removed > 5%" or "media_count < 1000"`

/** Conditions, one a line; empty lines and lines that begin with `#` do not count. All lines that cannot be read are named. */
export function conditions() {
  return parsed(RULE, (text) => {
    const { value, broken, lines } = readConditions(text)
    if (lines > MOST_CONDITIONS) return { broken: `it must be at most ${MOST_CONDITIONS} conditions` }
    return broken.length === 0 ? { value } : { broken: `${RULE}, and ${broken.join('; ')}` }
  }).default([])
}

/** The conditions of a text, whatever is wrong with its other lines, and what that is: `in "images > 5" there is …`. */
export function readConditions(text: string): { value: Condition[]; broken: string[]; lines: number } {
  const lines = text.split(/[\r\n]/).map((line) => line.trim())
  const given = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const value: Condition[] = []
  const broken: string[] = []
  // More are refused, whatever is in them.
  for (const line of given.slice(0, MOST_CONDITIONS)) {
    const condition = parseCondition(line)
    if (typeof condition === 'string') broken.push(`in ${quoted(line)} ${condition}`)
    else value.push(condition)
  }
  return { value, broken, lines: given.length }
}

/** Whether two conditions say the same, however they are spelled. */
export function isSame(one: Condition, other: Condition): boolean {
  return isDeepStrictEqual({ ...one, text: '' }, { ...other, text: '' })
}

/** The condition, or what is wrong with the line. */
function parseCondition(text: string): Condition | string {
  if (text.length > LONGEST_CONDITION) return `there are more than ${LONGEST_CONDITION} characters`
  const [, left = '', operator = '', number = '', percent] =
    /^(.*?)\s*([<>=!]+)\s*([^<>=!\s]*?)\s*(%?)$/s.exec(text) ?? []
  if (left === '' || !isOperator(operator)) {
    return `there is no figure followed by one of ${Object.keys(OPERATORS).join(' ')} and a number`
  }
  if (!/^\d+(\.\d+)?$/.test(number)) return `${quoted(number)} is not a number such as 50, 0.5 or 5%`
  const figure = figureOf(left)
  if (typeof figure === 'string') return figure
  if (percent === '%' && figure.of === 'whole' && (figure.name === 'clusters' || figure.name === 'size_bytes')) {
    return `${figure.name} is no share of anything: leave the % out`
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
  const groups = NAMED.map((group) => `${group}.<name>`)
  return `${quoted(text)} is none of the figures ${[...Object.keys(WHOLE), ...groups].join(', ')}`
}

function isWhole(name: string): name is WholeFigure {
  return Object.hasOwn(WHOLE, name)
}

function isOperator(text: string): text is keyof typeof OPERATORS {
  return Object.hasOwn(OPERATORS, text)
}
