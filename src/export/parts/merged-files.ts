import { constants, copyFileSync, linkSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { codeOf } from '../../system-errors.ts'
import type { ManifestFile } from '../manifest.ts'
import { PARQUET_PART } from '../records/metadata-files.ts'
import { FILES_FOLDER } from '../replace-export.ts'
import type { WholePart } from './kept-parts.ts'
import { planPlaces } from './places.ts'

/** Parts in their order, and which files of each are its metadata. */
type Parts = readonly { part: WholePart; records: { metadataFiles: readonly string[] } }[]

/**
 * The files of parts, linked into one folder: the parts stay whole. Read the list of one part at a time, because it can be very long.
 * Methods throw what the disk does, or the signal's reason.
 */
export class MergedFiles {
  readonly #parts: Parts
  readonly #folder: string
  readonly #signal: AbortSignal
  readonly #folders: string[] = []

  /** @param folder where they go; it exists */
  constructor(parts: Parts, folder: string, signal: AbortSignal) {
    this.#parts = parts
    this.#folder = folder
    this.#signal = signal
  }

  /** Links the tables of parquet, with names by which pandas, DuckDB, and Spark take them for one table. */
  linkTables(): ManifestFile[] {
    this.#folders.push('metadata')
    const tables: ManifestFile[] = []
    for (const { part, records } of this.#parts) {
      const listed = new Map(part.files().map((file) => [file.path, file]))
      for (const path of records.metadataFiles) {
        const table = `metadata/part-${String(tables.length + 1).padStart(5, '0')}.parquet`
        this.#link(part, path, table)
        const { size_bytes = 0, crc32 = '' } = listed.get(path) ?? {}
        tables.push({ path: table, size_bytes, crc32 })
      }
    }
    return tables
  }

  /**
   * Links all other files while they are listed, as the manifest lists them.
   *
   * @param reserved files that the export has itself, as folded paths
   */
  async *linkOthers(reserved: readonly string[]): AsyncGenerator<ManifestFile, void> {
    const places = await planPlaces(() => this.#others(), {
      folders: this.#folders,
      isFile: (path) => reserved.includes(path) || PARQUET_PART.test(path),
    })
    for await (const { index, number, part, files } of this.#others()) {
      for (const [nth, { path, original_name: original = path, size_bytes, crc32 }] of files.entries()) {
        const place = places.of(index, path)
        if (place === undefined) continue
        this.#link(part, path, place)
        if (nth % 256 === 255) {
          await breathe()
          this.#signal.throwIfAborted()
        }
        const named = place === original ? {} : { original_name: original }
        yield { path: place, ...named, ...(place === path ? {} : { part: number }), size_bytes, crc32 }
      }
    }
  }

  async *#others() {
    for (const [index, { part, records }] of this.#parts.entries()) {
      this.#signal.throwIfAborted()
      await breathe()
      const metadata = new Set(records.metadataFiles)
      const files = part.files().filter(({ path }) => !metadata.has(path))
      yield { index, number: part.number, part, files }
    }
  }

  /** A hard link, or a copy if the file system has none. */
  #link(part: WholePart, path: string, place: string): void {
    const from = join(part.folder, FILES_FOLDER, path)
    const to = join(this.#folder, place)
    try {
      linkSync(from, to)
      return
    } catch (error) {
      const code = codeOf(error) ?? ''
      if (code === 'ENOENT') mkdirSync(dirname(to), { recursive: true })
      else if (!NO_LINKS.includes(code)) throw error
    }
    try {
      linkSync(from, to)
    } catch {
      copyFileSync(from, to, constants.COPYFILE_EXCL)
    }
  }
}

/** What a file system without hard links says, and one where a file has too many. */
const NO_LINKS = ['EPERM', 'EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'UNKNOWN']
