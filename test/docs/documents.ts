import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '../..')

/** A file of the project. */
export function fileText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Every Markdown page of the project. */
export const PAGES = ['README.md', 'src/visual-layer/README.md', '.github/*.md', '.github/docs/*.md'].flatMap(
  (pattern) => globSync(pattern, { cwd: ROOT }).map((path) => path.replaceAll('\\', '/')),
)

const metadata = z.object({
  inputs: z.record(
    z.string(),
    z.object({ description: z.string(), required: z.boolean().optional(), default: z.string().optional() }),
  ),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
})

/** What `action.yml` declares. */
export const ACTION = metadata.parse(parse(fileText('action.yml')))

export interface CodeBlock {
  language: string
  text: string
  /** Where it begins, counted from 1. */
  line: number
}

/** The fenced code blocks of a Markdown text. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: text = '', index }) => ({
    language,
    text,
    line: markdown.slice(0, index).split('\n').length + 1,
  }))
}

/** The text below a heading, up to the next one of its own or a higher level. */
export function section(markdown: string, heading: string): string {
  const level = heading.indexOf(' ')
  const [, after] = markdown.split(`\n${heading}\n`, 2)
  if (after === undefined) throw new Error(`There is no heading "${heading}".`)
  return after.split(new RegExp(`^#{1,${level}} `, 'm'), 1)[0] ?? ''
}

/** The rows of all tables in a Markdown text: their cells, without heads and rules. */
export function tableRows(markdown: string): string[][] {
  const tables = markdown.match(/(?:^\|.*\|$\n?)+/gm) ?? []
  return tables.flatMap((table) =>
    table
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((row) =>
        row
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      ),
  )
}

/** The words in a cell that are set as code. */
export function codeWords(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(({ 1: word = '' }) => word)
}
