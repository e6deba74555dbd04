import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ERROR_CODES } from '../../src/errors.ts'
import { INPUT_DEFAULTS, isInputName } from '../../src/inputs/input-table.ts'
import { type OperationName, OPERATIONS } from '../../src/inputs/operations-table.ts'
import { OUTPUTS } from '../../src/runner/outputs.ts'
import { VERSION } from '../../src/version.ts'
import { ACTION, codeWords, fileText, section, tableRows } from './documents.ts'
import { operationsUsing } from './readme-tables.ts'

const README = fileText('README.md')
const OPERATION_NAMES = Object.keys(OPERATIONS).filter(isOperation)
const PACKAGE = z
  .object({ version: z.string(), license: z.string(), scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(fileText('package.json')))

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name)
}

/** The rows below a heading by the word in their first cell. */
function table(heading: string): Map<string, string[]> {
  const rows = tableRows(section(README, heading)).map((cells) => [codeWords(cells[0] ?? '')[0] ?? '', cells] as const)
  expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length)
  return new Map(rows)
}

describe('README.md', () => {
  it('begins with what it is, and the two commands for who has cloned it', () => {
    const [title, what, ...rest] = README.split('\n\n')
    expect(title).toMatch(/^# /)
    expect(what).toMatch(/^[A-Z].*\.$/s)
    expect(rest.slice(0, 4).join('\n')).toMatch(/npm ci && npm run demo\b.*\nnpm ci && npm test\n/s)
  })

  it('lists every input with its default, and no other', () => {
    const rows = table('## Inputs')
    expect([...rows.keys()].sort()).toEqual(Object.keys(ACTION.inputs).sort())
    for (const [name, [, byDefault = '']] of rows) {
      const standard = isInputName(name) ? INPUT_DEFAULTS[name] : undefined
      if (name === 'operation') expect(byDefault, name).toBe('required')
      else expect(codeWords(byDefault).join(), name).toBe(standard)
    }
  })

  it('says of every input which operations use it', () => {
    for (const [name, [, , usedBy = '']] of table('## Inputs')) {
      if (!isInputName(name)) continue
      const told = usedBy === 'all' ? OPERATION_NAMES : codeWords(usedBy)
      expect([...told].sort(), name).toEqual([...operationsUsing(name)].sort())
      expect(told, name).not.toEqual([])
    }
  })

  it('lists every output, and no other', () => {
    const names = [...table('## Outputs').keys()].sort()
    expect(names).toEqual(Object.keys(OUTPUTS).sort())
    expect(names).toEqual(Object.keys(ACTION.outputs).sort())
  })

  it('shows operations in the order in which they are told', () => {
    const rows = tableRows(section(README, '## Operations')).map(([name = '']) => codeWords(name)[0])
    expect(rows).toEqual(OPERATION_NAMES)
    expect([...README.matchAll(/^### `([\w-]+)`$/gm)].map(({ 1: name }) => name)).toEqual(OPERATION_NAMES)
  })

  it('lists every error code, and no other', () => {
    expect([...table('## When a step fails').keys()].sort()).toEqual([...ERROR_CODES].sort())
  })

  it('has a section for every operation on offer, with a step that can be copied and what "done" means', () => {
    for (const name of OPERATION_NAMES) {
      const text = section(README, `### \`${name}\``)
      expect(text, name).toContain(`operation: ${name}\n`)
      expect(text, name).toContain('**Done** means')
    }
  })
})

describe('the documents', () => {
  const documents = [
    'README.md',
    '.github/CONTRIBUTING.md',
    '.github/SECURITY.md',
    '.github/RELIABILITY.md',
    '.github/CONTENT_DIGEST.md',
    '.github/CHANGELOG.md',
    'src/visual-layer/README.md',
  ]

  it.each(documents)('link only to what is there: %s', (path) => {
    const text = fileText(path)
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(({ 1: target = '' }) => target)
    for (const link of links) {
      const [file = '', anchor] = link.split('#', 2)
      const target = file === '' ? path : join(dirname(path), file)
      expect(existsSync(join(import.meta.dirname, '../..', target)), link).toBe(true)
      if (anchor !== undefined) expect(anchorsOf(fileText(target)), link).toContain(anchor)
    }
  })

  it.each([...documents, '.ci/run', '.github/workflows/ci.yml'])('name only npm scripts that are there: %s', (path) => {
    const named = [...fileText(path).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(({ 1: name = '' }) => name)
    for (const name of named) expect(Object.keys(PACKAGE.scripts)).toContain(name)
  })

  it('agree on the version', () => {
    expect(PACKAGE).toMatchObject({ version: VERSION, license: 'MIT' })
    expect(README).toContain(`@v${VERSION.split('.')[0]}`)
    expect(fileText('LICENSE')).toMatch(
      /^MIT License\n\nCopyright \(c\) \d{4} Visual Layer Dataset action contributors\n/,
    )
  })
})

/** The anchors that GitHub makes of the headings of a Markdown text. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(({ 1: heading = '' }) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
