import { ActionError } from '../errors.ts'
import type { InputName } from './input-table.ts'

/** One thing wrong with one input. */
export interface Fault {
  input: InputName
  /** What came, or nothing when the input is missing. */
  got: string | undefined
  /** What is allowed: the half of the sentence that follows "got ...;", such as "it must be a UUID". */
  rule: string
}

const SHOWN_CHARACTERS = 100

/** Inputs whose value never appears in a message: a key and a secret put in each other's place are secret too. */
const CONCEALED: readonly InputName[] = ['api_key', 'api_secret', 'token', 'github_token']

function shown({ input, got }: Fault): string {
  if (got === undefined) return 'nothing'
  if (CONCEALED.includes(input)) return `${got.length} characters that are not shown`
  return quoted(got)
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

/** All faults as the one error that ends the step before any request is sent. */
export function invalidInput(faults: readonly Fault[]): ActionError {
  const lines = new Set(faults.map((fault) => `- ${fault.input}: got ${shown(fault)}; ${fault.rule}`))
  const inputs = new Set(faults.map((fault) => fault.input))
  const heading = inputs.size === 1 ? '1 input is wrong.' : `${inputs.size} inputs are wrong.`
  return new ActionError('invalid_input', [heading, ...lines].join('\n'), {
    todo: 'Correct the inputs under "with:" of this step. Nothing was sent to Visual Layer.',
  })
}
