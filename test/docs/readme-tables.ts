import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMap, isPair, isScalar, parseDocument } from 'yaml'
import { isInputName, type InputName } from '../../src/inputs/input-table.ts'
import { OPERATION_NAMES, type OperationName, OPERATIONS } from '../../src/operations/index.ts'
import { COMMON_OUTPUTS } from '../../src/runner/outputs.ts'
import { comparisonBlock } from './comparison-example.ts'
import { ACTION, fileText } from './documents.ts'

/**
 * `node test/docs/readme-tables.ts --write` writes what the pages take from the code, between its marks: the tables of inputs and
 * outputs in README.md, and the example in comparing.md. Without `--write` it only reports whether they are up to date.
 */

/** What is written, by page and mark. */
const BLOCKS: Readonly<Record<string, Readonly<Record<string, () => string | Promise<string>>>>> = {
  'README.md': { inputs: inputTables, outputs: outputTable },
  '.github/docs/comparing.md': { comparison: comparisonBlock },
}

export const WRITTEN_PAGES = Object.keys(BLOCKS)

/** The operations that do anything with an input that is set to something other than its default. */
export function operationsUsing(input: InputName): OperationName[] {
  // The runner sets this one, so no operation warns about it.
  if (input === 'github_token') return ['export']
  return OPERATIONS.filter((operation) => {
    const { warnings } = operation.read({ [input]: 'something' }, { workspace: tmpdir() })
    return !warnings.some((warning) => warning.startsWith(`The input "${input}" is set but operation`))
  }).map(({ name }) => name)
}

/** The operations that can set an output. */
export function operationsSetting(output: string): readonly OperationName[] {
  if (COMMON_OUTPUTS.some((name) => name === output)) return OPERATION_NAMES
  return OPERATIONS.filter(({ outputs }) => outputs.some((name) => name === output)).map(({ name }) => name)
}

/** The operations that a description names at its front, and how it does. */
export function namedOperations(description: string): [front: string, names: string[]] {
  const front = /^(?:`[\w-]+`(?:, |: ))+/.exec(description)?.[0] ?? ''
  return front.endsWith(': ') ? [front, front.match(/[\w-]+/g) ?? []] : ['', []]
}

/** The first sentence of a description, without the operations at its front, which have a column. */
function meaning(description: string): string {
  const [front] = namedOperations(description)
  const [sentence = ''] = description.slice(front.length).split(/(?<=\.) (?=[A-Z`\d])/, 1)
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

/** Names the operations, or the few that are left out. */
function operationCell(operations: readonly OperationName[]): string {
  const others = OPERATION_NAMES.filter((name) => !operations.includes(name))
  if (others.length === 0) return 'all'
  const [used, unused] = [operations, others].map((names) => names.map((name) => `\`${name}\``).join(' '))
  return others.length < 4 ? `all except ${unused}` : (used ?? '')
}

function table(headers: readonly string[], rows: readonly string[][]): string {
  const lines = [headers, headers.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n').replaceAll('|  |', '| |')
}

/** One table for each group that `action.yml` makes of its inputs with a comment. Operations that a whole group shares are named once. */
function inputTables(): string {
  const groups: { title: string; rows: [name: string, byDefault: string, usedBy: string, meaning: string][] }[] = []
  for (const [name, title] of inputTitles()) {
    if (title !== undefined) groups.push({ title, rows: [] })
    if (!isInputName(name)) throw new Error(`action.yml has an input that src does not know: ${name}`)
    const { description, default: standard = '', required } = ACTION.inputs[name] ?? { description: '' }
    const operations = name === 'operation' ? OPERATION_NAMES : operationsUsing(name)
    const byDefault = standard === '' ? '' : `\`${standard}\``
    const usedBy = operationCell(operations)
    groups.at(-1)?.rows.push([`\`${name}\``, required ? 'required' : byDefault, usedBy, meaning(description)])
  }
  return groups
    .map(({ title, rows }) => {
      const users = new Set(rows.map(([, , usedBy]) => usedBy))
      if (users.size > 1) return `**${title}**\n\n${table(['Input', 'Default', 'Used by', 'Meaning'], rows)}`
      const shorter = rows.map(([name, byDefault, , meant]) => [name, byDefault, meant])
      return `**${title}** (${[...users].join().replace('all', 'all operations')})\n\n${table(['Input', 'Default', 'Meaning'], shorter)}`
    })
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

function outputTable(): string {
  const rows = Object.entries(ACTION.outputs).map(([name, { description }]) => {
    return [`\`${name}\``, operationCell(operationsSetting(name)), meaning(description)]
  })
  return table(['Output', 'Set by', 'Meaning'], rows)
}

/** A page with everything between its marks as it should be. Throws if a mark is missing. */
export async function withTables(page: string, content: string): Promise<string> {
  let text = content
  for (const [name, block] of Object.entries(BLOCKS[page] ?? {})) {
    const [begin, end] = [`<!-- ${name}: from the code, by node test/docs/readme-tables.ts --write -->`, '<!-- end -->']
    const from = text.indexOf(begin)
    const to = text.indexOf(end, from)
    if (from < 0 || to < 0) throw new Error(`${page} has no place for ${name}: ${begin} ... ${end}`)
    text = `${text.slice(0, from + begin.length)}\n\n${await block()}\n\n${text.slice(to)}`
  }
  return text
}

if (import.meta.main) {
  for (const page of WRITTEN_PAGES) {
    const wanted = await withTables(page, fileText(page))
    if (process.argv.includes('--write')) writeFileSync(join(import.meta.dirname, '../..', page), wanted)
    else if (wanted !== fileText(page)) {
      process.stderr.write(`${page} is not up to date: node test/docs/readme-tables.ts --write\n`)
      process.exitCode = 1
    }
  }
}
