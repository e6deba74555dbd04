import os from 'node:os'

/**
 * Reads a file of outputs or state as the runner does (FileCommandManager.cs of actions/runner): `name=value`, or
 * `name<<delimiter`, the value's lines, the delimiter. The last value of a name counts. Throws on anything else.
 */
export function parseRunnerFile(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split(os.EOL)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2)
      const end = lines.indexOf(delimiter, at + 1)
      if (delimiter === '' || end < 0) throw new Error(`no end of the value in a runner file: ${line}`)
      values[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n')
      at = end
    } else if (equals > 0) {
      values[line.slice(0, equals)] = line.slice(equals + 1)
    } else {
      throw new Error(`the runner would reject this line: ${line}`)
    }
  }
  return values
}
