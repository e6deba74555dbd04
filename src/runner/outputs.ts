interface OutputSpec {
  kind: 'text' | 'number' | 'boolean' | 'json'
  description: string
}

/** Every output of the action, as action.yml lists them: the kind decides how it stands in `result`. */
export const OUTPUTS = {
  dataset_id: { kind: 'text', description: 'The dataset that was made or acted on; for clone the new one' },
  dataset_name: { kind: 'text', description: 'Its name' },
  dataset_status: { kind: 'text', description: 'Its status as last seen' },
  source_dataset_id: { kind: 'text', description: 'The dataset a clone was made from' },
  snapshot_id: { kind: 'text', description: 'The snapshot that was made, restored, cloned or changed' },
  snapshot_name: { kind: 'text', description: 'Its name' },
  safety_snapshot_id: { kind: 'text', description: 'The snapshot taken before a restore' },
  snapshots: { kind: 'json', description: 'The snapshot catalog, as a JSON array' },
  deleted_snapshot_ids: { kind: 'json', description: 'The snapshots that were deleted, as a JSON array' },
  task_id: { kind: 'text', description: 'The task that did the work' },
  export_id: { kind: 'text', description: 'The export' },
  export_path: { kind: 'text', description: 'The ZIP on disk, complete and verified' },
  export_dir: { kind: 'text', description: 'The folder that holds the export and its manifest.json' },
  export_size_bytes: { kind: 'number', description: 'Size of what was downloaded' },
  export_sha256: { kind: 'text', description: 'SHA-256 of what was downloaded' },
  media_count: { kind: 'number', description: 'Records in the export' },
  content_digest: { kind: 'text', description: 'SHA-256 over the records, whatever their order' },
  changed: { kind: 'boolean', description: 'Whether the export differs from the one compared with' },
  added_count: { kind: 'number', description: 'Records that are new' },
  removed_count: { kind: 'number', description: 'Records that are gone' },
  modified_count: { kind: 'number', description: 'Records that changed' },
  artifact_id: { kind: 'text', description: 'The GitHub artifact' },
  artifact_name: { kind: 'text', description: 'The name GitHub stored it under' },
  artifact_url: { kind: 'text', description: 'Where to download it' },
  artifact_digest: { kind: 'text', description: 'SHA-256 of the artifact' },
  elapsed_seconds: { kind: 'number', description: 'How long the step took' },
  error_code: { kind: 'text', description: 'Why the step failed' },
  result: { kind: 'json', description: 'All other outputs as one JSON object' },
} as const satisfies Record<string, OutputSpec>

export type OutputName = keyof typeof OUTPUTS
/** `result` is made of the others. */
export type SettableOutput = Exclude<OutputName, 'result'>

/**
 * GitHub allows a job about 1 MB of outputs, counted in UTF-16 (docs.github.com, "Passing information between jobs"), and
 * breaks the workflow beyond. A list stands both in its own output and in `result`.
 */
const LONGEST_LIST_CHARS = 200_000
const LONGEST_TEXT_CHARS = 20_000
const LONGEST_RESULT_CHARS = 250_000

/** The outputs set so far, and the rules for their form. Writes nothing. */
export class Outputs {
  readonly #values = new Map<SettableOutput, string>()
  readonly #extras = new Map<string, string>()

  /**
   * Remembers a value and returns it as it goes to GitHub: always a string, and of bearable length. `problem` says in a
   * sentence what had to be left out.
   */
  set(name: SettableOutput, value: string | number | boolean): { text: string; problem?: string } {
    const given = String(value).toWellFormed()
    const shortened = OUTPUTS[name].kind === 'json' ? shortenList(given) : shortenText(given)
    this.#values.set(name, shortened.text)
    return { text: shortened.text, ...(shortened.left && { problem: `The output ${name} ${shortened.left}` }) }
  }

  /** The value as it was written; empty when not set. */
  get(name: SettableOutput): string {
    return this.#values.get(name) ?? ''
  }

  /** A value that stands in `result` only. */
  addToResult(name: string, value: string): void {
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
      OUTPUTS[name].kind === 'json' || this.get(name).length > 1000 ? null : parsed(name, this.get(name)),
    ])
    return {
      text: JSON.stringify(Object.fromEntries([...ids, ...extras])),
      problem: 'The output result is without its long values: together they are more than GitHub takes.',
    }
  }
}

function isSettable(name: string): name is SettableOutput {
  return Object.hasOwn(OUTPUTS, name) && name !== 'result'
}

function parsed(name: SettableOutput, text: string): unknown {
  if (text === '') return null
  const { kind } = OUTPUTS[name]
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
    left: `was cut after ${LONGEST_TEXT_CHARS} of ${text.length} characters.`,
  }
}

/** Keeps as many elements from the front as fit, so that what is left is still a JSON array. */
function shortenList(text: string): { text: string; left?: string } {
  if (text.length <= LONGEST_LIST_CHARS) return { text }
  const list = parseJson(text)
  if (!Array.isArray(list))
    return { text: '[]', left: `is empty: its ${text.length} characters are more than GitHub takes.` }
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
    left: `holds the first ${kept.length} of ${list.length} entries: more is over what GitHub takes.`,
  }
}
