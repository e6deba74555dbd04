import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ERROR_CODES } from '../../src/errors.ts'
import { OPERATION_NAMES } from '../../src/operations/index.ts'
import { VERSION } from '../../src/version.ts'
import { codeWords, fileText, PAGES, section, tableRows } from './documents.ts'

const README = fileText('README.md')
const OPERATIONS_PAGE = fileText('.github/docs/operations.md')
const TROUBLESHOOTING = fileText('.github/docs/troubleshooting.md')
const PACKAGE = z
  .object({ version: z.string(), license: z.string(), scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(fileText('package.json')))

/** The words in the first cells of the tables below a heading. */
function firstWords(page: string, heading: string): string[] {
  return tableRows(section(page, heading)).flatMap(([cell = '']) => codeWords(cell))
}

describe('README.md', () => {
  it('begins with what the action is, that it has not met the live service, and two commands to try it', () => {
    const [title, what, known, ...rest] = README.split('\n\n')
    expect(title).toMatch(/^# /)
    expect(what).toMatch(/^[A-Z].*\.$/s)
    expect(known).toContain('live service')
    expect(rest.slice(0, 2).join('\n')).toMatch(/npm ci && npm run demo\b.*\nnpm ci && npm test\n/s)
  })

  it('is read in one sitting', () => {
    expect(README.length).toBeLessThan(20_000)
  })

  it('lists the operations in their order', () => {
    expect(tableRows(section(README, '## Operations')).map(([name = '']) => codeWords(name)[0])).toEqual(
      OPERATION_NAMES,
    )
  })
})

describe('operations.md', () => {
  it('has a section for every operation, and no other', () => {
    const sections = [...OPERATIONS_PAGE.matchAll(/^### `([\w-]+)`$/gm)].map(({ 1: name = '' }) => name)
    expect(sections.sort()).toEqual([...OPERATION_NAMES].sort())
  })

  it.each(OPERATION_NAMES)('has a step to copy and says when it is done: %s', (name) => {
    const text = section(OPERATIONS_PAGE, `### \`${name}\``)
    expect(text).toContain(`operation: ${name}\n`)
    expect(text).toContain('**Done when** ')
  })
})

describe('troubleshooting.md', () => {
  it('lists every error code, and no other', () => {
    const codes = tableRows(section(TROUBLESHOOTING, '## Error codes')).map(([cell = '']) => codeWords(cell)[0] ?? '')
    expect(codes.sort()).toEqual([...ERROR_CODES].sort())
  })

  it('says how to resume every operation that can time out', () => {
    const resumed = firstWords(TROUBLESHOOTING, '## Timeouts and how to resume')
    const others = ['list-snapshots', 'wait']
    expect([...resumed, ...others].sort()).toEqual([...OPERATION_NAMES].sort())
  })
})

describe('the pages', () => {
  it.each(PAGES)('link only to what is there: %s', (path) => {
    const text = fileText(path)
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(({ 1: target = '' }) => target)
    for (const link of links) {
      const [file = '', anchor] = link.split('#', 2)
      const target = file === '' ? path : join(dirname(path), file)
      expect(existsSync(join(import.meta.dirname, '../..', target)), link).toBe(true)
      if (anchor !== undefined) expect(anchorsOf(fileText(target)), link).toContain(anchor)
    }
  })

  it.each([...PAGES, '.ci/run', '.github/workflows/ci.yml'])('name only npm scripts that are there: %s', (path) => {
    const named = [...fileText(path).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(({ 1: name = '' }) => name)
    for (const name of named) expect(Object.keys(PACKAGE.scripts)).toContain(name)
  })

  it('are all linked from README.md', () => {
    const pages = PAGES.filter((path) => path.startsWith('.github/docs/'))
    expect(pages.length).toBeGreaterThan(5)
    for (const path of pages) expect(README).toContain(`](${path})`)
  })

  it('agree on the version and the license', () => {
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
