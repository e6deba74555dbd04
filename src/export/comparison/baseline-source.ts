import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ActionError, describe } from '../../errors.ts'
import { codeOf } from '../../system-errors.ts'
import { isPlain } from '../../paths.ts'
import { isPlainFile } from '../earlier-export.ts'
import type { ExportPlace } from '../export-files.ts'
import { MANIFEST_NAME, readManifest } from '../manifest.ts'

/** An earlier export as `compare_with` names it. */
export interface BaselineSource {
  /** A folder, a ZIP, a JSON file or a parquet file. */
  path: string
  /** As the input has it: what an error is to name. */
  given: string
}

/** Returns how to read a baseline, by what is at its path. Throws `invalid_input` for what can be none. */
export async function locateBaseline(place: BaselineSource): Promise<ExportPlace> {
  try {
    const found = await stat(place.path)
    if (found.isDirectory()) return await inFolder(place)
    if (!found.isFile()) throw noExport(place, 'it is neither a file nor a folder')
    return await asFile(place.path)
  } catch (error) {
    if (error instanceof ActionError) throw error
    const missing = ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')
    throw noExport(place, missing ? 'there is nothing there' : `it cannot be read (${describe(error)})`, error)
  }
}

async function inFolder(place: BaselineSource): Promise<ExportPlace> {
  const dir = place.path
  const manifest = await readManifest(join(dir, MANIFEST_NAME))
  const kept = manifest?.archive?.name
  // An export that was unpacked has files in its manifest, and keeps no ZIP.
  if (manifest?.files.length === 0 && kept !== undefined && isPlain(kept) && isPlainFile(dir, kept))
    return { archive: join(dir, kept) }
  const names = await readdir(dir)
  if (names.some((name) => /^metadata(?:\.json|\.parquet)?$/.test(name))) return { dir }
  const archives = await archivesIn(dir)
  const [archive] = archives
  if (archive === undefined) return { dir }
  if (archives.length === 1) return { archive: join(dir, archive) }
  const shown = archives.slice(0, 5).map((name) => JSON.stringify(name))
  const rest = archives.length > shown.length ? ` and ${archives.length - shown.length} more` : ''
  throw noExport(
    place,
    `the folder contains several archives and no manifest.json that says which one to use: ${shown.join(', ')}${rest}`,
  )
}

/** The ZIPs of a folder, at its root or one folder deep: artifacts that are downloaded together have a folder each. */
async function archivesIn(dir: string): Promise<string[]> {
  const archives: string[] = []
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const names = entry.isDirectory() ? await readdir(join(dir, entry.name)) : []
    for (const name of entry.isFile() ? [entry.name] : names.map((inner) => `${entry.name}/${inner}`)) {
      if (/\.zip$/i.test(name)) archives.push(name)
    }
  }
  return archives.sort()
}

/** Goes by the first bytes: the name of a file is the user's. */
async function asFile(path: string): Promise<ExportPlace> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    const start = buffer.toString('latin1', 0, bytesRead)
    if (start === 'PK\u0003\u0004' || start === 'PK\u0005\u0006') return { archive: path }
    return { file: path, format: start === 'PAR1' ? 'parquet' : 'json' }
  } finally {
    await file.close()
  }
}

/** The error for what `compare_with` names and what is no export. `why` completes "compare_with is "nightly", but ". */
export function noExport({ path, given }: BaselineSource, why: string, cause?: unknown): ActionError {
  const where = path === given ? '' : ` (${path})`
  return new ActionError('invalid_input', `compare_with is ${JSON.stringify(given)}${where}, but ${why}.`, {
    todo: 'Set compare_with to an earlier export (its folder, ZIP, metadata.json, or .parquet file) or to previous-run. To skip the comparison, remove compare_with.',
    cause,
  })
}
