import { mkdirSync, renameSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { ManifestFile } from '../manifest.ts'
import { FilesBelow } from './files-below.ts'

export interface MoveOptions {
  /** The folder that the paths of `files` are relative to. */
  from: string
  /** The folder that `placeOf` is relative to, on the same disk. */
  to: string
  files: readonly ManifestFile[]
  /** The new path of a file; `undefined` for one that stays where it is. */
  placeOf: (path: string) => string | undefined
  signal: AbortSignal
}

/**
 * Moves files to their places, one by one, which can be stopped at any of them and done again: a file that is not there any more
 * but has its place already was moved before. Returns the first file that is at neither, or is not the size that it should be.
 * Throws what the disk does, or the signal's reason.
 */
export async function moveFiles({ from, to, files, placeOf, signal }: MoveOptions): Promise<string | undefined> {
  const sources = new FilesBelow(from)
  const moved = new FilesBelow(to)
  const made = new Set<string>()
  for (const [index, { path, size_bytes: size }] of files.entries()) {
    signal.throwIfAborted()
    if (index % 256 === 255) await breathe()
    const place = placeOf(path)
    if (place === undefined) continue
    if (sources.sizeOf(path) !== size) {
      if (sources.sizeOf(path) === undefined && moved.sizeOf(place) === size) continue
      return path
    }
    const folder = dirname(place)
    if (!made.has(folder)) mkdirSync(join(to, folder), { recursive: true })
    made.add(folder)
    renameSync(join(from, path), join(to, place))
  }
  return undefined
}

/** Removes the files below `dir` that are not in `paths`, and the folders that are empty then. */
export async function removeOthers(dir: string, paths: ReadonlySet<string>): Promise<void> {
  await sweep(dir, '', paths)
}

/** Whether the folder is empty in the end. */
async function sweep(dir: string, below: string, paths: ReadonlySet<string>): Promise<boolean> {
  let empty = true
  for (const entry of await readdir(join(dir, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) {
      if (await sweep(dir, path, paths)) await rmdir(join(dir, path))
      else empty = false
    } else if (paths.has(path)) empty = false
    else await rm(join(dir, path))
  }
  return empty
}
