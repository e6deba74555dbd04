import { readFileSync, realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { below, withSlashes } from '../paths.ts'
import { codeOf } from '../system-errors.ts'
import { quoted } from './faults.ts'
import type { Outcome } from './fields.ts'

const RULE = 'it must be a text file in the workspace with one class name per line'
/** Far more than all classes that anyone names, in bytes. */
const LARGEST_LIST = 16 * 1024 * 1024

/**
 * The class names in a file in the workspace, in its order. Lines that are blank or begin with `#` do not count. A link that leads out of the
 * workspace is rejected: what is in the file becomes part of the export.
 */
export function classList(text: string, workspace: string): Outcome<readonly string[]> {
  let content: string
  try {
    const path = realpathSync.native(resolve(workspace, withSlashes(text)))
    if (below(realpathSync.native(workspace), path) === undefined)
      return { broken: `${RULE}, and it is outside the workspace` }
    const found = statSync(path)
    if (!found.isFile()) return { broken: `${RULE}, and it is not a file` }
    if (found.size > LARGEST_LIST) return { broken: `${RULE}, of at most 16 MiB` }
    content = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { broken: `${RULE}, and it does not exist` }
    return { broken: `${RULE} in UTF-8, and it cannot be read (${codeOf(error) ?? 'unknown error'})` }
  }
  const names = content
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    // A name that begins with `#` is written with a backslash before it.
    .map((line) => line.replace(/^\\(?=\\*#)/, ''))
  if (names.length === 0) return { broken: `${RULE}, and it contains no name` }
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) return { broken: `${RULE}, and it contains ${quoted(name)} twice` }
    seen.add(name)
  }
  return { value: names }
}
