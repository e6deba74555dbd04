import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeWords, fileText, section, tableRows } from './documents.ts'

const ROOT = join(import.meta.dirname, '../..')
/** What stands for a value in a message. */
const VALUE = '…'

const SOURCES = globSync('src/**/*.ts', { cwd: ROOT }).map(fileText)

/** Whether one source file contains all that a message has around its values. */
function isPrinted(message: string): boolean {
  const words = message.split(VALUE)
  return SOURCES.some((text) => words.every((word) => text.includes(word)))
}

const page = fileText('.github/docs/troubleshooting.md')
const quoted = tableRows(section(page, '## Messages')).map(([cell = '', advice = '']) => ({
  message: codeWords(cell).join(),
  cell,
  advice,
}))

describe('the messages that troubleshooting.md explains', () => {
  it('are at least twenty, each once', () => {
    expect(quoted.length).toBeGreaterThanOrEqual(20)
    expect(new Set(quoted.map(({ message }) => message)).size).toBe(quoted.length)
  })

  it.each(quoted)('are printed by the action: $message', ({ message, cell, advice }) => {
    expect(cell).toBe(`\`${message}\``)
    // With fewer words, anything would be found.
    expect(message.replaceAll(VALUE, '').match(/\w{2,}/g)?.length).toBeGreaterThanOrEqual(3)
    expect(isPrinted(message), message).toBe(true)
    expect(advice).not.toBe('')
  })

  it('are reported when no source file prints them', () => {
    expect(isPrinted('The export was eaten by a dog: …')).toBe(false)
  })
})
