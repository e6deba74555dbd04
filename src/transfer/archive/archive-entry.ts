import { bomb } from './archive-limits.ts'
import { damaged } from './damaged.ts'

/** A file in an archive whose directory was found safe. Its local header and its data are not read yet. */
export interface ArchiveEntry {
  /** As the archive spells it. */
  name: string
  /** The bytes of the name in the archive, one a character. */
  rawName: string
  /** Where it lies once unpacked: relative, posix separators, safe on every system. */
  path: string
  /** Unpacked, in bytes, as declared; held against the bytes when they are read. */
  size: number
  compressedSize: number
  crc32: number
  method: 'stored' | 'deflated'
  /** Where its local header begins in the archive. */
  headerStart: number
  /** Where the next entry begins, or the directory: its data ends before. */
  limit: number
  /** Whether the directory begins at `limit`. */
  last: boolean
}

/** Up to this size (bytes) an entry is unpacked in one piece: for many small files that is several times faster. */
const SMALL = 4 * 1024 * 1024

/** Whether an entry is unpacked in one piece. */
export function isSmall(entry: Pick<ArchiveEntry, 'size' | 'compressedSize'>): boolean {
  return entry.size <= SMALL && entry.compressedSize <= SMALL
}

/** Throws unless the data of an entry, which cannot begin before `dataStart`, ends where something else begins. */
export function checkExtent(
  { name, compressedSize, limit, last }: Pick<ArchiveEntry, 'name' | 'compressedSize' | 'limit' | 'last'>,
  dataStart: number,
): void {
  if (dataStart + compressedSize <= limit) return
  if (last) throw damaged(name, 'its data would reach into the directory')
  throw bomb(`its entry ${JSON.stringify(name.slice(0, 300))} shares bytes with another one`)
}
