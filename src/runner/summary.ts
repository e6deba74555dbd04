import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type ErrorCode, type ErrorDetails } from '../errors.ts'
import { chartMarkdown, chartTable, frameOf } from './chart.ts'
import { endOf } from './headline.ts'
import type { Cell, Chart, Fact, Reporter, Section, Table } from './reporter.ts'
import { code, lines, markdown } from './text.ts'
import { count, duration } from '../numbers.ts'

/** What the job summary shows. All text is plain; it may come from outside, and is escaped here. */
export interface SummaryModel {
  operation: string
  /** One sentence: what was done to what. Empty if the error says it all. */
  headline: string
  dataset?: { name?: string | undefined; id?: string | undefined; link?: string | undefined } | undefined
  facts: readonly Fact[]
  notes: readonly string[]
  warnings: readonly string[]
  sections?: readonly Section[] | undefined
  error?: ({ code: ErrorCode; message: string } & Pick<ErrorDetails, 'apiWords' | 'todo' | 'trace'>) | undefined
  durationMs: number
  runUrl?: string | undefined
}

/** GitHub drops the whole summary of a step over 1 MiB (FileCommandManager.cs of actions/runner). */
const MAX_BYTES = 1_000_000
/** Kept free for the lines that say what was left out. */
const LEFT_OUT_BYTES = 8_000
/** A comment takes 65,536 characters. */
const MAX_REPORT_BYTES = 60_000
const CUT = '\nThis report was cut to fit into a comment. The job summary shows everything.\n'

/**
 * The summary as Markdown, of at most `maxBytes` bytes: first the verdict, then what happened and what changed, the charts, the facts,
 * and the details. Rows and charts that do not fit are counted, none is cut in the middle.
 */
export function buildSummary(model: SummaryModel, maxBytes = MAX_BYTES): string {
  return pageOf(model, maxBytes).text
}

/** The same for a comment: of at most 60,000 bytes, and with a sentence that says so if something was left out. */
export function buildReport(model: SummaryModel): string {
  const page = pageOf(model, MAX_REPORT_BYTES - CUT.length)
  return page.isCut ? page.text + CUT : page.text
}

function pageOf(model: SummaryModel, maxBytes: number): Page {
  const page = new Page(maxBytes)
  const [sign, end] = endOf(model.error?.code)
  page.add(`## ${sign} Visual Layer: ${markdown(model.operation, 100)}${end}\n`)
  if (model.headline !== '') page.add(`\n${paragraph(model.headline, 1000)}\n`)
  if (model.error) page.add(errorSection(model.error))
  const [facts, details] = factRows(model)
  const giveRoom = page.keepRoom([FACTS_HEAD, ...facts, DETAILS_HEAD, ...details, FOLD_END].join(''))
  page.list(
    'lines',
    '\n### What happened\n\n',
    model.notes.map((note) => `- ${markdown(note, 1000)}\n`),
  )
  page.list(
    'warnings',
    '\n### Warnings\n\n',
    model.warnings.map((warning) => `- ${paragraph(warning, 2000)}\n`),
  )
  const sections = model.sections ?? []
  const tables = sections.filter((section) => 'rows' in section)
  const placed = (place: Table['place']) => tables.filter((table) => table.place === place)
  for (const table of [...placed('first'), ...placed(undefined)]) addTable(page, table)
  addCharts(
    page,
    sections.filter((section) => 'series' in section),
  )
  giveRoom()
  page.list('details', FACTS_HEAD, facts)
  page.list('IDs, paths, and digests', DETAILS_HEAD, details, FOLD_END)
  for (const table of placed('folded')) addTable(page, table)
  return page
}

function addCharts(page: Page, charts: readonly Chart[]): void {
  const frame = frameOf(charts)
  let leftOut = 0
  for (const chart of charts) {
    const drawn = chartMarkdown(chart, frame)
    if (drawn === undefined) addTable(page, chartTable(chart))
    else if (!page.add(drawn)) leftOut += 1
  }
  if (leftOut > 0) page.addNote(`${count(leftOut)} more ${leftOut === 1 ? 'chart' : 'charts'}`)
}

type Redacting = Pick<Reporter, 'debug' | 'warning'> & { redact(text: string): string }

/**
 * Appends the summary to the step's summary file. Masked secrets are replaced. Never throws: without the file, or when it
 * cannot be written, the step continues.
 */
export function writeSummary(model: SummaryModel, options: { env: NodeJS.ProcessEnv; reporter: Redacting }): void {
  const { env, reporter } = options
  const path = env['GITHUB_STEP_SUMMARY']
  if (!path) return reporter.debug('No job summary: GITHUB_STEP_SUMMARY is not set.')
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    appendFileSync(path, buildSummary(redacted(model, reporter), MAX_BYTES - size))
  } catch (error) {
    reporter.warning(`Could not write the job summary (GITHUB_STEP_SUMMARY): ${describe(error)}.`)
  }
}

/**
 * Writes the report to a file of its own in the folder `temp`. Masked secrets are replaced. Returns its absolute path; '' if it cannot
 * be written, which is a warning.
 */
