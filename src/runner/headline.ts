import type { ActionError, ErrorCode } from '../errors.ts'
import { lines, oneLine } from './text.ts'

const MOST_CHARS = 300

const ENDS: Partial<Record<ErrorCode, readonly [sign: string, words: string]>> = {
  gate_failed: ['❌', ' complete, check failed'],
  cancelled: ['🚫', ' was canceled'],
  timed_out: ['⏱️', ' timed out'],
}

/** The sign of how a step ended, and the words that follow the operation in a title: `Visual Layer: export timed out`. */
export function endOf(code: ErrorCode | undefined): readonly [sign: string, words: string] {
  return code === undefined ? ['✅', ''] : (ENDS[code] ?? ['❌', ' failed'])
}

/** Signs that Markdown or a chat program acts on, and what looks like them. */
const LOOK_ALIKES: Record<string, string> = {
  '`': "'",
  '*': '∗',
  '~': '∼',
  '|': '¦',
  _: '＿',
  '<': '‹',
  '@': '＠',
  '#': '＃',
}

/** Marks anywhere, what calls people or refers to something, and underscores at the edges of words: those within are no mark. */
const ACTED_ON = /[`*~]|\|(?=\|)|<(?=[!@#/a-z])|@(?=\w)|#(?=\w)|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/giu

/** A text as one line of at most 300 characters, in which neither Markdown nor a chat program acts on what came from outside. */
export function plainSentence(text: string): string {
  const plain = oneLine(text, 10_000)
    .replaceAll('](', '] (')
    .replace(ACTED_ON, (signs) => (LOOK_ALIKES[signs.charAt(0)] ?? '').repeat(signs.length))
  if (plain.length <= MOST_CHARS) return plain
  return `${plain
    .slice(0, MOST_CHARS - 1)
    .replace(/\s+\S*$/, '')
    .toWellFormed()}…`
}

/** Why a step failed, in a sentence that says what failed at what. */
export function failureHeadline(
  { code, message }: ActionError,
  { operation, dataset }: { operation: string; dataset: string },
): string {
  const [first = '', ...rest] = lines(message).split('\n')
  const isNamed = dataset === '' || (code !== 'cancelled' && first.includes(`"${dataset}"`))
  const subject = `Visual Layer ${operation === 'enrich' ? 'enrichment' : oneLine(operation, 60)}${isNamed ? '' : ` of dataset "${dataset}"`}`
  if (code === 'cancelled') return `${subject} was canceled.`
  const points = rest.map((line) => line.replace(/^\s*- /, '').trim()).filter(Boolean)
  // The first sentence of a timeout says only that it timed out; what was waited for follows.
  const sentence = code === 'timed_out' ? first : firstSentence(first)
  const why = points.length === 0 ? sentence : `${first.replace(/[.:]$/, '')}: ${points.join('; ')}`
  return code === 'gate_failed' ? `${subject} is complete, but a check failed: ${why}` : `${subject} failed: ${why}`
}

/** The end of a sentence in a quoted name is none. */
function firstSentence(text: string): string {
  return /^(?:"[^"]*"|[^"])*?[.!?](?= [A-Z"]|$)/.exec(text)?.[0] ?? text
}
