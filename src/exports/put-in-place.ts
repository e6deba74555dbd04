import { systemFailure } from '../system-errors.ts'
import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { type EarlierExport, inTheWay, isPlainFile, look, MOVING_NAME, removeEarlier } from './earlier-export.ts'
import { MANIFEST_NAME } from './manifest.ts'

export interface PutInPlaceOptions {
  /** Links in it already resolved. */
  outputDir: string
  /** On the same disk: holds the unpacked export in `files/` and the manifest that lists it in `manifest.json`. */
  work: string
  /** Every file below `work`/files: relative, posix separators. */
  paths: readonly string[]
  /** What the export replaces. */
  earlier: EarlierExport
  signal: AbortSignal
}

/**
 * Moves an unpacked export into the output folder, its manifest last, and removes the earlier one. Whatever else is in the way is
 * an error before anything is changed. Nothing stops for a cancellation once files move: it takes moments, and half a change
 * would be worse; on failure what was moved is removed. `work` stays for the caller to remove. Throws an `ActionError`, or the
 * signal's reason.
 */
export async function putInPlace({ outputDir, work, paths, earlier, signal }: PutInPlaceOptions): Promise<void> {
  refuseObstacles(outputDir, paths, earlier)
  signal.throwIfAborted()
  const moving = join(work, MOVING_NAME)
  try {
    await rename(join(work, MANIFEST_NAME), moving)
  } catch (error) {
    throw systemFailure(error, 'put the export into place', outputDir)
  }
  await removeEarlier(outputDir, earlier)
  try {
    await moveIn(join(work, 'files'), outputDir, paths)
    await rename(moving, join(outputDir, MANIFEST_NAME))
  } catch (error) {
    await removeEarlier(outputDir, { files: new Set(paths), leftovers: [] })
    await rm(moving, { force: true })
    throw systemFailure(error, 'put the export into place', outputDir)
  }
}

/** Throws unless every file has a free place, or one that an earlier export's file will leave, reached through no link. */
function refuseObstacles(outputDir: string, paths: readonly string[], earlier: EarlierExport): void {
  const free = new Map<string, boolean>()
  const isFree = (folder: string): boolean => {
    if (folder === '.') return false
    const known = free.get(folder)
    if (known !== undefined) return known
    const there = isFree(dirname(folder)) ? undefined : look(join(outputDir, folder))
    if (there && !there.isDirectory() && !replaces(folder)) throw inTheWay(join(outputDir, folder))
    free.set(folder, there === undefined)
    return there === undefined
  }
  const replaces = (path: string) => earlier.files.has(path) && isPlainFile(outputDir, path)
  for (const path of paths) {
    if (isFree(dirname(path)) || look(join(outputDir, path)) === undefined || replaces(path)) continue
    throw inTheWay(join(outputDir, path))
  }
}

/** Moves the unpacked files into the output folder: whole folders where nothing is there, else file by file. */
async function moveIn(from: string, outputDir: string, paths: readonly string[]): Promise<void> {
  const whole = new Set(readdirSync(from).filter((name) => look(join(outputDir, name)) === undefined))
  for (const name of whole) renameSync(join(from, name), join(outputDir, name))
  let moved = 0
  for (const path of paths) {
    if (whole.has(path.split('/', 1)[0] ?? '')) continue
    const target = join(outputDir, path)
    mkdirSync(dirname(target), { recursive: true })
    renameSync(join(from, path), target)
    moved += 1
    if (moved % 256 === 0) await breathe()
  }
}
