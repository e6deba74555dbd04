import type { ActionError } from '../errors.ts'
import { lines, oneLine } from './text.ts'

const MOST_CHARS = 300

/** A text as one line of at most 300 characters, in which neither Markdown nor a chat program acts on what came from outside. */
export function plainSentence(text: string): string {
  const plain = oneLine(text, 10_000)
    .replaceAll('`', "'")
    .replaceAll('](', '] (')
    .replace(/([*_~])\1+/g, '$1')
    .replace(/<(?=[!@#/a-z])/gi, '‹')
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
  const subject = `Visual Layer ${oneLine(operation, 60)}${isNamed ? '' : ` of dataset "${dataset}"`}`
  if (code === 'cancelled') return `${subject} was canceled.`
  const points = rest.map((line) => line.replace(/^\s*- /, '').trim()).filter(Boolean)
  // That of a timeout says only that time ran out; what was waited for comes after it.
  const sentence = code === 'timed_out' ? first : firstSentence(first)
  const why = points.length === 0 ? sentence : `${first.replace(/[.:]$/, '')}: ${points.join('; ')}`
  return code === 'gate_failed' ? `${subject} is complete, but a check failed: ${why}` : `${subject} failed: ${why}`
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?= [A-Z"]|$)/.exec(text)?.[0] ?? text
}
