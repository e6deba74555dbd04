import { type ArchiveEntry, checkExtent } from './archive-entry.ts'
import { damaged } from './damaged.ts'

const SIGNATURE = 0x04034b50
const ENCRYPTED = 0x1
/** Sizes and CRC follow the data ("data descriptor"); the header may hold zeros in their place. */
const SIZES_FOLLOW = 0x8
const IN_ZIP64 = 0xffffffff
const ZIP64_FIELD = 1

/** The length of a local header without its name and its extra fields, in bytes. */
export const SHORTEST_HEADER = 30

/**
 * Where the data of an entry begins in the archive. Throws `corrupt_download` unless the entry's local header, in front of its
 * data, says the same of name, method, sizes and CRC as the central directory: unpackers differ in which of the two they believe.
 * Throws also where the data would reach into what follows it.
 *
 * @param begin lends that many bytes of the archive from the beginning of the local header on
 */
export function locate(entry: ArchiveEntry, begin: (length: number) => Buffer): number {
  const { name, rawName, headerStart } = entry
  const fixed = begin(SHORTEST_HEADER)
  if (fixed.readUInt32LE(0) !== SIGNATURE) throw damaged(name, 'there is no entry where the directory says')
  const flags = fixed.readUInt16LE(6)
  const extraStart = SHORTEST_HEADER + fixed.readUInt16LE(26)
  const length = extraStart + fixed.readUInt16LE(28)
  const dataStart = headerStart + length
  if ((flags & ENCRYPTED) !== 0) throw disagree(name, 'encryption')
  if (fixed.readUInt16LE(8) !== (entry.method === 'stored' ? 0 : 8)) throw disagree(name, 'the method')
  checkExtent(entry, dataStart)
  const header = begin(length)
  if (header.toString('latin1', SHORTEST_HEADER, extraStart) !== rawName) throw disagree(name, 'the name')
  const local = sizes(header, extraStart)
  const optional = (flags & SIZES_FOLLOW) !== 0
  if (!agrees(local.size, entry.size, optional) || !agrees(local.compressedSize, entry.compressedSize, optional)) {
    throw disagree(name, 'the size')
  }
  if (!agrees(header.readUInt32LE(14), entry.crc32, optional)) throw disagree(name, 'the CRC')
  return dataStart
}

function agrees(local: number, central: number, optional: boolean): boolean {
  return local === central || (optional && (local === 0 || local === IN_ZIP64))
}

function sizes(header: Buffer, extraStart: number): { size: number; compressedSize: number } {
  let compressedSize = header.readUInt32LE(18)
  let size = header.readUInt32LE(22)
  for (let at = extraStart; at + 4 <= header.length; ) {
    const end = at + 4 + header.readUInt16LE(at + 2)
    if (header.readUInt16LE(at) === ZIP64_FIELD) {
      const data = header.subarray(at + 4, end)
      let next = 0
      if (size === IN_ZIP64 && data.length >= next + 8) {
        size = Number(data.readBigUInt64LE(next))
        next += 8
      }
      if (compressedSize === IN_ZIP64 && data.length >= next + 8) compressedSize = Number(data.readBigUInt64LE(next))
    }
    at = end
  }
  return { size, compressedSize }
}

function disagree(name: string, about: string) {
  return damaged(name, `its two headers disagree about ${about}`)
}
