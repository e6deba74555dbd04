import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isMap, isPair, isScalar, parseDocument } from 'yaml'
import { isInputName, type InputName } from '../../src/inputs/input-table.ts'
import { type OperationName, OPERATIONS } from '../../src/inputs/operations-table.ts'
import { OUTPUTS } from '../../src/runner/outputs.ts'
import { ACTION, fileText } from './documents.ts'
import { outputSetters } from './output-setters.ts'
import { comparisonBlock } from './readme-comparison.ts'

/**
 * `node test/docs/readme-tables.ts --write` writes what README.md has from elsewhere, between its marks: the tables of inputs and
 * outputs, and the example of `comparison.json`. Without `--write` it only tells whether they are up to date.
 */

const NAMES = Object.keys(OPERATIONS).filter((name): name is OperationName => Object.hasOwn(OPERATIONS, name))

/** Where README.md tells more of an input or an output. */
const SECTIONS: Readonly<Record<string, string>> = {
  operation: 'operations',
  api_key: 'credentials',
  api_secret: 'credentials',
  base_url: 'self-hosted-visual-layer',
  rollback_on_failure: 'a-checkpoint-before-training-restored-on-failure',
  files: 'create-from-files',
  split: 'exports-of-any-size',
  shard: 'exports-of-any-size',
  compare_with: 'comparing-with-an-earlier-export',
  fail_if: 'conditions-that-fail-the-step',
  warn_if: 'conditions-that-fail-the-step',
  github_token: 'permissions',
  timeout: 'timeouts-and-how-to-carry-on',
  on_cancel: 'when-a-run-is-cancelled',
  snapshots: 'list-snapshots',
  export_id: 'timeouts-and-how-to-carry-on',
  content_digest: 'the-content-digest',
  changed: 'comparing-with-an-earlier-export',
  error_code: 'when-a-step-fails',
}

/** The operations that do anything with an input that is set to something other than its default. */
export function operationsUsing(input: InputName): OperationName[] {
  // The runner fills this one in, so that no operation warns of it.
  if (input === 'github_token') return ['export']
  return NAMES.filter((operation) => {
    const { warnings } = OPERATIONS[operation].read({ [input]: 'something' }, { workspace: tmpdir() })
    return !warnings.some((warning) => warning.startsWith(`The input "${input}" is set but operation`))
  })
}

/** A description without the operations at its front and the like: these have a column. What is about some of them only stays. */
function meaning(description: string, operations: readonly OperationName[]): string {
  const [front, named] = namedOperations(description)
  const text =
    [...named].sort().join() === [...operations].sort().join() ? description.slice(front.length) : description
  const rest = text.replace(/ Used by all operations\.$/, '')
  return rest.charAt(0).toUpperCase() + rest.slice(1)
}

/** The operations that a description names at its front, and how it does. */
export function namedOperations(description: string): [front: string, names: string[]] {
  const front = /^(?:`[\w-]+`(?:, |: ))+/.exec(description)?.[0] ?? ''
  return front.endsWith(': ') ? [front, front.match(/[\w-]+/g) ?? []] : ['', []]
}

function operationCell(operations: readonly OperationName[]): string {
  return operations.length === NAMES.length ? 'all' : operations.map((name) => `\`${name}\``).join(' ')
}

function nameCell(name: string): string {
  const anchor = SECTIONS[name]
  return anchor === undefined ? `\`${name}\`` : `[\`${name}\`](#${anchor})`
}

function table(headers: readonly string[], rows: readonly string[][]): string {
  const lines = [headers, headers.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n').replaceAll('|  |', '| |')
}

/** One table for each group that `action.yml` makes of its inputs by a comment. */
function inputTables(): string {
  const groups: { title: string; rows: string[][] }[] = []
  for (const [name, title] of inputTitles()) {
    if (title !== undefined) groups.push({ title, rows: [] })
    if (!isInputName(name)) throw new Error(`action.yml has an input that src does not know: ${name}`)
    const { description, default: standard = '', required } = ACTION.inputs[name] ?? { description: '' }
    const operations = name === 'operation' ? NAMES : operationsUsing(name)
    const byDefault = standard === '' ? '' : `\`${standard}\``
    groups
      .at(-1)
      ?.rows.push([
        nameCell(name),
        required ? 'required' : byDefault,
        operationCell(operations),
        meaning(description, operations),
      ])
  }
  return groups
    .map(({ title, rows }) => `**${title}**\n\n${table(['input', 'default', 'used by', 'meaning'], rows)}`)
    .join('\n\n')
}

/** Every input of `action.yml` in order, with the comment above it. */
function inputTitles(): [name: string, title: string | undefined][] {
  const inputs = parseDocument(fileText('action.yml')).get('inputs')
  if (!isMap(inputs)) throw new Error('action.yml has no inputs')
  return inputs.items.filter(isPair).map(({ key }, index) => {
    const comment = (isScalar(key) ? key.commentBefore : undefined) ?? (index === 0 ? inputs.commentBefore : undefined)
    return [String(key), comment?.trim()]
  })
}

const FORMS = { text: 'text', number: 'number', boolean: '`true` or `false`', json: 'JSON' } as const

function outputTable(): string {
  const setters = outputSetters()
  const rows = Object.entries(OUTPUTS).map(([name, kind]) => {
    const operations = setters.get(name) ?? []
    const { description } = ACTION.outputs[name] ?? { description: '' }
    return [nameCell(name), operationCell(operations), FORMS[kind], meaning(description, operations)]
  })
  return table(['output', 'set by', 'form', 'meaning'], rows)
}

/** README.md with everything between its marks as it should be. Throws where a mark is missing. */
export async function readmeWithTables(readme: string): Promise<string> {
  const blocks = { inputs: inputTables(), outputs: outputTable(), comparison: await comparisonBlock() }
  let text = readme
  for (const [name, block] of Object.entries(blocks)) {
    const [begin, end] = [`<!-- ${name}: from the code, by node test/docs/readme-tables.ts --write -->`, '<!-- end -->']
    const from = text.indexOf(begin)
    const to = text.indexOf(end, from)
    if (from < 0 || to < 0) throw new Error(`README.md has no place for ${name}: ${begin} ... ${end}`)
    text = `${text.slice(0, from + begin.length)}\n\n${block}\n\n${text.slice(to)}`
  }
  return text
}

if (import.meta.main) {
  const readme = fileText('README.md')
  const wanted = await readmeWithTables(readme)
  if (process.argv.includes('--write')) writeFileSync(new URL('../../README.md', import.meta.url), wanted)
  else if (wanted !== readme) {
    process.stderr.write('README.md is not up to date: node test/docs/readme-tables.ts --write\n')
    process.exitCode = 1
  }
}
