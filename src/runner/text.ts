import { stripVTControlCharacters } from 'node:util'
import { count } from '../numbers.ts'

/** The least that is looked at of a text, in characters. */
const READ_CHARS = 100_000

/**
 * Text from outside made fit for one line of the log or of a message: no terminal sequence, no line break or other control
 * character, nothing invisible that hides or reorders what is read, and nothing the runner takes for a workflow command.
 * Longer text is cut, and says by how much. White space inside a line stays as it is.
 */
export function oneLine(text: string, maxChars = 500): string {
  const read = readable(text, maxChars)
  return cut(unarmed(visible(read)), maxChars, text.length - read.length)
}

/** As {@link oneLine}, for text of several lines: the breaks stay, and each line keeps its indentation. */
export function lines(text: string, maxChars = 4000): string {
  const read = readable(text, maxChars)
  return cut(
    read
      .split(/\r\n|\r|\n/)
      .map((line) => indentedLine(line, maxChars))
      .join('\n')
      .trimEnd(),
    maxChars,
    text.length - read.length,
  )
}

/** A line of our own log: as {@link oneLine}, with the spaces it begins with. */
export function indentedLine(line: string, maxChars = 2000): string {
  const indent = /^ */.exec(line)?.[0] ?? ''
  return indent + oneLine(line.slice(indent.length), maxChars)
}

/**
 * Text from outside as plain text in Markdown, a table cell included: every character that Markdown or HTML would act on
 * becomes an entity. What GitHub links on its own (mentions, issue numbers, addresses) is parted by an invisible space, so
 * use {@link code} for what a reader will copy.
 */
export function markdown(text: string, maxChars = 500): string {
  return (
    entities(oneLine(text, maxChars))
      // A list marker counts only at the start of a line, which this text may be.
      .replace(/^[-+=]/, (character) => `&#${character.charCodeAt(0)};`)
      .replace(/^(\d+)\./, '$1&#46;')
      .replace(/&#64;(?=\w)/g, '&#64;&#8203;')
      .replace(/&#35;(?=\d)/g, '&#35;&#8203;')
      .replace(/\bGH-(?=\d)/gi, (prefix) => `${prefix}&#8203;`)
      .replace(/:(?=\/\/)/g, '&#58;&#8203;')
      .replace(/\b(mailto|xmpp):/gi, '$1&#58;&#8203;')
      .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#8203;&#46;`)
  )
}

/** Text from outside as `<code>`, a table cell included; empty for empty text. Nothing invisible is added: it can be copied. */
export function code(text: string, maxChars = 500): string {
  const escaped = entities(oneLine(text, maxChars))
    .replace(/:(?=\/\/)/g, '&#58;')
    .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#46;`)
  return escaped && `<code>${escaped}</code>`
}

/** The beginning of a text: more than is shown of it, and no more than can be gone through in a moment, whatever it is made of. */
function readable(text: string, maxChars: number): string {
  return text.slice(0, Math.max(READ_CHARS, 2 * maxChars))
}

function visible(text: string): string {
  return stripVTControlCharacters(text)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\n')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .split('\n')
    .map((part) => part.trim())
    .filter(Boolean)
    .join(' ')
}

/**
 * The runner takes a line for a command when it begins, white space aside, with `::`, or contains `##[` anywhere
 * (ActionCommand.cs of actions/runner).
 */
function unarmed(text: string): string {
  return text.replaceAll('##[', '## [').replace(/^::/, ': :')
}

/** @param unread how many more characters there are that are not in `text` */
function cut(text: string, maxChars: number, unread: number): string {
  if (text.length <= maxChars && unread === 0) return text
  const lastIsHalf = /[\uD800-\uDBFF]/.test(text[maxChars - 1] ?? '')
  const kept = text.slice(0, lastIsHalf ? maxChars - 1 : maxChars)
  return `${kept}… (${count(text.length - kept.length + unread)} more characters)`
}

function entities(text: string): string {
  return text.replace(/[&<>"'\\*_`[\]()#|~!@${}^]/g, (character) => `&#${character.charCodeAt(0)};`)
}
