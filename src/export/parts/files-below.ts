import { dirname, join } from 'node:path'
import { look } from '../earlier-export.ts'

/** Looks for plain files below a folder that are reached through no link. Each folder on the way is looked at once. */
export class FilesBelow {
  readonly #dir: string
  readonly #real = new Map<string, boolean>()

  constructor(dir: string) {
    this.#dir = dir
  }

  /** In bytes. `undefined` when there is no such file, or something else is there. */
  sizeOf(path: string): number | undefined {
    const stats = this.#isReal(dirname(path)) ? look(join(this.#dir, path)) : undefined
    return stats?.isFile() ? stats.size : undefined
  }

  #isReal(folder: string): boolean {
    const known = this.#real.get(folder)
    if (known !== undefined) return known
    const real =
      (folder === '.' || this.#isReal(dirname(folder))) && look(join(this.#dir, folder))?.isDirectory() === true
    this.#real.set(folder, real)
    return real
  }
}
