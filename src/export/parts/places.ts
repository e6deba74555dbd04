import { posix } from 'node:path'
import { ActionError } from '../../errors.ts'
import { folded, markedName } from '../../paths.ts'
import type { ManifestFile } from '../manifest.ts'
import { IdTable } from '../records/id-table.ts'

/** The files of one part that are to be put next to those of the others. */
export interface PartFiles {
  /** The place of the part in their order, from 0. */
  index: number
  number: number
  files: readonly ManifestFile[]
}

/** What the merge writes itself, as {@link folded} paths: no file of a part may be there. */
export interface Reserved {
  folders: readonly string[]
  isFile: (path: string) => boolean
}

/** Where the files of the parts go. */
export interface Places {
  /** Of the part with this index. `undefined` when an earlier part has the same file. */
  of(index: number, path: string): string | undefined
}

/** The name that a file of a part gets where an earlier part has another file of its name: `a.png` of part 2 becomes `a~2.png`. */
export function nameOfPart(path: string, number: number, attempt = 1): string {
  const cut = path.lastIndexOf('/') + 1
  const mark = attempt === 1 ? `~${number}` : `~${number}~${attempt}`
  return path.slice(0, cut) + markedName(path.slice(cut), mark)
}

/**
 * Decides where the files of all parts go in one folder. Each keeps its path, unless an earlier part has a file there, or in a
 * place that some disk takes for the same: where both have the same size and CRC they count as one file, else the later one gets a
 * name of its own (see {@link nameOfPart}). So does a file where the merge writes one itself, or where a part needs a folder. The
 * same parts in the same order give the same places.
 *
 * Takes 16 bytes a file, and more only for those that fall together.
 *
 * @param parts gives all parts, in order, each time that it is called; which is once or twice
 */
export async function planPlaces(parts: () => AsyncIterable<PartFiles>, reserved: Reserved): Promise<Places> {
  const { taken, folders, contested } = await gather(parts, reserved)
  if (contested.size === 0) return { of: (_, path) => path }
  const isFree = (key: string) => !folders.has(key) && !reserved.isFile(key)
  const first = new Set<string>()
  const places = new Map<string, string | undefined>()
  const contents = new Set<string>()
  for await (const { index, number, files } of parts()) {
    for (const { path, size_bytes, crc32 } of files) {
      const key = folded(path)
      if (!contested.has(key)) continue
      const content = `${key}\0${size_bytes}\0${crc32}`
      let place: string | undefined = path
      if (contents.has(content)) place = undefined
      else if (first.has(key) || !isFree(key)) {
        let attempt = 0
        do place = nameOfPart(path, number, (attempt += 1))
        while (!isFree(folded(place)) || !taken.add(folded(place)))
      }
      first.add(key)
      contents.add(content)
      if (place !== path) places.set(`${index}/${path}`, place)
    }
  }
  return {
    of: (index, path) => {
      const name = `${index}/${path}`
      return places.has(name) ? places.get(name) : path
    },
  }
}

/** The folded paths: of all files, of all folders, and of the files that may not all keep theirs. */
async function gather(parts: () => AsyncIterable<PartFiles>, reserved: Reserved) {
  const taken = new IdTable()
  const folders = new Set(reserved.folders)
  const contested = new Set<string>()
  const seen = new Set<string>()
  for await (const { files } of parts()) {
    for (const { path } of files) {
      const key = folded(path)
      if (!taken.add(key) || reserved.isFile(key)) contested.add(key)
      for (let folder = posix.dirname(path); folder !== '.' && !seen.has(folder); folder = posix.dirname(folder)) {
        seen.add(folder)
        folders.add(folded(folder))
      }
    }
  }
  for (const folder of folders) {
    if (reserved.isFile(folder)) throw folderInTheWay(folder)
    if (taken.has(folder)) contested.add(folder)
  }
  return { taken, folders, contested }
}

function folderInTheWay(folder: string): ActionError {
  return new ActionError(
    'unexpected_reply',
    `Could not merge the parts of the export: one has a folder ${JSON.stringify(folder.slice(0, 200))}, where the export needs a file.`,
    { todo: 'Re-run the job. If this keeps happening, send Visual Layer support the export IDs in the log.' },
  )
}
