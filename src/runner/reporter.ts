import type { SettableOutput } from './outputs.ts'

/** A row of the job summary's table. */
export interface Fact {
  label: string
  value: string
  /** An https address that the value leads to. */
  link?: string | undefined
  /** For IDs, paths, and digests, which a reader copies: shown as code, among the details that are folded. */
  code?: boolean | undefined
}

/** A cell of a table: plain text, something to copy, or text that leads somewhere. */
export type Cell = string | { code: string } | { text: string; link: string }

/** A table of the job summary. All text is plain; it may come from outside. */
export interface Table {
  title: string
  headers: readonly string[]
  rows: readonly (readonly Cell[])[]
  /** `first`: before other tables and charts; `folded`: at the end, closed until a reader opens it. */
  place?: 'first' | 'folded' | undefined
}

/**
 * A bar chart of the job summary: numbers of zero and more, one for each category. All text is plain; it may come from outside.
 * A number that is missing shows as `?`.
 */
export interface Chart {
  title: string
  /** What the numbers count: `images`. */
  unit: string
  categories: readonly string[]
  /** One, or two that are compared: the earlier first. */
  series: readonly { name: string; values: readonly number[] }[]
}

/** What has a heading of its own in the job summary. */
export type Section = Table | Chart

/**
 * All that an operation says to the people and the steps around it. Text may come from outside: whatever is given, no line
 * of the log can start a workflow command, and no masked secret is written.
 */
export interface Reporter {
  /** One line of the log. Line breaks in it become spaces; leading spaces indent. */
  info(line: string): void
  /** A line that shows only when the workflow is re-run with debug logging. */
  debug(line: string): void
  /** A warning annotation; the same text is shown once, however often it is given. */
  warning(message: string, details?: { todo?: string | undefined }): void
  /** Folds what `body` logs under a title. Groups do not nest in GitHub's log: an inner one becomes a heading line. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>
  /** A line stamped with the time since the step began; one equal to the last is skipped for five minutes. */
  progress(line: string): void
  /** Sets an output at once, so that it is there when the step fails or is killed later. The last value counts. */
  output(name: SettableOutput, value: string | number | boolean): void
  /** Adds a value that is in the output `result` only. */
  addToResult(name: string, value: string | readonly string[]): void
  /** Registers a secret, before its first use. Values under 4 characters are not masked. */
  mask(secret: string): void
  /**
   * A row of the job summary; the last value for a label counts, the place is the first one's. With `insteadOf` it takes the place of
   * the row with that label.
   */
  fact(label: string, value: string, options?: Pick<Fact, 'link' | 'code'> & { insteadOf?: string }): void
  /**
   * A table of the job summary, before the charts; of the tables and charts of a title the last counts, the place is the first one's.
   * Rows that the summary has no room for are counted.
   */
  table(table: Table): void
  /** A chart; shown as a table where it has too many categories for a picture, or numbers that cannot be drawn. */
  chart(chart: Chart): void
  /** A sentence for the summary's account of what happened; logged too. */
  note(text: string): void
}
