import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'

/** A file as it will lie in an archive. */
export interface PackedFile {
  name: string
  method: 'stored' | 'deflated'
  /** Unpacked, in bytes; below 4 GiB, as is what it packs to. */
  size: number
  crc32: number
  /** What it packs to, in order; or how many zeros, which are left out of the file so that they take no disk. */
  packed: readonly Buffer[] | number
}

const MOST_32 = 0xffffffff
const MOST_16 = 0xffff

/** Writes an archive of any size piece by piece, with Zip64 where it takes it. */
export class ZipFileWriter {
  readonly #fd: number
  readonly #directory: Buffer[] = []
  #position = 0

  constructor(path: string) {
    this.#fd = openSync(path, 'wx')
  }

  add(file: PackedFile): void {
    const start = this.#position
    const { packed } = file
    const packedSize = typeof packed === 'number' ? packed : packed.reduce((bytes, { length }) => bytes + length, 0)
    const name = Buffer.from(file.name)
    const fields = fieldsOf(file, packedSize, name.length)
    const local = Buffer.alloc(4)
    local.writeUInt32LE(0x04034b50)
    this.#write([local, fields, Buffer.alloc(2), name])
    if (typeof packed === 'number') this.#position += packed
    else this.#write(packed)
    this.#directory.push(directoryEntry(fields, name, start))
  }

  /** Ends the archive; its size in bytes. */
  finish(): number {
    const start = this.#position
    this.#write(this.#directory)
    this.#write([endOf(this.#directory.length, start, this.#position - start)])
    ftruncateSync(this.#fd, this.#position)
    closeSync(this.#fd)
    return this.#position
  }

  #write(pieces: readonly Buffer[]): void {
    const bytes = Buffer.concat(pieces)
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#position + done)
    }
    this.#position += bytes.length
  }
}

/** What both headers of an entry say, from the version needed to the length of the name. */
function fieldsOf(file: PackedFile, packedSize: number, nameLength: number): Buffer {
  const fields = Buffer.alloc(24)
  fields.writeUInt16LE(20, 0)
  // Names are UTF-8.
  fields.writeUInt16LE(0x800, 2)
  fields.writeUInt16LE(file.method === 'deflated' ? 8 : 0, 4)
  // 1 January 2026: a date that no unpacker stumbles over.
  fields.writeUInt16LE(((2026 - 1980) << 9) | (1 << 5) | 1, 8)
  fields.writeUInt32LE(file.crc32, 10)
  fields.writeUInt32LE(packedSize, 14)
  fields.writeUInt32LE(file.size, 18)
  fields.writeUInt16LE(nameLength, 22)
  return fields
}

function directoryEntry(fields: Buffer, name: Buffer, start: number): Buffer {
  const far = start >= MOST_32
  const before = Buffer.alloc(6)
  before.writeUInt32LE(0x02014b50, 0)
  before.writeUInt16LE((3 << 8) | 45, 4)
  const after = Buffer.alloc(16)
  after.writeUInt16LE(far ? 12 : 0, 0)
  after.writeUInt32LE((0o100644 << 16) >>> 0, 8)
  after.writeUInt32LE(far ? MOST_32 : start, 12)
  const zip64 = Buffer.alloc(far ? 12 : 0)
  if (far) {
    zip64.writeUInt16LE(1, 0)
    zip64.writeUInt16LE(8, 2)
    zip64.writeBigUInt64LE(BigInt(start), 4)
  }
  return Buffer.concat([before, fields, after, name, zip64])
}

function endOf(count: number, start: number, size: number): Buffer {
  const zip64 = Buffer.alloc(count >= MOST_16 || start >= MOST_32 ? 56 + 20 : 0)
  if (zip64.length > 0) {
    zip64.writeUInt32LE(0x06064b50, 0)
    zip64.writeBigUInt64LE(44n, 4)
    zip64.writeUInt16LE(45, 12)
    zip64.writeUInt16LE(45, 14)
    zip64.writeBigUInt64LE(BigInt(count), 24)
    zip64.writeBigUInt64LE(BigInt(count), 32)
    zip64.writeBigUInt64LE(BigInt(size), 40)
    zip64.writeBigUInt64LE(BigInt(start), 48)
    zip64.writeUInt32LE(0x07064b50, 56)
    zip64.writeBigUInt64LE(BigInt(start + size), 64)
    zip64.writeUInt32LE(1, 72)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, MOST_16), 8)
  end.writeUInt16LE(Math.min(count, MOST_16), 10)
  end.writeUInt32LE(Math.min(size, MOST_32), 12)
  end.writeUInt32LE(Math.min(start, MOST_32), 16)
  return Buffer.concat([zip64, end])
}
