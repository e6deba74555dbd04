import { mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ActionError } from '../errors.ts'
import { isPlain } from '../paths.ts'
import { codeOf, systemFailure } from '../system-errors.ts'
import { hasRealFolders, isPlainFile, look } from './earlier-export.ts'
import { MANIFEST_NAME, readManifest } from './manifest.ts'

/** The beginning of the names of the folders in which exports are prepared before they are moved into place. */
export const WORK_PREFIX = '.visual-layer-'
/** In a work folder: the files of the new export, as far as they are not in place. */
export const FILES_FOLDER = 'files'
/** In a work folder: the files of the earlier export, until the new one is in place. */
const OLD_FOLDER = 'old'
/** The manifests of the new export and of the earlier one, while one takes the place of the other. */
export const MOVING_NAME = 'moving.json'
const EARLIER_NAME = 'earlier.json'

/** A replacement that could neither be finished nor undone: its work folder is needed by the next run, which undoes it. */
export class HalfReplaced extends ActionError {}

/**
 * Undoes what killed steps had begun to replace in `dir`, and removes their work folders, except for `keep`. Throws `operation_failed` if
 * the disk does not allow it.
 */
export async function recover(dir: string, keep?: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.startsWith(WORK_PREFIX)) continue
    const work = join(dir, name)
    await revert(dir, work)
    if (work !== keep) await rm(work, { recursive: true, force: true })
  }
}

/**
 * Replaces the earlier export in `dir` by the one in `work`: the files in `work`/files, and `work`/manifest.json, which lists them. What
 * moves is written down before anything does, and the manifest moves last, so a replacement that is stopped anywhere can be undone: at
 * once if a file cannot be moved, else by {@link recover} in the next run. It does not stop for a cancellation: it takes moments. Throws what
 * the disk does, or {@link HalfReplaced}.
 *
 * @param paths of the new files, relative, posix separators; each has a free place, or one that an `earlier` file leaves
 */
export async function replaceExport(
  dir: string,
  work: string,
  paths: readonly string[],
  earlier: ReadonlySet<string>,
): Promise<void> {
  const emptied = new Set<string>()
  try {
    renameSync(join(work, MANIFEST_NAME), join(work, MOVING_NAME))
    if (look(join(dir, MANIFEST_NAME))) renameSync(join(dir, MANIFEST_NAME), join(work, EARLIER_NAME))
    for (const path of earlier) {
      if (!isPlainFile(dir, path)) continue
      moveFile(dir, join(work, OLD_FOLDER), path)
      addFolders(emptied, path)
    }
    removeEmpty(dir, emptied)
    moveIn(join(work, FILES_FOLDER), dir, paths)
    renameSync(join(work, MOVING_NAME), join(dir, MANIFEST_NAME))
  } catch (error) {
    await revert(dir, work)
    throw error
  }
}

/** Moves files: whole folders if nothing is there, else file by file. */
function moveIn(from: string, dir: string, paths: readonly string[]): void {
  const whole = new Set(readdirSync(from).filter((name) => look(join(dir, name)) === undefined))
  for (const name of whole) renameSync(join(from, name), join(dir, name))
  for (const path of paths) if (!whole.has(path.split('/', 1)[0] ?? '')) moveFile(from, dir, path)
}

/** Moves everything back to where it was before {@link replaceExport} began, unless it ended. */
async function revert(dir: string, work: string): Promise<void> {
  const moving = await readManifest(join(work, MOVING_NAME))
  if (!moving) return
  const files = join(work, FILES_FOLDER)
  const archive = moving.files.length === 0 ? moving.archive?.name : undefined
  const paths = archive === undefined ? moving.files.map(({ path }) => path) : [archive]
  try {
    // With a manifest in place, nothing else was moved.
    if (!look(join(dir, MANIFEST_NAME))) {
      const emptied = new Set<string>()
      for (const path of paths) {
        if (!isPlain(path)) continue
        // Made for it, even if it did not get there.
        addFolders(emptied, path)
        // What is still in the work folder was not moved: a file of that name in `dir` is the earlier one.
        if (look(join(files, path)) === undefined && isPlainFile(dir, path)) moveFile(dir, files, path)
      }
      removeEmpty(dir, emptied)
      for (const path of filesBelow(join(work, OLD_FOLDER))) moveFile(join(work, OLD_FOLDER), dir, path)
      if (look(join(work, EARLIER_NAME))) renameSync(join(work, EARLIER_NAME), join(dir, MANIFEST_NAME))
    }
    renameSync(join(work, MOVING_NAME), join(work, MANIFEST_NAME))
  } catch (error) {
    const { code, message, todo } = systemFailure(error, 'put the earlier export back', dir)
    const kept = `Its files are in ${join(work, OLD_FOLDER)}. Once the cause is fixed, re-run the job: the next export into the folder puts them back first.`
    throw new HalfReplaced(code, message, { todo: [todo, kept].join('\n'), cause: error })
  }
}

function moveFile(from: string, to: string, path: string): void {
  mkdirSync(dirname(join(to, path)), { recursive: true })
  renameSync(join(from, path), join(to, path))
}

function addFolders(folders: Set<string>, path: string): void {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder)
}

/** Relative, posix separators. */
function filesBelow(dir: string, below = ''): string[] {
  if (!look(join(dir, below))?.isDirectory()) return []
  return readdirSync(join(dir, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? filesBelow(dir, path) : [path]
  })
}

/** Removes those of the folders that are empty. */
function removeEmpty(dir: string, folders: ReadonlySet<string>): void {
  for (const folder of [...folders].sort((one, other) => other.length - one.length)) {
    if (!hasRealFolders(dir, folder)) continue
    try {
      rmdirSync(join(dir, folder))
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error
    }
  }
}
