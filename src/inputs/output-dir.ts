import { lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { below, safeName, withSlashes } from '../paths.ts'
import { quoted } from './faults.ts'
import type { Outcome } from './fields.ts'

const RULE = 'it must be a folder inside the workspace, and not the workspace itself'

/**
 * The absolute, real path of the folder that an export goes to. It is strictly inside the workspace after symbolic
 * links are resolved, so that an export cannot write over the rest of the runner; and not inside `.git`, where the
 * checkout keeps the repository and its credentials. The folder need not exist.
 */
export function outputDir(text: string, workspace: string, isWindows = sep === '\\'): Outcome<string> {
  const root = realPath(resolve(workspace)) ?? resolve(workspace)
  if (statSync(root, { throwIfNoEntry: false })?.isFile())
    return { broken: `the workspace of the job (GITHUB_WORKSPACE) is a file, not a folder: ${root}` }
  const given = withSlashes(text)
  if (!isWindows && /^[a-z]:/i.test(given)) return { broken: `${RULE}, and this runner has no Windows drives` }
  const path = realPath(resolve(root, given))
  if (path === undefined) return { broken: `${RULE}, and a link or a file is in the way` }
  const inside = below(root, path)
  if (inside === undefined || inside === '') return { broken: RULE }
  const names = inside.split('/')
  if (names.some((name) => name.toLowerCase() === '.git')) return { broken: 'it must not be inside a .git folder' }
  const impossible = isWindows ? names.find((name) => safeName(name) !== name) : undefined
  if (impossible !== undefined) return { broken: `${RULE}, and Windows allows no folder named ${quoted(impossible)}` }
  return { value: path }
}

/** The real path of a folder that may not exist yet in part; undefined when something that is no folder is in the way. */
function realPath(path: string): string | undefined {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })) {
      return statSync(path).isDirectory() ? realpathSync.native(path) : undefined
    }
  } catch {
    // A broken or circular link, a path below a file, a name too long, a folder that may not be read.
    return undefined
  }
  const parent = dirname(path)
  if (parent === path) return path
  const realParent = realPath(parent)
  return realParent === undefined ? undefined : join(realParent, basename(path))
}
