import { posix } from 'node:path'
import { type OperationName, OPERATIONS } from '../../src/inputs/operations-table.ts'
import { OUTPUTS } from '../../src/runner/outputs.ts'
import { fileText } from './documents.ts'

const FOLDER = 'src/operations/'
const NAMES = Object.keys(OPERATIONS).filter((name): name is OperationName => Object.hasOwn(OPERATIONS, name))

interface SourceFile {
  /** The text of each function, class and constant at the top level, by its name. */
  parts: ReadonlyMap<string, string>
  /** The file that each imported name comes from. */
  imported: ReadonlyMap<string, string>
}

const files = new Map<string, SourceFile>()

function sourceFile(path: string): SourceFile {
  const known = files.get(path)
  if (known) return known
  const text = fileText(path)
  const parts = new Map<string, string>()
  for (const part of text.split(/^(?=(?:export )?(?:async )?(?:function|const|class|interface|type) )/m)) {
    const name = /^(?:export )?(?:async )?(?:function|const|class) (\w+)/.exec(part)?.[1]
    if (name !== undefined) parts.set(name, part)
  }
  const imported = new Map<string, string>()
  const imports = /(?:^import|\bconst) \{([^}]*)\} (?:from|= await import\()\s*'(\.[^']+)'/gm
  for (const [, names = '', from = ''] of text.matchAll(imports)) {
    for (const name of names.match(/\w+/g) ?? []) imported.set(name, posix.join(posix.dirname(path), from))
  }
  const file = { parts, imported }
  files.set(path, file)
  return file
}

/** The outputs that are set by what a function of `src/operations` calls, and by what that calls. */
function outputsSetBy(path: string, name: string, seen = new Set<string>()): Set<string> {
  const key = `${path} ${name}`
  const { parts, imported } = sourceFile(path)
  const part = parts.get(name)
  if (part === undefined || seen.has(key)) return new Set()
  seen.add(key)
  const outputs = new Set([...part.matchAll(/\.output\('(\w+)'/g)].map(({ 1: output = '' }) => output))
  for (const word of new Set(part.match(/\w+/g))) {
    const from = imported.get(word) ?? path
    if (!from.startsWith(FOLDER)) continue
    for (const output of outputsSetBy(from, word, seen)) outputs.add(output)
  }
  return outputs
}

/**
 * Which operations set each output, found in the code of `src/operations` by following calls from `perform`. What is set there by
 * none, as `error_code`, is set around all of them.
 */
export function outputSetters(): Map<string, OperationName[]> {
  const index = `${FOLDER}index.ts`
  const perform = sourceFile(index).parts.get('perform') ?? ''
  const sets = NAMES.map((operation) => {
    const entry = new RegExp(`case '${operation}':\\s+return (\\w+)\\(`).exec(perform)?.[1] ?? ''
    return { operation, outputs: outputsSetBy(sourceFile(index).imported.get(entry) ?? index, entry) }
  })
  return new Map(
    Object.keys(OUTPUTS).map((output) => {
      const setters = sets.filter(({ outputs }) => outputs.has(output)).map(({ operation }) => operation)
      return [output, setters.length === 0 ? NAMES : setters]
    }),
  )
}
