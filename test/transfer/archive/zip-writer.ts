import { crc32, deflateRawSync } from 'node:zlib'

/** One entry, honest unless told otherwise: what is given here is written, whether or not it is true. */
export interface WrittenEntry {
  name: string | Buffer
  data?: Buffer | string
  method?: 'stored' | 'deflated'
  /** Written as the method in both headers. */
  methodNumber?: number
  /** The packed bytes, in place of what `data` packs to. */
  packed?: Buffer
  crc32?: number
  size?: number
  compressedSize?: number
  flags?: number
  /** External file attributes. */
  attributes?: number
  /** In the local header only. */
  local?: {
    name?: string
    size?: number
    crc32?: number
    methodNumber?: number
    flags?: number
    /** How long its extra fields are said to be, in bytes. */
    extra?: number
  }
  /** Both headers have their sizes in an extra field, as large entries do. */
  zip64?: boolean
  /** Bytes between the local header of this entry and the one before. */
  gap?: number
  /** In the directory only: this entry's header is said to be that of the entry with this index. */
  sameDataAs?: number
}

const IN_ZIP64 = 0xffffffff

interface WrittenDirectory {
  /** The number of entries that the end record counts. */
  count?: number
}

/** A ZIP archive, byte for byte as described. UTF-8 names carry the flag that says so. */
export function writeZip(entries: readonly WrittenEntry[], directory: WrittenDirectory = {}): Buffer {
  const parts: Buffer[] = []
  const starts: number[] = []
  const central: Buffer[] = []
  let position = 0
  const put = (part: Buffer) => {
    parts.push(part)
    position += part.length
  }
  for (const entry of entries) {
    const fields = fieldsOf(entry)
    put(Buffer.alloc(entry.gap ?? 0))
    const start = entry.sameDataAs === undefined ? position : (starts[entry.sameDataAs] ?? 0)
    starts.push(start)
    central.push(centralHeader(entry, fields, start))
    if (entry.sameDataAs === undefined) put(Buffer.concat([localHeader(entry, fields), fields.packed]))
  }
  const start = position
  for (const header of central) put(header)
  const count = directory.count ?? entries.length
  const size = position - start
  if (count >= 0xffff) put(zip64End(count, start, size))
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, 0xffff), 8)
  end.writeUInt16LE(Math.min(count, 0xffff), 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(start, 16)
  return Buffer.concat([...parts, end])
}

/** The record and its locator that take the place of the end record where its 16 bits are too few. */
function zip64End(count: number, start: number, size: number): Buffer {
  const end = Buffer.alloc(56 + 20)
  end.writeUInt32LE(0x06064b50, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeBigUInt64LE(BigInt(count), 24)
  end.writeBigUInt64LE(BigInt(count), 32)
  end.writeBigUInt64LE(BigInt(size), 40)
  end.writeBigUInt64LE(BigInt(start), 48)
  end.writeUInt32LE(0x07064b50, 56)
  end.writeBigUInt64LE(BigInt(start + size), 64)
  end.writeUInt32LE(1, 72)
  return end
}

function fieldsOf(entry: WrittenEntry) {
  const data = Buffer.from(entry.data ?? '')
  const deflated = entry.method === 'deflated'
  const packed = entry.packed ?? (deflated ? deflateRawSync(data) : data)
  return {
    name: Buffer.from(entry.name),
    packed,
    method: entry.methodNumber ?? (deflated ? 8 : 0),
    crc32: entry.crc32 ?? crc32(data),
    size: entry.size ?? data.length,
    compressedSize: entry.compressedSize ?? packed.length,
    flags: entry.flags ?? (typeof entry.name === 'string' ? 0x800 : 0),
  }
}

type Fields = ReturnType<typeof fieldsOf>

function localHeader(entry: WrittenEntry, fields: Fields): Buffer {
  const name = entry.local?.name === undefined ? fields.name : Buffer.from(entry.local.name)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(entry.local?.flags ?? fields.flags, 6)
  header.writeUInt16LE(entry.local?.methodNumber ?? fields.method, 8)
  header.writeUInt32LE(entry.local?.crc32 ?? fields.crc32, 14)
  const size = entry.local?.size ?? fields.size
  const extra = zip64Field(size, fields.compressedSize, entry.zip64)
  header.writeUInt32LE(extra.length > 0 ? IN_ZIP64 : fields.compressedSize, 18)
  header.writeUInt32LE(extra.length > 0 ? IN_ZIP64 : size, 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(entry.local?.extra ?? extra.length, 28)
  return Buffer.concat([header, name, extra])
}

/** The extra field for sizes that do not fit into the header; empty where they do. */
function zip64Field(size: number, compressedSize: number, always = false): Buffer {
  if (!always && size < IN_ZIP64 && compressedSize < IN_ZIP64) return Buffer.alloc(0)
  const field = Buffer.alloc(20)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(16, 2)
  field.writeBigUInt64LE(BigInt(size), 4)
  field.writeBigUInt64LE(BigInt(compressedSize), 12)
  return field
}

function centralHeader(entry: WrittenEntry, fields: Fields, start: number): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE((3 << 8) | 20, 4)
  header.writeUInt16LE(20, 6)
  header.writeUInt16LE(fields.flags, 8)
  header.writeUInt16LE(fields.method, 10)
  header.writeUInt32LE(fields.crc32, 16)
  const extra = zip64Field(fields.size, fields.compressedSize, entry.zip64)
  header.writeUInt32LE(extra.length > 0 ? IN_ZIP64 : fields.compressedSize, 20)
  header.writeUInt32LE(extra.length > 0 ? IN_ZIP64 : fields.size, 24)
  header.writeUInt16LE(fields.name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE((entry.attributes ?? 0) >>> 0, 38)
  header.writeUInt32LE(start, 42)
  return Buffer.concat([header, fields.name, extra])
}

/** External file attributes of a unix mode. */
export function unixMode(mode: number): number {
  return (mode << 16) >>> 0
}
