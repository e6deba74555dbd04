import { type ArchiveEntry, isSmall } from './archive-entry.ts'

/** A batch is this many bytes of archive, this many entries, or one entry that is not small. */
const BATCH_BYTES = 1024 * 1024
const BATCH_ENTRIES = 256

/** Cuts entries, given in the order of their data, into batches that are each unpacked in one go. */
export function* batchesOf(entries: readonly ArchiveEntry[]): Generator<ArchiveEntry[]> {
  let batch: ArchiveEntry[] = []
  let start = 0
  for (const entry of entries) {
    const small = isSmall(entry)
    const full = batch.length >= BATCH_ENTRIES || entry.limit - start > BATCH_BYTES || !small
    if (batch.length > 0 && full) {
      yield batch
      batch = []
    }
    if (batch.length === 0) start = entry.headerStart
    batch.push(entry)
    if (small) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** The entries of an archive in shared memory, which any number of threads read without a copy. */
export interface SharedEntries {
  numbers: SharedArrayBuffer
  text: SharedArrayBuffer
  /** Where each batch begins, and behind them the number of entries. */
  batches: SharedArrayBuffer
}

/** The numbers of an entry: its own, where its names begin, and how long each of the three is. */
const FIELDS = 10

/** Puts entries into shared memory, cut into batches. */
export function shareEntries(entries: readonly ArchiveEntry[]): SharedEntries {
  let length = 0
  for (const { name, rawName, path } of entries)
    length += rawName.length + Buffer.byteLength(path) + Buffer.byteLength(spelling(name, rawName))
  const text = new SharedArrayBuffer(length)
  const numbers = new SharedArrayBuffer(entries.length * FIELDS * Float64Array.BYTES_PER_ELEMENT)
  const table = new Float64Array(numbers)
  const bytes = Buffer.from(text)
  let at = 0
  for (const [index, entry] of entries.entries()) {
    const { name, rawName, path, size, compressedSize, crc32, method, headerStart, limit, last } = entry
    const kind = (method === 'deflated' ? 1 : 0) + (last ? 2 : 0)
    const rawEnd = at + bytes.write(rawName, at, 'latin1')
    const pathEnd = rawEnd + bytes.write(path, rawEnd)
    const end = pathEnd + bytes.write(spelling(name, rawName), pathEnd)
    const places = [at, rawEnd - at, pathEnd - rawEnd, end - pathEnd]
    table.set([size, compressedSize, crc32, headerStart, limit, kind, ...places], index * FIELDS)
    at = end
  }
  const starts = [0]
  for (const batch of batchesOf(entries)) starts.push((starts.at(-1) ?? 0) + batch.length)
  const batches = new SharedArrayBuffer(starts.length * Uint32Array.BYTES_PER_ELEMENT)
  new Uint32Array(batches).set(starts)
  return { numbers, text, batches }
}

/** Takes one batch after the other that no other thread has taken; `claims` is one shared 32-bit number, 0 at first. */
export function* claimed({ entries, claims }: { entries: SharedEntries; claims: SharedArrayBuffer }) {
  const next = new Int32Array(claims)
  const count = entries.batches.byteLength / Uint32Array.BYTES_PER_ELEMENT - 1
  for (let batch = Atomics.add(next, 0, 1); batch < count; batch = Atomics.add(next, 0, 1)) {
    yield batchAt(entries, batch)
  }
}

/** The entries of one batch. */
function batchAt(shared: SharedEntries, batch: number): ArchiveEntry[] {
  const [from = 0, to = 0] = new Uint32Array(shared.batches).subarray(batch, batch + 2)
  const text = Buffer.from(shared.text)
  return Array.from({ length: to - from }, (_, index) => {
    const fields = new Float64Array(shared.numbers).subarray((from + index) * FIELDS, (from + index + 1) * FIELDS)
    return entryOf(fields, text)
  })
}

/** The name of an entry where it is not just what the archive holds; else nothing. */
function spelling(name: string, rawName: string): string {
  return rawName === name ? '' : name
}

function entryOf(fields: Float64Array, text: Buffer): ArchiveEntry {
  const [size = 0, compressedSize = 0, crc32 = 0, headerStart = 0, limit = 0, kind = 0, at = 0] = fields
  const [rawEnd = 0, pathEnd = 0, end = 0] = ends(at, fields.subarray(7))
  const rawName = text.toString('latin1', at, rawEnd)
  return {
    name: end === pathEnd ? rawName : text.toString('utf8', pathEnd, end),
    rawName,
    path: text.toString('utf8', rawEnd, pathEnd),
    size,
    compressedSize,
    crc32,
    method: (kind & 1) === 1 ? 'deflated' : 'stored',
    headerStart,
    limit,
    last: (kind & 2) === 2,
  }
}

function ends(start: number, lengths: Float64Array): number[] {
  let end = start
  return Array.from(lengths, (length) => (end += length))
}
