import { type Stats, lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ActionError } from '../errors.ts'
import { isPlain } from '../paths.ts'
import { codeOf } from '../system-errors.ts'
import { COMPARISON_NAME, isComparison, MANIFEST_NAME, readManifest } from './manifest.ts'

/**
 * The files that an earlier export left in `dir`, as its `manifest.json` lists them: relative, posix separators, never outside the folder.
 * Throws `operation_failed` if the `manifest.json` there belongs to someone else.
 */
export async function findEarlier(dir: string): Promise<Set<string>> {
  const files = new Set<string>()
  if (!look(join(dir, MANIFEST_NAME))) return files
  const manifest = await readManifest(join(dir, MANIFEST_NAME))
  if (!manifest) throw inTheWay(join(dir, MANIFEST_NAME))
  for (const { path } of manifest.files) if (isPlain(path)) files.add(path)
  // It describes that export, not the next.
  if (look(join(dir, COMPARISON_NAME)) && (await isComparison(join(dir, COMPARISON_NAME)))) files.add(COMPARISON_NAME)
  return files
}

/** Throws unless every file has a free place, or one that a file of the earlier export will leave, reached through no link. */
export function checkObstacles(dir: string, paths: readonly string[], earlier: ReadonlySet<string>): void {
  const free = new Map<string, boolean>()
  const replaces = (path: string) => earlier.has(path) && isPlainFile(dir, path)
  const isFree = (folder: string): boolean => {
    if (folder === '.') return false
    const known = free.get(folder)
    if (known !== undefined) return known
    const there = isFree(dirname(folder)) ? undefined : look(join(dir, folder))
    if (there && !there.isDirectory() && !replaces(folder)) throw inTheWay(join(dir, folder))
    free.set(folder, there === undefined)
    return there === undefined
  }
  for (const path of paths) {
    if (isFree(dirname(path)) || look(join(dir, path)) === undefined || replaces(path)) continue
    throw inTheWay(join(dir, path))
  }
}

/** Throws `operation_failed` if the `comparison.json` in an output folder belongs to someone else. */
export async function requireOwnComparison(dir: string): Promise<void> {
  const path = join(dir, COMPARISON_NAME)
  if (look(path) && !(await isComparison(path))) throw inTheWay(path)
}

/** Whether `path` below `dir` is a file that is reached through no link. */
export function isPlainFile(dir: string, path: string): boolean {
  const folder = dirname(path)
  return (folder === '.' || hasRealFolders(dir, folder)) && look(join(dir, path))?.isFile() === true
}

/** Whether `folder` below `dir`, and each folder on the way to it, is a folder and no link. */
export function hasRealFolders(dir: string, folder: string): boolean {
  const segments = folder.split('/')
  return segments.every((_, depth) => look(join(dir, ...segments.slice(0, depth + 1)))?.isDirectory() === true)
}

/** What is at a path itself, a link not followed; `undefined` for nothing. */
export function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // Below a file.
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/** The error for something in the output folder that is not ours to replace. */
export function inTheWay(path: string): ActionError {
  return new ActionError(
    'operation_failed',
    `Could not move the export into place: ${path} exists and was not written by an earlier export.`,
    {
      todo: 'Set output_dir to an empty folder or to one that only exports are written to, for example "output_dir: visual-layer-export".',
    },
  )
}