export function writeReport(model: SummaryModel, options: { temp: string; reporter: Redacting }): string {
  const { temp, reporter } = options
  const path = join(temp, `visual-layer-report-${randomUUID()}.md`)
  try {
    mkdirSync(temp, { recursive: true })
    writeFileSync(path, buildReport(redacted(model, reporter)), { flag: 'wx' })
    return path
  } catch (error) {
    reporter.warning(`Could not write the report (report_path): ${describe(error)}. The output report_path is empty.`)
    return ''
  }
}

/** Before escaping, which would hide a secret from the search for it. */
function redacted(model: SummaryModel, reporter: Redacting): SummaryModel {
  return JSON.parse(JSON.stringify(model), (_key, value: unknown) =>
    typeof value === 'string' ? reporter.redact(value) : value,
  )
}

/** Markdown that grows by whole parts, as long as they fit. */
class Page {
  /** Whether something was left out. */
  isCut = false
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
    if (bytes > this.#freeBytes) {
      this.isCut = true
      return false
    }
    this.#text += piece
    this.#freeBytes -= bytes
    return true
  }

  /** Keeps room for a text that is added later, of at most a quarter of what is left; the function that it returns gives it back. */
  keepRoom(text: string): () => void {
    const bytes = Math.min(Buffer.byteLength(text), this.#freeBytes / 4)
    this.#freeBytes -= bytes
    return () => void (this.#freeBytes += bytes)
  }

  /** Adds items between `head` and `tail`, as many as fit, and counts the others. Without room for the first, neither of the two. */
  list(items: string, head: string, [first, ...rest]: readonly string[], tail = ''): void {
    if (first === undefined) return
    const tailBytes = Buffer.byteLength(tail)
    this.#freeBytes -= tailBytes
    let left = rest.length + 1
    if (this.add(head + first)) {
      const end = rest.findIndex((item) => !this.add(item))
      left = end < 0 ? 0 : rest.length - end
      this.#text += tail
    } else this.#freeBytes += tailBytes
    if (left > 0) this.addNote(`${count(left)} more ${items}`)
  }

  /** Says what was left out, in the room kept free for that. */
  addNote(leftOut: string): void {
    const note = `\n… and ${leftOut}\n`
    if (Buffer.byteLength(this.#text + note) <= this.#maxBytes) this.#text += note
  }
}

function errorSection(error: NonNullable<SummaryModel['error']>): string {
  const said = error.apiWords && `\n**Server message:** ${markdown(error.apiWords, 2000)}\n`
  // A cancellation is no failure, and its text says what was left or undone.
  const [what, next] = error.code === 'cancelled' ? ['What happened', 'What is left'] : ['What failed', 'What to do']
  const todo = error.todo && `\n**${next}:** ${paragraph(error.todo, 3000)}\n`
  const trace = error.trace && `\n${markdown(error.trace, 700)}\n`
  return `\n**${what}** (${code(error.code)}): ${paragraph(error.message, 4000)}\n${said ?? ''}${todo ?? ''}${trace ?? ''}`
}

/** The rows of the facts, and those of the details that are folded. */
function factRows(model: SummaryModel): [facts: string[], details: string[]] {
  const { name, id, link: address } = model.dataset ?? {}
  const { durationMs, runUrl } = model
  const facts: string[] = []
  const details: string[] = []
  if (name) facts.push(tableRow(['Dataset', link(markdown(name), address)]))
  if (id) details.push(tableRow(['Dataset ID', name ? code(id) : link(code(id), address)]))
  for (const fact of model.facts) {
    const value = fact.code ? code(fact.value) : markdown(fact.value)
    const row = tableRow([markdown(fact.label, 100), link(value, fact.link)])
    if (fact.code) details.push(row)
    else facts.push(row)
  }
  if (durationMs >= 1000) facts.push(tableRow(['Duration', duration(durationMs)]))
  if (runUrl) details.push(tableRow(['Workflow run', link(markdown(runName(runUrl)), runUrl)]))
  return [underHeader(facts), underHeader(details)]
}

function runName(runUrl: string): string {
  const [, run, attempt] = /\/runs\/(\d+)(?:\/attempts\/(\d+))?$/.exec(runUrl) ?? []
  return run ? `${run}${attempt ? `, attempt ${attempt}` : ''}` : 'this run'
}

function addTable(page: Page, { title, headers, rows, place }: Table): void {
  const isFolded = place === 'folded'
  const head = isFolded ? folded(markdown(title, 200)) : `\n### ${markdown(title, 200)}\n\n`
  const shown = headers.map((header) => markdown(header, 100))
  page.list(
    `rows of ${markdown(title, 200)}`,
    `${head}${tableRow(shown)}${tableRow(shown.map(() => '---'))}`,
    rows.map((row) => tableRow(row.map(cell))),
    isFolded ? FOLD_END : '',
  )
}

/** Rows of labels and values as a table. A table must have a header, so the first row is one. */
function underHeader([first, ...rest]: readonly string[]): string[] {
  return first === undefined ? [] : [`${first}| :--- | :--- |\n`, ...rest]
}

const FACTS_HEAD = '\n### Details\n\n'
const DETAILS_HEAD = folded('IDs, paths, and digests')
const FOLD_END = '\n</details>\n'

function folded(title: string): string {
  return `\n<details><summary>${title}</summary>\n\n`
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
