import { type Stats, lstatSync, rmdirSync, unlinkSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ActionError } from '../errors.ts'
import { codeOf, systemFailure } from '../system-errors.ts'
import { isPlain } from '../paths.ts'
import { COMPARISON_NAME, isComparison, MANIFEST_NAME, readManifest } from './manifest.ts'

/** The beginning of the names of the folders in which exports are unpacked before they are moved into place. */
export const WORK_PREFIX = '.visual-layer-'

/**
 * The name that the manifest of an export has in its work folder while its files are moved into place. Only then: a file that is
 * in the way of an export must never be taken for one that it had moved.
 */
export const MOVING_NAME = 'moving.json'

/** What earlier exports left in an output folder. */
export interface EarlierExport {
  /** Files that a manifest lists: relative, posix separators, never outside the folder. */
  files: Set<string>
  /** Folders of exports that were interrupted, as absolute paths. */
  leftovers: string[]
}

/**
 * Looks for an earlier export in `dir`: its `manifest.json`, and the work folders of exports that were killed half-way (the
 * manifests in them tell what they had already moved into place). Throws `operation_failed` when the `manifest.json` there is
 * somebody else's.
 *
 * @param keep the absolute path of a work folder that is still in use: what it had moved is replaced too, but it is no leftover
 */
export async function findEarlier(dir: string, { keep }: { keep?: string } = {}): Promise<EarlierExport> {
  const names = await readdir(dir)
  const works = names.filter((name) => name.startsWith(WORK_PREFIX)).map((name) => join(dir, name))
  const files = new Set<string>()
  if (names.includes(MANIFEST_NAME)) {
    const manifest = await readManifest(join(dir, MANIFEST_NAME))
    if (!manifest) throw inTheWay(join(dir, MANIFEST_NAME))
    for (const { path } of manifest.files) if (isPlain(path)) files.add(path)
    // It tells of that export, not of the next.
    if (names.includes(COMPARISON_NAME) && (await isComparison(join(dir, COMPARISON_NAME)))) files.add(COMPARISON_NAME)
  }
  for (const work of works) {
    const manifest = await readManifest(join(work, MOVING_NAME))
    for (const { path } of manifest?.files ?? []) if (isPlain(path)) files.add(path)
  }
  return { files, leftovers: works.filter((work) => work !== keep) }
}

/** Removes what {@link findEarlier} found, its manifest first, and the folders that are empty then. What is no plain file is left alone. */
export async function removeEarlier(dir: string, { files, leftovers }: EarlierExport): Promise<void> {
  try {
    if (files.size > 0) await rm(join(dir, MANIFEST_NAME), { force: true })
    const folders = new Set<string>()
    for (const path of files) {
      if (isPlainFile(dir, path)) unlinkSync(join(dir, path))
      for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder)
    }
    for (const folder of [...folders].sort((one, other) => other.length - one.length)) removeIfEmpty(dir, folder)
    for (const leftover of leftovers) await rm(leftover, { recursive: true, force: true })
  } catch (error) {
    throw systemFailure(error, 'remove the earlier export', dir)
  }
}

function removeIfEmpty(dir: string, folder: string): void {
  if (!hasRealFolders(dir, folder)) return
  try {
    rmdirSync(join(dir, folder))
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error
  }
}

/** Whether `path` below `dir` is a file that is reached through no link. */
export function isPlainFile(dir: string, path: string): boolean {
  const folder = dirname(path)
  return (folder === '.' || hasRealFolders(dir, folder)) && look(join(dir, path))?.isFile() === true
}

function hasRealFolders(dir: string, folder: string): boolean {
  const segments = folder.split('/')
  return segments.every((_, depth) => look(join(dir, ...segments.slice(0, depth + 1)))?.isDirectory() === true)
}

/** What lies at a path itself, a link not followed; `undefined` for nothing. */
export function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** Throws `operation_failed` where the `comparison.json` in an output folder is somebody else's. */
export async function requireOwnComparison(dir: string): Promise<void> {
  const path = join(dir, COMPARISON_NAME)
  if (look(path) && !(await isComparison(path))) throw inTheWay(path)
}

/** The error for something in the output folder that is not ours to replace. */
export function inTheWay(path: string): ActionError {
  return new ActionError(
    'operation_failed',
    `The export was not put into place: ${path} is in the way, and no earlier export wrote it.`,
    {
      todo: 'Set output_dir to an empty folder or to one that only exports are written to, for example "output_dir: visual-layer-export".',
    },
  )
}
