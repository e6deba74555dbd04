import { readSync } from 'node:fs'
import { damaged } from './damaged.ts'
import type { DirectoryEntry } from './central-directory.ts'

const SIGNATURE = 0x04034b50
const FIXED = 30
/** Sizes and CRC follow the data ("data descriptor"); the header may hold zeros in their place. */
const SIZES_FOLLOW = 0x8
const IN_ZIP64 = 0xffffffff
const ZIP64_FIELD = 1

const header = Buffer.alloc(FIXED)

/**
 * Where the data of an entry begins in the archive. Throws `corrupt_download` unless the entry's local header, in front of its
 * data, says the same of name, method, sizes and CRC as the central directory: unpackers differ in which of the two they believe.
 */
export function locate(fd: number, entry: DirectoryEntry, directoryStart: number): number {
  const { name, headerStart } = entry
  if (headerStart + FIXED > directoryStart) throw damaged(name, 'its data would lie behind the directory')
  if (readSync(fd, header, 0, FIXED, headerStart) < FIXED || header.readUInt32LE(0) !== SIGNATURE) {
    throw damaged(name, 'there is no entry where the directory says')
  }
  const flags = header.readUInt16LE(6)
  const nameLength = header.readUInt16LE(26)
  const extraLength = header.readUInt16LE(28)
  const dataStart = headerStart + FIXED + nameLength + extraLength
  if (dataStart + entry.compressedSize > directoryStart) throw damaged(name, 'its data would reach into the directory')
  if (((flags & 1) === 1) !== entry.encrypted) throw disagree(name, 'encryption')
  if (header.readUInt16LE(8) !== entry.method) throw disagree(name, 'the method')
  const rest = Buffer.alloc(nameLength + extraLength)
  const got = rest.length === 0 ? 0 : readSync(fd, rest, 0, rest.length, headerStart + FIXED)
  if (got < rest.length || !rest.subarray(0, nameLength).equals(entry.rawName)) throw disagree(name, 'the name')
  const local = sizes(rest.subarray(nameLength))
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

function sizes(extra: Buffer): { size: number; compressedSize: number } {
  let compressedSize = header.readUInt32LE(18)
  let size = header.readUInt32LE(22)
  for (let at = 0; at + 4 <= extra.length; ) {
    const data = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === ZIP64_FIELD) {
      let next = 0
      if (size === IN_ZIP64 && data.length >= next + 8) {
        size = Number(data.readBigUInt64LE(next))
        next += 8
      }
      if (compressedSize === IN_ZIP64 && data.length >= next + 8) compressedSize = Number(data.readBigUInt64LE(next))
    }
    at += 4 + extra.readUInt16LE(at + 2)
  }
  return { size, compressedSize }
}

function disagree(name: string, about: string) {
  return damaged(name, `its two headers disagree about ${about}`)
}
