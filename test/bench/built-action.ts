import { writeFileSync } from 'node:fs'
import path from 'node:path'

/** The action as runners start it. */
export const DIST = path.resolve(import.meta.dirname, '../../dist/index.js')

/** The environment of a step with these inputs, its files and workspace in `folder`. */
export function stepVariables(folder: string, inputs: Record<string, string>): Record<string, string> {
  const file = (name: string) => {
    const where = path.join(folder, name)
    writeFileSync(where, '')
    return where
  }
  return {
    GITHUB_OUTPUT: file('output'),
    GITHUB_STATE: file('state'),
    GITHUB_STEP_SUMMARY: file('summary'),
    GITHUB_WORKSPACE: folder,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  }
}
