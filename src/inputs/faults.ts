import { ActionError } from '../errors.ts'
import { exampleOf, type InputName } from './input-table.ts'
import { count } from '../numbers.ts'

/** One thing wrong with one input. */
export interface Fault {
  input: InputName
  /** What came, or nothing when the input is missing. */
  got: string | undefined
  /** What is allowed: the half of the sentence that follows "got ...;", such as "it must be a UUID". */
  rule: string
  /** What to do, with the YAML line; without it, an example of the input is shown. */
  fix?: string | undefined
  /** What is wrong with the lines or items of an input that has several, instead of the value. */
  wrongItems?: WrongItems | undefined
}

/** The items that are wrong of an input that has several. */
export interface WrongItems {
  /** Such as "lines". */
  kind: string
  total: number
  /** One text for each wrong item. */
  problems: readonly string[]
}

const MOST_PROBLEMS = 10

const SHOWN_CHARACTERS = 100

/** Inputs whose value never appears in a message: a key and a secret put in each other's place are secret too. */
const CONCEALED: readonly InputName[] = ['api_key', 'api_secret', 'token', 'github_token']

function shown({ input, got, wrongItems }: Fault): string {
  if (got === undefined) return 'missing'
  if (wrongItems) {
    const { kind, total, problems } = wrongItems
    return `${count(problems.length)} of ${count(total)} ${kind} ${problems.length === 1 ? 'is' : 'are'} invalid`
  }
  if (CONCEALED.includes(input)) return `got ${got.length} characters (hidden)`
  return `got ${quoted(got)}`
}

/** The bullet of a fault, with a line below it for each wrong item. */
function bullet(fault: Fault): string {
  const { input, got, rule, wrongItems } = fault
  const fix = fault.fix ?? `${got === undefined ? 'Add' : 'Example'}: ${yamlLine(input, exampleOf(input))}`
  const problems = wrongItems?.problems ?? []
  const items = problems.slice(0, MOST_PROBLEMS)
  if (problems.length > MOST_PROBLEMS) items.push(`and ${count(problems.length - MOST_PROBLEMS)} more`)
  return [`- ${input}: ${shown(fault)}; ${rule}. ${fix}`, ...items].join('\n    ')
}

/** An input as a line under "with:"; a value that YAML would read as something else is quoted. */
export function yamlLine(input: string, value: string): string {
  const isOtherNumber = !Number.isNaN(Number(value)) && String(Number(value)) !== value
  const isPlain = /^[\w./$][^#\n]*$/.test(value) && !/:(?:\s|$)|\s$/.test(value) && !isOtherNumber
  return `${input}: ${isPlain ? value : `'${value.replaceAll("'", "''")}'`}`
}

/** What to do about an input that cannot be there. */
export function removal(input: InputName, got: string): string {
  return `Remove: ${input}: ${CONCEALED.includes(input) || got.length > 40 ? '...' : quoted(got)}`
}

/**
 * A value as a message shows it: as a JSON string, so on one line, of at most 100 characters. What a pasted URL may carry
 * as a secret (a user's password, a signature in the query) is left out.
 */
export function quoted(text: string): string {
  const harmless = withoutUser(text).replace(/\?[\w-]+=.*/s, '?***')
  if (harmless.length <= SHOWN_CHARACTERS) return JSON.stringify(harmless)
  return `${JSON.stringify(harmless.slice(0, SHOWN_CHARACTERS))}... (${harmless.length} characters)`
}

/** What follows the first `://`, `//` or `:` is left out where an `@` comes after it, since a user and a password may. */
function withoutUser(text: string): string {
  const mark = /:\/\/|\/\/|:/.exec(text)
  if (!mark) return text
  const start = mark.index + mark[0].length
  return text.includes('@', start) ? `${text.slice(0, start)}***` : text
}

/** All faults as the one error that ends the step before any request is sent. `operation` is there if it is known. */
export function invalidInput(faults: readonly Fault[], operation?: string): ActionError {
  const bullets = new Set(faults.map(bullet))
  const inputs = new Set(faults.map((fault) => fault.input)).size
  const what = inputs === 1 ? '1 input is invalid' : `${inputs} inputs are invalid`
  const where = operation === undefined ? '' : ` for operation "${operation}"`
  const problems = bullets.size > inputs ? ` (${bullets.size} problems)` : ''
  return new ActionError('invalid_input', [`${what}${where}${problems}.`, ...bullets].join('\n'), {
    todo: `Fix ${bullets.size === 1 ? 'this input' : 'these inputs'} under "with:". Nothing was sent to Visual Layer.`,
  })
}
