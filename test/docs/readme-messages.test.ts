import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeWords, fileText, section, tableRows } from './documents.ts'

const ROOT = join(import.meta.dirname, '../..')
/** What stands for a value in a message. */
const VALUE = '…'

const SOURCES = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => withoutValues(fileText(path)))

/** A source file in which each `${...}`, however nested, is one sign, as README.md quotes messages; so are several in a row. */
function withoutValues(text: string): string {
  let plain = ''
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const opens = text.startsWith('${', at)
    if (opens && depth === 0) plain += VALUE
    if (opens || (depth > 0 && text[at] === '{')) depth += 1
    else if (depth > 0 && text[at] === '}') {
      depth -= 1
      continue
    }
    if (opens) at += 1
    else if (depth === 0) plain += text[at]
  }
  return plain.replace(/…+/g, VALUE)
}

function isPrinted(message: string): boolean {
  return SOURCES.some((text) => text.includes(message))
}

const quoted = tableRows(section(fileText('README.md'), '## Troubleshooting')).map(([cell = '', advice = '']) => ({
  message: codeWords(cell).join(),
  cell,
  advice,
}))

describe('the messages that README.md explains', () => {
  it('are those of the troubles that users have most', () => {
    expect(quoted.length).toBeGreaterThanOrEqual(20)
    expect(new Set(quoted.map(({ message }) => message)).size).toBe(quoted.length)
  })

  it.each(quoted)('are printed by the action: $message', ({ message, cell, advice }) => {
    expect(cell).toBe(`\`${message}\``)
    // A few words at least, or anything would be found.
    expect(message.replaceAll(VALUE, '').match(/\w{2,}/g)?.length).toBeGreaterThanOrEqual(3)
    expect(isPrinted(message), message).toBe(true)
    expect(advice).not.toBe('')
  })

  it('would be missed if they were gone', () => {
    expect(isPrinted('The export was eaten by a dog: …')).toBe(false)
    expect(withoutValues('`a ${b ? `${c}` : { d: 1 }.d} e`; const { f } = g')).toBe('`a … e`; const { f } = g')
  })
})
