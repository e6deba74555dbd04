import { createHash } from 'node:crypto'
import { folded, LONGEST_NAME, markedName, safeName } from '../../paths.ts'
import { unsafe } from './archive-errors.ts'

/** Leaves room for the output folder within the 4,096 bytes that Linux allows a path. */
const LONGEST_PATH = 2048

/** What the archive says an entry is, besides its name. */
export interface NamedEntry {
  /** As the archive spells it. */
  name: string
  /** "External file attributes" of the central directory: the unix mode in the upper half, DOS attributes in the lower. */
  attributes: number
}

export interface PlacedName<T> {
  entry: T
  kind: 'file' | 'folder'
  /** Below the folder that is unpacked into: posix separators, no leading or trailing one. '' for the root itself. */
  path: string
}

/** With the path as the archive means it, before any part of it was changed. */
interface Candidate<T> extends PlacedName<T> {
  meant: string
}

/**
 * Chooses the path of each entry of an archive, in the given order.
 *
 * Rejected, with an `unsafe_archive` error that names the entry: a name that leaves the folder (`..` in any spelling), an absolute
 * one, one with a drive letter, an empty one, one with a NUL; links, devices, sockets and pipes; the same name twice; a file
 * where another entry needs a folder.
 *
 * Changed, because names that are fine in the data are not fine on Windows or in the name of an artifact's file: `" : < > | * ?`,
 * control characters, trailing dots and spaces and device names get `_`; names too long for a file system are cut. Names that
 * would then, or on a disk that ignores case, fall together all get `~` and eight digits of their hash, so that where an entry
 * lands does not depend on the order in which an archive contains its entries.
 *
 * @param reserved paths that no entry may take, because the caller writes there
 */
export function placeNames<T extends NamedEntry>(
  entries: readonly T[],
  reserved: readonly string[] = [],
): PlacedName<T>[] {
  const places = entries.map((entry) => placeName(entry))
  checkTwins(places)
  separate(places, reserved)
  return places
}

function placeName<T extends NamedEntry>(entry: T): Candidate<T> {
  const kind = kindOf(entry)
  const segments = segmentsOf(entry.name)
  if (kind === 'file' && segments.length === 0) throw unsafe(entry.name, 'it has no name')
  // With 100,000 names it counts that most are fine as they are, and need no second string.
  const meant = same(segments.join('/'), entry.name)
  const path = same(segments.map(safeSegment).join('/'), meant)
  if (Buffer.byteLength(path) > LONGEST_PATH) throw unsafe(entry.name, `its path is longer than ${LONGEST_PATH} bytes`)
  return { entry, kind, path, meant }
}

function same(text: string, known: string): string {
  return text === known ? known : text
}

function kindOf(entry: NamedEntry): 'file' | 'folder' {
  const type = (entry.attributes >>> 16) & 0o170000
  const named = /[/\\]$/.test(entry.name) ? 'folder' : 'file'
  // 0: a writer that does not know unix modes.
  if (type === 0o120000) throw unsafe(entry.name, 'it is a symbolic link')
  if (type !== 0 && type !== 0o100000 && type !== 0o040000)
    throw unsafe(entry.name, 'it is neither a file nor a folder')
  if (type === 0o040000 && named === 'file') throw unsafe(entry.name, 'it is marked as a folder but named as a file')
  // The DOS attribute of a "reparse point": what Windows calls its links.
  if ((entry.attributes & 0x400) !== 0) throw unsafe(entry.name, 'it is a link')
  return named
}

/** The parts of a name, both separators counting; `.` and empty parts mean nothing and are left out. */
function segmentsOf(name: string): string[] {
  if (name === '') throw unsafe(name, 'it has no name')
  if (name.includes('\0')) throw unsafe(name, 'its name contains a NUL')
  if (/^[/\\]/.test(name)) throw unsafe(name, 'its path is absolute')
  if (/^[a-z]:/i.test(name)) throw unsafe(name, 'its path contains a drive')
  const segments: string[] = []
  for (const segment of name.toWellFormed().split(/[/\\]/)) {
    if (segment === '' || segment === '.') continue
    // Windows drops trailing dots and spaces, so that ".. " and "..." climb there too.
    if (/^\.{2,}$/.test(segment.replace(/[\s\p{C}]/gu, ''))) throw unsafe(name, 'its path leaves the folder ("..")')
    segments.push(segment)
  }
  return segments
}

function safeSegment(segment: string): string {
  const shown = safeName(segment)
  return Buffer.byteLength(shown) <= LONGEST_NAME ? shown : withHash(shown, segment)
}

/** `name.ext` as `name~0123abcd.ext`, cut to what a file system takes; the digits come from `original`. */
function withHash(name: string, original: string): string {
  const digits = createHash('sha256').update(original).digest('hex').slice(0, 8)
  return markedName(name, `~${digits}`)
}

function checkTwins(places: readonly Candidate<NamedEntry>[]): void {
  const files = new Set<string>()
  for (const { entry, kind, meant } of places) {
    if (kind === 'folder') continue
    // Two spellings of one path ("a//b", "a/b") are twins as well: an unpacker lets the second overwrite the first.
    if (files.has(meant)) throw unsafe(entry.name, 'another entry has the same name')
    files.add(meant)
  }
  const free = new Set([''])
  for (const { entry, kind, meant } of places) {
    for (let folder = kind === 'folder' ? meant : parentOf(meant); !free.has(folder); folder = parentOf(folder)) {
      if (files.has(folder)) throw unsafe(entry.name, 'it needs a folder where another entry is a file')
      free.add(folder)
    }
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Gives names that fall together a suffix each. What still falls together after that was made to, and is rejected. */
function separate(places: readonly Candidate<NamedEntry>[], reserved: readonly string[]): void {
  const wanted = occupied(places, reserved)
  if (!hasTwins(wanted)) return
  for (const place of places) {
    if (place.kind === 'folder' || (wanted.get(folded(place.path)) ?? 0) < 2) continue
    const cut = place.path.lastIndexOf('/') + 1
    place.path = place.path.slice(0, cut) + withHash(place.path.slice(cut), place.entry.name)
  }
  const taken = occupied(places, reserved)
  const kept = reserved.find((path) => (taken.get(folded(path)) ?? 0) > 1)
  if (kept !== undefined) throw unsafe(kept, 'this path is reserved for a file of the action')
  for (const { entry, kind, path } of places) {
    if (kind === 'folder' || taken.get(folded(path)) === 1) continue
    throw unsafe(entry.name, 'another entry has the same path on disk')
  }
}

function hasTwins(counts: ReadonlyMap<string, number>): boolean {
  for (const count of counts.values()) if (count > 1) return true
  return false
}

/** How many want each place, as a disk sees it that ignores case: files, and each folder once. */
function occupied(places: readonly PlacedName<NamedEntry>[], reserved: readonly string[]): Map<string, number> {
  const folders = new Set<string>()
  const counts = new Map<string, number>()
  const take = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const path of reserved) take(folded(path))
  for (const { kind, path } of places) {
    if (kind === 'file') take(folded(path))
    let folder = folded(kind === 'folder' ? path : parentOf(path))
    while (folder !== '' && !folders.has(folder)) {
      folders.add(folder)
      take(folder)
      folder = parentOf(folder)
    }
  }
  return counts
}
