import { appendFileSync, statSync } from 'node:fs'
import { describe, type ErrorCode } from '../errors.ts'
import { chartMarkdown, chartTable } from './chart.ts'
import type { Cell, Fact, Reporter, Section, Table } from './reporter.ts'
import { code, count, duration, lines, markdown } from './text.ts'

export type Outcome = 'success' | 'failed' | 'cancelled' | 'timed_out'

/** What the job summary tells. All text is plain; it may come from outside, and is escaped here. */
export interface SummaryModel {
  operation: string
  outcome: Outcome
  /** One sentence: what was done to what. */
  headline: string
  dataset?: { name?: string | undefined; id?: string | undefined; link?: string | undefined } | undefined
  facts: readonly Fact[]
  notes: readonly string[]
  warnings: readonly string[]
  sections?: readonly Section[] | undefined
  error?: { code: ErrorCode; message: string; apiWords?: string | undefined; todo?: string | undefined } | undefined
  durationMs: number
  runUrl?: string | undefined
}

/** GitHub drops the whole summary of a step over 1 MiB (FileCommandManager.cs of actions/runner). */
const MAX_BYTES = 1_000_000
/** Kept free for the lines that say what was left out. */
const LEFT_OUT_BYTES = 8_000

const TITLES: Record<Outcome, (operation: string) => string> = {
  success: (operation) => `✅ Visual Layer: ${operation}`,
  failed: (operation) => `❌ Visual Layer: ${operation} failed`,
  cancelled: (operation) => `🚫 Visual Layer: ${operation} was cancelled`,
  timed_out: (operation) => `⏱️ Visual Layer: ${operation} timed out`,
}

/** The summary as Markdown, of at most `maxBytes` bytes: rows and charts that do not fit are counted, none is cut in the middle. */
export function buildSummary(model: SummaryModel, maxBytes = MAX_BYTES): string {
  const page = new Page(maxBytes)
  page.add(`## ${TITLES[model.outcome](markdown(model.operation, 100))}\n\n${paragraph(model.headline, 1000)}\n`)
  if (model.error) page.add(errorSection(model.error))
  page.list('\n| | |\n| --- | --- |\n', factRows(model))
  page.list(
    '\n### What happened\n\n',
    model.notes.map((note) => `- ${markdown(note, 1000)}\n`),
  )
  page.list(
    '\n### Warnings\n\n',
    model.warnings.map((warning) => `- ${paragraph(warning, 2000)}\n`),
  )
  let chartsLeftOut = 0
  for (const section of model.sections ?? []) {
    const chart = 'series' in section ? chartMarkdown(section) : undefined
    if (chart === undefined) addTable(page, 'series' in section ? chartTable(section) : section)
    else if (!page.add(chart)) chartsLeftOut += 1
  }
  if (chartsLeftOut > 0) page.addNote(`${count(chartsLeftOut)} more ${chartsLeftOut === 1 ? 'chart' : 'charts'}`)
  return page.text
}

/**
 * Appends the summary to the step's summary file. Masked secrets are replaced. Never throws: without the file, or when it
 * cannot be written, the step goes on.
 */
export function writeSummary(
  model: SummaryModel,
  options: { env: NodeJS.ProcessEnv; reporter: Pick<Reporter, 'debug' | 'warning'> & { redact(text: string): string } },
): void {
  const { env, reporter } = options
  const path = env['GITHUB_STEP_SUMMARY']
  if (!path) return reporter.debug('No job summary: GITHUB_STEP_SUMMARY is not set.')
  try {
    // Before escaping, which would hide a secret from the search for it.
    const redacted: SummaryModel = JSON.parse(JSON.stringify(model), (_key, value: unknown) =>
      typeof value === 'string' ? reporter.redact(value) : value,
    )
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    appendFileSync(path, buildSummary(redacted, MAX_BYTES - size))
  } catch (error) {
    reporter.warning(`Could not write the job summary (GITHUB_STEP_SUMMARY): ${describe(error)}.`)
  }
}

/** Markdown that is added to in whole pieces, as long as they fit. */
class Page {
  #text = ''
  #freeBytes: number
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#freeBytes = maxBytes - LEFT_OUT_BYTES
  }

  get text(): string {
    return this.#text
  }

  add(piece: string): boolean {
    const bytes = Buffer.byteLength(piece)
    if (bytes > this.#freeBytes) return false
    this.#text += piece
    this.#freeBytes -= bytes
    return true
  }

  list(head: string, items: readonly string[]): void {
    if (items.length === 0) return
    const fitting = this.add(head) ? items.findIndex((item) => !this.add(item)) : 0
    if (fitting < 0) return
    this.addNote(`${count(items.length - fitting)} more`)
  }

  /** Says what was left out, in the room kept free for that. */
  addNote(leftOut: string): void {
    const note = `\n… and ${leftOut}\n`
    if (Buffer.byteLength(this.#text + note) <= this.#maxBytes) this.#text += note
  }
}

function errorSection(error: NonNullable<SummaryModel['error']>): string {
  const said = error.apiWords && `\n**The server said:** ${markdown(error.apiWords, 2000)}\n`
  const todo = error.todo && `\n**What to do:** ${paragraph(error.todo, 3000)}\n`
  return `\n**What failed** (${code(error.code)}): ${paragraph(error.message, 4000)}\n${said ?? ''}${todo ?? ''}`
}

function factRows(model: SummaryModel): string[] {
  const rows: string[] = []
  const { name, id, link: address } = model.dataset ?? {}
  const shown = [name && link(markdown(name), address), id && (name ? code(id) : link(code(id), address))].filter(
    Boolean,
  )
  if (shown.length > 0) rows.push(tableRow(['Dataset', shown.join(' ')]))
  for (const fact of model.facts) {
    const value = fact.code ? code(fact.value) : markdown(fact.value)
    rows.push(tableRow([markdown(fact.label, 100), link(value, fact.link)]))
  }
  rows.push(tableRow(['Took', duration(model.durationMs)]))
  if (model.runUrl) rows.push(tableRow(['Workflow run', link(markdown(runName(model.runUrl)), model.runUrl)]))
  return rows
}

function runName(runUrl: string): string {
  const [, run, attempt] = /\/runs\/(\d+)(?:\/attempts\/(\d+))?$/.exec(runUrl) ?? []
  return run ? `${run}${attempt ? `, attempt ${attempt}` : ''}` : 'this run'
}

function addTable(page: Page, table: Table): void {
  const headers = table.headers.map((header) => markdown(header, 100))
  page.list(
    `\n### ${markdown(table.title, 200)}\n\n${tableRow(headers)}${tableRow(headers.map(() => '---'))}`,
    table.rows.map((row) => tableRow(row.map(cell))),
  )
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

function cell(content: Cell): string {
  if (typeof content === 'string') return markdown(content)
  return 'code' in content ? code(content.code) : link(markdown(content.text), content.link)
}

/** Only http and https lead anywhere; anything else stays text. */
function link(shown: string, address: string | undefined): string {
  const url = URL.parse(address ?? '')
  if (!url || !shown || !/^https?:$/.test(url.protocol)) return shown
  return `<a href="${url.href.replace(/[&<>"'|`\\*_[\]]/g, (character) => `&#${character.charCodeAt(0)};`)}">${shown}</a>`
}

/** Text of several lines in one paragraph; indentation, which YAML needs, is kept. */
function paragraph(text: string, maxChars: number): string {
  return lines(text, maxChars)
    .split('\n')
    .map((line) => '&nbsp;'.repeat(/^ */.exec(line)?.[0].length ?? 0) + markdown(line, maxChars))
    .join('<br>')
}
