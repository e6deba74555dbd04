import { count } from '../numbers.ts'

type Kind = 'text' | 'number' | 'boolean' | 'json'

/** Every output of the action, as action.yml lists them, by its kind, which decides how it appears in `result`. */
export const OUTPUTS = {
  dataset_id: 'text',
  dataset_name: 'text',
  dataset_status: 'text',
  source_dataset_id: 'text',
  snapshot_id: 'text',
  snapshot_name: 'text',
  safety_snapshot_id: 'text',
  snapshots: 'json',
  deleted_snapshot_ids: 'json',
  would_delete_snapshot_ids: 'json',
  task_id: 'text',
  export_id: 'text',
  export_path: 'text',
  export_dir: 'text',
  export_size_bytes: 'number',
  export_sha256: 'text',
  media_count: 'number',
  content_digest: 'text',
  changed: 'boolean',
  added_count: 'number',
  removed_count: 'number',
  modified_count: 'number',
  comparison_path: 'text',
  annotations_path: 'text',
  artifact_id: 'text',
  artifact_name: 'text',
  artifact_url: 'text',
  artifact_digest: 'text',
  elapsed_seconds: 'number',
  error_code: 'text',
  headline: 'text',
  report_path: 'text',
  result: 'json',
} as const satisfies Record<string, Kind>

export type OutputName = keyof typeof OUTPUTS
/** `result` is made of the others. */
export type SettableOutput = Exclude<OutputName, 'result'>

/** What every step sets, whatever it does. */
export const COMMON_OUTPUTS = [
  'dataset_id',
  'dataset_name',
  'dataset_status',
  'elapsed_seconds',
  'error_code',
  'headline',
  'report_path',
  'result',
] as const satisfies readonly OutputName[]

/** What some operations set; each declares which. */
export type OwnOutput = Exclude<OutputName, (typeof COMMON_OUTPUTS)[number]>

/**
 * GitHub allows a job about 1 MB of outputs, counted in UTF-16 (docs.github.com, "Passing information between jobs"), and
 * breaks the workflow beyond. A list is both in its own output and in `result`.
 */
const LONGEST_LIST_CHARS = 200_000
const LONGEST_TEXT_CHARS = 20_000
const LONGEST_RESULT_CHARS = 250_000

/** The outputs set so far, and the rules for their form. Writes nothing. */
export class Outputs {
  readonly #values = new Map<SettableOutput, string>()
  readonly #extras = new Map<string, string | readonly string[]>()

  /**
   * Remembers a value and returns it as it goes to GitHub: always a string, and of bearable length. `problem` says in a
   * sentence what had to be left out.
   */
  set(name: SettableOutput, value: string | number | boolean): { text: string; problem?: string } {
    const given = String(value).toWellFormed()
    const shortened = OUTPUTS[name] === 'json' ? shortenList(given) : shortenText(given)
    this.#values.set(name, shortened.text)
    return { text: shortened.text, ...(shortened.left && { problem: `The output ${name} ${shortened.left}` }) }
  }

  /** The value as it was written; empty when not set. */
  get(name: SettableOutput): string {
    return this.#values.get(name) ?? ''
  }

  /** A value that is in `result` only. */
  addToResult(name: string, value: string | readonly string[]): void {
    this.#extras.set(name, value)
  }

  /** The `result` output: every other one under its name, numbers and lists as such, `null` for those not set. */
  result(): { text: string; problem?: string } {
    const entries = Object.keys(OUTPUTS).filter(isSettable)
    const extras = [...this.#extras]
    const values = entries.map((name): [string, unknown] => [name, parsed(name, this.get(name))])
    const whole = JSON.stringify(Object.fromEntries([...values, ...extras]))
    if (whole.length <= LONGEST_RESULT_CHARS) return { text: whole }
    const ids = entries.map((name) => [
      name,
      OUTPUTS[name] === 'json' || this.get(name).length > 1000 ? null : parsed(name, this.get(name)),
    ])
    return {
      text: JSON.stringify(Object.fromEntries([...ids, ...extras])),
      problem: "The output result does not contain its long values, to fit GitHub's size limit.",
    }
  }
}

function isSettable(name: string): name is SettableOutput {
  return Object.hasOwn(OUTPUTS, name) && name !== 'result'
}

function parsed(name: SettableOutput, text: string): unknown {
  if (text === '') return null
  const kind = OUTPUTS[name]
  if (kind === 'number') return Number.isFinite(Number(text)) ? Number(text) : text
  if (kind === 'boolean') return text === 'true'
  return kind === 'json' ? (parseJson(text) ?? text) : text
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function shortenText(text: string): { text: string; left?: string } {
  if (text.length <= LONGEST_TEXT_CHARS) return { text }
  return {
    text: text.slice(0, LONGEST_TEXT_CHARS).toWellFormed(),
    left: `was cut to the first ${count(LONGEST_TEXT_CHARS)} of ${count(text.length)} characters.`,
  }
}

/** Keeps as many elements from the front as fit, so that what is left is still a JSON array. */
function shortenList(text: string): { text: string; left?: string } {
  if (text.length <= LONGEST_LIST_CHARS) return { text }
  const list = parseJson(text)
  if (!Array.isArray(list))
    return { text: '[]', left: `is empty: its ${count(text.length)} characters exceed GitHub's size limit.` }
  const kept: string[] = []
  let chars = 2
  for (const element of list as unknown[]) {
    const json = JSON.stringify(element)
    if (chars + json.length + 1 > LONGEST_LIST_CHARS) break
    kept.push(json)
    chars += json.length + 1
  }
  return {
    text: `[${kept.join(',')}]`,
    left: `was cut to the first ${count(kept.length)} of ${count(list.length)} entries to fit GitHub's size limit.`,
  }
}
